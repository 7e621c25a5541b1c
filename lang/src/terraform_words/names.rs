//! Names that other languages give to what a program speaks of: `var.zone`, `aws_vpc.main.id`, `each.key`.

use super::types::{self, Meant};

/// What a path of names is here, where nothing has its first name: a sentence.
pub fn path(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('.').collect();
    let rest = |from: usize| parts.get(from..).unwrap_or_default().join(".");
    let write = |text: String| Some(format!("a name stands alone here: write `{text}`"));
    match parts[..] {
        ["var" | "local" | "locals" | "param" | "params" | "let" | "variable", _, ..] => write(rest(1)),
        ["module" | "output" | "outputs", _, ..] => write(rest(1)),
        ["data", ty, _, ..] if is_type(ty) => write(rest(2)),
        ["data", "aws", _, _, ..] => write(rest(3)),
        ["resource", ty, _, ..] if is_type(ty) => write(rest(2)),
        ["aws" | "std", ty, _, ..] if is_type(&format!("aws.{ty}")) || is_type(&format!("std.{ty}")) => {
            write(rest(2))
        }
        [ty, _, ..] if is_type(ty) => write(rest(1)),
        ["each", "key" | "value", ..] => Some(
            "`for` names what it goes through: `TYPE name for key, value in map { … }`, then `key` and `value`"
                .to_owned(),
        ),
        ["count", "index"] => Some(
            "`for` names what it goes through: `TYPE name for i in 1..3 { … }`, then `i`".to_owned(),
        ),
        ["self", ..] => Some("a declaration cannot ask for its own attributes".to_owned()),
        ["path", "module" | "root" | "cwd"] => {
            Some("paths count from the file they are written in: `file(\"./name\")`".to_owned())
        }
        ["terraform", "workspace"] => Some(
            "an environment is chosen with `--env NAME`, whose values stand in `NAME.infravars`: declare a `param`"
                .to_owned(),
        ),
        _ => None,
    }
}

/// What a single name means that nothing has.
pub fn name(name: &str) -> Option<&'static str> {
    Some(match name {
        "True" | "TRUE" | "yes" | "on" | "enabled" => "the truth value is written `true`",
        "False" | "FALSE" | "no" | "off" | "disabled" => "the truth value is written `false`",
        "None" | "nil" | "undefined" | "Null" | "NULL" => "it is written `null`",
        "each" | "count" => "`for` in the head of the declaration names what it goes through",
        "var" | "local" | "module" | "data" => {
            "a parameter, a `let` or a resource is named alone, without a word before it"
        }
        "self" | "this" => "a declaration cannot ask for its own attributes",
        _ => return None,
    })
}

/// What a word for a type is here that is none.
pub fn type_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "number" | "integer" | "long" | "num" => "a whole number is an `int`, any other a `float`",
        "double" | "decimal" => "it is `float`",
        "boolean" => "it is `bool`",
        "str" | "text" | "String" => "it is `string`",
        "list" | "set" | "array" | "tuple" | "List" => "a list is written `[T]`, as in `[string]`",
        "map" | "dict" | "Map" => "a map is written `{T}`, as in `{string}`",
        "object" | "struct" => "a record is written `{ name: type, … }`",
        "optional" => "what may be left out is written `T?`, or has a default: `name: T = value`",
        "bytes" | "filesize" => "it is `size`, with values such as `8GiB`",
        "time" | "interval" => "it is `duration`, with values such as `30s`",
        "network" | "subnet_range" | "ip_range" => {
            "it is `cidr`, with values such as `10.0.0.0/16`"
        }
        "address" | "ipaddress" => "it is `ip`, with values such as `10.0.0.1`",
        "file" | "filename" => "it is `path`",
        "sensitive" | "password" => "it is `secret string`",
        _ => return None,
    })
}

fn is_type(written: &str) -> bool {
    let is_ours = |_: &str| true;
    let foreign = written.contains(['_', '.']) && types::type_name(written, &is_ours).is_some();
    foreign && !matches!(types::type_name(written, &is_ours), Some(Meant::Part(_)))
        || types::OURS.contains(&written)
}
