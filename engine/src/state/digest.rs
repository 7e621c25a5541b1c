//! Digests of planned fields and idempotency tokens.

use infra_model::Record;
use sha2::{Digest, Sha256};

use super::{Action, Incarnation, Sealed, State};

/// Characters of a token: 160 bits in hexadecimal behind its prefix stay below the 64 that clouds allow.
const TOKEN_HEX_LEN: usize = 40;

/// The digest of what a provider call is given: action and planned fields. Secrets enter it only through their
/// fingerprints, so it gives nothing away.
pub fn digest(action: Action, fields: &Sealed) -> String {
    let mut hash = Sha256::new();
    hash.update(action.word());
    hash.update([0]);
    hash.update(serde_json::to_vec(fields).expect("a record has only string keys"));
    hex::encode(hash.finalize())
}

impl State {
    /// Seals the fields and digests them; what an [`super::Intent`] needs.
    pub fn digest(&self, action: Action, fields: &Record) -> String {
        digest(action, &self.key().seal(fields))
    }

    /// The idempotency token for a call: the one of an earlier attempt that is known to have had no effect, if the
    /// same is asked again, else a new one. `run` must differ between runs, so that a resource that was made,
    /// deleted and made again is not answered with the deleted one.
    pub fn token(&self, of: &Incarnation, action: Action, digest: &str, run: &str) -> String {
        match self.retry_token(of, action, digest) {
            Some(token) => token.to_owned(),
            None => token(self.lineage(), of, action, run),
        }
    }
}

/// A token that follows from who asks for what: at most 64 letters, digits and `-`.
fn token(lineage: &str, of: &Incarnation, action: Action, run: &str) -> String {
    let mut hash = Sha256::new();
    for part in [
        lineage,
        &of.address.to_string(),
        &of.generation.to_string(),
        action.word(),
        run,
    ] {
        // Each part is preceded by its length, so that no two lists of parts look alike.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex = hex::encode(hash.finalize());
    format!("infra-{}", &hex[..TOKEN_HEX_LEN])
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::{Address, Secret, Value};

    use crate::state::{Genesis, SealKey};

    fn state(lineage: &str) -> State {
        State::new(Genesis {
            program: "p".to_owned(),
            lineage: lineage.to_owned(),
            key: SealKey::new([1; 32]),
            environment: None,
        })
    }

    fn secret(text: &str) -> Record {
        Record::from([(
            "password".to_owned(),
            Value::Secret(Secret::new(Value::string(text))),
        )])
    }

    #[test]
    fn a_digest_changes_with_every_input_and_with_secrets() {
        let state = state("l");
        let plain = |n| Record::from([("n".to_owned(), Value::Int(n))]);
        let one = state.digest(Action::Create, &plain(1));
        assert_eq!(one, state.digest(Action::Create, &plain(1)));
        assert_ne!(one, state.digest(Action::Create, &plain(2)));
        assert_ne!(one, state.digest(Action::Update, &plain(1)));
        assert_ne!(
            state.digest(Action::Create, &secret("a")),
            state.digest(Action::Create, &secret("b"))
        );
    }

    #[test]
    fn tokens_fit_what_clouds_allow_and_tell_everything_apart() {
        let of = Incarnation::new(Address::root("aws.volume", "数据"), 1);
        let next = Incarnation::new(of.address.clone(), 2);
        let (a, b) = (state("a"), state("b"));
        let tokens = [
            a.token(&of, Action::Create, "d", "run 1"),
            a.token(&of, Action::Create, "d", "run 2"),
            a.token(&of, Action::Delete, "d", "run 1"),
            a.token(&next, Action::Create, "d", "run 1"),
            b.token(&of, Action::Create, "d", "run 1"),
        ];
        for (index, token) in tokens.iter().enumerate() {
            assert!(token.is_ascii() && token.len() <= 64, "{token}");
            assert!(!tokens[..index].contains(token), "{token} twice");
        }
        assert_eq!(tokens[0], a.token(&of, Action::Create, "d", "run 1"));
    }
}
