//! Declarations with a body: resources, instances of components, lookups, providers.

use infra_model::{FastMap, Schema, SchemaKind, Span, Type};

use super::Checker;
use super::comprehension::bound;
use super::context::{Context, path_of};
use super::literal::{are, duplicate_field, field_help, is_meant};
use super::mismatch::describe;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::scope::param_fields;
use crate::resolve::{DeclKind, ScopeId, Target};
use crate::suggest;
use crate::syntax::{Body, ExprKind, Field, For, Item, ProviderBlock, ResourceItem};
use crate::terraform_words::{self, FieldMeant};
use crate::typing::relate::{self, optional};

/// What a body belongs to.
struct Owner<'a> {
    /// As tables name it: `aws.vpc`, `provider aws`.
    name: &'a str,
    /// In sentences.
    what: &'a str,
    /// The name of the declaration.
    head: Span,
}

/// A field that a body can or must set.
struct Slot<'a> {
    name: &'a str,
    ty: &'a Type,
    required: bool,
    /// The field is the cloud's own.
    computed: bool,
}

impl Checker<'_> {
    pub(super) fn resource(
        &mut self,
        scope: ScopeId,
        item: &Item,
        it: &ResourceItem,
        target: Target,
    ) {
        let inside = self.head(scope, it);
        let program = self.program;
        match target {
            Target::Schema => {
                let type_name = it.type_name.text();
                if let Some(schema) = program.schemas.get(&type_name, SchemaKind::Resource) {
                    self.schema_body(&it.body, schema, it.name.span, &inside);
                    self.decorators(item, super::decorator::On::Resource(schema), &inside);
                }
            }
            Target::Component(component) => {
                let inner = program.scopes.get(component);
                let fields = param_fields(inner, &program.trees);
                let declared = fields.iter().map(|field| Slot {
                    name: &field.name,
                    ty: &field.ty,
                    required: !field.optional,
                    computed: false,
                });
                // A parameter that cannot be read is not unknown.
                let unread = inner
                    .iter()
                    .filter(|(_, decl)| decl.kind == DeclKind::Missing);
                let unread = unread.map(|(_, decl)| Slot {
                    name: &decl.name.text,
                    ty: &Type::Invalid,
                    required: false,
                    computed: false,
                });
                let slots: Vec<Slot<'_>> = declared.chain(unread).collect();
                let name = it.type_name.text();
                let what = format!("the component `{name}`");
                let of = Owner {
                    name: &name,
                    what: &what,
                    head: it.name.span,
                };
                self.body(&it.body, &slots, &of, &inside);
                self.decorators(item, super::decorator::On::Component, &inside);
            }
            Target::Unknown => {
                for field in &it.body.fields {
                    self.infer(&field.value, &inside);
                }
            }
        }
    }

    /// The context of a declaration's body: the names of its `for` bound, and its `if` true.
    fn head(&mut self, scope: ScopeId, it: &ResourceItem) -> Context {
        let outside = Context::of(scope);
        let mut inside = outside.clone();
        if let Some(each) = &it.each {
            let pair = self.pair(each, &outside);
            self.instance_keys(each, &pair.key, &pair.item);
            inside = bound(each, pair, &outside);
        }
        if let Some(condition) = &it.condition {
            self.condition(condition, &inside);
            inside = self.narrow(condition, true, &inside);
        }
        inside
    }

    /// Instances are told apart by keys that stay; the place in a list does not.
    fn instance_keys(&mut self, each: &For, key: &Type, item: &Type) {
        if !matches!(relate::plain(key), Type::Int) {
            return;
        }
        let fits = |ty: &Type| {
            matches!(
                relate::plain(ty),
                Type::String | Type::Enum(_) | Type::Int | Type::Any | Type::Invalid
            )
        };
        if fits(item) {
            return;
        }
        let message = format!("{} cannot be the key of an instance", describe(item));
        let diagnostic = Diagnostic::error(codes::BAD_KEY, each.over.span, message).help(
            "go through a map, whose keys say who is who and stay when the order changes: \
             `for name, x in {x.name: x for x in xs}`",
        );
        self.wrong(each.over.span, diagnostic);
    }

    pub(super) fn lookup(&mut self, scope: ScopeId, item: &Item, it: &ResourceItem) {
        let context = self.head(scope, it);
        let program = self.program;
        if let Some(schema) = program
            .schemas
            .get(&it.type_name.text(), SchemaKind::Lookup)
        {
            self.schema_body(&it.body, schema, it.name.span, &context);
            self.decorators(item, super::decorator::On::Lookup, &context);
        }
    }

    pub(super) fn provider(&mut self, scope: ScopeId, it: &ProviderBlock) {
        let program = self.program;
        let Some(schema) = program.schemas.provider(&it.name.text) else {
            let message = format!("there is no provider `{}`", it.name.text);
            let mut diagnostic = Diagnostic::error(codes::UNKNOWN_TYPE, it.name.span, message);
            let names: Vec<&str> = self
                .resource_names
                .iter()
                .filter_map(|name| name.strip_suffix(".provider"))
                .collect();
            diagnostic.help = match terraform_words::cloud(&it.name.text) {
                Some(cloud) => Some(format!(
                    "{cloud} is not supported yet; `infra types` lists what is"
                )),
                None => suggest::help(&it.name.text, names.iter().copied(), "there are"),
            };
            self.diagnostics.push(diagnostic);
            return;
        };
        self.schema_body(&it.body, schema, it.name.span, &Context::of(scope));
    }

    fn schema_body(&mut self, body: &Body, schema: &Schema, head: Span, context: &Context) {
        let slots: Vec<Slot<'_>> = schema
            .fields
            .iter()
            .map(|field| Slot {
                name: &field.name,
                ty: &field.ty,
                required: field.required(),
                computed: field.computed,
            })
            .collect();
        let (name, what) = match schema.type_name.strip_prefix("provider.") {
            Some(provider) => (
                format!("provider {provider}"),
                format!("the provider `{provider}`"),
            ),
            None => (schema.type_name.clone(), format!("`{}`", schema.type_name)),
        };
        let of = Owner {
            name: &name,
            what: &what,
            head,
        };
        self.body(body, &slots, &of, context);
    }

    fn body(&mut self, body: &Body, slots: &[Slot<'_>], of: &Owner<'_>, context: &Context) {
        let what = of.what;
        let mut seen: FastMap<&str, Span> = FastMap::default();
        let mut unknown: Vec<&str> = Vec::new();
        for field in &body.fields {
            let name = field.name.text.as_str();
            let slot = slots.iter().find(|slot| slot.name == name);
            let first = seen.insert(name, field.name.span);
            if slot.is_none() && self.foreign_field(field, slots, of, &mut unknown, first) {
                continue;
            }
            if let Some(first) = first {
                self.diagnostics
                    .push(duplicate_field(name, field.name.span, first));
            }
            // The fields are compared one by one.
            if !self.spend(slots.len() as u64 / 4, field.name.span) {
                return;
            }
            match slot {
                Some(slot) if slot.computed => {
                    self.infer(&field.value, context);
                    let message = format!("only the cloud decides `{name}` of {what}");
                    self.diagnostics.push(
                        Diagnostic::error(codes::COMPUTED_FIELD, field.name.span, message).help(
                            "take the line out; elsewhere the value can be read as an attribute",
                        ),
                    );
                }
                // `null` is the same as leaving the field out, where it may be left out.
                Some(slot) if !slot.required => {
                    self.expect(&field.value, &optional(slot.ty.clone()), context);
                }
                Some(slot) => {
                    self.expect(&field.value, slot.ty, context);
                }
                None => {
                    unknown.push(name);
                    self.infer(&field.value, context);
                    let message = format!("{what} has no field `{name}`");
                    let mut diagnostic =
                        Diagnostic::error(codes::UNKNOWN_FIELD, field.name.span, message);
                    let names = slots
                        .iter()
                        .filter(|slot| !slot.computed)
                        .map(|slot| slot.name);
                    let missing = slots
                        .iter()
                        .filter(|slot| slot.required && !is_set(body, slot.name))
                        .map(|slot| slot.name);
                    if self.may_compare(slots.len(), body.fields.len(), field.name.span) {
                        diagnostic.help = field_help(name, missing, names, "its fields are");
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
        }
        let missing: Vec<&str> = slots
            .iter()
            .filter(|slot| slot.required && !seen.contains_key(slot.name))
            .map(|slot| slot.name)
            .filter(|name| !unknown.contains(name) && !is_meant(name, unknown.iter().copied()))
            .collect();
        // A body with an unreadable part may well have the field in that part.
        if !missing.is_empty() && body.invalid.is_empty() {
            let message = format!("{} missing", are(&missing));
            let mut diagnostic = Diagnostic::error(codes::MISSING_FIELD, of.head, message);
            let lines: Vec<String> = slots
                .iter()
                .filter(|slot| missing.contains(&slot.name))
                .map(|slot| format!("`{}: {}`", slot.name, super::mismatch::say(slot.ty)))
                .collect();
            diagnostic.help = Some(format!("{what} needs {}", lines.join(", ")));
            self.diagnostics.push(diagnostic);
        }
    }
}

impl Checker<'_> {
    /// Says of a field that another tool has what it is here, once for each name; `false` when it is none of those.
    fn foreign_field<'f>(
        &mut self,
        field: &'f Field,
        slots: &[Slot<'f>],
        of: &Owner<'_>,
        meant: &mut Vec<&'f str>,
        first: Option<Span>,
    ) -> bool {
        let name = field.name.text.as_str();
        let settable = |name: &str| slots.iter().any(|slot| slot.name == name && !slot.computed);
        let Some(found) = terraform_words::field(of.name, name, &settable) else {
            return false;
        };
        let help = match found {
            FieldMeant::Field(ours) => {
                // It is not missing, it is only called otherwise.
                meant.extend(slots.iter().map(|it| it.name).filter(|it| *it == ours));
                format!("it is `{ours}`{}", self.whole_thing(field, ours))
            }
            FieldMeant::Words(words) => words.replace("TYPE", of.name),
        };
        if first.is_none() {
            let message = format!("{} has no field `{name}`", of.what);
            let diagnostic = Diagnostic::error(codes::UNKNOWN_FIELD, field.name.span, message);
            self.diagnostics.push(diagnostic.help(help));
        }
        true
    }

    /// `vpc_id = main.id` asks for the id where the field takes the thing itself.
    fn whole_thing(&self, field: &Field, ours: &str) -> String {
        match &field.value.kind {
            ExprKind::Member { base, name, .. } if name.text == "id" => match path_of(base) {
                Some(base) if !base.contains('.') => {
                    format!(", and takes the thing itself: `{ours} = {base}`")
                }
                _ => String::new(),
            },
            ExprKind::String(_) if field.name.text.ends_with("_id") => {
                let written = self.written(field.value.span);
                format!(": `{ours} = id({written})`")
            }
            _ => String::new(),
        }
    }
}

fn is_set(body: &Body, field: &str) -> bool {
    body.fields.iter().any(|it| it.name.text == field)
}
