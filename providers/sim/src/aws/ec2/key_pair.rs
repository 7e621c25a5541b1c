//! Key pairs. Fingerprints are those that AWS computes: for an imported RSA key the MD5 of its public key in DER, for
//! ED25519 keys the SHA-256 that `ssh-keygen -l` shows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{KeyPair, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::keys;
use crate::ground::query::Query;

const KEYS: Describe<KeyPair> = Describe {
    set: "keySet",
    ids: "KeyPairId",
    page: None,
    filters: &[
        ("fingerprint", |_, key| one(&key.fingerprint)),
        ("key-name", |_, key| one(&key.name)),
        ("key-pair-id", |_, key| one(&key.id)),
    ],
    table: |region| &region.key_pairs,
    show: |region, key| {
        fields(region, key)
            .text("keyType", &key.kind)
            .text("createTime", iso(key.created_ms))
    },
};

fn fields(region: &Region, key: &KeyPair) -> Node {
    Node::new()
        .text("keyPairId", &key.id)
        .text("keyName", &key.name)
        .text("keyFingerprint", &key.fingerprint)
        .and(tags::show(region, &key.id))
}

/// The key pair of that name.
///
/// # Errors
/// `InvalidKeyPair.NotFound`.
pub fn by_name<'r>(region: &'r Region, name: &str) -> Result<&'r KeyPair, Fault> {
    region
        .key_pairs
        .iter()
        .find(|key| key.name == name)
        .ok_or_else(|| {
            Fault::new(
                "InvalidKeyPair.NotFound",
                format!("The key pair '{name}' does not exist"),
            )
        })
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let with_key = q.flag("IncludePublicKey")?.unwrap_or(false);
    let names = q.texts("KeyName");
    for name in &names {
        by_name(region, name)?;
    }
    let (mut rows, _) = KEYS.select(region, q)?;
    rows.retain(|key| names.is_empty() || names.contains(&key.name.as_str()));
    let items = rows.into_iter().map(|key| {
        (KEYS.show)(region, key).maybe("publicKey", with_key.then_some(&key.public_key))
    });
    Ok(Node::new().list(KEYS.set, items))
}

fn new_name<'q>(region: &Region, q: &'q Query) -> Result<&'q str, Fault> {
    let name = q.need("KeyName")?;
    if name.len() > 255 || !name.is_ascii() || name.trim() != name {
        return Err(Fault::value(format!(
            "Value ({name}) for parameter keyName is invalid."
        )));
    }
    if by_name(region, name).is_ok() {
        return Err(Fault::new(
            "InvalidKeyPair.Duplicate",
            format!("The keypair '{name}' already exists."),
        ));
    }
    Ok(name)
}

pub fn import(region: &mut Region, q: &Query) -> Answer {
    let name = new_name(region, q)?;
    let format = || {
        Fault::new(
            "InvalidKey.Format",
            "Key is not in valid OpenSSH public key format",
        )
    };
    let line = STANDARD
        .decode(q.need("PublicKeyMaterial")?)
        .map_err(|_| format())?;
    let line = String::from_utf8(line).map_err(|_| format())?;
    let (kind, fingerprint) = identify(&line).ok_or_else(format)?;
    let given = tags::specified(q, "key-pair", &["key-pair"])?;
    let key = KeyPair {
        id: region.new_id("key"),
        name: name.to_owned(),
        kind: kind.to_owned(),
        fingerprint,
        public_key: line.trim().to_owned(),
        created_ms: region.now,
    };
    region.key_pairs.put(key.clone());
    tags::put(region, &key.id, given)?;
    Ok(fields(region, &key))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let name = new_name(region, q)?;
    match (
        q.text("KeyType").unwrap_or("rsa"),
        q.text("KeyFormat").unwrap_or("pem"),
    ) {
        ("ed25519", "pem") => {}
        ("rsa", _) => {
            return Err(Fault::new(
                "UnsupportedOperation",
                "The simulator makes ed25519 keys only; import RSA keys instead",
            ));
        }
        (kind, format) => {
            return Err(Fault::value(format!(
                "There is no key of type {kind} in format {format}"
            )));
        }
    }
    let pair = keys::Ed25519::from_seed(region.new_bytes())
        .ok_or_else(|| Fault::internal("The key could not be made"))?;
    let given = tags::specified(q, "key-pair", &["key-pair"])?;
    let key = KeyPair {
        id: region.new_id("key"),
        name: name.to_owned(),
        kind: "ed25519".to_owned(),
        fingerprint: STANDARD.encode(Sha256::digest(pair.blob())),
        public_key: pair.public_line(name),
        created_ms: region.now,
    };
    let material = pair.private_file(name);
    region.key_pairs.put(key.clone());
    tags::put(region, &key.id, given)?;
    Ok(fields(region, &key).text("keyMaterial", material))
}

