//! From one type to another.

use infra_model::{PortRange, Protocol, Secret, Value};

use super::{Args, Function, expected, shown};

fn to_text(args: &Args<'_>) -> Result<Value, String> {
    match args.value(0)? {
        Value::String(text) | Value::Path(text) => Ok(Value::string(text)),
        Value::Float(number) => Ok(Value::String(number.to_string())),
        other @ (Value::Null | Value::Ref(_)) => Err(expected("a value", other)),
        other => shown(other),
    }
}

fn to_int(args: &Args<'_>) -> Result<Value, String> {
    match args.value(0)? {
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::Bool(value) => Ok(Value::Int(i64::from(*value))),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => {
            Ok(Value::Int(*number as i64))
        }
        Value::Float(number) => Err(format!(
            "{number} is not whole; `floor`, `ceil` or `round` make it so"
        )),
        Value::String(text) => text
            .trim()
            .parse()
            .map(Value::Int)
            .map_err(|_| format!("\"{text}\" is not a whole number")),
        other => Err(expected("a number or a text", other)),
    }
}

fn to_float(args: &Args<'_>) -> Result<Value, String> {
    match args.value(0)? {
        Value::Int(number) => Ok(Value::Float(*number as f64)),
        Value::Float(number) => Ok(Value::Float(*number)),
        Value::Percent(percent) => Ok(Value::Float(percent.0 / 100.0)),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(format!("\"{text}\" is not a number")),
        },
        other => Err(expected("a number or a text", other)),
    }
}

fn port(args: &Args<'_>) -> Result<Value, String> {
    let number = |position| {
        u16::try_from(args.int(position)?).map_err(|_| "a port number is 0 to 65535".to_owned())
    };
    let from = number(1)?;
    let to = if args.get(2).is_some() {
        number(2)?
    } else {
        from
    };
    let protocol = match args.text(0)? {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        other => {
            return Err(format!(
                "\"{other}\" has no port numbers; `tcp` and `udp` have"
            ));
        }
    };
    if from > to {
        return Err("the range ends before it starts".to_owned());
    }
    Ok(Value::Port(PortRange { protocol, from, to }))
}

/// Reads a text as a value of one of the language's own kinds.
fn parsed<T: std::str::FromStr>(
    args: &Args<'_>,
    what: &str,
    value: fn(T) -> Value,
) -> Result<Value, String> {
    let text = args.text(0)?;
    text.parse()
        .map(value)
        .map_err(|_| format!("\"{text}\" is not {what}"))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "string",
        signature: "(value: any) -> string",
        doc: "The value as a text, as `\"${value}\"` shows it.",
        example: ("string(8GiB)", r#""8GiB""#),
        partial: false,
        run: to_text,
    },
    Function {
        name: "int",
        signature: "(value: float | string | bool) -> int",
        doc: "The value as a whole number; a fraction is an error.",
        example: (r#"int("42")"#, "42"),
        partial: false,
        run: to_int,
    },
    Function {
        name: "float",
        signature: "(value: float | string | percent) -> float",
        doc: "The value as a number with a fraction.",
        example: ("float(80%)", "0.8"),
        partial: false,
        run: to_float,
    },
    Function {
        name: "size",
        signature: "(text: string) -> size",
        doc: "The size that a text means.",
        example: (r#"size("8GiB")"#, "8GiB"),
        partial: false,
        run: |args| parsed(args, "a size", Value::Size),
    },
    Function {
        name: "duration",
        signature: "(text: string) -> duration",
        doc: "The duration that a text means.",
        example: (r#"duration("90s")"#, "90s"),
        partial: false,
        run: |args| parsed(args, "a duration", Value::Duration),
    },
    Function {
        name: "cidr",
        signature: "(text: string) -> cidr",
        doc: "The range that a text means.",
        example: (r#"cidr("10.0.0.0/8")"#, "10.0.0.0/8"),
        partial: false,
        run: |args| parsed(args, "a range", Value::Cidr),
    },
    Function {
        name: "ip",
        signature: "(text: string) -> ip",
        doc: "The address that a text means.",
        example: (r#"ip("10.0.0.1")"#, "10.0.0.1"),
        partial: false,
        run: |args| parsed(args, "an address", Value::Ip),
    },
    Function {
        name: "port",
        signature: "(protocol: string, from: int, to: int = null) -> port",
        doc: "Ports by number, where they are not written down as `tcp/22`.",
        example: (r#"port("tcp", 8000, 8010)"#, "tcp/8000-8010"),
        partial: false,
        run: port,
    },
    Function {
        name: "secret",
        signature: "(value: T) -> T",
        doc: "The value, not to be shown or stored in the clear from here on.",
        example: (r#"secret("hunter2")"#, "(secret)"),
        partial: true,
        run: |args| Ok(Value::Secret(Secret::new(args.value(0)?.clone()))),
    },
    Function {
        name: "bool",
        signature: "(text: string) -> bool",
        doc: "The truth value that a text means: `true` or `false`.",
        example: (r#"bool("true")"#, "true"),
        partial: false,
        run: |args| parsed(args, "`true` or `false`", Value::Bool),
    },
    Function {
        name: "id",
        signature: "(text: string) -> any",
        doc: "A reference to something that exists outside of the program, by its id alone. Where a reference is expected, it is one of that type.",
        example: (
            r#"id("vpc-0123456789abcdef0")"#,
            r#""vpc-0123456789abcdef0""#,
        ),
        partial: false,
        run: |args| Ok(Value::string(args.text(0)?)),
    },
    Function {
        name: "try",
        signature: "(value: T, otherwise...: T) -> T",
        doc: "The first of the expressions that can be evaluated. What fails before it is no error: a key or an item that is missing, a text that is no number, an attribute of null.",
        example: (r#"try({ a = 1 }["b"], 0)"#, "0"),
        partial: true,
        run: |args| args.value(0).cloned(),
    },
    Function {
        name: "can",
        signature: "(value: any) -> bool",
        doc: "Whether the expression can be evaluated.",
        example: (r#"can(int("many"))"#, "false"),
        partial: true,
        run: |_| Ok(Value::Bool(true)),
    },
    Function {
        name: "is_known",
        signature: "(value: any) -> bool",
        doc: "Whether nothing of the value is still to be decided by the cloud.",
        example: ("is_known(1)", "true"),
        partial: true,
        run: |args| Ok(Value::Bool(args.peek(0)?.facts().known)),
    },
];
