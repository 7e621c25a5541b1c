//! `aliyun.key_pair`. Its name is its identity.

use infra_model::{Record, Value};
use infra_sdk::Trace;
use infra_sdk::fields::Fields;

use crate::table::{Call, Hooks, Ids, Kind, Pages, Part, call, list, text};

const DELETE: Call = call("DeleteKeyPairs").of(&["KeyPairNames"]);

pub(crate) const KEY_PAIR: Kind = Kind {
    name: "aliyun.key_pair",
    key: &[Part::Given("KeyPairName", "KeyPairName")],
    create: call("ImportKeyPair"),
    read: list("DescribeKeyPairs", "KeyPairs.KeyPair")
        .with(&[("IncludePublicKey", "true")])
        .ids(Ids::One("KeyPairName"))
        .pages(Pages::Number(50))
        .tagged(),
    delete: DELETE.json(),
    fields: &[
        text("name").create("KeyPairName").read("KeyPairName"),
        text("public_key").create("PublicKeyBody").read("PublicKey"),
        text("fingerprint").read("KeyPairFingerPrint"),
    ],
    tags: Some("keypair"),
    // A region gives a name once.
    trace: Trace::Name,
    hooks: Hooks {
        canonical: Some(canonical),
        derived: Some(|fields| fields.id_by_name()),
        validate: Some(validate),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// The comment behind a key means nothing.
fn canonical(fields: &mut Record) {
    if let Some(Value::String(key)) = fields.get_mut("public_key") {
        let words: Vec<&str> = key.split_whitespace().take(2).collect();
        *key = words.join(" ");
    }
}

fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    let Some(key) = fields.text("public_key") else {
        return;
    };
    if key.contains("PRIVATE KEY") {
        problems
            .push("`public_key` holds a private key; give the file that ends in `.pub`".to_owned());
    } else if !key.starts_with("ssh-") || key.split_whitespace().nth(1).is_none() {
        problems
            .push("`public_key` is not a public key; it begins with `ssh-rsa AAAA…`".to_owned());
    }
}
