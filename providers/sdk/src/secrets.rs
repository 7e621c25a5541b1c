//! Secrets in texts that others wrote: what a cloud says may quote any value it was sent, as it is or encoded.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use infra_model::{Record, Value};

use crate::Failure;
use crate::decoded::View;

/// What stands in the place of a secret.
const COVER: &str = "(secret)";

/// A secret with fewer characters is covered only where it stands by itself between quotes or brackets, as a quoted
/// value does: everywhere else it is more likely a part of an ordinary word.
const SHORT_CHARS: usize = 4;

/// A line of a secret text, such as a key file, is a secret of its own from this length.
const LINE_CHARS_MIN: usize = 8;

/// Encoded forms with fewer characters would be found in ordinary words.
const ENCODED_LEN_MIN: usize = 6;

/// Every secret that a run has met. It is shared by all providers of the run, because one may be told what another was
/// sent.
#[derive(Default)]
pub struct Secrets {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// The texts themselves.
    texts: BTreeSet<String>,
    /// What is looked for anywhere: each text in all its forms.
    forms: BTreeSet<Vec<u8>>,
    /// What is looked for only as a whole.
    short: BTreeSet<Vec<u8>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Notes every secret in a record.
    pub fn learn_record(&self, record: &Record) {
        record.values().for_each(|value| self.learn(value));
    }

    /// Notes every secret in a value.
    pub fn learn(&self, value: &Value) {
        if !value.has_secret() {
            return;
        }
        let mut texts = Vec::new();
        collect(value, false, &mut texts);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            known.add(text);
        }
    }

    /// The text with every known secret covered: as it is, in base64, in hexadecimal, and as JSON, XML and URLs write
    /// it, also when its parts stand in several lines.
    pub fn mask(&self, text: &str) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.texts.is_empty() {
            return text.to_owned();
        }
        let mut found = Vec::new();
        for view in View::all(text) {
            known.find(&view, &mut found);
        }
        covered(text, found)
    }

    /// Covers every known secret in what a failure says.
    #[must_use]
    pub fn mask_failure(&self, mut failure: Failure) -> Failure {
        failure.message = self.mask(&failure.message);
        failure.code = self.mask(&failure.code);
        failure.help = failure.help.map(|help| self.mask(&help));
        failure
    }
}

/// The texts of all secrets in a value. Whether something is true or false is no text to look for.
fn collect(value: &Value, secret: bool, texts: &mut Vec<String>) {
    match value {
        Value::Secret(inner) => collect(inner.expose(), true, texts),
        Value::List(items) => items.iter().for_each(|item| collect(item, secret, texts)),
        Value::Map(map) => map.values().for_each(|value| collect(value, secret, texts)),
        Value::Null | Value::Bool(_) | Value::Unknown(_) => {}
        Value::String(text) if secret => texts.push(text.clone()),
        value if secret => texts.push(value.to_string()),
        _ => {}
    }
}

impl Known {
    fn add(&mut self, text: String) {
        let trimmed = text.trim();
        if trimmed.is_empty() || self.texts.contains(&text) {
            return;
        }
        if trimmed.chars().count() < SHORT_CHARS {
            self.short.insert(trimmed.as_bytes().to_vec());
            for encoded in [hex(trimmed.as_bytes()), STANDARD_NO_PAD.encode(trimmed)] {
                self.short.insert(encoded.into_bytes());
            }
        } else {
            self.forms.extend(forms(&text));
            self.forms.extend(forms(trimmed));
            let lines = text.lines().map(str::trim);
            let long = lines.filter(|line| line.chars().count() >= LINE_CHARS_MIN);
            self.forms.extend(long.flat_map(forms));
        }
        self.texts.insert(text);
    }

    /// Where the view has secrets, as ranges of the original text.
    fn find(&self, view: &View, found: &mut Vec<Range<usize>>) {
        for form in &self.forms {
            let without_spaces: Vec<u8>;
            let wanted = match view.is_dense() {
                true => {
                    without_spaces = dense(form);
                    &without_spaces
                }
                false => form,
            };
            if wanted.len() >= SHORT_CHARS {
                found.extend(view.occurrences(wanted, false));
            }
        }
        if !view.is_dense() {
            let whole = self.short.iter();
            found.extend(whole.flat_map(|word| view.occurrences(word, true)));
        }
    }
}

fn dense(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    kept.copied().collect()
}

