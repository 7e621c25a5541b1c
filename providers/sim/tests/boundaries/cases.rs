//! The values of rules that a condition says, written by hand: the last good and the first bad ones.

use crate::Sample;

/// Values that are the same in a program and in a request, or `program | request` where they are not.
struct Case {
    rule: &'static str,
    program: &'static str,
    steps: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        rule: "aws.subnet.range inside subnet-outside-vpc",
        program: "aws.subnet it { vpc = main, zone = \"us-west-2a\", range = {} }",
        steps: "CreateSubnet VpcId={vpc} AvailabilityZone=us-west-2a CidrBlock={}",
        good: &["10.0.0.0/24", "10.0.255.0/24"],
        bad: &["9.255.255.0/24", "10.2.0.0/24"],
    },
    Case {
        rule: "aws.subnet.range exclusive subnet-overlap",
        program: "aws.subnet it { vpc = main, zone = \"us-west-2a\", range = {} }",
        steps: "CreateSubnet VpcId={vpc} AvailabilityZone=us-west-2a CidrBlock={}",
        good: &["10.0.2.0/24", "10.0.0.0/24"],
        bad: &["10.0.1.0/24", "10.0.0.0/23", "10.0.1.128/25"],
    },
    Case {
        rule: "aws.subnet.zone zone zone-outside-region",
        program: "aws.subnet it { vpc = main, zone = \"{}\", range = 10.0.2.0/24 }",
        steps: "CreateSubnet VpcId={vpc} AvailabilityZone={} CidrBlock=10.0.2.0/24",
        good: &["us-west-2a", "us-west-2d"],
        bad: &["us-west-2e", "us-east-1a"],
    },
    Case {
        rule: "aws.volume.zone zone zone-outside-region",
        program: "aws.volume it { zone = \"{}\", size = 1GiB }",
        steps: "CreateVolume AvailabilityZone={} Size=1",
        good: &["us-west-2a", "us-west-2d"],
        bad: &["us-west-2e", "us-east-1a"],
    },
    Case {
        rule: "aws.instance.private_ip inside address-outside-subnet",
        program: "aws.instance it { image = \"ami-1\", type = \"t3.micro\", subnet = inside, private_ip = {} }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} PrivateIpAddress={}",
        good: &["10.0.1.4", "10.0.1.254"],
        bad: &["10.0.1.0", "10.0.1.3", "10.0.1.255", "10.0.2.4"],
    },
    Case {
        rule: "aws.network_interface.private_ip inside address-outside-subnet",
        program: "aws.network_interface it { subnet = inside, private_ip = {} }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddress={}",
        good: &["10.0.1.4", "10.0.1.254"],
        bad: &["10.0.1.0", "10.0.1.3", "10.0.1.255", "10.0.2.4"],
    },
    Case {
        rule: "aws.network_interface.further_ips inside address-outside-subnet",
        program: "aws.network_interface it { subnet = inside, private_ip = 10.0.1.9, further_ips = [{}] }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddresses.1.PrivateIpAddress=10.0.1.9 PrivateIpAddresses.1.Primary=true PrivateIpAddresses.2.PrivateIpAddress={}",
        good: &["10.0.1.4", "10.0.1.254"],
        bad: &["10.0.1.3", "10.0.1.255", "10.0.2.4"],
    },
    Case {
        rule: "aws.network_interface.further_ips check duplicate-association",
        program: "aws.network_interface it { subnet = inside, private_ip = 10.0.1.9, further_ips = [{}] }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddresses.1.PrivateIpAddress=10.0.1.9 PrivateIpAddresses.1.Primary=true PrivateIpAddresses.2.PrivateIpAddress={}",
        good: &["10.0.1.10"],
        bad: &["10.0.1.9"],
    },
    Case {
        rule: "aws.nat_gateway.private_ip inside address-outside-subnet",
        program: "aws.nat_gateway it { subnet = inside, kind = private, private_ip = {} }",
        steps: "CreateNatGateway SubnetId={subnet} ConnectivityType=private PrivateIpAddress={}",
        good: &["10.0.1.4", "10.0.1.254"],
        bad: &["10.0.1.3", "10.0.1.255", "10.0.2.4"],
    },
    Case {
        rule: "aws.nat_gateway.* check missing-field",
        program: "aws.elastic_ip out { }\naws.nat_gateway it { subnet = inside{} }",
        steps: "AllocateAddress Domain=vpc > address=allocationId\nCreateNatGateway SubnetId={subnet}{}",
        good: &[", address = out| AllocationId={address}"],
        bad: &["|"],
    },
    Case {
        rule: "aws.nat_gateway.address check unsupported-feature",
        program: "aws.elastic_ip out { }\naws.nat_gateway it { subnet = inside, kind = {}, address = out }",
        steps: "AllocateAddress Domain=vpc > address=allocationId\nCreateNatGateway SubnetId={subnet} ConnectivityType={} AllocationId={address}",
        good: &["public"],
        bad: &["private"],
    },
    Case {
        rule: "aws.instance.groups same vpc-mismatch",
        program: "aws.instance it { image = \"ami-1\", type = \"t3.micro\", subnet = inside, groups = [{}] }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} SecurityGroupId.1={{}}",
        good: &["near"],
        bad: &["away"],
    },
    Case {
        rule: "aws.network_interface.groups same vpc-mismatch",
        program: "aws.network_interface it { subnet = inside, groups = [{}] }",
        steps: "CreateNetworkInterface SubnetId={subnet} SecurityGroupId.1={{}}",
        good: &["near"],
        bad: &["away"],
    },
    Case {
        rule: "aws.security_group.allow same vpc-mismatch",
        program: "aws.security_group it { vpc = main, allow = [{ from = {}, ports = [tcp/22] }] }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupName=it GroupDescription=x > it=groupId\nAuthorizeSecurityGroupIngress GroupId={it} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.Groups.1.GroupId={{}}",
        good: &["near"],
        bad: &["away"],
    },
    Case {
        rule: "aws.security_group.allow_out same vpc-mismatch",
        program: "aws.security_group it { vpc = main, allow_out = [{ to = {}, ports = [tcp/22] }] }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupName=it GroupDescription=x > it=groupId\nAuthorizeSecurityGroupEgress GroupId={it} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.Groups.1.GroupId={{}}",
        good: &["near"],
        bad: &["away"],
    },
    Case {
        rule: "aws.route_table.subnets same vpc-mismatch",
        program: "aws.route_table it { vpc = main, subnets = [{}] }",
        steps: "CreateRouteTable VpcId={vpc} > it=routeTableId\nAssociateRouteTable RouteTableId={it} SubnetId={{}}",
        good: &["inside|subnet"],
        bad: &["far"],
    },
    Case {
        rule: "aws.network_acl.subnets same vpc-mismatch",
        program: "aws.network_acl it { vpc = main, subnets = [{}] }",
        steps: "CreateNetworkAcl VpcId={vpc} > it=networkAclId\nDescribeNetworkAcls Filter.1.Name=association.subnet-id Filter.1.Value.1={{}} > old=networkAclAssociationId\nReplaceNetworkAclAssociation NetworkAclId={it} AssociationId={old}",
        good: &["inside|subnet"],
        bad: &["far"],
    },
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
        rule: "aws.attachment.volume check zone-mismatch",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume disk { zone = \"{}\", size = 1GiB }\naws.attachment it { instance = host, volume = disk, device = \"/dev/sdf\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone={} Size=1 > volume=volumeId\nAttachVolume InstanceId={instance} VolumeId={volume} Device=/dev/sdf",
        good: &["us-west-2a"],
        bad: &["us-west-2b"],
    },
    Case {
        rule: "aws.attachment.device check device-name",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume disk { zone = \"us-west-2a\", size = 1GiB }\naws.attachment it { instance = host, volume = disk, device = \"{}\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > volume=volumeId\nAttachVolume InstanceId={instance} VolumeId={volume} Device={}",
        good: &["/dev/sdf", "/dev/sdp", "xvdf", "/dev/xvdb"],
        bad: &["/dev/sda1", "/dev/nvme1n1", "disk"],
    },
    Case {
        rule: "aws.security_group.name check bad-name",
        program: "aws.security_group it { vpc = main, name = \"{}\" }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupDescription=x GroupName={}",
        good: &["sg", "web-sg-1", "Default-web"],
        bad: &["sg-web", "default"],
    },
    Case {
        rule: "aws.security_group.name exclusive name-taken",
        program: "aws.security_group web { vpc = main, name = \"web\" }\naws.security_group it { vpc = main, name = \"{}\" }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupDescription=x GroupName=web\nCreateSecurityGroup VpcId={vpc} GroupDescription=x GroupName={}",
        good: &["web2"],
        bad: &["web", "Web"],
    },
    Case {
        rule: "aws.security_group.allow distinct duplicate-rule",
        program: "aws.security_group it { vpc = main, allow = [{ from = 10.0.0.0/8, ports = [tcp/22] }, { from = {}, ports = [tcp/22] }] }",
        steps: "AuthorizeSecurityGroupIngress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8\nAuthorizeSecurityGroupIngress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp={}",
        good: &["10.0.0.0/9"],
        bad: &["10.0.0.0/8"],
    },
    Case {
        rule: "aws.security_group.allow_out distinct duplicate-rule",
        program: "aws.security_group it { vpc = main, allow_out = [{ to = 10.0.0.0/8, ports = [tcp/22] }, { to = {}, ports = [tcp/22] }] }",
        steps: "AuthorizeSecurityGroupEgress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8\nAuthorizeSecurityGroupEgress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp={}",
        good: &["10.0.0.0/9"],
        bad: &["10.0.0.0/8"],
    },
    Case {
        rule: "aws.route_table.routes distinct duplicate-route",
        program: "aws.internet_gateway door { vpc = main }\naws.route_table it { vpc = main, routes = [{ to = 0.0.0.0/0, via = door }, { to = {}, via = card }] }\naws.network_interface card { subnet = inside }",
        steps: "CreateInternetGateway > door=internetGatewayId\nAttachInternetGateway VpcId={vpc} InternetGatewayId={door}\nCreateNetworkInterface SubnetId={subnet} > card=networkInterfaceId\nCreateRouteTable VpcId={vpc} > it=routeTableId\nCreateRoute RouteTableId={it} GatewayId={door} DestinationCidrBlock=0.0.0.0/0\nCreateRoute RouteTableId={it} NetworkInterfaceId={card} DestinationCidrBlock={}",
        good: &["0.0.0.0/1"],
        bad: &["0.0.0.0/0"],
    },
    Case {
        rule: "aws.route_table.routes check local-route",
        program: "aws.internet_gateway door { vpc = main }\naws.route_table it { vpc = main, routes = [{ to = {}, via = door }] }",
        steps: "CreateInternetGateway > door=internetGatewayId\nAttachInternetGateway VpcId={vpc} InternetGatewayId={door}\nCreateRouteTable VpcId={vpc} > it=routeTableId\nCreateRoute RouteTableId={it} GatewayId={door} DestinationCidrBlock={}",
        good: &["10.0.0.0/15"],
        bad: &["10.0.0.0/16"],
    },
    Case {
        rule: "aws.network_acl.inbound check duplicate-rule",
        program: "aws.network_acl it { vpc = main, inbound = [{ number = {}, from = internet, ports = tcp/80 }] }",
        steps: "CreateNetworkAcl VpcId={vpc} > it=networkAclId\nCreateNetworkAclEntry NetworkAclId={it} Egress=false Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=80 PortRange.To=80 RuleNumber={}",
        good: &["1", "32766"],
        bad: &["0", "32767"],
    },
    Case {
        rule: "aws.network_acl.outbound check duplicate-rule",
        program: "aws.network_acl it { vpc = main, outbound = [{ number = {}, to = internet, ports = tcp/80 }] }",
        steps: "CreateNetworkAcl VpcId={vpc} > it=networkAclId\nCreateNetworkAclEntry NetworkAclId={it} Egress=true Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=80 PortRange.To=80 RuleNumber={}",
        good: &["1", "32766"],
        bad: &["0", "32767"],
    },
    Case {
        rule: "aws.network_acl.inbound distinct duplicate-rule",
        program: "aws.network_acl it { vpc = main, inbound = [{ number = 1, from = internet, ports = tcp/80 }, { number = {}, from = internet, ports = tcp/443 }] }",
        steps: "CreateNetworkAcl VpcId={vpc} > it=networkAclId\nCreateNetworkAclEntry NetworkAclId={it} Egress=false Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=80 PortRange.To=80 RuleNumber=1\nCreateNetworkAclEntry NetworkAclId={it} Egress=false Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=443 PortRange.To=443 RuleNumber={}",
        good: &["2"],
        bad: &["1"],
    },
    Case {
        rule: "aws.network_acl.outbound distinct duplicate-rule",
        program: "aws.network_acl it { vpc = main, outbound = [{ number = 1, to = internet, ports = tcp/80 }, { number = {}, to = internet, ports = tcp/443 }] }",
        steps: "CreateNetworkAcl VpcId={vpc} > it=networkAclId\nCreateNetworkAclEntry NetworkAclId={it} Egress=true Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=80 PortRange.To=80 RuleNumber=1\nCreateNetworkAclEntry NetworkAclId={it} Egress=true Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From=443 PortRange.To=443 RuleNumber={}",
        good: &["2"],
        bad: &["1"],
    },
    Case {
        rule: "aws.placement_group.name exclusive name-taken",
        program: "aws.placement_group one { name = \"hosts\", strategy = spread }\naws.placement_group it { name = \"{}\", strategy = spread }",
        steps: "CreatePlacementGroup Strategy=spread GroupName=hosts\nCreatePlacementGroup Strategy=spread GroupName={}",
        good: &["Hosts"],
        bad: &["hosts"],
    },
    Case {
        rule: "aws.placement_group.name check bad-name",
        program: "aws.placement_group it { name = \"{}\", strategy = spread }",
        steps: "CreatePlacementGroup Strategy=spread GroupName={}",
        good: &["a~b"],
        bad: &["é"],
    },
    Case {
        rule: "aws.placement_group.partitions check unsupported-feature",
        program: "aws.placement_group it { name = \"it\", strategy = {}, partitions = 2 }",
        steps: "CreatePlacementGroup GroupName=it Strategy={} PartitionCount=2",
        good: &["partition"],
        bad: &["spread"],
    },
    Case {
        rule: "aws.placement_group.spread_level check unsupported-feature",
        program: "aws.placement_group it { name = \"it\", strategy = {}, spread_level = rack }",
        steps: "CreatePlacementGroup GroupName=it Strategy={} SpreadLevel=rack",
        good: &["spread"],
        bad: &["cluster"],
    },
    Case {
        rule: "aws.key_pair.name check bad-name",
        program: "aws.key_pair it { name = \"{}\", public_key = \"ssh-ed25519 AAAA\" }",
        steps: "CreateKeyPair KeyType=ed25519 KeyName={}",
        good: &["a~b"],
        bad: &["é"],
    },
    Case {
        rule: "aws.key_pair.name exclusive name-taken",
        program: "aws.key_pair one { name = \"ops\", public_key = \"ssh-ed25519 AAAA\" }\naws.key_pair it { name = \"{}\", public_key = \"ssh-ed25519 AAAA\" }",
        steps: "CreateKeyPair KeyType=ed25519 KeyName=ops\nCreateKeyPair KeyType=ed25519 KeyName={}",
        good: &["Ops"],
        bad: &["ops"],
    },
    Case {
        rule: "aws.launch_template.name exclusive name-taken",
        program: "aws.launch_template one { name = \"base\", launch = { type = \"t3.micro\" } }\naws.launch_template it { name = \"{}\", launch = { type = \"t3.micro\" } }",
        steps: "CreateLaunchTemplate LaunchTemplateData.InstanceType=t3.micro LaunchTemplateName=base\nCreateLaunchTemplate LaunchTemplateData.InstanceType=t3.micro LaunchTemplateName={}",
        good: &["base2"],
        bad: &["base"],
    },
    Case {
        rule: "aws.internet_gateway.vpc exclusive duplicate-association",
        program: "aws.internet_gateway one { vpc = main }\naws.internet_gateway it { vpc = {} }",
        steps: "CreateInternetGateway > one=internetGatewayId\nAttachInternetGateway VpcId={vpc} InternetGatewayId={one}\nCreateInternetGateway > it=internetGatewayId\nAttachInternetGateway InternetGatewayId={it} VpcId={{}}",
        good: &["other"],
        bad: &["main|vpc"],
    },
    Case {
        rule: "aws.attachment.device exclusive duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume a { zone = \"us-west-2a\", size = 1GiB }\naws.volume b { zone = \"us-west-2a\", size = 1GiB }\naws.attachment one { instance = host, volume = a, device = \"/dev/sdf\" }\naws.attachment it { instance = host, volume = b, device = \"{}\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > a=volumeId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > b=volumeId\nAttachVolume InstanceId={instance} VolumeId={a} Device=/dev/sdf\nAttachVolume InstanceId={instance} VolumeId={b} Device={}",
        good: &["/dev/sdg"],
        bad: &["/dev/sdf"],
    },
    Case {
        rule: "aws.peering.peer check range-overlap",
        program: "aws.vpc third { range = {} }\naws.peering it { vpc = main, peer = third }",
        steps: "CreateVpc CidrBlock={} > third=vpcId\nCreateVpcPeeringConnection VpcId={vpc} PeerVpcId={third} > it=vpcPeeringConnectionId\nDescribeVpcPeeringConnections VpcPeeringConnectionId.1={it}\nAcceptVpcPeeringConnection VpcPeeringConnectionId={it}",
        good: &["10.2.0.0/16"],
        bad: &["10.0.128.0/20"],
    },
    Case {
        rule: "aws.dhcp_options.name_servers check quota-exceeded",
        program: "aws.dhcp_options it { name_servers = [{}] }",
        steps: "CreateDhcpOptions DhcpConfiguration.1.Key=domain-name-servers{}",
        good: &[
            "\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\", \"10.0.0.4\"| DhcpConfiguration.1.Value.1=10.0.0.1 DhcpConfiguration.1.Value.2=10.0.0.2 DhcpConfiguration.1.Value.3=10.0.0.3 DhcpConfiguration.1.Value.4=10.0.0.4",
        ],
        bad: &[
            "\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\", \"10.0.0.4\", \"10.0.0.5\"| DhcpConfiguration.1.Value.1=10.0.0.1 DhcpConfiguration.1.Value.2=10.0.0.2 DhcpConfiguration.1.Value.3=10.0.0.3 DhcpConfiguration.1.Value.4=10.0.0.4 DhcpConfiguration.1.Value.5=10.0.0.5",
        ],
    },
    Case {
        rule: "aws.dhcp_options.time_servers check quota-exceeded",
        program: "aws.dhcp_options it { time_servers = [{}] }",
        steps: "CreateDhcpOptions DhcpConfiguration.1.Key=ntp-servers{}",
        good: &[
            "10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4| DhcpConfiguration.1.Value.1=10.0.0.1 DhcpConfiguration.1.Value.2=10.0.0.2 DhcpConfiguration.1.Value.3=10.0.0.3 DhcpConfiguration.1.Value.4=10.0.0.4",
        ],
        bad: &[
            "10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5| DhcpConfiguration.1.Value.1=10.0.0.1 DhcpConfiguration.1.Value.2=10.0.0.2 DhcpConfiguration.1.Value.3=10.0.0.3 DhcpConfiguration.1.Value.4=10.0.0.4 DhcpConfiguration.1.Value.5=10.0.0.5",
        ],
    },
    Case {
        rule: "aws.dhcp_options.name_servers check bad-name",
        program: "aws.dhcp_options it { name_servers = [\"{}\"] }",
        steps: "CreateDhcpOptions DhcpConfiguration.1.Key=domain-name-servers DhcpConfiguration.1.Value.1={}",
        good: &["AmazonProvidedDNS", "10.0.0.1"],
        bad: &["dns.internal"],
    },
    Case {
        rule: "aws.snapshot.size check volume-size",
        program: "aws.snapshot it { format = swap, size = {}GiB }",
        steps: "CreateVolume AvailabilityZone=us-west-2a VolumeType=gp3 Size={}",
        good: &["1", "65536"],
        bad: &["0", "65537"],
    },
    Case {
        rule: "aws.vpc.dns_hostnames check unsupported-feature",
        program: "aws.vpc it { range = 10.3.0.0/16, dns_support = {}, dns_hostnames = true }",
        steps: "ModifyVpcAttribute VpcId={vpc} EnableDnsSupport.Value={}\nModifyVpcAttribute VpcId={vpc} EnableDnsHostnames.Value=true",
        good: &["true"],
        bad: &["false"],
    },
    Case {
        rule: "aws.volume.snapshot check size-too-small",
        program: "aws.volume disk { zone = \"us-west-2a\", size = 10GiB }\naws.snapshot copy { volume = disk }\naws.volume it { zone = \"us-west-2a\", snapshot = copy, size = {}GiB }",
        steps: "CreateVolume AvailabilityZone=us-west-2a Size=10 > disk=volumeId\nCreateSnapshot VolumeId={disk} > copy=snapshotId\nCreateVolume AvailabilityZone=us-west-2a SnapshotId={copy} Size={}",
        good: &["10"],
        bad: &["9"],
    },
    Case {
        rule: "aws.volume.* check missing-field",
        program: "aws.volume it { zone = \"us-west-2a\"{} }",
        steps: "CreateVolume AvailabilityZone=us-west-2a{}",
        good: &[", size = 1GiB| Size=1"],
        bad: &["|"],
    },
    Case {
        rule: "aws.attachment.volume exclusive duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.instance second { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume a { zone = \"us-west-2a\", size = 1GiB }\naws.volume b { zone = \"us-west-2a\", size = 1GiB }\naws.attachment one { instance = host, volume = a, device = \"/dev/sdf\" }\naws.attachment it { instance = second, volume = {}, device = \"/dev/sdf\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nRunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > second=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > a=volumeId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > b=volumeId\nAttachVolume InstanceId={instance} VolumeId={a} Device=/dev/sdf\nAttachVolume InstanceId={second} Device=/dev/sdf VolumeId={{}}",
        good: &["b"],
        bad: &["a"],
    },
    Case {
        rule: "aws.nat_gateway.address check duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.elastic_ip a { instance = host }\naws.elastic_ip b { }\naws.nat_gateway it { subnet = inside, address = {} }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nAllocateAddress Domain=vpc > a=allocationId\nAllocateAddress Domain=vpc > b=allocationId\nCreateInternetGateway > door=internetGatewayId\nAttachInternetGateway VpcId={vpc} InternetGatewayId={door}\nAssociateAddress InstanceId={instance} AllocationId={a}\nCreateNatGateway SubnetId={subnet} AllocationId={{}}",
        good: &["b"],
        bad: &["a"],
    },
    Case {
        rule: "aws.nat_gateway.address exclusive duplicate-association",
        program: "aws.elastic_ip a { }\naws.elastic_ip b { }\naws.nat_gateway one { subnet = inside, address = a }\naws.nat_gateway it { subnet = inside, address = {} }",
        steps: "AllocateAddress Domain=vpc > a=allocationId\nAllocateAddress Domain=vpc > b=allocationId\nCreateInternetGateway > door=internetGatewayId\nAttachInternetGateway VpcId={vpc} InternetGatewayId={door}\nCreateNatGateway SubnetId={subnet} AllocationId={a}\nCreateNatGateway SubnetId={subnet} AllocationId={{}}",
        good: &["b"],
        bad: &["a"],
    },
    Case {
        rule: "aws.instance.private_ip exclusive duplicate-association",
        program: "aws.network_interface one { subnet = inside, private_ip = 10.0.1.9 }\naws.instance it { image = \"ami-1\", type = \"t3.micro\", subnet = inside, private_ip = {} }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddress=10.0.1.9\nRunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} PrivateIpAddress={}",
        good: &["10.0.1.10"],
        bad: &["10.0.1.9"],
    },
    Case {
        rule: "aws.network_interface.private_ip exclusive duplicate-association",
        program: "aws.network_interface one { subnet = inside, private_ip = 10.0.1.9 }\naws.network_interface it { subnet = inside, private_ip = {} }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddress=10.0.1.9\nCreateNetworkInterface SubnetId={subnet} PrivateIpAddress={}",
        good: &["10.0.1.10"],
        bad: &["10.0.1.9"],
    },
    Case {
        rule: "aws.network_interface.further_ips exclusive duplicate-association",
        program: "aws.network_interface one { subnet = inside, private_ip = 10.0.1.9 }\naws.network_interface it { subnet = inside, private_ip = 10.0.1.8, further_ips = [{}] }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddress=10.0.1.9\nCreateNetworkInterface SubnetId={subnet} PrivateIpAddresses.1.PrivateIpAddress=10.0.1.8 PrivateIpAddresses.1.Primary=true PrivateIpAddresses.2.PrivateIpAddress={}",
        good: &["10.0.1.10"],
        bad: &["10.0.1.9"],
    },
    Case {
        rule: "aws.nat_gateway.private_ip exclusive duplicate-association",
        program: "aws.network_interface one { subnet = inside, private_ip = 10.0.1.9 }\naws.nat_gateway it { subnet = inside, kind = private, private_ip = {} }",
        steps: "CreateNetworkInterface SubnetId={subnet} PrivateIpAddress=10.0.1.9\nCreateNatGateway SubnetId={subnet} ConnectivityType=private PrivateIpAddress={}",
        good: &["10.0.1.10"],
        bad: &["10.0.1.9"],
    },
    Case {
        rule: "aws.egress_only_gateway.vpc exclusive duplicate-association",
        program: "aws.egress_only_gateway one { vpc = main }\naws.egress_only_gateway it { vpc = {} }",
        steps: "CreateEgressOnlyInternetGateway VpcId={vpc}\nCreateEgressOnlyInternetGateway VpcId={{}}",
        good: &["other"],
        bad: &["main|vpc"],
    },
    Case {
        rule: "aws.route_table.subnets exclusive duplicate-association",
        program: "aws.subnet free { vpc = main, zone = \"us-west-2a\", range = 10.0.2.0/24 }\naws.route_table one { vpc = main, subnets = [inside] }\naws.route_table it { vpc = main, subnets = [{}] }",
        steps: "CreateSubnet VpcId={vpc} AvailabilityZone=us-west-2a CidrBlock=10.0.2.0/24 > free=subnetId\nCreateRouteTable VpcId={vpc} > one=routeTableId\nCreateRouteTable VpcId={vpc} > it=routeTableId\nAssociateRouteTable RouteTableId={one} SubnetId={subnet}\nAssociateRouteTable RouteTableId={it} SubnetId={{}}",
        good: &["free"],
        bad: &["inside|subnet"],
    },
    Case {
        rule: "aws.image.name exclusive name-taken",
        program: "aws.image one { name = \"base\", instance = \"i-0123456789abcdef0\" }\naws.image it { name = \"{}\", instance = \"i-0123456789abcdef0\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateImage InstanceId={instance} NoReboot=true Name=base\nCreateImage InstanceId={instance} NoReboot=true Name={}",
        good: &["Base"],
        bad: &["base"],
    },
    Case {
        rule: "aws.vpc_endpoint.* exclusive name-taken",
        program: "aws.route_table a { vpc = main }\naws.route_table b { vpc = main }\naws.vpc_endpoint one { vpc = main, service = \"s3\", kind = gateway, route_tables = [a] }\naws.vpc_endpoint it { vpc = main, service = \"s3\", kind = gateway, route_tables = [{}] }",
        steps: "CreateRouteTable VpcId={vpc} > a=routeTableId\nCreateRouteTable VpcId={vpc} > b=routeTableId\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway RouteTableId.1={a}\nCreateVpcEndpoint VpcId={vpc} ServiceName=com.amazonaws.us-west-2.s3 VpcEndpointType=Gateway RouteTableId.1={{}}",
        good: &["b"],
        bad: &["a"],
    },
    Case {
        rule: "aws.network_interface.index exclusive duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.network_interface one { subnet = inside, instance = host, index = 1 }\naws.network_interface it { subnet = inside, instance = host, index = {} }",
        steps: "RunInstances ImageId={image} InstanceType=m5.large MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateNetworkInterface SubnetId={subnet} > one=networkInterfaceId\nCreateNetworkInterface SubnetId={subnet} > it=networkInterfaceId\nAttachNetworkInterface InstanceId={instance} NetworkInterfaceId={one} DeviceIndex=1\nAttachNetworkInterface InstanceId={instance} NetworkInterfaceId={it} DeviceIndex={}",
        good: &["2"],
        bad: &["1"],
    },
    Case {
        rule: "aws.network_interface.index check unsupported-feature",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.network_interface it { subnet = inside, instance = host, index = {} }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateNetworkInterface SubnetId={subnet} > it=networkInterfaceId\nAttachNetworkInterface InstanceId={instance} NetworkInterfaceId={it} DeviceIndex={}",
        good: &["1"],
        bad: &["0"],
    },
    Case {
        rule: "aws.instance.image check architecture-mismatch",
        program: "lookup aws.image found { owner = \"amazon\", name = \"al2023-*\", architecture = {}, newest = true }\naws.instance it { image = found, type = \"t3.micro\", subnet = inside }",
        steps: "DescribeImages Filter.1.Name=architecture Filter.1.Value.1={} > found=imageId\nRunInstances ImageId={found} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet}",
        good: &["x86_64"],
        bad: &["arm64"],
    },
    Case {
        rule: "aws.instance.placement_group check unsupported-feature",
        program: "aws.placement_group near_group { strategy = cluster }\naws.instance it { image = \"ami-1\", type = \"{}\", subnet = inside, placement_group = near_group }",
        steps: "CreatePlacementGroup Strategy=cluster GroupName=near\nRunInstances ImageId={image} MinCount=1 MaxCount=1 SubnetId={subnet} Placement.GroupName=near InstanceType={}",
        good: &["m5.large"],
        bad: &["t3.micro"],
    },
    Case {
        rule: "aws.instance.root_size check size-too-small",
        program: "aws.instance source { image = \"ami-1\", type = \"t3.micro\", subnet = inside, root_size = 10GiB }\naws.image base { name = \"base\", instance = source }\naws.instance it { image = base, type = \"t3.micro\", subnet = inside, root_size = {}GiB }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} BlockDeviceMapping.1.DeviceName=/dev/sda1 BlockDeviceMapping.1.Ebs.VolumeSize=10 > instance=instanceId\nCreateImage InstanceId={instance} Name=base > base=imageId\nRunInstances ImageId={base} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} BlockDeviceMapping.1.DeviceName=/dev/sda1 BlockDeviceMapping.1.Ebs.VolumeSize={}",
        good: &["10"],
        bad: &["9"],
    },
];

pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for case in CASES {
        for (values, is_good) in [(case.good, true), (case.bad, false)] {
            for value in values {
                let (program, sent) = value.split_once('|').unwrap_or((value, value));
                samples.push(Sample {
                    rule: case.rule.to_owned(),
                    shown: (*value).to_owned(),
                    program: case.program.replacen("{}", program, 1),
                    steps: case.steps.replacen("{}", &in_steps(sent), 1),
                    is_good,
                });
            }
        }
    }
    samples
}

/// Letters that are not ASCII are written in hexadecimal.
fn in_steps(text: &str) -> String {
    let one = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => crate::requests::encoded(&c.to_string()),
    };
    text.chars().map(one).collect()
}

/// Sizes and speeds of each volume type, with the figures of the catalogue, for a volume and for a root volume.
pub fn volumes() -> Vec<Sample> {
    let mut samples = Vec::new();
    for row in catalogue::rows("volume_types") {
        let kind = &row.name;
        let gib = |name: &str| row.gib(name).unwrap_or_default();
        let (least, most) = (gib("size_min"), gib("size_max"));
        let needed = match row.bool("needs_iops") {
            true => row.int("iops_min"),
            false => None,
        };
        for (size, is_good) in [
            (least, true),
            (most, true),
            (least - 1, false),
            (most + 1, false),
        ] {
            let volume = Volume {
                kind,
                size,
                iops: needed,
                throughput: None,
            };
            samples.extend(volume.samples("size", "check volume-size", is_good));
        }
        if let (Some(fewest), Some(all), Some(per)) = (
            row.int("iops_min"),
            row.int("iops_max"),
            row.int("iops_per_gib"),
        ) {
            let large = (all / per + 1).max(least);
            let small = (fewest / per + 1).max(least);
            let limits = [
                (large, fewest, true),
                (large, all, true),
                (large, fewest - 1, false),
                (large, all + 1, false),
                (small, small * per, true),
                (small, small * per + 1, false),
            ];
            for (size, iops, is_good) in limits {
                let volume = Volume {
                    kind,
                    size,
                    iops: Some(iops),
                    throughput: None,
                };
                samples.extend(volume.samples("iops", "check volume-performance", is_good));
            }
            let without = Volume {
                kind,
                size: large,
                iops: None,
                throughput: None,
            };
            samples.extend(without.samples("type", "check volume-performance", needed.is_none()));
        } else {
            let chosen = Volume {
                kind,
                size: least,
                iops: Some(3_000),
                throughput: None,
            };
            samples.extend(chosen.samples("iops", "check volume-performance", false));
        }
        if let (Some(fewest), Some(all)) = (row.int("throughput_min"), row.int("throughput_max")) {
            let limits = [
                (4 * all, fewest, true),
                (4 * all, all, true),
                (4 * all, fewest - 1, false),
                (4 * all, all + 1, false),
                (4_000, 1_000, true),
                (4_000, 1_001, false),
            ];
            for (iops, throughput, is_good) in limits {
                let volume = Volume {
                    kind,
                    size: 1_000,
                    iops: Some(iops),
                    throughput: Some(throughput),
                };
                samples.extend(volume.samples("throughput", "check volume-performance", is_good));
            }
        } else {
            let chosen = Volume {
                kind,
                size: least.max(8),
                iops: needed,
                throughput: Some(125),
            };
            samples.extend(chosen.samples("throughput", "check volume-performance", false));
        }
    }
    samples
}

