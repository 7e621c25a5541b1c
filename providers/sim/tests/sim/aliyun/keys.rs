//! Key pairs.

use super::client::instant;

const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDVO+zuFi6NLofHeBsEooGfIUCrNdg6UKNPV9tj/tf63oKCQUXbqBxslbzUjJbkoRu4XuJVOtgXSksU740LxA6vsKuZylsFDLpuuY5aC5jxpHS0IN2fbjGk9OVgXz1gxtnJM9UwdzQ27ovkEgfbFSbblDYwj1Qny6NsEiPd3eLWWw== me";

#[test]
fn the_private_key_is_shown_once() {
    let ali = instant();
    let made = ali.ecs("CreateKeyPair", &[("KeyPairName", "mine")]).ok();
    assert!(made.text("/PrivateKeyBody").starts_with("-----BEGIN"));
    let shown = ali.ecs("DescribeKeyPairs", &[("KeyPairName", "mi*")]).ok();
    let print = shown.text("/KeyPairs/KeyPair/0/KeyPairFingerPrint");
    assert_eq!(print, made.text("/KeyPairFingerPrint"));
    assert!(
        shown
            .json
            .pointer("/KeyPairs/KeyPair/0/PublicKey")
            .is_none()
    );
    let again = ali.ecs("CreateKeyPair", &[("KeyPairName", "mine")]);
    assert_eq!(again.code(), "KeyPair.AlreadyExist");
}

#[test]
fn rsa_keys_are_imported_and_no_others() {
    let ali = instant();
    let import = |name: &str, body: &str| {
        ali.ecs(
            "ImportKeyPair",
            &[("KeyPairName", name), ("PublicKeyBody", body)],
        )
    };
    let made = import("mine", RSA).ok();
    assert_eq!(made.text("/KeyPairFingerPrint").len(), 32);
    let ed = import("other", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==");
    assert_eq!(ed.code(), "InvalidPublicKeyBody.NotFound");
    let asked = [("KeyPairName", "mine"), ("IncludePublicKey", "true")];
    let shown = ali.ecs("DescribeKeyPairs", &asked).ok();
    assert_eq!(shown.text("/KeyPairs/KeyPair/0/PublicKey"), RSA);
    ali.ecs(
        "DeleteKeyPairs",
        &[("KeyPairNames", r#"["mine","unknown"]"#)],
    )
    .ok();
    assert_eq!(
        ali.ecs("DescribeKeyPairs", &[])
            .ok()
            .count("/KeyPairs/KeyPair"),
        0
    );
}
