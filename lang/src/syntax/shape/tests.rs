//! A chunk that is laid out by its shape is what the grammar makes of it.

use super::super::grammar::{self, Node, Rule};
use super::super::scan::scan;
use super::super::words::is_grammar_word;
use super::*;

/// The pairs of a reading, with byte offsets.
fn pairs(reading: &Reading<'_>) -> Vec<(Rule, usize, usize)> {
    fn walk(pairs: grammar::Pairs<'_>, found: &mut Vec<(Rule, usize, usize)>) {
        for pair in pairs {
            found.push((pair.as_rule(), pair.start(), pair.end()));
            walk(pair.into_inner(), found);
        }
    }
    let mut found = Vec::new();
    walk(reading.pairs(), &mut found);
    found
}

/// What the grammar makes of a text when nothing is known of it.
fn cold(text: &str) -> Option<Vec<(Rule, usize, usize)>> {
    let nodes = grammar::nodes(Rule::chunk, text)?;
    let plain = |node: &Node| (node.rule, node.start as usize, node.end as usize);
    Some(nodes.iter().map(plain).collect())
}

/// The same text with other names, numbers and strings, each of another length.
fn disguised(text: &str, round: usize) -> String {
    let mut out = String::new();
    let mut key = Vec::new();
    let Some(edges) = shape(text, &mut key) else {
        return text.to_owned();
    };
    for pair in edges.windows(2) {
        let token = &text[pair[0] as usize..pair[1] as usize];
        let is_name = token.bytes().all(is_name_part) && !token.as_bytes()[0].is_ascii_digit();
        let is_spaces = token.bytes().all(|byte| byte == b' ');
        if is_spaces {
            out.push_str(&" ".repeat(1 + round));
        } else if is_name && token.len() > 1 && !is_grammar_word(token.as_bytes()) {
            out.push_str(&format!("{}_{round}", &token[..1]));
        } else {
            out.push_str(token);
        }
    }
    out
}

const TEXTS: &[&str] = &[
    "aws.volume data { size = 20GiB, zone = \"a\", count = 12 }\n",
    "let a = x.y[0].z ?? f(1, b = [2, 3])\n",
    "let r = 10.0.0.0/16\nlet p = [tcp/80, udp/53-54, tcp/all, all]\n",
    "let p = [icmp/8, icmp/3:4, icmpv6/128, protocol/47]\nlet q = protocol / 2\n",
    "a b { c = 1..6, d = 2 - 1, e = -1, f = 80%, g = 1.5 }\n",
    "move a.b[\"x\"] -> a.b[0]\nforget x/aws.vpc.y\nmove tcp/80 -> x.y\n",
    "component c(a: int = 1 where a > 0, b: secret string?) { output x = a }\n",
    "let m = {k: v for k, v in xs if k != \"\"}\n",
    "@protect(\"why\") server web for it in [\"a\", \"b\"] if not off {\n  name = it\n}\n",
    "let bad = = 5 } ] name\naws.vpc { x 5 }\n",
    "let e = \"\"\nlet t = a is [aws.vpc] and b in c or d not in e\n",
    "let x = a\n  .b\n  and c\n",
];

#[test]
fn a_known_shape_reads_as_the_grammar_does() {
    let mut shapes = Shapes::default();
    let mut laid = 0;
    for text in TEXTS {
        for round in 0..3 {
            let text = disguised(text, round);
            let scanned = scan(infra_model::FileId(0), &text);
            for chunk in &scanned.chunks {
                let text = &scanned.text[chunk.start..chunk.end];
                let known = shapes.known.len();
                let read = shapes.read(text);
                assert_eq!(read.as_ref().map(pairs), cold(text), "{text}");
                laid += usize::from(known == shapes.known.len());
            }
        }
    }
    assert!(laid >= 2 * TEXTS.len(), "{laid} chunks had a known shape");
}

#[test]
fn the_values_of_tokens_do_not_change_a_shape() {
    let key = |text: &str| {
        let mut key = Vec::new();
        shape(text, &mut key).map(|_| key)
    };
    let same = [
        ("let a = 1\n", "let bcd = 234\n"),
        ("let a = 1GiB\n", "let b = 30m\n"),
        ("let a = \"x\"\n", "let a = \"yz, (\"\n"),
        ("let a = 10.0.0.0/8\n", "let a = 192.168.20.0/24\n"),
        ("let a = [tcp/80]\n", "let a = [udp/1-65535]\n"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one}{other}");
        assert!(key(one).is_some(), "{one}");
    }
    let different = [
        ("let a = b\n", "let a = null\n"),
        ("let a = \"\"\n", "let a = \"x\"\n"),
        ("let a = 1\n", "let a = 1.5\n"),
        ("let a = 1\n", "let a = 1GiB\n"),
        ("let a = b\n", "let a =\nb\n"),
        ("let a = 5\n", "let a = 5e3\n"),
        ("let a = protocol/47\n", "let a = width/47\n"),
    ];
    for (one, other) in different {
        assert_ne!(key(one), key(other), "{one}{other}");
    }
    for without in [
        "let a = \"${b}\"\n",
        "let 名 = 1\n",
        "let a = ::1\n",
        "let a = '1'\n",
    ] {
        assert_eq!(key(without), None, "{without}");
    }
}

#[test]
fn every_word_of_the_grammar_is_known_to_be_one() {
    let rules = include_str!("../../infra.pest");
    let rules = rules.lines().filter(|line| !line.starts_with("//"));
    let quoted = rules.flat_map(|line| line.split('"').skip(1).step_by(2));
    let words: Vec<&str> = quoted
        .filter(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect();
    assert!(words.len() > 40, "{words:?}");
    for word in words {
        assert!(is_grammar_word(word.as_bytes()), "{word}");
    }
}
