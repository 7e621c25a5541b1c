//! Which resources of a type to describe, and the filters that say so.
//!
//! Everything is asked for by filter and never by id parameter: a wrong id in a parameter fails the whole call
//! (`InvalidVolume.NotFound`), a wrong value in a filter finds nothing.

use aws_sdk_ec2::types::Filter;
use infra_sdk::tags;

/// "Filter": at most 200 values each.
pub(crate) const FILTER_VALUES_MAX: usize = 200;

/// Which resources of a type to describe.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection<'a> {
    /// These, at most [`FILTER_VALUES_MAX`].
    Ids(&'a [String]),
    /// Those of a program.
    Program(&'a str),
    /// Those that create calls with these tokens made, at most [`FILTER_VALUES_MAX`].
    Tokens(&'a [String]),
    /// Those that fit these filters of the listing.
    Matching(&'a [Filter]),
    All,
}

impl Selection<'_> {
    /// The selection as filters; `id_filter` is the name of the type's filter by id.
    pub fn filters(&self, id_filter: &str) -> Vec<Filter> {
        match self {
            Selection::Ids(ids) => vec![filter(id_filter, ids.iter().cloned())],
            Selection::Program(program) => vec![filter(
                &format!("tag:{}", tags::PROGRAM),
                [(*program).to_owned()],
            )],
            Selection::Tokens(tokens) => vec![filter(
                &format!("tag:{}", tags::TOKEN),
                tokens.iter().cloned(),
            )],
            Selection::Matching(filters) => filters.to_vec(),
            Selection::All => Vec::new(),
        }
    }
}

pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().collect()))
        .build()
}
