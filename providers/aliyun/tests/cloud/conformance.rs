//! Every resource type through the suite of the provider SDK: undisturbed, and with answers that get lost.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use infra_aliyun::types::KINDS;
use infra_model::{Record, Schema};
use infra_sdk::conformance::{Case, Outsider, run};

use crate::bed::{Bed, PROGRAM, REGION, schemas};
use crate::samples::{SAMPLES, Sampler};
use crate::traffic;

static SCHEMAS: LazyLock<Arc<BTreeMap<String, Schema>>> = LazyLock::new(|| Arc::new(schemas()));

/// Somebody with the account's keys and no idea of infra.
struct Stranger<'b> {
    bed: &'b Bed,
    /// The product and the word for the type in calls that change tags; `None` for a type without tags.
    tags: Option<(&'static str, &'static str)>,
}

#[async_trait::async_trait]
impl Outsider for Stranger<'_> {
    async fn change(&self, id: &str, _: &Record) -> Vec<String> {
        let last = id.rsplit(':').next().unwrap_or_default();
        match self.tags {
            Some((product, word)) => {
                let params = [
                    ("RegionId", REGION),
                    ("ResourceType", word),
                    ("ResourceId.1", id),
                    ("Tag.1.Key", "stage"),
                    ("Tag.1.Value", "by hand"),
                ];
                self.bed.meddle(product, "TagResources", &params).await;
                vec!["tags".to_owned()]
            }
            None if id.starts_with("i-") => {
                let params = [("DiskId", last), ("DeleteWithInstance", "true")];
                self.bed.meddle("ecs", "ModifyDiskAttribute", &params).await;
                vec!["delete_with_instance".to_owned()]
            }
            None if id.starts_with("vtb-") => {
                let params = [
                    ("RegionId", REGION),
                    ("RouteEntryId", last),
                    ("RouteEntryName", "by-hand"),
                ];
                self.bed.meddle("vpc", "ModifyRouteEntry", &params).await;
                vec!["name".to_owned()]
            }
            None => {
                let table = id.split(':').next().unwrap_or_default();
                let params = [
                    ("RegionId", REGION),
                    ("SnatTableId", table),
                    ("SnatEntryId", last),
                    ("SnatEntryName", "by-hand"),
                ];
                self.bed.meddle("vpc", "ModifySnatEntry", &params).await;
                vec!["name".to_owned()]
            }
        }
    }
}

/// One type in a cloud of its own; what is wrong with it.
fn problems_of(type_name: &str, sampler: Sampler, chaos: &str) -> Vec<String> {
    let bed = Bed::new(&SCHEMAS, chaos);
    let kind = KINDS.iter().find(|kind| kind.name == type_name);
    let kind = kind.expect("a table for each sample");
    let stranger = Stranger {
        bed: &bed,
        tags: kind.tags.map(|word| (kind.api.product, word)),
    };
    let done = bed.clock.run(async {
        let sample = sampler(&bed).await;
        let case = Case {
            program: PROGRAM.to_owned(),
            fields: sample.fields,
            steps: sample.steps,
            exempt: sample.exempt,
            outsider: Some(&stranger),
        };
        let done = run(&bed.provider, bed.schema(type_name), &case).await;
        if done.is_ok() {
            for made in sample.before.iter().rev() {
                bed.unmake(made).await;
            }
        }
        done
    });
    let mut problems = traffic::problems(&bed.traffic());
    let left = bed.left_over();
    match done {
        Err(violation) => problems.push(violation.to_string()),
        Ok(()) if !left.is_empty() => problems.push(format!("{type_name}: left over: {left:?}")),
        Ok(()) => {}
    }
    problems
}

/// All types; what is wrong with them, all of it.
fn problems(chaos: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (type_name, sampler) in SAMPLES {
        // What cannot even be begun is a problem of its type alone.
        let attempt = AssertUnwindSafe(|| problems_of(type_name, *sampler, chaos));
        match catch_unwind(attempt) {
            Ok(found) => problems.extend(found),
            Err(_) => problems.push(format!("{type_name}: it stopped in the middle; see above")),
        }
    }
    println!("{} types", SAMPLES.len());
    problems
}

#[test]
fn every_type_conforms() {
    let problems = problems("");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_type_conforms_with_lost_answers() {
    for seed in 1..=5 {
        let problems = problems(&format!("lost=10%,seed={seed}"));
        assert!(problems.is_empty(), "{seed}: {}", problems.join("\n"));
    }
}

#[test]
fn every_type_conforms_when_requests_are_refused_for_a_while() {
    let problems = problems("throttle=10%,error=5%,seed=7");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_type_has_a_sample() {
    let sampled: Vec<&str> = SAMPLES.iter().map(|(name, _)| *name).collect();
    let all: Vec<&str> = SCHEMAS.keys().map(String::as_str).collect();
    assert_eq!(sampled, all);
}
