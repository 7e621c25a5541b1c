//! Every resource type through the suite of the provider SDK: undisturbed, and with answers that get lost.

mod compute;
mod endpoint;
mod network;
mod reach;
pub mod schemas;
mod storage;
mod template;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_ec2::types::{
    EbsInstanceBlockDeviceSpecification, InstanceBlockDeviceMappingSpecification, Tag,
};
use infra_model::{Record, Value};
use infra_sdk::Provider;
use infra_sdk::conformance::{Case, Outsider, run};

use crate::world::{Made, World, map, record, text};

/// A type's part of a [`Case`], and what had to be made before, in the order of making.
struct Sample {
    fields: Record,
    steps: Vec<Record>,
    exempt: Vec<(&'static str, &'static str)>,
    before: Vec<Made>,
}

impl Sample {
    fn new(fields: Record) -> Sample {
        Sample {
            fields,
            steps: Vec::new(),
            exempt: Vec::new(),
            before: Vec::new(),
        }
    }

    fn step<const N: usize>(mut self, fields: [(&str, Value); N]) -> Sample {
        self.steps.push(record(fields));
        self
    }

    /// A name and a label, which change in place.
    fn renamed(self) -> Sample {
        self.step([("name", text("renamed"))]).relabelled()
    }

    fn relabelled(self) -> Sample {
        self.step([("tags", map([("stage", text("test"))]))])
    }

    fn exempt(mut self, field: &'static str, reason: &'static str) -> Sample {
        self.exempt.push((field, reason));
        self
    }

    fn before(mut self, made: impl IntoIterator<Item = Made>) -> Sample {
        self.before.extend(made);
        self
    }
}

type Making<'w> = Pin<Box<dyn Future<Output = Sample> + Send + 'w>>;

/// Makes the sample of one type, with what must exist before it.
type Sampler = fn(&World) -> Making<'_>;

/// How to sample each type.
const SAMPLES: &[(&str, Sampler)] = &[
    ("aws.attachment", |world| {
        Box::pin(storage::attachment(world))
    }),
    ("aws.dhcp_options", |world| {
        Box::pin(reach::dhcp_options(world))
    }),
    ("aws.egress_only_gateway", |world| {
        Box::pin(reach::egress_only_gateway(world))
    }),
    ("aws.elastic_ip", |world| {
        Box::pin(compute::elastic_ip(world))
    }),
    ("aws.flow_log", |world| Box::pin(network::flow_log(world))),
    ("aws.image", |world| Box::pin(storage::image(world))),
    ("aws.instance", |world| Box::pin(compute::instance(world))),
    ("aws.internet_gateway", |world| {
        Box::pin(network::internet_gateway(world))
    }),
    ("aws.key_pair", |_| Box::pin(compute::key_pair())),
    ("aws.launch_template", |world| {
        Box::pin(template::launch_template(world))
    }),
    ("aws.nat_gateway", |world| {
        Box::pin(network::nat_gateway(world))
    }),
    ("aws.network_acl", |world| {
        Box::pin(reach::network_acl(world))
    }),
    ("aws.network_interface", |world| {
        Box::pin(reach::network_interface(world))
    }),
    ("aws.peering", |world| Box::pin(network::peering(world))),
    ("aws.placement_group", |_| {
        Box::pin(compute::placement_group())
    }),
    ("aws.route_table", |world| {
        Box::pin(network::route_table(world))
    }),
    ("aws.security_group", |world| {
        Box::pin(network::security_group(world))
    }),
    ("aws.snapshot", |world| Box::pin(storage::snapshot(world))),
    ("aws.subnet", |world| Box::pin(network::subnet_of(world))),
    ("aws.volume", |world| Box::pin(storage::volume_of(world))),
    ("aws.vpc", |_| Box::pin(network::vpc())),
    ("aws.vpc_endpoint", |world| {
        Box::pin(endpoint::vpc_endpoint(world))
    }),
];

/// Somebody with the account's keys, Amazon's SDK and no idea of infra.
struct Stranger(aws_sdk_ec2::Client);

#[async_trait::async_trait]
impl Outsider for Stranger {
    async fn change(&self, id: &str, seen: &Record) -> Vec<String> {
        if let Some((instance, _)) = id.split_once(':') {
            self.keep_no_disk(instance, seen).await;
            return vec!["delete_with_instance".to_owned()];
        }
        let tag = Tag::builder().key("stage").value("by hand").build();
        // What is known by its name has another identity that bears its tags.
        let second = seen.get("key_id").or_else(|| seen.get("group_id"));
        let bearer = second.and_then(Value::as_str).unwrap_or(id);
        let tagging = self.0.create_tags().resources(bearer).tags(tag);
        tagging.send().await.expect("a stranger may set tags");
        vec!["tags".to_owned()]
    }
}

impl Stranger {
    async fn keep_no_disk(&self, instance: &str, seen: &Record) {
        let ebs = EbsInstanceBlockDeviceSpecification::builder().delete_on_termination(true);
        let mapping = InstanceBlockDeviceMappingSpecification::builder()
            .device_name(seen["device"].as_str().expect("a device has a name"))
            .ebs(ebs.build())
            .build();
        let change = self.0.modify_instance_attribute().instance_id(instance);
        let change = change.block_device_mappings(mapping).send().await;
        change.expect("a stranger may change attachments");
    }
}

/// All types at once, each in a cloud of its own; what is wrong with them, all of it.
async fn problems(chaos: &str) -> Vec<String> {
    let schemas = Arc::new(schemas::all());
    let mut tasks = tokio::task::JoinSet::new();
    for (type_name, sample) in SAMPLES {
        let chaos = chaos.parse().expect("a specification of faults");
        let schemas = Arc::clone(&schemas);
        tasks.spawn(async move {
            let world = World::simulated(chaos).await;
            let sample = sample(&world).await;
            let stranger = Stranger(world.client());
            let case = Case {
                program: world.program.clone(),
                fields: sample.fields,
                steps: sample.steps,
                exempt: sample.exempt,
                outsider: Some(&stranger),
            };
            if let Err(violation) = run(&world.provider, &schemas[*type_name], &case).await {
                return Some(violation.to_string());
            }
            for made in sample.before.iter().rev() {
                world.unmake(made).await;
            }
            let left = world.left_over();
            (!left.is_empty()).then(|| format!("{type_name}: left over: {left:#?}"))
        });
    }
    let mut problems = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(problem) => problems.extend(problem),
            Err(panicked) => problems.push(panicked.to_string()),
        }
    }
    problems.sort();
    problems
}

#[tokio::test]
async fn every_type_conforms() {
    let problems = problems("").await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The calls took effect, and their answers did not arrive: everything is adopted, nothing made twice.
#[tokio::test]
async fn every_type_conforms_when_answers_are_lost() {
    let problems = problems("lost=10%,seed=11").await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn every_type_has_a_sample_and_a_schema() {
    let world = World::simulated(infra_sim::Chaos::default()).await;
    let sampled: Vec<&str> = SAMPLES.iter().map(|(type_name, _)| *type_name).collect();
    assert_eq!(sampled, world.provider.resource_types());
    let schemas: BTreeMap<_, _> = schemas::all();
    let known: Vec<&str> = schemas.keys().map(String::as_str).collect();
    assert_eq!(known, sampled);
}
