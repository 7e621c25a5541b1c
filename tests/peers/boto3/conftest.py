"""Starts the simulator and gives boto3 clients whose answers are checked against botocore's model."""

import os
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree

import boto3
import pytest
from botocore.config import Config

ACCESS_KEY = "AKIAINFRASIMULATOR0"
SECRET_KEY = "simulated/secret+access+key/for/loopback"
REGION = "us-west-2"


class Cloud:
    """A running simulator."""

    def __init__(self, state, *options):
        binary = os.environ["INFRA_BIN"]
        verb = [] if pathlib.Path(binary).name == "serve" else ["sim"]
        command = [binary, *verb, "--listen", "127.0.0.1:0", "--state", str(state), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://"), line
        self.endpoint = line.split()[-1]

    def client(self, service, region=REGION, access_key=ACCESS_KEY, secret_key=SECRET_KEY, attempts=1):
        client = boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}),
        )
        if service == "ec2":
            client.meta.events.register("before-parse.ec2", check_elements)
        return client

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    cloud = Cloud(tmp_path_factory.mktemp("cloud") / "state.jsonl")
    yield cloud
    cloud.kill()


@pytest.fixture(scope="session")
def ec2(cloud):
    return cloud.client("ec2")


@pytest.fixture(scope="session")
def image(ec2):
    images = ec2.describe_images(
        Owners=["125523088429"], Filters=[{"Name": "name", "Values": ["CentOS Linux 7*"]}]
    )["Images"]
    return max(images, key=lambda image: image["CreationDate"])["ImageId"]


def check_elements(operation_model, response_dict, **_):
    """Fails on an element of an answer that the model of the operation does not have."""
    if response_dict["status_code"] != 200 or operation_model.output_shape is None:
        return
    root = ElementTree.fromstring(response_dict["body"])
    namespace, _, name = root.tag[1:].partition("}")
    assert namespace == "http://ec2.amazonaws.com/doc/2016-11-15/"
    assert name == f"{operation_model.name}Response"
    # Many actions answer `<return>true</return>`, which their models leave out.
    check_structure(root, operation_model.output_shape, {"requestId", "return"}, operation_model.name)


def check_structure(element, shape, more, path):
    members = {member.serialization.get("name", key): member for key, member in shape.members.items()}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name in more:
            continue
        assert name in members, f"{path}: there is no element {name}"
        check_value(child, members[name], f"{path}.{name}")


def check_value(element, shape, path):
    if shape.type_name == "structure":
        check_structure(element, shape, set(), path)
    elif shape.type_name == "list":
        for item in element:
            assert item.tag.endswith("}item"), f"{path}: a list holds {item.tag}"
            check_value(item, shape.member, path)
    else:
        assert len(element) == 0, f"{path}: elements where the model has a {shape.type_name}"
        if getattr(shape, "enum", None) and element.text:
            # The model has the states of VPC endpoints capitalised, and AWS sends them in lower case.
            words = [word.lower() for word in shape.enum] if shape.name == "State" else shape.enum
            assert element.text in words, f"{path}: {element.text} is none of {words}"
        if shape.type_name in ("integer", "long"):
            int(element.text)
        if shape.type_name == "boolean":
            assert element.text in ("true", "false"), f"{path}: {element.text}"
