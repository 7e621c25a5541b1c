//! Quotas of a new account, at the figures of the catalogue.

use crate::{Sample, catalogue};

/// Quotas of a new account: as many as it may have, and one more.
pub fn samples() -> Vec<Sample> {
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
