"""moto's server with the filters by id that EC2 documents and moto has not got: of VPC endpoints and network ACLs."""

import sys

from moto.ec2.models.network_acls import NetworkAcl
from moto.ec2.models.vpcs import VPCEndPoint
from moto.server import main


def with_filter_by_id(kind, name):
    known = kind.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        return self.id if filter_name == name else known(self, filter_name, method_name)

    kind.get_filter_value = get_filter_value


with_filter_by_id(VPCEndPoint, "vpc-endpoint-id")
with_filter_by_id(NetworkAcl, "network-acl-id")
main(sys.argv[1:])
