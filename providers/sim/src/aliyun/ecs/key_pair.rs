//! Key pairs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{
    Form, GROUP, Param, REGION, TAGS, flag, json as json_param, param, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Instance, InstanceState, KeyPair, Region};
use crate::ground::calendar::second;
use crate::ground::keys;

const NEW: &[Param] = &[param("KeyPairName", Form::Name).must()];
const BOUND: &[Param] = &[text("KeyPairName").must(), json_param("InstanceIds").must()];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateKeyPair",
        takes: &[REGION, NEW, GROUP, TAGS],
        act: create,
    },
    Action {
        name: "ImportKeyPair",
        takes: &[REGION, NEW, GROUP, TAGS, &[text("PublicKeyBody").must()]],
        act: import,
    },
    Action {
        name: "DescribeKeyPairs",
        takes: &[
            REGION,
            GROUP,
            TAGS,
            NUMBERED_50,
            &[
                text("KeyPairName"),
                text("KeyPairFingerPrint"),
                flag("IncludePublicKey"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "AttachKeyPair",
        takes: &[REGION, BOUND],
        act: attach,
    },
    Action {
        name: "DetachKeyPair",
        takes: &[REGION, BOUND],
        act: detach,
    },
    Action {
        name: "DeleteKeyPairs",
        takes: &[REGION, &[json_param("KeyPairNames").must()]],
        act: delete,
    },
];

/// The MD5 of a public key.
fn fingerprint(blob: &[u8]) -> String {
    hex::encode(Md5::digest(blob))
}

fn add(
    region: &mut Region,
    args: &Args,
    public_key: String,
    blob: &[u8],
) -> Result<KeyPair, Fault> {
    let name = args.need("KeyPairName")?;
    if region.key_pairs.get(name).is_some() {
        return Err(Fault::new(
            "KeyPair.AlreadyExist",
            "The key pair already exist.",
        ));
    }
    let key = KeyPair {
        name: name.to_owned(),
        fingerprint: fingerprint(blob),
        public_key,
        created_ms: region.now,
        tags: tags::given(args)?,
    };
    region.key_pairs.put(key.clone());
    Ok(key)
}

fn create(region: &mut Region, args: &Args) -> Answer {
    let made = keys::Ed25519::from_seed(region.new_bytes())
        .ok_or_else(|| Fault::internal("The key could not be made"))?;
    let line = made.public_line(args.need("KeyPairName")?);
    let key = add(region, args, line, &made.blob())?;
    let private = made.private_file(&key.name);
    Ok(json!({
        "KeyPairId": region.new_id("ssh"),
        "KeyPairName": key.name,
        "KeyPairFingerPrint": key.fingerprint,
        "PrivateKeyBody": private,
    }))
}

fn import(region: &mut Region, args: &Args) -> Answer {
    let line = args.need("PublicKeyBody")?.trim();
    let mut words = line.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let blob = words.next().and_then(|text| STANDARD.decode(text).ok());
    let blob = blob.filter(|_| kind == "ssh-rsa").ok_or_else(|| {
        Fault::new(
            "InvalidPublicKeyBody.NotFound",
            "The specified public key body is not a valid RSA key in OpenSSH format.",
        )
    })?;
    let key = add(region, args, line.to_owned(), &blob)?;
    Ok(json!({ "KeyPairName": key.name, "KeyPairFingerPrint": key.fingerprint }))
}

/// Whether a name fits a pattern with `*` at its ends.
fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => name.contains(rest.trim_end_matches('*')),
        (Some(tail), None) => name.ends_with(tail),
        (None, Some(head)) => name.starts_with(head),
        (None, None) => name == pattern,
    }
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let with_key = args.flag("IncludePublicKey") == Some(true);
    let rows = region.visible(&region.key_pairs).filter(|key| {
        args.some("KeyPairName")
            .is_none_or(|it| fits(it, &key.name))
            && args
                .some("KeyPairFingerPrint")
                .is_none_or(|it| it == key.fingerprint)
            && tags::match_filter(args, &key.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(page, "KeyPairs", "KeyPair", |key| {
        let mut shown = json!({
            "KeyPairName": key.name,
            "KeyPairFingerPrint": key.fingerprint,
            "CreationTime": second(key.created_ms),
            "ResourceGroupId": "",
            "Tags": tags::prefixed(&key.tags),
        });
        if with_key {
            shown["PublicKey"] = json!(key.public_key);
        }
        shown
    }))
}

/// Gives instances another key, which they have from their next start on.
fn bind(region: &mut Region, args: &Args, is_bound: bool) -> Answer {
    let name = region
        .key_pairs
        .find(args.need("KeyPairName")?)?
        .name
        .clone();
    let ids = args.json("InstanceIds", 50)?.unwrap_or_default();
    let mut results: Vec<Value> = Vec::new();
    let mut failed = 0;
    for id in &ids {
        let wanted = |it: &Instance| {
            it.state != InstanceState::Deleting && (is_bound || it.key_pair == name)
        };
        let found = region.instances.get(id).filter(|it| wanted(it)).cloned();
        let (code, message) = match found {
            Some(mut instance) => {
                instance.key_pair = if is_bound {
                    name.clone()
                } else {
                    String::new()
                };
                region.instances.put(instance);
                ("200", "successful")
            }
            None => {
                failed += 1;
                (
                    "InvalidInstanceId.NotFound",
                    "The specified InstanceId does not exist.",
                )
            }
        };
        results.push(json!({
            "InstanceId": id,
            "Success": (code == "200").to_string(),
            "Code": code,
            "Message": message,
        }));
    }
    Ok(json!({
        "KeyPairName": name,
        "TotalCount": ids.len().to_string(),
        "FailCount": failed.to_string(),
        "Results": { "Result": results },
    }))
}

fn attach(region: &mut Region, args: &Args) -> Answer {
    bind(region, args, true)
}

fn detach(region: &mut Region, args: &Args) -> Answer {
    bind(region, args, false)
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    for name in args.json("KeyPairNames", 50)?.unwrap_or_default() {
        if region.instances.iter().any(|it| it.key_pair == name) {
            return Err(Fault::new(
                "InvalidParameter.KeypairAlreadyAttachedInstance",
                "The key pair is bound to an instance.",
            ));
        }
        // A name that is not there is as good as deleted.
        region.key_pairs.remove(&name);
    }
    done()
}
