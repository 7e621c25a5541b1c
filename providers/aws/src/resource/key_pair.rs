//! `aws.key_pair`: ImportKeyPair, DescribeKeyPairs, DeleteKeyPair. Its name is its identity.

use async_trait::async_trait;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::ResourceType;
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::plain_name;
use crate::selection::Selection;
use crate::tags;

pub(super) struct KeyPair;

/// "Amazon EC2 key pairs": what can be imported.
const ALGORITHMS: [&str; 2] = ["ssh-rsa", "ssh-ed25519"];

#[async_trait]
impl Kind for KeyPair {
    /// The comment after a key means nothing, and AWS gives it another.
    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::String(key)) = fields.get_mut("public_key") {
            let words: Vec<&str> = key.split_whitespace().take(2).collect();
            *key = words.join(" ");
        }
    }

    fn derived(&self, fields: Fields<'_>) -> Record {
        fields.id_by_name()
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let Some(key) = fields.text("public_key") else {
            return;
        };
        let mut words = key.split_whitespace();
        let algorithm = words.next().unwrap_or_default();
        if key.contains("PRIVATE KEY") {
            problems.push(
                "`public_key` holds a private key; give the file that ends in `.pub`".to_owned(),
            );
        } else if !ALGORITHMS.contains(&algorithm) || words.next().is_none() {
            let forms = "`ssh-ed25519 AAAA…` or `ssh-rsa AAAA…`";
            problems.push(format!(
                "`public_key` is not a key that AWS takes; it begins with {forms}"
            ));
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("key-name");
        let answer = cloud
            .read("DescribeKeyPairs", || {
                let call = cloud
                    .ec2
                    .describe_key_pairs()
                    .set_filters(Some(filters.clone()));
                call.include_public_key(true).send()
            })
            .await?;
        Ok(answer
            .key_pairs
            .unwrap_or_default()
            .into_iter()
            .filter_map(seen)
            .collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let name = fields
            .text("name")
            .unwrap_or_else(|| plain_name(&order.default_name));
        let key = Blob::new(fields.must("public_key")?.trim());
        let tags = tags::specification(ResourceType::KeyPair, &tags::of_new(cloud, order));
        let answer = cloud
            .once("ImportKeyPair", || {
                let call = cloud.ec2.import_key_pair().key_name(&name);
                let call = call.public_key_material(key.clone());
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .key_name
            .ok_or_else(|| incomplete("ImportKeyPair", "the key's name"))
    }

    /// Tags hang on the key's id, not on its name.
    fn tagged(&self, order: &Update) -> Vec<String> {
        Fields(&order.prior).text("key_id").into_iter().collect()
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteKeyPair", || {
                cloud.ec2.delete_key_pair().key_name(&order.id).send()
            })
        })
        .await
    }
}

fn seen(pair: aws_sdk_ec2::types::KeyPairInfo) -> Option<Seen> {
    let name = pair.key_name?;
    Some(
        tags::seen(name.clone(), pair.tags)
            .text("name", Some(name))
            .text("public_key", pair.public_key)
            .text("fingerprint", pair.key_fingerprint)
            .text("key_id", pair.key_pair_id),
    )
}
