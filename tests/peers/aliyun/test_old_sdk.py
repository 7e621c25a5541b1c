"""The SDK before the present one: HMAC-SHA1, everything in the query, and XML where nobody asks for JSON."""

import json

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.CreateSecurityGroupRequest import CreateSecurityGroupRequest
from aliyunsdkecs.request.v20140526.CreateVpcRequest import CreateVpcRequest
from aliyunsdkecs.request.v20140526.DeleteVpcRequest import DeleteVpcRequest
from aliyunsdkecs.request.v20140526.DescribeRegionsRequest import DescribeRegionsRequest
from aliyunsdkecs.request.v20140526.DescribeVpcsRequest import DescribeVpcsRequest
from conftest import REGION


@pytest.fixture
def send(cloud):
    client = AcsClient(cloud.access_key, cloud.secret_key, REGION, auto_retry=False)

    def send(request, form="json", **fields):
        request.set_endpoint(cloud.address)
        request.set_protocol_type("http")
        request.set_accept_format(form)
        for name, value in fields.items():
            getattr(request, f"set_{name}")(value)
        if form == "json":
            return client.do_action_with_exception(request)
        # The public method asks for JSON, whatever the request says.
        return client._implementation_of_do_action(request)[2]

    return send


def test_what_it_makes_is_there(send, eventually):
    made = json.loads(send(CreateVpcRequest(), CidrBlock="10.30.0.0/16"))["VpcId"]

    def status():
        found = json.loads(send(DescribeVpcsRequest(), VpcId=made))["Vpcs"]["Vpc"]
        return found[0]["Status"] if found else None

    eventually(status, lambda status: status == "Available")
    send(DeleteVpcRequest(), VpcId=made)
    eventually(status, lambda status: status is None)


def test_xml_where_it_is_asked_for(send):
    assert send(DescribeRegionsRequest(), form="xml").lstrip().startswith(b"<?xml")


def test_refusals_are_understood(send):
    with pytest.raises(ServerException) as caught:
        send(CreateSecurityGroupRequest(), VpcId="vpc-none")
    assert caught.value.get_error_code() == "InvalidVpcId.NotFound"
    assert caught.value.get_request_id()
