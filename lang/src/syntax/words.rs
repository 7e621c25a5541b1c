//! What names are made of, and the words that start a declaration or cannot be names.

/// The words that start a declaration. A new line that starts with one of these, or with a type and a name, is
/// believed to be a declaration even where a bracket is still open.
pub(crate) const ITEM_WORDS: [&str; 13] = [
    "use",
    "provider",
    "param",
    "let",
    "output",
    "lookup",
    "component",
    "resource",
    "assert",
    "move",
    "import",
    "forget",
    "test",
];

/// Words that cannot be names, because they start, continue or end an expression.
pub(crate) const RESERVED_WORDS: [&str; 13] = [
    "true", "false", "null", "if", "then", "else", "for", "in", "is", "and", "or", "not", "where",
];

/// Whether the grammar has this word in one of its rules; all other names are alike to it.
pub(crate) fn is_grammar_word(word: &[u8]) -> bool {
    // The words of types and of ports, beside those above.
    const OTHERS: [&str; 8] = [
        "as", "secret", "tcp", "udp", "icmp", "icmpv6", "protocol", "all",
    ];
    let is = |other: &&str| other.as_bytes() == word;
    RESERVED_WORDS.iter().any(is) || ITEM_WORDS.iter().any(is) || OTHERS.iter().any(is)
}

/// The units of sizes, then those of durations.
pub(crate) const UNITS: [&str; 14] = [
    "B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "ms", "s", "m", "h", "d",
];

/// Whether a name may start with this character.
pub(crate) fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether a name may go on with this character.
pub(crate) fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The name (or reserved word) that the text starts with; empty when there is none.
pub(crate) fn leading_word(text: &str) -> &str {
    if !text.starts_with(starts_name) {
        return "";
    }
    let end = text.find(|c| !continues_name(c)).unwrap_or(text.len());
    &text[..end]
}

/// Whether the text starts with a word that cannot be a name.
pub(crate) fn is_reserved(text: &str) -> bool {
    RESERVED_WORDS.contains(&leading_word(text))
}

/// Whether a line that starts with this text looks like a declaration and not like a field or an expression.
pub(crate) fn looks_like_item(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or(text);
    if let Some(rest) = line.strip_prefix('@') {
        return rest.starts_with(starts_name);
    }
    let first = leading_word(line);
    if first.is_empty() || RESERVED_WORDS.contains(&first) {
        return false;
    }
    let mut rest = &line[first.len()..];
    let spaced = rest.starts_with([' ', '\t']);
    if ITEM_WORDS.contains(&first) && spaced {
        return !rest.trim_start().starts_with(['=', ':', '{']);
    }
    while let Some(after) = rest.strip_prefix('.') {
        rest = &after[leading_word(after).len()..];
    }
    let name = rest.trim_start();
    rest.len() > name.len()
        && !leading_word(name).is_empty()
        && !is_reserved(name)
        && name.contains('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_look_like_declarations() {
        for line in [
            "let a = 1",
            "aws.vpc main {",
            "@protect(\"x\")",
            "server 甲 for x in xs {",
        ] {
            assert!(looks_like_item(line), "{line}");
        }
        for line in [
            "a = 1",
            "test = 2",
            "  let a = 1",
            "if a then b {",
            "a.b.c",
            "tags {",
        ] {
            assert!(!looks_like_item(line), "{line}");
        }
    }
}
