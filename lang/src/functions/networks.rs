//! Ranges and addresses of networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use infra_model::Value;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Args, Function, expected};

fn range(args: &Args<'_>, position: usize) -> Result<IpNet, String> {
    match args.value(position)? {
        Value::Cidr(range) => Ok(*range),
        other => Err(expected("a range such as 10.0.0.0/16", other)),
    }
}

/// The bits of an address, and how many a whole one has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

fn net(bits: u128, prefix: u8, like: IpNet) -> Result<IpNet, String> {
    let wrong = |_| "the prefix is too long".to_owned();
    match like {
        IpNet::V4(_) => Ipv4Net::new(Ipv4Addr::from(bits as u32), prefix)
            .map(IpNet::V4)
            .map_err(wrong),
        IpNet::V6(_) => Ipv6Net::new(Ipv6Addr::from(bits), prefix)
            .map(IpNet::V6)
            .map_err(wrong),
    }
}

/// The `number`th of the subnets that are `more` bits longer.
fn subnet(of: IpNet, more: i64, number: i64) -> Result<IpNet, String> {
    let (base, width) = bits(of.network());
    let prefix = i64::from(of.prefix_len()) + more;
    if more < 0 || prefix > i64::from(width) {
        return Err(format!(
            "{of} with {more} more bits would be a /{prefix}, and there are only {width} bits"
        ));
    }
    let count = 1u128.checked_shl(more as u32).unwrap_or(u128::MAX);
    let number = u128::try_from(number).ok().filter(|number| *number < count);
    let number =
        number.ok_or_else(|| format!("{of} has {count} subnets of /{prefix}, counted from 0"))?;
    let shift = width - prefix as u32;
    net(
        base | number.checked_shl(shift).unwrap_or(0),
        prefix as u8,
        of,
    )
}

fn subnets(args: &Args<'_>) -> Result<Value, String> {
    let of = range(args, 0)?;
    let mut ranges = Vec::new();
    let (base, width) = bits(of.network());
    let mut next = base;
    for more in args.list(1)? {
        let more = more
            .as_int()
            .ok_or_else(|| expected("whole numbers", more))?;
        let prefix = i64::from(of.prefix_len()) + more;
        if more < 0 || prefix > i64::from(width) {
            return Err(format!("there is no /{prefix} in {of}"));
        }
        let size = 1u128
            .checked_shl(width - prefix as u32)
            .unwrap_or(u128::MAX);
        // A range starts at a multiple of its own size.
        let start = next.div_ceil(size) * size;
        let subnet = net(start, prefix as u8, of)?;
        if !of.contains(&subnet) {
            return Err(format!("{of} has no room for all of them"));
        }
        ranges.push(Value::Cidr(subnet));
        next = start + size;
    }
    Ok(Value::List(ranges))
}

fn host(args: &Args<'_>) -> Result<Value, String> {
    let of = range(args, 0)?;
    let number = args.int(1)?;
    let (base, width) = bits(of.network());
    let size = 1u128
        .checked_shl(width - u32::from(of.prefix_len()))
        .unwrap_or(u128::MAX);
    // A negative number counts from the end.
    let offset = if number < 0 {
        size.checked_sub(number.unsigned_abs().into())
    } else {
        Some(number.unsigned_abs().into())
    };
    let offset = offset.filter(|offset| *offset < size);
    let offset = offset.ok_or_else(|| format!("{of} has {size} addresses"))?;
    Ok(Value::Ip(match of {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from((base + offset) as u32)),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(base + offset)),
    }))
}

fn contains(args: &Args<'_>) -> Result<Value, String> {
    let of = range(args, 0)?;
    match args.value(1)? {
        Value::Ip(address) => Ok(Value::Bool(of.contains(address))),
        Value::Cidr(inner) => Ok(Value::Bool(of.contains(inner))),
        other => Err(expected("an address or a range", other)),
    }
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "subnet_of",
        signature: "(range: cidr, bits: int, number: int) -> cidr",
        doc: "The subnet of that number, counted from 0, among those with `bits` more bits of prefix.",
        example: ("subnet_of(10.0.0.0/16, 8, 3)", "10.0.3.0/24"),
        partial: false,
        run: |args| subnet(range(args, 0)?, args.int(1)?, args.int(2)?).map(Value::Cidr),
    },
    Function {
        name: "subnets_of",
        signature: "(range: cidr, bits: [int]) -> [cidr]",
        doc: "Subnets one after the other, each with so many more bits of prefix.",
        example: (
            "subnets_of(10.0.0.0/16, [8, 8, 4])",
            "[10.0.0.0/24, 10.0.1.0/24, 10.0.16.0/20]",
        ),
        partial: false,
        run: subnets,
    },
    Function {
        name: "host_of",
        signature: "(range: cidr, number: int) -> ip",
        doc: "The address of that number in a range, counted from 0; from the end when negative.",
        example: ("host_of(10.0.3.0/24, 10)", "10.0.3.10"),
        partial: false,
        run: host,
    },
    Function {
        name: "contains",
        signature: "(range: cidr, inner: ip | cidr) -> bool",
        doc: "Whether an address or a whole range is inside a range.",
        example: ("contains(10.0.0.0/16, 10.0.3.0/24)", "true"),
        partial: false,
        run: contains,
    },
    Function {
        name: "overlaps",
        signature: "(a: cidr, b: cidr) -> bool",
        doc: "Whether two ranges have an address in common.",
        example: ("overlaps(10.0.0.0/24, 10.0.1.0/24)", "false"),
        partial: false,
        run: |args| {
            let (a, b) = (range(args, 0)?, range(args, 1)?);
            Ok(Value::Bool(a.contains(&b) || b.contains(&a)))
        },
    },
    Function {
        name: "prefix_length",
        signature: "(range: cidr) -> int",
        doc: "The number behind the slash.",
        example: ("prefix_length(10.0.0.0/16)", "16"),
        partial: false,
        run: |args| Ok(Value::Int(range(args, 0)?.prefix_len().into())),
    },
    Function {
        name: "netmask",
        signature: "(range: cidr) -> ip",
        doc: "The mask of a range.",
        example: ("netmask(10.0.0.0/16)", "255.255.0.0"),
        partial: false,
        run: |args| Ok(Value::Ip(range(args, 0)?.netmask())),
    },
    Function {
        name: "first_address",
        signature: "(range: cidr) -> ip",
        doc: "The address a range begins with.",
        example: ("first_address(10.0.3.0/24)", "10.0.3.0"),
        partial: false,
        run: |args| Ok(Value::Ip(range(args, 0)?.network())),
    },
    Function {
        name: "range_of",
        signature: "(address: ip) -> cidr",
        doc: "The range of one address.",
        example: ("range_of(203.0.113.7)", "203.0.113.7/32"),
        partial: false,
        run: |args| match args.value(0)? {
            Value::Ip(address) => Ok(Value::Cidr(IpNet::from(*address))),
            other => Err(expected("an address", other)),
        },
    },
];
