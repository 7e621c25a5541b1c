//! What every region has before a user makes anything: the default VPC with a subnet in each zone.

use super::{
    DhcpOptions, Direction, InternetGateway, NetworkAcl, NetworkState, Peer, Region, Route,
    RouteAssociation, RouteTable, Rule, SecurityGroup, Subnet, Target, Vpc,
};
use crate::ground::cidr::Cidr;
use crate::ground::cidr6::Range;

/// The set of DHCP options that a region has, and that new VPCs get.
const DHCP_OPTIONS: &str = "dopt-0a1b2c3d";

impl Region {
    /// Makes a VPC with what comes with each: a main route table and a group called `default`.
    pub fn make_vpc(&mut self, cidr: Cidr, tenancy: &str, is_default: bool) -> Vpc {
        let vpc = Vpc {
            id: self.new_id("vpc"),
            cidr,
            cidr_association: self.new_id("vpc-cidr-assoc"),
            ipv6: None,
            state: if is_default {
                NetworkState::Available
            } else {
                NetworkState::Pending
            },
            due: if is_default {
                None
            } else {
                self.after(self.timing.network_ms)
            },
            tenancy: tenancy.to_owned(),
            dns_support: true,
            dns_hostnames: is_default,
            address_metrics: false,
            dhcp_options: DHCP_OPTIONS.to_owned(),
            is_default,
        };
        self.vpcs.put(vpc.clone());
        let table = RouteTable {
            id: self.new_id("rtb"),
            vpc: vpc.id.clone(),
            routes: vec![Route {
                destination: Range::V4(cidr),
                target: Target::Local,
            }],
            associations: vec![RouteAssociation {
                id: self.new_id("rtbassoc"),
                subnet: None,
            }],
            made_by_vpc: true,
        };
        self.route_tables.put(table);
        let acl = NetworkAcl {
            id: self.new_id("acl"),
            vpc: vpc.id.clone(),
            is_default: true,
            entries: super::open(Range::V4(everywhere()), 100).into(),
            associations: Vec::new(),
        };
        self.network_acls.put(acl);
        self.make_default_group(&vpc.id);
        vpc
    }

    fn make_default_group(&mut self, vpc: &str) {
        let id = self.new_id("sg");
        let rules = [Direction::Ingress, Direction::Egress].map(|direction| Rule {
            id: self.new_id("sgr"),
            direction,
            protocol: "-1".to_owned(),
            from: None,
            to: None,
            peer: match direction {
                Direction::Ingress => Peer::Group(id.clone()),
                Direction::Egress => Peer::V4(everywhere()),
            },
            description: None,
        });
        self.security_groups.put(SecurityGroup {
            id,
            vpc: vpc.to_owned(),
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            rules: rules.into(),
        });
    }
}

/// 0.0.0.0/0
pub fn everywhere() -> Cidr {
    Cidr::parse("0.0.0.0/0").expect("a constant range")
}

/// Furnishes a new region.
pub fn furnish(region: &mut Region) {
    let domain = match region.name.as_str() {
        "us-east-1" => "ec2.internal".to_owned(),
        name => format!("{name}.compute.internal"),
    };
    region.dhcp_options.put(DhcpOptions {
        id: DHCP_OPTIONS.to_owned(),
        options: vec![
            ("domain-name".to_owned(), vec![domain]),
            (
                "domain-name-servers".to_owned(),
                vec!["AmazonProvidedDNS".to_owned()],
            ),
        ],
        is_default: true,
    });
    let cidr = Cidr::parse("172.31.0.0/16").expect("a constant range");
    let vpc = region.make_vpc(cidr, "default", true);
    let gateway = InternetGateway {
        id: region.new_id("igw"),
        vpc: Some(vpc.id.clone()),
        is_default: true,
    };
    let main = region
        .route_tables
        .iter()
        .find(|table| table.vpc == vpc.id)
        .map(|table| table.id.clone());
    if let Some(mut table) = main.and_then(|id| region.route_tables.get(&id).cloned()) {
        table.routes.push(Route {
            destination: Range::V4(everywhere()),
            target: Target::InternetGateway(gateway.id.clone()),
        });
        region.route_tables.put(table);
    }
    region.internet_gateways.put(gateway);
    let zones: Vec<String> = region.zones().collect();
    for (number, zone) in zones.into_iter().enumerate() {
        let first = cidr.nth(number as u32 * 4096);
        let id = region.new_id("subnet");
        region.join_default_acl(&vpc.id, &id);
        region.subnets.put(Subnet {
            id,
            vpc: vpc.id.clone(),
            cidr: Cidr::parse(&format!("{first}/20")).expect("a constant range"),
            ipv6: None,
            zone,
            state: NetworkState::Available,
            due: None,
            map_public_ip: true,
            default_for_zone: true,
        });
    }
}
