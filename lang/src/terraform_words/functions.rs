//! Functions of other languages, and what is written here.

/// Name of the function there, and what to do here.
const FUNCTIONS: &[(&[&str], &str)] = &[
    (&["length", "size_of", "count"], "it is `len(xs)`"),
    (
        &["concat", "append", "listunion"],
        "lists are joined with `+`: `a + b`",
    ),
    (&["lookup"], "it is `get(map, key, otherwise)`"),
    (&["distinct", "toset", "uniq", "set"], "it is `unique(xs)`"),
    (&["setunion"], "it is `unique(a + b)`"),
    (&["setintersection"], "it is `intersection(a, b)`"),
    (&["setsubtract"], "it is `difference(a, b)`"),
    (&["setproduct", "cartesian"], "it is `product(a, b)`"),
    (&["zipmap", "dict"], "it is `zip(keys, values)`"),
    (
        &["coalesce", "coalescelist", "firstnonnull"],
        "`a ?? b` is `b` where `a` is null",
    ),
    (
        &["tolist", "list"],
        "a list is written `[a, b]`; `values(map)` has those of a map",
    ),
    (
        &["tomap", "map", "object"],
        "a map is written `{ key = value }`",
    ),
    (&["tostring", "str"], "it is `string(x)`, or `\"${x}\"`"),
    (
        &["tonumber", "parseint", "number"],
        "it is `int(text)`, or `float(text)`",
    ),
    (&["tobool"], "it is `bool(text)`"),
    (&["trimspace", "strip", "chomp"], "it is `trim(text)`"),
    (
        &["trimprefix", "removeprefix"],
        "it is `trim_prefix(text, prefix)`",
    ),
    (
        &["trimsuffix", "removesuffix"],
        "it is `trim_suffix(text, suffix)`",
    ),
    (
        &["startswith", "hasprefix"],
        "it is `starts_with(text, prefix)`",
    ),
    (
        &["endswith", "hassuffix"],
        "it is `ends_with(text, suffix)`",
    ),
    (
        &["strcontains", "has", "includes"],
        "it is `part in text`, or `item in list`",
    ),
    (&["containskey", "haskey"], "it is `key in map`"),
    (&["substr"], "it is `substring(text, start, length)`"),
    (&["formatlist"], "it is `[format(\"…\", x) for x in xs]`"),
    (&["printf", "sprintf"], "it is `format(\"%s\", value)`"),
    (
        &["regexall"],
        "it is `regex_all(text, pattern)`, the text first",
    ),
    (
        &["regexreplace"],
        "it is `regex_replace(text, pattern, new)`",
    ),
    (&["toupper", "uppercase"], "it is `upper(text)`"),
    (&["tolower", "lowercase"], "it is `lower(text)`"),
    (&["alltrue"], "it is `all(conditions)`"),
    (&["anytrue"], "it is `any(conditions)`"),
    (
        &["one"],
        "it is `first(xs)`, which is null for an empty list",
    ),
    (&["index", "find"], "it is `index_of(xs, x)`"),
    (&["chunklist"], "it is `chunks(xs, size)`"),
    (&["sublist"], "it is `slice(xs, start, count)`"),
    (
        &["reversed", "strrev"],
        "it is `reverse(xs)`; of a text `join(reverse(chars(text)), \"\")`",
    ),
    (&["sorted"], "it is `sort(xs)`"),
    (&["pow"], "it is `power(base, exponent)`"),
    (&["cidrsubnet"], "it is `subnet_of(range, bits, number)`"),
    (&["cidrsubnets"], "it is `subnets_of(range, [bits, …])`"),
    (&["cidrhost"], "it is `host_of(range, number)`"),
    (&["cidrnetmask"], "it is `netmask(range)`"),
    (&["cidrcontains"], "it is `contains(range, inner)`"),
    (&["jsonencode", "to_json", "tojson"], "it is `json(value)`"),
    (
        &["jsondecode", "fromjson", "parsejson"],
        "it is `from_json(text)`",
    ),
    (&["yamlencode", "to_yaml", "toyaml"], "it is `yaml(value)`"),
    (
        &["yamldecode", "fromyaml", "csvdecode"],
        "keep the data as JSON: `from_json(file(\"./data.json\"))`",
    ),
    (&["base64encode", "base64_encode"], "it is `base64(text)`"),
    (&["base64decode", "base64_decode"], "it is `unbase64(text)`"),
    (
        &["base64gzip", "gzip"],
        "nothing here compresses; machines take 16 KiB of `user_data` as it is",
    ),
    (&["urlencode"], "it is `url(text)`"),
    (
        &["templatefile", "template_file", "templatestring"],
        "it is `template(path, { name = value })`",
    ),
    (&["filebase64"], "it is `base64(file(path))`"),
    (
        &["filesha256", "filebase64sha256", "base64sha256"],
        "it is `sha256(file(path))`",
    ),
    (
        &["md5", "sha1", "filemd5", "filesha1", "bcrypt", "crc32"],
        "it is `sha256(text)`: the older hashes are not here",
    ),
    (
        &["fileexists", "fileset", "abspath", "pathexpand"],
        "files are named one by one: `file(\"./name\")`, counted from the file it is written in",
    ),
    (
        &["basename", "dirname"],
        "`last(split(path, \"/\"))` is the last part of a path",
    ),
    (&["sensitive", "mark_secret"], "it is `secret(value)`"),
    (
        &["nonsensitive", "unsecret"],
        "what was secret stays secret",
    ),
    (
        &["timestamp", "now", "plantimestamp", "timeadd", "formatdate"],
        "a program has no clock, so that it always means the same; give the time as a parameter",
    ),
    (
        &["uuid", "uuidv5", "random", "random_id", "random_password"],
        "a program has no chance in it, so that it always means the same; give the value as a parameter",
    ),
    (
        &["env", "getenv", "get_env", "environ"],
        "declare `param name: string`; `INFRA_PARAM_name` in the environment gives it its value",
    ),
    (
        &["type", "typeof", "issensitive"],
        "`x is T` tells whether `x` is of a type",
    ),
    (
        &["transpose", "matchkeys"],
        "a comprehension does it: `{key: value for … }`",
    ),
    (
        &[
            "ephemeralasnull",
            "rsadecrypt",
            "textencodebase64",
            "textdecodebase64",
            "signum",
            "log",
        ],
        "there is nothing like it here",
    ),
];

/// What is written here in place of a function of another language.
pub fn function(name: &str) -> Option<&'static str> {
    let (_, meant) = FUNCTIONS.iter().find(|(names, _)| names.contains(&name))?;
    Some(meant)
}

/// Every row with the names it is for.
#[cfg(test)]
pub fn rows() -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
    FUNCTIONS.iter().copied()
}
