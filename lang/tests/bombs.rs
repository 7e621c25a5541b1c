//! Small programs that would take all memory or go on for ever: each ends with a diagnostic at its place, or with a
//! value that was found another way. Memory is counted; that a test ends at all is the limit on time.

#![allow(
    clippy::disallowed_methods,
    reason = "the common part of the tests reads examples from the disk"
)]

mod common;

use std::fmt::Write as _;

use allocation_counter::measure;
use common::texts;
use infra_lang::{Loaded, Severity, load};

/// What a check may hold at a time, in bytes.
const MEMORY_MAX: u64 = 512 << 20;

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// The budget runs out.
    TooMuch,
    /// With this error.
    With(&'static str),
    /// Nothing is wrong: what looks quadratic is not.
    Well,
}
use Ends::{TooMuch, Well, With};

fn check(name: &str, files: &[(&str, &str)], ends: Ends) {
    let world = texts(files);
    let mut loaded: Option<Loaded> = None;
    let used = measure(|| loaded = Some(load(&world)));
    let loaded = loaded.expect("it was checked");
    assert!(
        used.bytes_max < MEMORY_MAX,
        "{name}: {} MiB at the peak",
        used.bytes_max >> 20
    );
    let errors: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .collect();
    let codes: Vec<&str> = errors.iter().map(|it| it.code).collect();
    match ends {
        TooMuch => assert!(codes.contains(&"too-many-steps"), "{name}: {codes:?}"),
        With(code) => assert!(codes.contains(&code), "{name}: {codes:?}"),
        Well => assert!(codes.is_empty(), "{name}: {:?}", errors[0]),
    }
    for error in errors {
        let file = loaded.sources.get(error.span.file);
        let file = file.unwrap_or_else(|| panic!("{name}: {} has no place", error.code));
        let own = files.iter().any(|(path, _)| *path == file.path);
        assert!(own, "{name}: {} is told of {}", error.code, file.path);
    }
}

fn bomb(name: &str, text: &str, ends: Ends) {
    check(name, &[("main.infra", text)], ends);
}

/// `let a0 = first`, then so many `let`s of which each is made of the one before, which `next` names `#`.
fn chain(first: &str, next: &str, count: usize) -> String {
    let mut text = format!("let a0 = {first}\n");
    for number in 1..=count {
        let next = next.replace('#', &format!("a{}", number - 1));
        let _ = writeln!(text, "let a{number} = {next}");
    }
    let _ = writeln!(text, "output o = len(string(a{count} == a0))");
    text
}

