//! Numbers.

use infra_model::Value;

use super::{Args, Function};

/// Rounds to a whole number by `how`.
fn whole(args: &Args<'_>, how: fn(f64) -> f64) -> Result<Value, String> {
    match args.value(0)? {
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::Float(number) => {
            let rounded = how(*number);
            // Both ends are exact as floats; outside them the cast would silently give the nearest.
            if (-9.2e18..=9.2e18).contains(&rounded) {
                Ok(Value::Int(rounded as i64))
            } else {
                Err("the number is too large".to_owned())
            }
        }
        other => Err(super::expected("a number", other)),
    }
}

fn abs(args: &Args<'_>) -> Result<Value, String> {
    match args.value(0)? {
        Value::Int(number) => number
            .checked_abs()
            .map(Value::Int)
            .ok_or_else(|| "the number is too large".to_owned()),
        Value::Float(number) => Ok(Value::Float(number.abs())),
        other => Err(super::expected("a number", other)),
    }
}

fn power(args: &Args<'_>) -> Result<Value, String> {
    let exponent =
        u32::try_from(args.int(1)?).map_err(|_| "the exponent is negative".to_owned())?;
    let result = args.int(0)?.checked_pow(exponent);
    result
        .map(Value::Int)
        .ok_or_else(|| "the number is too large".to_owned())
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "abs",
        signature: "(number: N) -> N",
        doc: "The number without its sign.",
        example: ("abs(-3)", "3"),
        partial: false,
        run: abs,
    },
    Function {
        name: "ceil",
        signature: "(number: float) -> int",
        doc: "The next whole number above.",
        example: ("ceil(2.1)", "3"),
        partial: false,
        run: |args| whole(args, f64::ceil),
    },
    Function {
        name: "floor",
        signature: "(number: float) -> int",
        doc: "The next whole number below.",
        example: ("floor(2.9)", "2"),
        partial: false,
        run: |args| whole(args, f64::floor),
    },
    Function {
        name: "round",
        signature: "(number: float) -> int",
        doc: "The nearest whole number; halves go away from zero.",
        example: ("round(2.5)", "3"),
        partial: false,
        run: |args| whole(args, f64::round),
    },
    Function {
        name: "power",
        signature: "(base: int, exponent: int) -> int",
        doc: "The base multiplied by itself `exponent` times.",
        example: ("power(2, 10)", "1024"),
        partial: false,
        run: power,
    },
];
