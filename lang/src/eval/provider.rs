//! The configurations of providers, and the catalogues that come with them.

use std::collections::BTreeMap;

use infra_model::desired::ProviderConfig;
use infra_model::{Desired, Record, Span, Value};

use super::instance::without_nulls;
use super::thing::PartId;
use super::{Catalogue, Env, Eval, Evaluator, Stop};
use crate::resolve::{ScopeKind, Scopes};
use crate::syntax::{ItemKind, ProviderBlock};
use crate::typing::relate;

impl Evaluator<'_> {
    pub(super) fn providers(&self, root: PartId) -> Vec<ProviderConfig> {
        let mut providers = Vec::new();
        for item in &self.program.scopes.get(Scopes::ROOT).others {
            if let ItemKind::Provider(block) = &item.get(&self.program.trees).kind {
                let config = self.provider(root, block);
                providers.extend(self.note(config));
            }
        }
        providers
    }

    fn provider(&self, root: PartId, block: &ProviderBlock) -> Eval<ProviderConfig> {
        let schema = self
            .program
            .schemas
            .provider(&block.name.text)
            .ok_or(Stop::Silent)?;
        let env = Env {
            part: root,
            locals: None,
        };
        let mut fields = Record::new();
        for field in &schema.fields {
            let written = block
                .body
                .fields
                .iter()
                .find(|it| it.name.text == field.name);
            let value = match written {
                Some(written) => {
                    let value = self.value(&written.value, &env)?;
                    self.coerced(
                        value,
                        &relate::optional(field.ty.clone()),
                        written.value.span,
                    )?
                }
                None => Value::Null,
            };
            let value = if value.is_null() {
                field.default.clone().unwrap_or(value)
            } else {
                value
            };
            if !value.is_null() {
                fields.insert(field.name.clone(), without_nulls(&value));
            }
        }
        Ok(ProviderConfig {
            name: block.name.text.clone(),
            alias: block.alias.as_ref().map(|alias| alias.text.clone()),
            fields,
            span: block.name.span,
        })
    }

    /// A provider without a block has its defaults, so that everyone who needs it finds it.
    pub(super) fn add_default_providers(&self, desired: &mut Desired) {
        let users = desired
            .instances
            .iter()
            .map(|it| (&it.provider, it.span))
            .chain(desired.lookups.iter().map(|it| (&it.provider, it.span)));
        let mut missing: BTreeMap<String, Span> = BTreeMap::new();
        for (provider, span) in users {
            let known = desired
                .providers
                .iter()
                .any(|config| config.key() == *provider);
            if !known && self.program.schemas.provider(provider).is_some() {
                missing.entry(provider.clone()).or_insert(span);
            }
        }
        for (name, span) in missing {
            let fields = self.program.schemas.provider(&name).map(|schema| {
                let default = |field: &infra_model::FieldSchema| {
                    Some((field.name.clone(), field.default.clone()?))
                };
                schema.fields.iter().filter_map(default).collect()
            });
            let fields = fields.unwrap_or_default();
            desired.providers.push(ProviderConfig {
                name,
                alias: None,
                fields,
                span,
            });
        }
    }

    /// The tables of the catalogues that fields name, by provider and table.
    pub(super) fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::new();
        for (provider, scope) in &self.program.catalogues {
            if self.program.scopes.get(*scope).kind != ScopeKind::Std {
                continue;
            }
            let module = self.module(*scope);
            for (id, decl) in self.program.scopes.get(*scope).iter() {
                let wanted = self
                    .program
                    .tables
                    .contains(&(provider.clone(), decl.name.text.clone()));
                if !wanted {
                    continue;
                }
                let table = self.declared(module, id);
                if let Some(thing) = self.note(table)
                    && let Some(Value::Map(table)) = thing.as_value()
                {
                    catalogue.insert((provider.clone(), decl.name.text.clone()), table.clone());
                }
            }
        }
        catalogue
    }
}
