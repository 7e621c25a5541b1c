//! Texts that no error shows.

/// What is put where a secret stood.
const HIDDEN: &str = "(secret)";

/// The secrets of one call, in every spelling in which a service could quote them.
#[derive(Default)]
pub(crate) struct Redact(Vec<String>);

impl Redact {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Redact {
        let mut spellings: Vec<String> = Vec::new();
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            spellings.push(secret.to_owned());
            let encoded = crate::sign::encode(secret);
            spellings.push(crate::sign::encode(&encoded));
            spellings.push(encoded);
        }
        // The longest first: a short secret may be part of a long one.
        spellings.sort_by_key(|text| std::cmp::Reverse(text.len()));
        spellings.dedup();
        Redact(spellings)
    }

    /// The text without the secrets.
    pub fn text(&self, text: &str) -> String {
        let hide = |text: String, secret: &String| text.replace(secret, HIDDEN);
        self.0.iter().fold(text.to_owned(), hide)
    }
}
