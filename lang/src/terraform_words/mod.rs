//! The words of other tools, of Terraform above all, and what each is here. Tables, and nothing but tables: who reads
//! them decides where a word is foreign.

mod fields;
mod functions;
mod names;
mod settable;
mod types;

pub use fields::{Meant as FieldMeant, field};
pub use functions::function;
pub use names::{name, path, type_word};
pub use settable::has_field;
pub use types::{Meant as TypeMeant, cloud, type_name};

/// Says of a type that it is not there, or what it is here; the message and the help.
pub fn about_type(written: &str, is_ours: &dyn Fn(&str) -> bool) -> Option<(String, String)> {
    Some(match type_name(written, is_ours)? {
        TypeMeant::Type(ours) => (
            format!("there is no type `{written}`"),
            format!("it is `{ours}`: write `{ours} name {{ … }}`"),
        ),
        TypeMeant::Part(words) => (format!("there is no type `{written}`"), words.to_owned()),
        TypeMeant::Missing => {
            let provider = written.split(['_', '.']).next().unwrap_or_default();
            let whose = match cloud(provider) {
                Some(name) => format!(", nor is {name}"),
                None => String::new(),
            };
            (
                format!("`{written}` is not supported yet{whose}"),
                "`infra types` lists the types there are".to_owned(),
            )
        }
    })
}

/// What to write in place of a field, as a help text.
pub fn about_field(of: &str, name: &str, has: &dyn Fn(&str) -> bool) -> Option<String> {
    Some(match field(of, name, has)? {
        FieldMeant::Field(ours) => format!("it is `{ours}`"),
        FieldMeant::Words(words) => words.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::functions as library;

    /// The types of the library's texts with the fields that a program can set.
    fn settable_in_the_library() -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (path, text) in infra_stdlib::files().iter().copied() {
            if !path.starts_with("aws/") && path != "std/value.infra" {
                continue;
            }
            let mut computed = false;
            for line in text.lines() {
                if let Some(head) = line.strip_suffix(" {")
                    && let Some((kind @ ("resource" | "lookup"), name)) = head.split_once(' ')
                {
                    let kind = if kind == "lookup" { "lookup " } else { "" };
                    let name = name.replace("provider.", "provider ");
                    found.push((format!("{kind}{name}"), Vec::new()));
                } else if line == "  @computed" {
                    computed = true;
                } else if let Some(field) = line.strip_prefix("  ")
                    && field.starts_with(|c: char| c.is_ascii_lowercase())
                    && let Some((field, _)) = field.split_once(':')
                    && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && let Some((_, fields)) = found.last_mut()
                {
                    if !computed {
                        fields.push(field.to_owned());
                    }
                    computed = false;
                }
            }
        }
        found
            .into_iter()
            .map(|(name, fields)| (name, fields.join(" ")))
            .collect()
    }

    #[test]
    fn the_fields_of_the_types_are_those_of_the_library() {
        let own = |(ty, fields): &(&str, &str)| ((*ty).to_owned(), (*fields).to_owned());
        let table: BTreeSet<(String, String)> = settable::settable().iter().map(own).collect();
        let library: BTreeSet<(String, String)> = settable_in_the_library().into_iter().collect();
        assert_eq!(table, library);
        for (name, _) in &library {
            let name = name.trim_start_matches("lookup ");
            assert!(
                types::OURS.contains(&name) || name == "provider aws",
                "{name}"
            );
        }
    }

    #[test]
    fn every_word_leads_to_something_that_there_is() {
        for (names, meant) in types::rows() {
            if let TypeMeant::Type(ours) = meant {
                assert!(types::OURS.contains(&ours), "{names:?} leads to {ours}");
            }
        }
        for (names, meant) in functions::rows() {
            assert!(
                names.iter().all(|name| library::find(name).is_none()),
                "{names:?} are functions here"
            );
            let called = meant.split('`').skip(1).step_by(2);
            let called = called.filter_map(|code| Some(code.split_once('(')?.0));
            for name in called.filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
            {
                assert!(library::find(name).is_some(), "{names:?} leads to `{name}`");
            }
        }
        let known = |name: &str| {
            let all: String = infra_stdlib::files()
                .iter()
                .map(|(_, text)| *text)
                .collect();
            all.contains(&format!(" {name}:")) || all.contains(&format!(" {name}: "))
        };
        for (names, ours) in fields::renamed() {
            assert!(
                ours.iter().any(|name| known(name)),
                "{names:?} lead nowhere: {ours:?}"
            );
        }
        for (ty, names, meant) in fields::of_type() {
            assert!(
                settable::settable().iter().any(|(it, _)| *it == ty),
                "{ty} is no type"
            );
            if let FieldMeant::Field(ours) = meant {
                assert!(has_field(ty, ours), "{ty}: {names:?} lead to {ours}");
            }
        }
    }

    #[test]
    fn no_word_stands_in_two_rows() {
        let mut seen = BTreeSet::new();
        for name in functions::rows().flat_map(|(names, _)| names) {
            assert!(seen.insert(*name), "`{name}` is twice among the functions");
        }
        let mut seen = BTreeSet::new();
        for name in types::rows().flat_map(|(names, _)| names) {
            assert!(seen.insert(*name), "`{name}` is twice among the types");
        }
    }
}
