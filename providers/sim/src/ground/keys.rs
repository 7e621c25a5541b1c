//! New SSH keys, as files of OpenSSH.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair};

/// An ed25519 key.
pub struct Ed25519 {
    seed: [u8; 32],
    public: Vec<u8>,
}

impl Ed25519 {
    /// The key of a seed.
    pub fn from_seed(seed: [u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let public = pair.public_key().as_ref().to_vec();
        Some(Self { seed, public })
    }

    /// The public key as SSH sends it.
    pub fn blob(&self) -> Vec<u8> {
        [string(b"ssh-ed25519"), string(&self.public)].concat()
    }

    /// The line of a file of public keys.
    pub fn public_line(&self, comment: &str) -> String {
        format!("ssh-ed25519 {} {comment}", STANDARD.encode(self.blob()))
    }

    /// An OpenSSH private key file without passphrase.
    pub fn private_file(&self, comment: &str) -> String {
        let blob = self.blob();
        let check = &blob[blob.len() - 4..];
        let pair = [&self.seed[..], &self.public].concat();
        let mut secret = [
            check,
            check,
            &string(b"ssh-ed25519"),
            &string(&self.public),
            &string(&pair),
            &string(comment.as_bytes()),
        ]
        .concat();
        let mut pad = 1;
        while secret.len() % 8 != 0 {
            secret.push(pad);
            pad += 1;
        }
        let file = [
            &b"openssh-key-v1\0"[..],
            &string(b"none"),
            &string(b"none"),
            &string(b""),
            &1_u32.to_be_bytes(),
            &string(&blob),
            &string(&secret),
        ]
        .concat();
        let encoded = STANDARD.encode(file);
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(70)
            .filter_map(|chunk| std::str::from_utf8(chunk).ok())
            .collect();
        format!(
            "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
            lines.join("\n")
        )
    }
}

/// A length and the bytes, as SSH writes them.
fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&len.to_be_bytes()[..], bytes].concat()
}
