//! Where credentials come from.

use std::fs;

use aliyun_openapi::credentials::{CredentialsError, Role, default_region};
use aliyun_openapi::{Client, Credentials, Environment, Error, Options, Source};
use tempfile::TempDir;

use crate::server::{Server, describe, http, options, success};

const KEYS: [(&str, &str); 2] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIenv"),
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "of-env"),
];

const FILE: &str = r#"{
    "current": "work",
    "profiles": [
        {"name": "default", "mode": "AK", "access_key_id": "LTAIdefault", "access_key_secret": "of-default", "region_id": "cn-beijing", "language": "en"},
        {"name": "work", "mode": "AK", "access_key_id": "LTAIwork", "access_key_secret": "of-work", "region_id": "cn-shanghai"},
        {"name": "session", "mode": "StsToken", "access_key_id": "STS.1", "access_key_secret": "of-sts", "sts_token": "token"},
        {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAIrole", "access_key_secret": "of-role", "ram_role_arn": "acs:ram::1:role/a", "ram_session_name": "s", "expired_seconds": 900},
        {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "work", "ram_role_arn": "acs:ram::1:role/b"},
        {"name": "loop", "mode": "ChainableRamRoleArn", "source_profile": "loop", "ram_role_arn": "acs:ram::1:role/b"},
        {"name": "instance", "mode": "EcsRamRole", "ram_role_name": "builder"},
        {"name": "half", "mode": "AK", "access_key_id": "LTAIhalf"},
        {"name": "browser", "mode": "CloudSSO"}
    ]
}"#;

fn home(file: &str) -> TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir(home.path().join(".aliyun")).expect("a directory");
    fs::write(home.path().join(".aliyun/config.json"), file).expect("a file");
    home
}

fn environment(home: &TempDir, more: &[(&str, &str)]) -> Environment {
    let home = home.path().to_str().expect("a path of text");
    more.iter().copied().chain([("HOME", home)]).collect()
}

/// What a client finds, with STS and metadata service at `server`.
async fn found(source: Source, server: &Server) -> Result<Credentials, CredentialsError> {
    let client = Client::new(Options {
        credentials: source,
        metadata_service: Some(server.url.clone()),
        ..server.options()
    });
    match client.expect("an address").credentials().await {
        Ok(keys) => Ok(keys),
        Err(Error::Credentials(error)) => Err(error),
        Err(error) => panic!("{error:?}"),
    }
}

/// What a client finds where no service is needed.
async fn read(
    environment: &Environment,
    profile: Option<&str>,
) -> Result<Credentials, CredentialsError> {
    let nobody = Server::start([]).await;
    found(Source::standard(environment, profile), &nobody).await
}

fn issued(id: &str, expiration: &str) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","AccessKeySecret":"of-{id}","SecurityToken":"token","Expiration":"{expiration}"}}"#
    )
}

fn sts(id: &str, expiration: &str) -> String {
    let body = format!(
        r#"{{"RequestId":"S-1","Credentials":{}}}"#,
        issued(id, expiration)
    );
    http("200 OK", "", &body)
}

#[tokio::test]
async fn the_environment_comes_before_the_profile_and_a_named_profile_before_both() {
    let home = home(FILE);
    let id = async |more: &[(&str, &str)], profile| {
        let keys = read(&environment(&home, more), profile).await;
        keys.expect("keys").access_key_id
    };
    assert_eq!(id(&KEYS, None).await, "LTAIenv");
    assert_eq!(id(&[], None).await, "LTAIwork");
    let chosen = [("ALIBABA_CLOUD_PROFILE", "default")];
    assert_eq!(id(&chosen, None).await, "LTAIdefault");
    assert_eq!(id(&KEYS, Some("default")).await, "LTAIdefault");
}

#[tokio::test]
async fn a_session_token_belongs_to_its_key() {
    let more = [KEYS[0], KEYS[1], ("ALIBABA_CLOUD_SECURITY_TOKEN", "token")];
    let keys = read(&more.into_iter().collect(), None).await.expect("keys");
    assert_eq!(keys.security_token.as_deref(), Some("token"));
    let keys = read(&environment(&home(FILE), &[]), Some("session")).await;
    assert_eq!(keys.expect("keys").security_token.as_deref(), Some("token"));
}

#[tokio::test]
async fn what_is_wrong_is_said_and_no_secret_with_it() {
    let home = home(FILE);
    let read = async |more: &[(&str, &str)], profile| {
        let error = read(&environment(&home, more), profile).await;
        let shown = error.expect_err("no keys").to_string();
        assert!(!shown.contains("of-"), "{shown}");
        shown
    };
    assert!(
        read(&KEYS[..1], None)
            .await
            .contains("ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set")
    );
    assert!(
        read(&KEYS[1..], None)
            .await
            .contains("ALIBABA_CLOUD_ACCESS_KEY_ID is not set")
    );
    assert!(
        read(&[], Some("nobody"))
            .await
            .contains("no profile `nobody`; it has `default`, `work`")
    );
    assert!(
        read(&[], Some("half"))
            .await
            .contains("lacks `access_key_secret`")
    );
    assert!(
        read(&[], Some("browser"))
            .await
            .contains("the mode CloudSSO")
    );
    assert!(
        read(&[], Some("loop"))
            .await
            .contains("names itself as its source")
    );
    let broken = self::home("{\"profiles\": [{\"access_key_secret\": \"of-x\", oops");
    let error = self::read(&environment(&broken, &[]), None)
        .await
        .expect_err("broken");
    assert!(error.to_string().contains("line 1, column"), "{error}");
    assert!(!error.to_string().contains("of-x"), "{error}");
}