struct Volume<'k> {
    kind: &'k str,
    size: i64,
    iops: Option<i64>,
    throughput: Option<i64>,
}

impl Volume<'_> {
    /// As a volume, and as the root volume of a machine where its image fits.
    fn samples(&self, field: &str, rule: &str, is_good: bool) -> Vec<Sample> {
        let Volume {
            kind,
            size,
            iops,
            throughput,
        } = self;
        let program = |prefix: &str| {
            let mut fields = format!("{prefix}type = {kind}, {prefix}size = {size}GiB");
            for (name, value) in [("iops", iops), ("throughput", throughput)] {
                if let Some(value) = value {
                    fields.push_str(&format!(", {prefix}{name} = {value}"));
                }
            }
            fields
        };
        let request = |prefix: &str, size_name: &str| {
            let mut step = format!(" {prefix}VolumeType={kind} {prefix}{size_name}={size}");
            for (name, value) in [("Iops", iops), ("Throughput", throughput)] {
                if let Some(value) = value {
                    step.push_str(&format!(" {prefix}{name}={value}"));
                }
            }
            step
        };
        let shown = format!("{kind} {size}GiB {iops:?} {throughput:?}");
        let mut samples = vec![Sample {
            rule: format!("aws.volume.{field} {rule}"),
            shown: shown.clone(),
            program: format!("aws.volume it {{ zone = \"us-west-2a\", {} }}", program("")),
            steps: format!(
                "CreateVolume AvailabilityZone=us-west-2a{}",
                request("", "Size")
            ),
            is_good,
        }];
        // A machine starts from no magnetic disk for streams, and a root volume holds the image's 8 GiB.
        if !matches!(*kind, "st1" | "sc1") && (*size >= 8 || !is_good) {
            samples.push(Sample {
                rule: format!("aws.instance.root_{field} {rule}"),
                shown,
                program: format!(
                    "aws.instance it {{ image = \"ami-1\", type = \"t3.micro\", subnet = inside, {} }}",
                    program("root_")
                ),
                steps: format!(
                    "RunInstances ImageId={{image}} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={{subnet}} BlockDeviceMapping.1.DeviceName=/dev/sda1{}",
                    request("BlockDeviceMapping.1.Ebs.", "VolumeSize")
                ),
                is_good,
            });
        }
        samples
    }
}

