//! The function library: one table, a file for each family.
//!
//! A function is pure: it sees its arguments and the files of the project, nothing else.

mod function;
mod signature;

mod conversions;
mod encodings;
mod files;
mod format;
mod hashes;
mod lists;
mod maps;
mod networks;
mod numbers;
mod patterns;
mod strings;

use std::sync::LazyLock;

use infra_model::FastMap;

pub use function::Function;
use function::expected;
pub(crate) use function::{Args, Context, Text, shown};
pub use signature::{Parameter, Shape, Signature};

/// The families with their titles, in the order of the documentation.
pub const FAMILIES: [(&str, &[Function]); 10] = [
    ("Texts", strings::FUNCTIONS),
    ("Patterns", patterns::FUNCTIONS),
    ("Lists", lists::FUNCTIONS),
    ("Maps", maps::FUNCTIONS),
    ("Numbers", numbers::FUNCTIONS),
    ("Networks", networks::FUNCTIONS),
    ("Encodings", encodings::FUNCTIONS),
    ("Hashes", hashes::FUNCTIONS),
    ("Files", files::FUNCTIONS),
    ("Conversions", conversions::FUNCTIONS),
];

struct Entry {
    function: &'static Function,
    signature: Signature,
}

static TABLE: LazyLock<FastMap<&'static str, Entry>> = LazyLock::new(|| {
    let entry = |function: &'static Function| {
        let signature = Signature::parse(function.signature)?;
        Some((
            function.name,
            Entry {
                function,
                signature,
            },
        ))
    };
    all().filter_map(entry).collect()
});

/// All functions, family by family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FAMILIES.into_iter().flat_map(|(_, functions)| functions)
}

/// A function and its signature, by name.
pub fn find(name: &str) -> Option<(&'static Function, &'static Signature)> {
    let entry = TABLE.get(name)?;
    Some((entry.function, &entry.signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_can_be_read() {
        for function in all() {
            assert!(
                Signature::parse(function.signature).is_some(),
                "{}",
                function.name
            );
            assert!(find(function.name).is_some_and(|(found, _)| std::ptr::eq(found, function)));
        }
    }
}
