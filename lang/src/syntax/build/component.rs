//! Components with their parameters, and schemas.

use infra_model::{SchemaKind, Span};

use super::super::grammar::{Pair, Rule};
use super::super::slip::Place;
use super::super::{Component, Expr, Ident, ItemKind, Param, SchemaItem, TypeExprKind};
use super::Builder;
use super::item::Parts;
use crate::codes;

impl Builder<'_> {
    pub(super) fn param(&mut self, pair: Pair) -> Param {
        let span = self.span(&pair);
        let mut param = Param {
            doc: self.doc(span.start),
            decorators: Vec::new(),
            name: Ident {
                text: String::new(),
                span,
            },
            ty: self.invalid_type(span),
            default: None,
            condition: None,
            message: None,
            span,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::decorator => param.decorators.push(self.decorator(part)),
                Rule::ident => param.name = self.ident(&part),
                Rule::type_union => param.ty = self.type_expr(part),
                Rule::missing => {
                    let name = param.name.text.clone();
                    self.error(
                        codes::MISSING_TYPE,
                        param.name.span,
                        format!("the parameter `{name}` has no type"),
                        &format!("write `{name}: string`, or another type"),
                    );
                }
                Rule::default => param.default = Some(self.default(part, param.name.span)),
                Rule::where_clause => {
                    let exprs = part
                        .into_inner()
                        .filter(|part| part.as_rule() == Rule::expr);
                    let mut exprs: Vec<Expr> = exprs.map(|expr| self.expr(expr)).collect();
                    param.message = (exprs.len() > 1).then(|| exprs.pop()).flatten();
                    param.condition = exprs.pop();
                }
                _ => {}
            }
        }
        param
    }

    /// `= value` of what `owner` names.
    pub(super) fn default(&mut self, pair: Pair, owner: Span) -> Expr {
        let mut value = self.invalid(self.span(&pair));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::equals => self.check_equals(&part),
                _ => value = self.value(part, Some(owner)),
            }
        }
        value
    }

    pub(super) fn component(&mut self, mut parts: Parts) -> ItemKind {
        let params = parts
            .take(Rule::params)
            .map_or_else(Vec::new, |params| self.params(params));
        match (self.name(&mut parts), parts.take(Rule::block)) {
            (Some(name), Some(block)) => ItemKind::Component(Component {
                name,
                params,
                body_span: self.span(&block),
                items: self.items(block),
            }),
            _ => ItemKind::Invalid,
        }
    }

    pub(super) fn params(&mut self, pair: Pair) -> Vec<Param> {
        let span = self.span(&pair);
        let mut params = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::param => params.push(self.param(part)),
                Rule::missing => self.missing_closer(span),
                // `a int`: that the type is missing is said already.
                _ if params.last().is_some_and(is_untyped) => {}
                _ => {
                    self.junk(&part, Place::Parameter);
                }
            }
        }
        params
    }

    pub(super) fn schema(&mut self, mut parts: Parts, kind: SchemaKind) -> ItemKind {
        match (parts.take(Rule::dotted), parts.take(Rule::schema_body)) {
            (Some(type_name), Some(body)) => ItemKind::Schema(SchemaItem {
                kind,
                type_name: self.dotted(type_name),
                body_span: self.span(&body),
                fields: self.schema_fields(body),
            }),
            _ => ItemKind::Invalid,
        }
    }
}

fn is_untyped(param: &Param) -> bool {
    param.ty.kind == TypeExprKind::Invalid && param.default.is_none()
}
