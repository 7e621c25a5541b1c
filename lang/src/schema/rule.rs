//! What a rule over values says; `rules.rs` reads them from decorators, and `crate::rules` applies them.

use std::collections::BTreeSet;

use infra_model::Size;

use crate::syntax::Expr;

/// A rule that a resource, or several together, have to follow.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The field it stands before; `None` for one of the whole type.
    pub field: Option<String>,
    pub kind: RuleKind,
    pub code: &'static str,
    pub help: Option<Expr>,
    /// Other places that matter, as paths from the resource's fields, and what to say there.
    pub related: Vec<(Expr, Expr)>,
    /// The names that its expressions mention.
    pub names: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum RuleKind {
    /// The numbered entry of [`infra_model::Schema::exclusive`].
    Exclusive(usize),
    Check(Check),
    Prefixes(Prefixes),
    Inside(Inside),
    Same(Same),
    /// A zone is one of those that this table lists under the region of the provider's configuration.
    Zone(String),
    Length(Length),
    Letters(Letters),
    Labels(Labels),
    /// A size is a multiple of this one; the text says what consists of it.
    Whole(Size, String),
    Distinct(Distinct),
    Quota(Quota),
}

/// The condition holds where everything in it is known.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub condition: Expr,
    pub message: Expr,
}

/// The fewest and most bits of a range's prefix for each version of IP; `None` where the version is not taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixes {
    pub four: Option<(u8, u8)>,
    pub six: Option<(u8, u8)>,
}

/// A range or an address is part of the range at a path from the resource's fields.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    pub whole: Vec<String>,
    /// How many addresses at either end the cloud keeps, and how to say so.
    pub first: u32,
    pub last: u32,
    pub kept: Option<Expr>,
}

/// What a field refers to has the same attribute as the resource.
#[derive(Clone, Debug)]
pub(crate) struct Same {
    pub attribute: String,
    /// Where the resource has it, as a path from its fields.
    pub own: Vec<String>,
    /// What the attribute is, for people: `network`.
    pub what: String,
}

/// How long a text is.
#[derive(Clone, Debug)]
pub(crate) struct Length {
    pub least: usize,
    pub most: usize,
    /// Who limits it, so that the number can follow: `` `CreateImage` takes ``.
    pub who: String,
    /// Bytes are counted, not characters.
    pub bytes: bool,
    /// The text inside each item of the field.
    pub of: Option<String>,
}

/// What a text consists of: letters, digits and these marks.
#[derive(Clone, Debug)]
pub(crate) struct Letters {
    pub marks: String,
    /// Letters of any script are taken, not those of ASCII alone.
    pub any_script: bool,
    /// The text inside each item of the field.
    pub of: Option<String>,
}

/// How many labels there are, how long they are, and keys that cannot be set.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    pub most: usize,
    pub key: usize,
    pub value: usize,
    /// A key, or with `*` at its end how keys begin in any case, and why it cannot be set.
    pub reserved: Vec<(String, String)>,
}

/// No two items of a list have the same in all of these fields.
#[derive(Clone, Debug)]
pub(crate) struct Distinct {
    pub fields: Vec<String>,
    pub message: Expr,
}

/// How many there can be: of a type, of a type for what a field refers to, or in a list.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    /// Its name in the catalogue's table and in the provider's configuration.
    pub name: String,
    /// What is counted, for people.
    pub what: String,
    /// An item of the list counts once for each item of this list inside it.
    pub times: Option<String>,
    /// IPv4 and IPv6 are counted apart, by this field of each item.
    pub apart: Option<String>,
}

impl Rule {
    /// The field it stands before; empty for a rule of the whole type.
    pub fn before(&self) -> &str {
        self.field.as_deref().unwrap_or_default()
    }
}

impl Letters {
    /// Whether a text may have this character.
    pub fn takes(&self, c: char) -> bool {
        let is_letter = match self.any_script {
            true => c.is_alphanumeric(),
            false => c.is_ascii_alphanumeric(),
        };
        is_letter || self.marks.contains(c)
    }
}
