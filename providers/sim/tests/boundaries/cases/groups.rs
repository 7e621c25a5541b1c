//! Security groups.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
];
