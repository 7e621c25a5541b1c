//! What the strict grammar would have taken: a second parse of a part that could not be read.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::grammar::{Grammar, Rule};

/// What the part should have been.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strict {
    Item,
    Value,
    Type,
}

/// Where in `text` reading stopped, and what could have stood there: `a name or a value`.
pub(super) fn expected(what: Strict, text: &str) -> Option<(usize, String)> {
    let rule = match what {
        Strict::Item => Rule::strict_item,
        Strict::Value => Rule::strict_value,
        Strict::Type => Rule::strict_type,
    };
    let error = Grammar::parse(rule, text).err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let ErrorVariant::ParsingError { positives, .. } = error.variant else {
        return None;
    };
    let mut words: Vec<&str> = positives.into_iter().filter_map(describe).collect();
    words.sort_unstable();
    words.dedup();
    // A value may be so much that listing its kinds says less than the word.
    if words.contains(&VALUE) {
        words.retain(|word| !OPENERS_OF_VALUES.contains(word));
    }
    // That a value could go on says little where something must come.
    let needs = |word: &&str| !matches!(*word, "`(`" | "`[`" | "an operator");
    if words.iter().any(needs) {
        words.retain(needs);
    }
    (!words.is_empty()).then(|| (at, join(&words)))
}

const VALUE: &str = "a value";
const OPENERS_OF_VALUES: [&str; 3] = ["a name", "a string", "`{`"];

/// `a`, `a or b`, `a, b or c`.
fn join(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// A rule in people's words; nothing for rules that only help the grammar.
fn describe(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr | Rule::value | Rule::number | Rule::if_expr | Rule::list | Rule::paren => VALUE,
        Rule::ident | Rule::word | Rule::dotted | Rule::plain_key => "a name",
        Rule::string | Rule::block_string => "a string",
        Rule::record | Rule::block | Rule::schema_body => "`{`",
        Rule::args | Rule::params => "`(`",
        Rule::index => "`[`",
        Rule::equals | Rule::assign => "`=`",
        Rule::address => "an address",
        Rule::alias => "`as`",
        Rule::each => "`for`",
        Rule::condition | Rule::kw_if => "`if`",
        Rule::kw_in => "`in`",
        Rule::kw_then => "`then`",
        Rule::kw_else => "`else`",
        Rule::kw_for | Rule::comprehension => "`for`",
        Rule::where_clause | Rule::kw_where => "`where`",
        Rule::type_full
        | Rule::type_union
        | Rule::type_term
        | Rule::type_list
        | Rule::type_map
        | Rule::type_word => "a type",
        Rule::typed_field | Rule::param => "`name: type`",
        Rule::EOI => "the line's end",
        Rule::operator
        | Rule::op_add
        | Rule::op_subtract
        | Rule::op_multiply
        | Rule::op_divide
        | Rule::op_remainder
        | Rule::op_equal
        | Rule::op_not_equal
        | Rule::op_less
        | Rule::op_greater
        | Rule::op_and
        | Rule::op_or
        | Rule::op_in
        | Rule::op_default
        | Rule::op_range => "an operator",
        _ => return None,
    })
}