/// Deleting a key pair that does not exist is no error.
pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let found = match (q.text("KeyName"), q.text("KeyPairId")) {
        (Some(name), None) => by_name(region, name).ok().cloned(),
        (None, Some(id)) => region.key_pairs.get(id).cloned(),
        (None, None) => return Err(Fault::missing("keyName or keyPairId")),
        (Some(_), Some(_)) => {
            return Err(Fault::combination(
                "Specify keyName or keyPairId, not both.",
            ));
        }
    };
    let mut answer = Node::done();
    if let Some(key) = found {
        region.key_pairs.remove(&key.id);
        region.tags.remove(&key.id);
        answer = answer.text("keyPairId", &key.id);
    }
    Ok(answer)
}

/// Takes one string off the front.
fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (len, tail) = rest.split_first_chunk::<4>()?;
    let len = u32::from_be_bytes(*len) as usize;
    let string = tail.get(..len)?;
    *rest = &tail[len..];
    Some(string)
}

/// Type and fingerprint of an OpenSSH public key line.
fn identify(line: &str) -> Option<(&'static str, String)> {
    let mut words = line.split_whitespace();
    let (algorithm, blob) = (words.next()?, STANDARD.decode(words.next()?).ok()?);
    let mut rest = blob.as_slice();
    if take(&mut rest)? != algorithm.as_bytes() {
        return None;
    }
    match algorithm {
        "ssh-ed25519" => {
            let key = take(&mut rest)?;
            (key.len() == 32 && rest.is_empty())
                .then(|| ("ed25519", STANDARD.encode(Sha256::digest(&blob))))
        }
        "ssh-rsa" => {
            let (exponent, modulus) = (take(&mut rest)?, take(&mut rest)?);
            let long_enough = rest.is_empty() && modulus.len() >= 128 && !exponent.is_empty();
            long_enough.then(|| {
                let digest = Md5::digest(rsa_der(exponent, modulus));
                (
                    "rsa",
                    digest
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect::<Vec<_>>()
                        .join(":"),
                )
            })
        }
        _ => None,
    }
}

/// SubjectPublicKeyInfo of an RSA key (RFC 5280 and RFC 8017).
fn rsa_der(exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    const RSA_ENCRYPTION: &[u8] = &[
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let key = der(0x30, &[der(0x02, modulus), der(0x02, exponent)].concat());
    let bits = der(0x03, &[&[0][..], &key].concat());
    der(0x30, &[der(0x30, RSA_ENCRYPTION), bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut out = vec![tag];
    if len < 128 {
        out.push(len as u8);
    } else {
        let bytes: Vec<u8> = len
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        out.push(0x80 | bytes.len() as u8);
        out.extend(bytes);
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::identify;

    #[test]
    fn an_rsa_fingerprint_is_that_of_openssl() {
        // `openssl rsa -pubout -outform DER | openssl md5` of a key made for this test.
        let line = concat!(
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDVO+zuFi6NLofHeBsEooGfIUCrNdg6UKNPV9tj/tf63oKCQUXbqB",
            "xslbzUjJbkoRu4XuJVOtgXSksU740LxA6vsKuZylsFDLpuuY5aC5jxpHS0IN2fbjGk9OVgXz1gxtnJM9UwdzQ27ovk",
            "EgfbFSbblDYwj1Qny6NsEiPd3eLWWw==",
        );
        let fingerprint = "f7:65:ce:cc:7d:70:94:8d:5f:08:5c:03:54:1f:27:1b";
        assert_eq!(identify(line), Some(("rsa", fingerprint.to_owned())));
        assert_eq!(identify(&line[..60]), None);
        assert_eq!(identify("ssh-dss AAAAB3NzaC1kc3M="), None);
    }
}
