//! Resources by what users call them: an address, or a component for everything in it.

use std::collections::BTreeSet;

use infra_model::Address;

use crate::error::CommandError;

/// Whether a name is that of the resource, or of a component that it is in: `web`, `web["a"]`, `web/db`. A name without
/// its key stands for all keys.
pub fn covers(name: &str, address: &Address) -> bool {
    let text = address.to_string();
    let rest = text.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
}

/// Everything that can be named: the addresses, and the components that they are in, with and without keys.
pub fn names(addresses: &BTreeSet<Address>) -> BTreeSet<String> {
    let whole: Vec<String> = addresses.iter().map(Address::to_string).collect();
    let mut names = BTreeSet::new();
    for text in &whole {
        // The component in front of each `/` outside of a key.
        let mut quoted = false;
        for (at, sign) in text.char_indices() {
            match sign {
                '"' => quoted = !quoted,
                '/' | '[' if !quoted => drop(names.insert(text[..at].to_owned())),
                _ => {}
            }
        }
    }
    names.extend(whole);
    names
}

/// The resources of `known` that the words of an option name.
///
/// # Errors
/// A word names none of them.
pub fn expand(
    option: &str,
    words: &[String],
    known: &BTreeSet<Address>,
) -> Result<BTreeSet<Address>, CommandError> {
    let mut named = BTreeSet::new();
    for word in words {
        let fitting = known.iter().filter(|address| covers(word, address));
        let mut fitting = fitting.peekable();
        if fitting.peek().is_none() {
            return Err(stranger(option, word, known));
        }
        named.extend(fitting.cloned());
    }
    Ok(named)
}

fn stranger(option: &str, word: &str, known: &BTreeSet<Address>) -> CommandError {
    let message =
        format!("`{option} {word}` matches no resource or component of the program or its state");
    let refusal = CommandError::usage(message);
    let names = names(known);
    match infra_lang::suggest::nearest(word, names.iter().map(String::as_str)) {
        Some(near) => refusal.hint(format!("did you mean `{near}`?")),
        None => refusal.hint("`infra state list` shows what the state has, `infra graph --json` what the program has"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<Address> {
        let all = [
            "aws.vpc.net",
            "aws.volume.data[\"a\"]",
            "aws.volume.data[\"b\"]",
            "web[\"a\"]/aws.volume.x",
            "web[\"b\"]/aws.volume.x",
            "web2/aws.volume.x",
        ];
        all.map(|text| text.parse().expect("an address")).into()
    }

    fn expanded(word: &str) -> Result<Vec<String>, CommandError> {
        let named = expand("--target", &[word.to_owned()], &known())?;
        Ok(named.iter().map(Address::to_string).collect())
    }

    #[test]
    fn a_name_is_an_address_or_a_component() {
        assert_eq!(expanded("aws.vpc.net").expect("one"), ["aws.vpc.net"]);
        assert_eq!(expanded("aws.volume.data").expect("two").len(), 2);
        assert_eq!(
            expanded("web").expect("two"),
            ["web[\"a\"]/aws.volume.x", "web[\"b\"]/aws.volume.x"]
        );
        assert_eq!(
            expanded("web[\"b\"]").expect("one"),
            ["web[\"b\"]/aws.volume.x"]
        );
    }

    #[test]
    fn a_name_that_matches_nothing_is_refused_with_what_is_near() {
        let refused = expanded("wep").expect_err("there is none");
        assert_eq!(refused.hints, ["did you mean `web`?"]);
        let refused = expanded("aws.vpc.nets").expect_err("there is none");
        assert_eq!(refused.hints, ["did you mean `aws.vpc.net`?"]);
    }
}