/// Quotas of a new account: as many as it may have, and one more.
pub fn quotas() -> Vec<Sample> {
    let figures = catalogue::figures("quotas");
    let of = |name: &str| {
        let found = figures.iter().find(|(it, _)| it == name);
        found.map(|(_, figure)| *figure).unwrap_or_default()
    };
    let mut samples = Vec::new();
    for more in [0, 1] {
        let mut add = |rule: &str, program: String, steps: String| {
            samples.push(Sample {
                rule: format!("{rule} quota quota-exceeded"),
                shown: format!("as many as there can be and {more}"),
                program,
                steps,
                is_good: more == 0,
            });
        };
        let lines = |count: i64, one: &dyn Fn(i64) -> String| -> String {
            (0..count).map(|n| one(n) + "\n").collect()
        };
        // Two are on the ground.
        let count = of("vpcs") - 2 + more;
        add(
            "aws.vpc.*",
            lines(count, &|n| {
                format!("aws.vpc v{n} {{ range = 10.{}.0.0/16 }}", 20 + n)
            }),
            lines(count, &|n| {
                format!("CreateVpc CidrBlock=10.{}.0.0/16", 20 + n)
            }),
        );
        let count = of("addresses") + more;
        add(
            "aws.elastic_ip.*",
            lines(count, &|n| format!("aws.elastic_ip a{n} {{}}")),
            lines(count, &|_| "AllocateAddress Domain=vpc".to_owned()),
        );
        let count = of("groups_per_interface") + more;
        let groups: Vec<String> = (0..count).map(|n| format!("g{n}")).collect();
        let made = lines(count, &|n| {
            format!("aws.security_group g{n} {{ vpc = main }}")
        });
        let make = lines(count, &|n| {
            format!(
                "CreateSecurityGroup VpcId={{vpc}} GroupDescription=x GroupName=g{n} > g{n}=groupId"
            )
        });
        let named: String = (0..count)
            .map(|n| format!(" SecurityGroupId.{}={{g{n}}}", n + 1))
            .collect();
        let groups = groups.join(", ");
        add(
            "aws.network_interface.groups",
            format!("{made}aws.network_interface it {{ subnet = inside, groups = [{groups}] }}"),
            format!("{make}CreateNetworkInterface SubnetId={{subnet}}{named}"),
        );
        add(
            "aws.instance.groups",
            format!(
                "{made}aws.instance it {{ image = \"ami-1\", type = \"t3.micro\", subnet = inside, groups = [{groups}] }}"
            ),
            format!(
                "{make}RunInstances ImageId={{image}} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={{subnet}}{named}"
            ),
        );
        for (quota, rule, program, step) in [
            (
                "route_tables_per_vpc",
                "aws.route_table.vpc",
                "aws.route_table t{} { vpc = other }",
                "CreateRouteTable VpcId={other}",
            ),
            (
                "network_acls_per_vpc",
                "aws.network_acl.vpc",
                "aws.network_acl t{} { vpc = other }",
                "CreateNetworkAcl VpcId={other}",
            ),
        ] {
            // The main table and the default ACL count in the cloud, and are none of the program's.
            let count = of(quota) + more;
            add(
                rule,
                lines(count, &|n| program.replace("{}", &n.to_string())),
                lines(count - 1, &|_| step.to_owned()),
            );
        }
        let count = of("subnets_per_vpc") - 1 + more;
        let range = |n: i64| format!("10.0.{}.{}/28", 16 + n / 16, n % 16 * 16);
        add(
            "aws.subnet.vpc",
            lines(count, &|n| {
                format!(
                    "aws.subnet s{n} {{ vpc = main, zone = \"us-west-2a\", range = {} }}",
                    range(n)
                )
            }),
            lines(count, &|n| {
                format!(
                    "CreateSubnet VpcId={{vpc}} AvailabilityZone=us-west-2a CidrBlock={}",
                    range(n)
                )
            }),
        );
        let count = of("entries_per_acl") + more;
        for (field, end, egress) in [("inbound", "from", false), ("outbound", "to", true)] {
            let entries: Vec<String> = (1..=count)
                .map(|n| format!("{{ number = {n}, {end} = internet, ports = tcp/{n} }}"))
                .collect();
            let make = lines(count, &|n| {
                let n = n + 1;
                format!(
                    "CreateNetworkAclEntry NetworkAclId={{acl}} Egress={egress} Protocol=6 RuleAction=allow CidrBlock=0.0.0.0/0 PortRange.From={n} PortRange.To={n} RuleNumber={n}"
                )
            });
            add(
                &format!("aws.network_acl.{field}"),
                format!(
                    "aws.network_acl it {{ vpc = main, {field} = [{}] }}",
                    entries.join(", ")
                ),
                format!("CreateNetworkAcl VpcId={{vpc}} > acl=networkAclId\n{make}"),
            );
        }
        let count = of("routes_per_table") + more;
        let routes: Vec<String> = (1..=count)
            .map(|n| format!("{{ to = 10.9.{n}.0/24, via = door }}"))
            .collect();
        let make = lines(count, &|n| {
            format!(
                "CreateRoute RouteTableId={{it}} GatewayId={{door}} DestinationCidrBlock=10.9.{}.0/24",
                n + 1
            )
        });
        add(
            "aws.route_table.routes",
            format!(
                "aws.internet_gateway door {{ vpc = main }}\naws.route_table it {{ vpc = main, routes = [{}] }}",
                routes.join(", ")
            ),
            format!(
                "CreateInternetGateway > door=internetGatewayId\nAttachInternetGateway VpcId={{vpc}} InternetGatewayId={{door}}\nCreateRouteTable VpcId={{vpc}} > it=routeTableId\n{make}"
            ),
        );
        let count = of("rules_per_group") + more;
        for (field, end, action) in [("allow", "from", "Ingress"), ("allow_out", "to", "Egress")] {
            let ports: Vec<String> = (1..=count).map(|n| format!("tcp/{n}")).collect();
            let permissions: String = (1..=count)
                .map(|n| format!(" IpPermissions.{n}.IpProtocol=tcp IpPermissions.{n}.FromPort={n} IpPermissions.{n}.ToPort={n} IpPermissions.{n}.IpRanges.1.CidrIp=10.0.0.0/8"))
                .collect();
            let clear = match action {
                "Egress" => {
                    "RevokeSecurityGroupEgress GroupId={near} IpPermissions.1.IpProtocol=-1 IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0\n"
                }
                _ => "",
            };
            add(
                &format!("aws.security_group.{field}"),
                format!(
                    "aws.security_group it {{ vpc = main, {field} = [{{ {end} = 10.0.0.0/8, ports = [{}] }}] }}",
                    ports.join(", ")
                ),
                format!("{clear}AuthorizeSecurityGroup{action} GroupId={{near}}{permissions}"),
            );
        }
    }
    samples
}

