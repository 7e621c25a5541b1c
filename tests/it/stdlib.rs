//! Where language and providers meet: every schema has exactly one implementation, every implementation a schema.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_lang::{Schemas, Texts, syntax};
use infra_model::{FileId, Record, SchemaKind};
use infra_sdk::{Context, Provider};

/// The standard library without a project.
fn library() -> Texts {
    Texts::new("std", infra_stdlib::files())
}

struct NoTime;

#[async_trait::async_trait]
impl infra_sdk::Timer for NoTime {
    async fn sleep(&self, _: std::time::Duration) {}

    fn now_ms(&self) -> u64 {
        0
    }
}

/// Every provider that is built in; none of them is asked anything.
fn providers() -> Vec<Arc<dyn Provider>> {
    let mut all: Vec<Arc<dyn Provider>> =
        vec![Arc::new(infra_engine::builtin::StdProvider::default())];
    #[cfg(feature = "aliyun")]
    all.push(aliyun());
    #[cfg(feature = "aws")]
    all.push(aws());
    all
}

/// The first parts of their types.
const BUILT_IN: &[&str] = &[
    "std",
    #[cfg(feature = "aliyun")]
    "aliyun",
    #[cfg(feature = "aws")]
    "aws",
];

fn unconfigured() -> Context {
    Context {
        program: "test".to_owned(),
        config: Record::new(),
    }
}

#[cfg(feature = "aliyun")]
fn aliyun() -> Arc<dyn Provider> {
    let credentials = infra_aliyun::Credentials::new(infra_sim::ACCESS_KEY, infra_sim::SECRET_KEY);
    let options =
        infra_aliyun::Options::simulated(Arc::new(NoTime), "http://127.0.0.1:9", credentials);
    let context = unconfigured();
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let connected = runtime.block_on(infra_aliyun::AliyunProvider::connect(&context, options));
    Arc::new(connected.expect("connecting asks nothing when no account is guarded"))
}

#[cfg(feature = "aws")]
fn aws() -> Arc<dyn Provider> {
    let context = unconfigured();
    let credentials = infra_aws::Credentials {
        access_key_id: infra_sim::ACCESS_KEY.to_owned(),
        secret_access_key: infra_sim::SECRET_KEY.to_owned(),
        session_token: None,
    };
    let options =
        infra_aws::Options::simulated(Arc::new(NoTime), "http://127.0.0.1:9", credentials);
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let connected = runtime.block_on(infra_aws::AwsProvider::connect(&context, options));
    Arc::new(connected.expect("connecting asks nothing when no account is guarded"))
}

/// The names of all types of a kind, without those that configure a provider.
pub fn types(kind: SchemaKind) -> BTreeSet<String> {
    let (schemas, _, diagnostics) = Schemas::load(&library());
    assert_eq!(diagnostics, [], "the library is sound");
    let is_type = |name: &str| !name.starts_with("provider.");
    let of_kind = schemas
        .iter()
        .filter(|schema| schema.kind == kind && is_type(&schema.type_name));
    of_kind.map(|schema| schema.type_name.clone()).collect()
}

#[test]
fn every_schema_has_one_implementation_and_every_implementation_a_schema() {
    let mut resources: BTreeMap<String, usize> = BTreeMap::new();
    let mut lookups: BTreeMap<String, usize> = BTreeMap::new();
    for provider in providers() {
        for (found, all) in [
            (provider.resource_types(), &mut resources),
            (provider.lookup_types(), &mut lookups),
        ] {
            assert!(found.is_sorted(), "{found:?}");
            for name in found {
                *all.entry((*name).to_owned()).or_default() += 1;
            }
        }
    }
    let built_in = |name: &String| BUILT_IN.iter().any(|it| name.split('.').next() == Some(it));
    let once = |names: BTreeSet<String>| {
        names
            .into_iter()
            .filter(built_in)
            .map(|name| (name, 1))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(resources, once(types(SchemaKind::Resource)));
    assert_eq!(lookups, once(types(SchemaKind::Lookup)));
}

#[test]
fn every_resource_answers_its_identity() {
    let (schemas, _, _) = Schemas::load(&library());
    for schema in schemas
        .iter()
        .filter(|schema| schema.provider() != "provider")
    {
        let id = schema
            .field("id")
            .unwrap_or_else(|| panic!("{} has no id", schema.type_name));
        assert!(id.computed, "{}", schema.type_name);
        for field in &schema.fields {
            assert!(
                !field.doc.is_empty(),
                "{}.{} has no words",
                schema.type_name,
                field.name
            );
        }
    }
}

#[test]
fn every_file_of_the_library_is_in_the_one_layout() {
    for (path, text) in infra_stdlib::files().iter().copied() {
        let (tree, diagnostics) = syntax::parse(FileId(0), text);
        assert_eq!(diagnostics, [], "{path}");
        assert_eq!(
            infra_lang::format(&tree, text).as_deref(),
            Some(text),
            "{path}"
        );
    }
}