#[tokio::test]
async fn a_role_is_assumed_at_sts_and_its_keys_are_kept() {
    let server = Server::says([
        sts("STS.role", "2099-01-01T00:00:00Z"),
        success(),
        success(),
    ])
    .await;
    let home = home(FILE);
    let client = Client::new(Options {
        credentials: Source::standard(&environment(&home, &[]), Some("role")),
        ..server.options()
    })
    .expect("an address");
    for _ in 0..2 {
        client.call(&describe()).await.expect("a success");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 3, "STS is asked once");
    assert_eq!(seen[0].headers["host"], "sts.cn-beijing.aliyuncs.com");
    assert_eq!(seen[0].headers["x-acs-action"], "AssumeRole");
    assert!(
        seen[0].line.contains("DurationSeconds=900"),
        "{}",
        seen[0].line
    );
    assert!(seen[0].headers["authorization"].contains("Credential=LTAIrole,"));
    assert!(seen[2].headers["authorization"].contains("Credential=STS.role,"));
    assert_eq!(seen[2].headers["x-acs-security-token"], "token");
}

#[tokio::test]
async fn keys_are_renewed_before_they_end() {
    let past = sts("STS.old", "2001-01-01T00:00:00Z");
    let server = Server::says([past, sts("STS.new", "2099-01-01T00:00:00Z")]).await;
    let source = Source::Fixed(Credentials::new("LTAIbase", "of-base"));
    let client = Client::new(Options {
        credentials: source.assuming(Role::new("acs:ram::1:role/a", "test")),
        ..server.options()
    })
    .expect("an address");
    let id = async || client.credentials().await.expect("keys").access_key_id;
    assert_eq!(id().await, "STS.old");
    assert_eq!(id().await, "STS.new");
    assert_eq!(id().await, "STS.new");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_profile_may_use_the_keys_of_another() {
    let server = Server::says([sts("STS.chain", "2099-01-01T00:00:00Z")]).await;
    let home = home(FILE);
    let source = Source::standard(&environment(&home, &[]), Some("chain"));
    let keys = found(source, &server).await.expect("keys");
    assert_eq!(keys.access_key_id, "STS.chain");
    assert!(server.seen()[0].headers["authorization"].contains("Credential=LTAIwork,"));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_named() {
    let server = Server::says([crate::server::refusal("403 Forbidden", "NoPermission")]).await;
    let source = Source::Fixed(Credentials::new("LTAIbase", "of-base"));
    let source = source.assuming(Role::new("acs:ram::1:role/a", "test"));
    let error = found(source, &server).await.expect_err("a refusal");
    assert!(matches!(error, CredentialsError::Refused(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("acs:ram::1:role/a cannot be assumed"),
        "{error}"
    );
}

#[tokio::test]
async fn the_role_of_the_instance_is_asked_for_with_a_token() {
    let keys = issued("STS.ecs", "2099-01-01T00:00:00Z");
    let server = Server::says([
        http("200 OK", "", "metadata-token"),
        http("200 OK", "", "builder"),
        http("200 OK", "", &keys),
    ])
    .await;
    let source = Source::standard(&Environment::default(), None);
    let keys = found(source, &server).await.expect("keys");
    assert_eq!(keys.access_key_id, "STS.ecs");
    let seen = server.seen();
    assert_eq!(seen[0].line, "PUT /latest/api/token HTTP/1.1");
    let role = "GET /latest/meta-data/ram/security-credentials/builder HTTP/1.1";
    assert_eq!(seen[2].line, role);
    for request in &seen[1..] {
        assert_eq!(
            request.headers["x-aliyun-ecs-metadata-token"],
            "metadata-token"
        );
    }
}

#[tokio::test]
async fn where_nobody_has_any_there_are_none() {
    let nobody = Server::start([]).await;
    let source = Source::standard(&Environment::default(), None);
    assert_eq!(
        found(source, &nobody).await,
        Err(CredentialsError::NotFound)
    );
    let off = [("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")];
    let source = Source::standard(&off.into_iter().collect(), None);
    let unused = Server::start([]).await;
    assert_eq!(
        found(source, &unused).await,
        Err(CredentialsError::NotFound)
    );
    assert_eq!(unused.seen().len(), 0);
    // A profile that says that there is a role means it.
    let home = home(FILE);
    let source = Source::standard(&environment(&home, &[]), Some("instance"));
    let error = found(source, &Server::start([]).await).await;
    assert!(
        matches!(error, Err(CredentialsError::Unreachable(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let server = Server::says([success()]).await;
    let client = Client::new(Options {
        credentials: Source::standard(&KEYS[..1].iter().copied().collect(), None),
        ..options(&server.url)
    });
    let error = client.expect("an address").call(&describe()).await;
    assert!(matches!(error, Err(Error::Credentials(_))));
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn the_region_comes_from_the_environment_or_the_profile() {
    let home = home(FILE);
    let named = [("ALIBABA_CLOUD_REGION_ID", "cn-shenzhen")];
    let region = |more, profile| default_region(&environment(&home, more), profile);
    assert_eq!(region(&[], None).as_deref(), Some("cn-shanghai"));
    assert_eq!(region(&named, None).as_deref(), Some("cn-shenzhen"));
    assert_eq!(
        region(&named, Some("default")).as_deref(),
        Some("cn-beijing")
    );
    assert_eq!(default_region(&Environment::default(), None), None);
}