#[test]
fn values_that_double() {
    for (name, first, next) in [
        ("a record of two", "{ x = 1 }", "{ x = #, y = # }"),
        ("a list of two", "[1]", "[#, #]"),
        ("a map of two", r#"{ "x": 1 }"#, r#"{ "x": [#], "y": [#] }"#),
        ("a text of two", r#""xxxxxxxx""#, r#""${#}${#}""#),
        ("text + text", r#""xxxxxxxx""#, "# + #"),
        ("list + list", "[1, 2]", "# + #"),
        (
            "a comprehension of two",
            "[1]",
            "flatten([# for i in 1..2])",
        ),
        ("merge", "{ a = 1 }", "merge({ x = # }, { y = # })"),
        ("join", r#""xxxx""#, r#"join([#, #], "-")"#),
        ("replace", r#""xx""#, r#"replace(#, "x", "xx")"#),
        ("json", r#""\"""#, "json(#)"),
        ("yaml", r#"{ a = "\"" }"#, "{ a = yaml(#), b = yaml(#) }"),
        ("base64", r#""xxxxxxxx""#, "base64(#)"),
        ("hex", r#""xxxxxxxx""#, "hex(#)"),
        ("secrets", r#"secret("xxxx")"#, r#""${#}${#}""#),
        ("if", "[1]", "if len(#) > 0 then [#, #] else []"),
        ("??", "[1]", "[# ?? [1], #]"),
        ("sort", "[1, 2]", "sort(# + #)"),
        ("chunks", "[1, 2]", "flatten(chunks(# + #, 1))"),
        ("regex_replace", r#""xx""#, r#"regex_replace(#, "x", "xx")"#),
        ("format", r#""xx""#, r#"format("%s%s", #, #)"#),
        ("try", "[1]", "try([#, #], [])"),
        ("product", "[1, 2]", "flatten(product(#, #))"),
    ] {
        let text = chain(first, next, 60);
        let loaded = load(&texts(&[("main.infra", &text)]));
        let codes: Vec<&str> = loaded.diagnostics.iter().map(|it| it.code).collect();
        let ends = match codes.first() {
            // A single text ends at its length before the steps run out.
            Some(&"function-failed") => With("function-failed"),
            _ => TooMuch,
        };
        bomb(name, &text, ends);
    }
}

#[test]
fn values_that_nest() {
    let nested = format!("{}#{}", "[".repeat(40), "]".repeat(40));
    bomb(
        "lists in lists",
        &chain("1", &nested, 2_000),
        With("too-deep"),
    );
    bomb(
        "records in records",
        &chain("1", "{ a = # }", 5_000),
        With("too-deep"),
    );
    bomb(
        "chunks of chunks",
        &chain("[1]", "chunks(#, 1)", 5_000),
        With("too-deep"),
    );
}

#[test]
fn comprehensions_that_multiply() {
    for (name, text) in [
        (
            "for in for",
            "output o = len([[x for x in 1..1000000] for y in 1..1000000])",
        ),
        (
            "texts of 16 MB",
            r#"output o = len([repeat("x", 16000000 - x) for x in 1..1000])"#,
        ),
        (
            "hashes of 16 MB",
            "let a = repeat(\"x\", 16000000)\noutput o = len([sha512(a) for x in 1..100000])",
        ),
        (
            "hashes of a little",
            "let a = repeat(\"x\", 100000)\noutput o = len([sha256(a) for x in 1..100000])",
        ),
        (
            "parses",
            "let a = json([x for x in 1..100000])\noutput o = len([from_json(a) for x in 1..1000])",
        ),
        (
            "sorts",
            "let l = 1..100000\noutput o = len([sort(l) for x in 1..1000])",
        ),
        (
            "sums",
            "let l = 1..100000\noutput o = len([sum(l) for x in 1..1000])",
        ),
        (
            "sums of lists",
            "output o = len(sum([[x] for x in 1..100000]))",
        ),
        (
            "equal lists",
            "let l = 1..100000\nlet m = 1..100000\noutput o = len([x for x in 1..10000 if l == m])",
        ),
        (
            "texts in texts",
            "let a = repeat(\"ab\", 1000000)\nlet b = repeat(\"ba\", 10000)\noutput o = len([x for x in 1..100000 if b in a])",
        ),
        (
            "splits",
            "let a = repeat(\"a,\", 1000000)\noutput o = len([split(a, \",\") for x in 1..1000])",
        ),
        (
            "characters",
            "let a = repeat(\"a\", 1000000)\noutput o = len([chars(a) for x in 1..1000])",
        ),
        (
            "patterns",
            "let a = repeat(\"a\", 100000)\noutput o = len([x for x in 1..100000 if matches(a, \"(a*)*b\")])",
        ),
        (
            "slices",
            "let l = 1..100000\noutput o = len([slice(l, x) for x in 1..10000])",
        ),
        (
            "indices",
            "let l = [1..100000, 1..100000]\noutput o = len([l[0] for x in 1..10000])",
        ),
        (
            "members",
            "let r = { a = 1..100000 }\noutput o = len([r.a for x in 1..10000])",
        ),
        (
            "maps",
            "output o = len([{\"${x}-${y}\": x for y in 1..1000} for x in 1..1000000])",
        ),
        (
            "keys that are missing",
            "let m = {\"k${x}\": x for x in 1..20000}\noutput o = [try(m[\"l${x}\"], 0) for x in 1..20000]",
        ),
        (
            "text of all",
            "let l = 1..1000000\noutput o = len([string(l) for x in 1..1000])",
        ),
    ] {
        bomb(name, text, TooMuch);
    }
}

#[test]
fn texts_that_are_too_long() {
    for (name, text) in [
        ("repeat", r#"output o = len(repeat("x", 1000000000))"#),
        ("pad_left", r#"output o = len(pad_left("x", 1000000000))"#),
        (
            "pad_right",
            r#"output o = len(pad_right("x", 16000000, "€€€€"))"#,
        ),
        (
            "indent",
            r#"output o = len(indent(repeat("x\n", 100000), 1000))"#,
        ),
        (
            "replace",
            r#"output o = len(replace(repeat("x", 100000), "x", repeat("y", 100000)))"#,
        ),
        (
            "join",
            r#"output o = len(join(range(10000), repeat("y", 100000)))"#,
        ),
        (
            "json",
            r#"output o = len(json([repeat("\u{1}", 1000000) for x in 1..10]))"#,
        ),
        (
            "yaml",
            r#"output o = len(yaml([repeat("\u{1}", 1000000) for x in 1..10]))"#,
        ),
        (
            "regex_replace",
            r#"output o = len(regex_replace(repeat("x", 100000), "x", repeat("y", 100000)))"#,
        ),
    ] {
        bomb(name, text, With("function-failed"));
    }
}

#[test]
fn instances_that_multiply() {
    for (name, text) in [
        (
            "component × resource",
            "component c() { std.value v for i in 1..1000 { input = i } }\nc x for i in 1..1000 {}\n",
        ),
        (
            "resources",
            "std.value v for i in 1..1000000 { input = i }\n",
        ),
        (
            "five levels of components",
            "component a() { std.value v { input = 1 } }\ncomponent b() { a x for i in 1..20 {} }\n\
             component c() { b x for i in 1..20 {} }\ncomponent d() { c x for i in 1..20 {} }\n\
             d x for i in 1..20 {}\n",
        ),
        (
            "a large field in each",
            "let l = 1..10000\nstd.value v for i in 1..10000 { input = l }\n",
        ),
        (
            "everything after everything",
            "std.value a for i in 1..3000 { input = i }\n@after(a)\nstd.value b for i in 1..3000 { input = i }\n",
        ),
        (
            "everything of everything",
            "std.value a for i in 1..3000 { input = i }\n\
             std.value b for i in 1..3000 { input = [x.id for x in a] }\n",
        ),
        (
            "a condition that counts",
            "component c(n: int where len([x for x in 1..100000]) > 0) { std.value v { input = n } }\n\
             c x for i in 1..1000 { n = i }\n",
        ),
        (
            "a default that counts",
            "component c(n: int, l: [int] = [x * n for x in 1..100000]) { std.value v { input = len(l) } }\n\
             c x for i in 1..1000 { n = i }\n",
        ),
        (
            "an assertion that counts",
            "component c(n: int) { assert len([x for x in 1..100000 if x > n]) > 0\n  std.value v { input = n } }\n\
             c x for i in 1..1000 { n = i }\n",
        ),
        (
            "a decorator that counts",
            "@protect(\"${len([x for x in 1..100000 if x > i])}\")\nstd.value v for i in 1..1000 { input = i }\n",
        ),
    ] {
        bomb(name, text, TooMuch);
    }
}

#[test]
fn templates_that_multiply() {
    let file = "${len([x for x in 1..100000 if x > n])}\n".repeat(100);
    let text = "output o = len([template(\"./t.txt\", { n = i }) for i in 1..1000])\n";
    check(
        "comprehensions",
        &[("main.infra", text), ("t.txt", &file)],
        TooMuch,
    );
    let many = "${n}".repeat(500_000);
    check(
        "a template of many holes",
        &[("main.infra", text), ("t.txt", &many)],
        TooMuch,
    );
    let text = "output o = len([file(\"./t.txt\") for i in 1..1000])\n";
    let large = "x".repeat(8 << 20);
    check(
        "a file read again and again",
        &[("main.infra", text), ("t.txt", &large)],
        TooMuch,
    );
    let larger = "x".repeat((16 << 20) + 1);
    let text = "output o = len(file(\"./t.txt\"))\n";
    check(
        "a large file",
        &[("main.infra", text), ("t.txt", &larger)],
        With("function-failed"),
    );
    let list = format!("[{}1]", "1,".repeat(7 << 20));
    let text = "output o = len(from_json(file(\"./t.txt\")))\n";
    check(
        "a large JSON",
        &[("main.infra", text), ("t.txt", &list)],
        TooMuch,
    );
}

#[test]
fn what_only_looks_quadratic_is_done() {
    for (name, text) in [
        (
            "in",
            "let l = 1..30000\noutput o = len([x for x in l if -x in l])",
        ),
        (
            "unique",
            "output o = len(unique([x % 9999 for x in 1..100000]))",
        ),
        (
            "index_of",
            "let l = 1..30000\noutput o = len([x for x in l if index_of(l, x) == x - 1])",
        ),
        (
            "len",
            "let l = 1..100000\noutput o = len([x for x in l if len(l) > x])",
        ),
        (
            "only",
            "let m = {\"k${x}\": x for x in 1..10000}\noutput o = len(only(m, keys(m)))",
        ),
        (
            "difference",
            "let l = 1..100000\noutput o = len(difference(l, l))",
        ),
        (
            "an item",
            "let l = [[x] for x in 1..10000]\noutput o = len([x for x in 1..10000 if l[x - 1] == [x]])",
        ),
    ] {
        bomb(name, text, Well);
    }
}

#[test]
fn types_that_multiply() {
    let mut text = chain("{ x = 1, y = \"a\" }", "{ x = #, y = # }", 12);
    for number in 0..3_000 {
        let _ = writeln!(text, "let b{number} = [a12, a12]");
    }
    let loaded = measure(|| drop(load(&texts(&[("main.infra", &text)]))));
    assert!(
        loaded.bytes_max < MEMORY_MAX,
        "{} MiB",
        loaded.bytes_max >> 20
    );
    let mentions = "a12, ".repeat(2_000);
    let text = chain("{ x = 1 }", "{ x = #, y = # }", 12) + &format!("let c = [{mentions}]\n");
    let loaded = measure(|| drop(load(&texts(&[("main.infra", &text)]))));
    assert!(
        loaded.bytes_max < MEMORY_MAX,
        "{} MiB",
        loaded.bytes_max >> 20
    );
}

#[test]
fn mistakes_without_number() {
    let names: String = (0..5_000)
        .map(|n| format!("let abcdefgh{n} = bbcdefgh{n}\n"))
        .collect();
    bomb("unknown names", &names, With("unknown-name"));
    let keys = "let m = {\"k${x}\": x for x in 1..1000}\n\
                std.value v for i in 1..5000 { input = m[\"l${i}\"] }\n";
    bomb("missing keys", keys, With("missing-key"));
    let circle =
        "std.value v for i in 1..3000 { input = [v[\"${i % 3000 + 1}\"].id, v[\"1\"].id] }\n";
    bomb("circles", circle, With("cycle"));
    let entries: String = (0..2_000).map(|n| format!("wrong{n} = {n}, ")).collect();
    let fields: String = (0..2_000).map(|n| format!("right{n}: int, ")).collect();
    let text = format!("param p: {{ {fields} }} = {{ {entries} }}\n");
    bomb("unknown fields", &text, With("unknown-field"));
}

#[test]
fn texts_that_are_no_programs() {
    const BYTES: usize = 100_000;
    for part in [
        "{",
        "[",
        "(",
        "}",
        ")",
        "\"",
        "\"\n",
        "\"${",
        "'",
        "'\n",
        "\"\"\"",
        "/*",
        "//\n",
        "///\n",
        "#\n",
        "@",
        "@a ",
        "a.",
        "a\n",
        "if ",
        "not ",
        "-",
        "1",
        "1 ",
        "<<A\n",
        "<<-",
        "let ",
        "let a = ",
        "=",
        "= ",
        ",",
        ", ",
        "$",
        "\\",
        "\t",
        "\r",
        " ",
        "\n",
        "€",
        "let a = [\n",
        "component c {\n",
        "x { y = \n",
        "1..",
        "a[",
        "{a",
        "a ? ",
    ] {
        let text = part.repeat(BYTES / part.len());
        let mut parsed = None;
        let used = measure(|| {
            parsed = Some(infra_lang::syntax::parse(infra_model::FileId(0), &text));
        });
        let (tree, found) = parsed.expect("it was read");
        assert!(
            used.bytes_max < MEMORY_MAX,
            "{part:?}: {} MiB",
            used.bytes_max >> 20
        );
        let blank = part.trim().is_empty() || part.starts_with("//");
        assert_eq!(found.is_empty(), blank, "{part:?}");
        let used = measure(|| drop(infra_lang::format(&tree, &text)));
        assert!(
            used.bytes_max < MEMORY_MAX,
            "{part:?} formatted: {} MiB",
            used.bytes_max >> 20
        );
    }
}
