//! The size and speed of a volume fit its type.
//!
//! Amazon EBS User Guide, "Amazon EBS volume types".

use infra_model::{Size, Value};

use super::{View, text};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

/// What a volume type comes with.
struct Limits {
    name: &'static str,
    /// Smallest and largest size in GiB.
    size: (u64, u64),
    /// Fewest and most operations a second, and the most for each GiB; `None` when they cannot be chosen.
    iops: Option<(i64, i64, i64)>,
    /// Whether operations have to be chosen.
    needs_iops: bool,
    /// Least and most MiB a second; `None` when it cannot be chosen.
    throughput: Option<(i64, i64)>,
}

const TYPES: [Limits; 7] = [
    Limits {
        name: "gp2",
        size: (1, 16_384),
        iops: None,
        needs_iops: false,
        throughput: None,
    },
    Limits {
        name: "gp3",
        size: (1, 65_536),
        iops: Some((3_000, 80_000, 500)),
        needs_iops: false,
        throughput: Some((125, 2_000)),
    },
    Limits {
        name: "io1",
        size: (4, 16_384),
        iops: Some((100, 64_000, 50)),
        needs_iops: true,
        throughput: None,
    },
    Limits {
        name: "io2",
        size: (4, 65_536),
        iops: Some((100, 256_000, 1_000)),
        needs_iops: true,
        throughput: None,
    },
    Limits {
        name: "st1",
        size: (125, 16_384),
        iops: None,
        needs_iops: false,
        throughput: None,
    },
    Limits {
        name: "sc1",
        size: (125, 16_384),
        iops: None,
        needs_iops: false,
        throughput: None,
    },
    Limits {
        name: "standard",
        size: (1, 1_024),
        iops: None,
        needs_iops: false,
        throughput: None,
    },
];

/// gp3 gives a MiB a second for four operations.
const IOPS_PER_THROUGHPUT: i64 = 4;
/// What gp3 has when nothing is said.
const GP3_IOPS: i64 = 3_000;

/// The fields that say what a volume is.
struct Fields {
    kind: &'static str,
    size: &'static str,
    iops: &'static str,
    throughput: &'static str,
}

pub(super) fn check(view: &mut View<'_>) {
    let own = Fields {
        kind: "type",
        size: "size",
        iops: "iops",
        throughput: "throughput",
    };
    let root = Fields {
        kind: "root_type",
        size: "root_size",
        iops: "root_iops",
        throughput: "root_throughput",
    };
    for (type_name, fields) in [("aws.volume", own), ("aws.instance", root)] {
        for checked in view.of(type_name) {
            let kind = text(&checked.instance, fields.kind);
            if let Some(limits) = TYPES.iter().find(|limits| Some(limits.name) == kind) {
                size(view, checked, &fields, limits);
                iops(view, checked, &fields, limits);
                throughput(view, checked, &fields, limits);
            }
        }
    }
}

fn size(view: &mut View<'_>, checked: &Checked, fields: &Fields, limits: &Limits) {
    let Some(size) = checked
        .instance
        .fields
        .get(fields.size)
        .and_then(Value::as_size)
    else {
        return;
    };
    let (least, most) = limits.size;
    let message = match size.as_whole_gib() {
        None => format!("a volume is made of whole gibibytes, and `{size}` is not"),
        Some(gib) if !(least..=most).contains(&gib) => {
            format!("a `{}` volume cannot have `{size}`", limits.name)
        }
        Some(_) => return,
    };
    view.report(checked, fields.size, |span| {
        let range = format!(
            "`{}` comes from {} to {}",
            limits.name,
            Size::gib(least),
            Size::gib(most)
        );
        let help = match size.as_whole_gib() {
            None => format!("{}; {range}", whole(size)),
            Some(_) => range,
        };
        Diagnostic::error(codes::VOLUME_SIZE, span, message).help(help)
    });
}

/// The whole size that is meant by one that is not: the same number of gibibytes, or else the next one.
fn whole(size: Size) -> String {
    const GB: u64 = 1_000_000_000;
    match size.0.is_multiple_of(GB) {
        true => {
            let number = size.0 / GB;
            format!("write `{number}GiB`: `GB` counts in thousands, `GiB` in 1024s")
        }
        false => format!("write `{}`", Size::gib(size.0.div_ceil(1 << 30))),
    }
}

fn int(checked: &Checked, field: &str) -> Option<i64> {
    checked.instance.fields.get(field)?.as_int()
}

fn iops(view: &mut View<'_>, checked: &Checked, fields: &Fields, limits: &Limits) {
    let has_field = checked.instance.fields.contains_key(fields.iops);
    let Some((least, most, per_gib)) = limits.iops else {
        if has_field {
            not_chosen(
                view,
                checked,
                fields.iops,
                limits,
                "operations a second",
                "`gp3`, `io1` and `io2`",
            );
        }
        return;
    };
    if !has_field && limits.needs_iops {
        view.report(checked, fields.kind, |span| {
            let message = format!("`{}` needs `{}`", limits.name, fields.iops);
            Diagnostic::error(codes::VOLUME_PERFORMANCE, span, message).help(format!(
                "say how many operations a second, from {least} to {most}"
            ))
        });
    }
    let Some(iops) = int(checked, fields.iops) else {
        return;
    };
    let size = checked
        .instance
        .fields
        .get(fields.size)
        .and_then(Value::as_size);
    let most_here = size.and_then(Size::as_whole_gib).map_or(most, |gib| {
        most.min((gib as i64).saturating_mul(per_gib)).max(least)
    });
    if (least..=most_here).contains(&iops) {
        return;
    }
    view.report(checked, fields.iops, |span| {
        let message = format!("a `{}` volume like this cannot have {iops} operations a second", limits.name);
        Diagnostic::error(codes::VOLUME_PERFORMANCE, span, message).help(format!(
            "from {least} to {most_here}: at most {per_gib} for each GiB of its size, and {most} in all"
        ))
    });
}

fn throughput(view: &mut View<'_>, checked: &Checked, fields: &Fields, limits: &Limits) {
    let Some((least, most)) = limits.throughput else {
        if checked.instance.fields.contains_key(fields.throughput) {
            not_chosen(
                view,
                checked,
                fields.throughput,
                limits,
                "throughput",
                "`gp3`",
            );
        }
        return;
    };
    let Some(throughput) = int(checked, fields.throughput) else {
        return;
    };
    // Operations that are not known yet may be enough.
    let iops = match checked.instance.fields.contains_key(fields.iops) {
        true => int(checked, fields.iops),
        false => Some(GP3_IOPS),
    };
    let most_here = iops.map_or(most, |iops| most.min(iops / IOPS_PER_THROUGHPUT));
    if (least..=most_here).contains(&throughput) {
        return;
    }
    view.report(checked, fields.throughput, |span| {
        let message = format!(
            "a `{}` volume like this cannot have {throughput} MiB a second",
            limits.name
        );
        Diagnostic::error(codes::VOLUME_PERFORMANCE, span, message).help(format!(
            "from {least} to {most_here}: a quarter of its operations a second, and {most} in all"
        ))
    });
}

fn not_chosen(
    view: &mut View<'_>,
    checked: &Checked,
    field: &str,
    limits: &Limits,
    what: &str,
    others: &str,
) {
    view.report(checked, field, |span| {
        let message = format!("the {what} of a `{}` volume cannot be chosen", limits.name);
        Diagnostic::error(codes::VOLUME_PERFORMANCE, span, message)
            .help(format!("take the line out, or choose it with {others}"))
    });
}