mod catalogue {
    //! Figures of the library's catalogue, read from its text.

    pub struct Row {
        pub name: String,
        fields: Vec<(String, String)>,
    }

    impl Row {
        fn get(&self, name: &str) -> Option<&str> {
            let found = self.fields.iter().find(|(it, _)| it == name);
            found.map(|(_, value)| value.as_str())
        }

        pub fn int(&self, name: &str) -> Option<i64> {
            self.get(name)?.parse().ok()
        }

        pub fn bool(&self, name: &str) -> bool {
            self.get(name) == Some("true")
        }

        pub fn gib(&self, name: &str) -> Option<i64> {
            let text = self.get(name)?;
            match text.strip_suffix("TiB") {
                Some(number) => Some(number.parse::<i64>().ok()? * 1024),
                None => text.strip_suffix("GiB")?.parse().ok(),
            }
        }
    }

    /// The lines of a table.
    fn table(name: &str) -> Vec<&'static str> {
        let text = infra_stdlib::file("aws/catalogue.infra").expect("a catalogue");
        let head = format!("let {name} = {{");
        let lines = text.lines().skip_while(move |line| *line != head).skip(1);
        lines
            .take_while(|line| *line != "}")
            .map(str::trim)
            .collect()
    }

    pub fn rows(name: &str) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for line in table(name) {
            let Some((name, value)) = line.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            match (value.as_str(), rows.last_mut()) {
                ("{", _) => rows.push(Row {
                    name,
                    fields: Vec::new(),
                }),
                (_, Some(row)) => row.fields.push((name, value)),
                _ => {}
            }
        }
        rows
    }

    pub fn figures(name: &str) -> Vec<(String, i64)> {
        let lines = table(name).into_iter();
        let figure = |line: &str| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().parse().ok()?))
        };
        lines.filter_map(figure).collect()
    }
}