/// A text in the forms in which it may be told, those apart that only stand for single characters: [`View`] reads
/// these.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut forms = vec![bytes.to_vec()];
    if text.contains(' ') {
        forms.push(text.replace(' ', "+").into_bytes());
    }
    let mut encoded = vec![hex(bytes), hex(bytes).to_uppercase()];
    // Within a longer text that is encoded as one, it may begin at any of three places.
    for before in 0..3 {
        let padded = [&[0; 2][..before], bytes].concat();
        let whole = padded.len() / 3 * 4;
        let first = (before * 8).div_ceil(6);
        for text in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            if before == 0 {
                encoded.push(text.clone());
            }
            encoded.push(text[first..whole.max(first)].to_owned());
        }
    }
    let long = encoded
        .into_iter()
        .filter(|text| text.len() >= ENCODED_LEN_MIN);
    forms.extend(long.map(String::into_bytes));
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text with these ranges covered; those that touch count as one.
fn covered(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in found {
        if range.end <= at {
            continue;
        }
        if range.start > at || (at == 0 && range.start == 0) {
            masked.push_str(&text[at..range.start]);
            masked.push_str(COVER);
        }
        at = range.end;
    }
    masked.push_str(&text[at..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::Secret;

    fn knowing(texts: &[&str]) -> Secrets {
        let secrets = Secrets::default();
        for text in texts {
            secrets.learn(&Value::Secret(Secret::new(Value::string(*text))));
        }
        secrets
    }

    #[test]
    fn a_secret_is_covered_in_every_form_in_which_clouds_quote_values() {
        let secret = "Tr0ub\"4dor\\&<3> ünd";
        let secrets = knowing(&[secret]);
        let script = format!("#!/bin/sh\npassword={secret}\n");
        let json = |text: &str| {
            let quoted = format!("{text:?}");
            quoted[1..quoted.len() - 1].to_owned()
        };
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let xml = secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        let wrapped = STANDARD_NO_PAD.encode(secret);
        let wrapped = format!("{}\n  {}", &wrapped[..7], &wrapped[7..]);
        let forms = [
            secret.to_owned(),
            json(secret),
            json(&json(secret)),
            xml.clone(),
            xml.replace('&', "&amp;"),
            secret.replace('"', "&#34;").replace('<', "&#x3c;"),
            percent.clone(),
            percent.to_lowercase(),
            percent.replace('%', "%25"),
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            wrapped,
            hex(secret.as_bytes()),
            hex(secret.as_bytes()).to_uppercase(),
            secret.replace(' ', "\n"),
            secret.replace("4dor", "4d\n    or"),
            secret.replace('ü', "\\u00fc").replace('"', "\\\""),
        ];
        for form in forms {
            let told = format!("Value ({form}) for parameter key is invalid.");
            let masked = secrets.mask(&told);
            assert_eq!(
                masked, "Value ((secret)) for parameter key is invalid.",
                "{form}"
            );
        }
        for prefix in ["", "a", "ab"] {
            let told = STANDARD_NO_PAD.encode(format!("{prefix}{script}"));
            let masked = secrets.mask(&format!("user data {told} is too long"));
            assert!(masked.contains(COVER), "{masked}");
            let left = masked.replace(COVER, "");
            assert!(
                left.len() < told.len() + "user data  is too long".len() - 15,
                "{left}"
            );
        }
    }

    #[test]
    fn a_line_of_a_key_is_a_secret_too() {
        let secrets =
            knowing(&["-----BEGIN KEY-----\nMIIEpAIBAAKC\nAQEA7bq9\n-----END KEY-----\n"]);
        let masked = secrets.mask("line 2 (MIIEpAIBAAKC) is no key");
        assert_eq!(masked, "line 2 ((secret)) is no key");
    }

    #[test]
    fn a_short_secret_is_covered_where_it_is_quoted_and_leaves_words_alone() {
        let secrets = knowing(&["a", "42", "abc"]);
        assert_eq!(
            secrets.mask("Value (a) for parameter 'abc' is invalid, at most 42 tags: \"42\""),
            "Value ((secret)) for parameter '(secret)' is invalid, at most 42 tags: \"(secret)\""
        );
        assert_eq!(secrets.mask("a table of abcs"), "a table of abcs");
        assert_eq!(
            knowing(&["", " "]).mask("an ordinary text"),
            "an ordinary text"
        );
    }

    #[test]
    fn what_is_no_secret_stays() {
        let secrets = knowing(&["hunter2 HUNTER"]);
        let told = "InvalidParameterValue: 100% of {\"a\\n\": \"&lt;b&gt;\"} — größer";
        assert_eq!(secrets.mask(told), told);
        assert_eq!(Secrets::default().mask(told), told);
    }
}
