//! Endpoints of services in a network.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "aws.vpc_endpoint.subnets same vpc-mismatch",
        program: "aws.vpc_endpoint it { vpc = main, service = \"ec2\", kind = interface, subnets = [{}] }",
        steps: "CreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.ec2 VpcEndpointType=Interface SubnetId.1={{}}",
        good: &["inside|subnet"],
        bad: &["far"],
    },
    Case {
        rule: "aws.vpc_endpoint.groups same vpc-mismatch",
        program: "aws.vpc_endpoint it { vpc = main, service = \"ec2\", kind = interface, subnets = [inside], groups = [{}] }",
        steps: "CreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.ec2 VpcEndpointType=Interface SubnetId.1={subnet} SecurityGroupId.1={{}}",
        good: &["near"],
        bad: &["away"],
    },
    Case {
        rule: "aws.vpc_endpoint.route_tables same vpc-mismatch",
        program: "aws.route_table near_table { vpc = main }\naws.route_table away_table { vpc = other }\naws.vpc_endpoint it { vpc = main, service = \"s3\", kind = gateway, route_tables = [{}] }",
        steps: "CreateRouteTable VpcId={vpc} > near_table=routeTableId\nCreateRouteTable VpcId={other} > away_table=routeTableId\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway RouteTableId.1={{}}",
        good: &["near_table"],
        bad: &["away_table"],
    },
    Case {
        rule: "aws.vpc_endpoint.service check unsupported-feature",
        program: "aws.vpc_endpoint it { vpc = main, service = \"{}\", kind = gateway }",
        steps: "CreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.{} VpcEndpointType=Gateway",
        good: &["s3", "dynamodb"],
        bad: &["ec2"],
    },
    Case {
        rule: "aws.vpc_endpoint.private_dns check unsupported-feature",
        program: "aws.vpc_endpoint it { vpc = main, {} }",
        steps: "CreateVpcEndpoint VpcId={vpc} {}",
        good: &[
            "service = \"ec2\", kind = interface, subnets = [inside], private_dns = false|ServiceName=com.amazonaws.us-west-2.ec2 VpcEndpointType=Interface SubnetId.1={subnet} PrivateDnsEnabled=false",
        ],
        bad: &[
            "service = \"s3\", kind = gateway, private_dns = true|ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway PrivateDnsEnabled=true",
        ],
    },
    Case {
        rule: "aws.vpc_endpoint.route_tables check unsupported-feature",
        program: "aws.route_table table { vpc = main }\naws.vpc_endpoint it { vpc = main, service = \"{}, route_tables = [table] }",
        steps: "CreateRouteTable VpcId={vpc} > table=routeTableId\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.{} RouteTableId.1={table}",
        good: &["s3\", kind = gateway|s3 VpcEndpointType=Gateway"],
        bad: &["ec2\", kind = interface|ec2 VpcEndpointType=Interface"],
    },
    Case {
        rule: "aws.vpc_endpoint.subnets check unsupported-feature",
        program: "aws.vpc_endpoint it { vpc = main, service = \"{}, subnets = [inside] }",
        steps: "CreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.{} SubnetId.1={subnet}",
        good: &["ec2\", kind = interface|ec2 VpcEndpointType=Interface"],
        bad: &["s3\", kind = gateway|s3 VpcEndpointType=Gateway"],
    },
    Case {
        rule: "aws.vpc_endpoint.groups check unsupported-feature",
        program: "aws.vpc_endpoint it { vpc = main, service = \"{}, groups = [near] }",
        steps: "CreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.{} SecurityGroupId.1={near}",
        good: &[
            "ec2\", kind = interface, subnets = [inside]|ec2 VpcEndpointType=Interface SubnetId.1={subnet}",
        ],
        bad: &["s3\", kind = gateway|s3 VpcEndpointType=Gateway"],
    },
    Case {
        rule: "aws.vpc_endpoint.* exclusive name-taken",
        program: "aws.route_table a { vpc = main }\naws.route_table b { vpc = main }\naws.vpc_endpoint one { vpc = main, service = \"s3\", kind = gateway, route_tables = [a] }\naws.vpc_endpoint it { vpc = main, service = \"s3\", kind = gateway, route_tables = [{}] }",
        steps: "CreateRouteTable VpcId={vpc} > a=routeTableId\nCreateRouteTable VpcId={vpc} > b=routeTableId\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway RouteTableId.1={a}\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway RouteTableId.1={{}}",
        good: &["b"],
        bad: &["a"],
    },
];
