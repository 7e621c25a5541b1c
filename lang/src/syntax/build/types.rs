//! Type annotations and the fields of schemas and record types.

use infra_model::Span;

use super::super::grammar::{Pair, Rule};
use super::super::slip::Place;
use super::super::{Decorator, Expr, Ident, SchemaField, TypeExpr, TypeExprKind, TypeField};
use super::{Builder, is_junk};
use crate::codes;

/// A `name: type = default` with what may stand before it.
struct TypedField {
    doc: Option<String>,
    decorators: Vec<Decorator>,
    name: Ident,
    ty: TypeExpr,
    default: Option<Expr>,
    span: Span,
}

impl Builder<'_> {
    pub(super) fn invalid_type(&self, span: Span) -> TypeExpr {
        TypeExpr {
            kind: TypeExprKind::Invalid,
            span,
        }
    }

    /// The content of `lone_type`.
    pub fn lone_type(&mut self, pair: Pair) -> TypeExpr {
        let mut ty = self.invalid_type(self.trimmed(self.base, self.end));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::type_value => {
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::type_full => ty = self.type_expr(piece),
                            Rule::missing => self.missing_type(ty.span),
                            _ => ty = self.junk_type(&piece),
                        }
                    }
                }
                rule if is_junk(rule) => ty = self.junk_type(&part),
                _ => {}
            }
        }
        ty
    }

    fn junk_type(&mut self, pair: &Pair) -> TypeExpr {
        let span = self.junk(pair, Place::Type);
        self.invalid_type(span)
    }

    fn missing_type(&mut self, span: Span) {
        self.error(
            codes::MISSING_TYPE,
            span,
            "a type is missing here",
            "write one, as in `string`, `[int]`, `{ name: string }` or `aws.vpc`",
        );
    }

    /// `type_full`, `type_union` or anything a type is made of.
    pub(super) fn type_expr(&mut self, pair: Pair) -> TypeExpr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::type_full => {
                let mut parts = pair.into_inner();
                let ty = parts.next().map(|ty| self.type_expr(ty));
                let ty = ty.unwrap_or_else(|| self.invalid_type(span));
                match parts.find(|part| part.as_rule() == Rule::expr) {
                    Some(condition) => {
                        let condition = self.expr(condition);
                        TypeExpr {
                            kind: TypeExprKind::Refined(Box::new(ty), Box::new(condition)),
                            span,
                        }
                    }
                    None => ty,
                }
            }
            Rule::type_union => {
                let mut members: Vec<TypeExpr> =
                    pair.into_inner().map(|part| self.type_expr(part)).collect();
                if members.len() == 1 {
                    return members.remove(0);
                }
                TypeExpr {
                    kind: TypeExprKind::Union(members),
                    span,
                }
            }
            Rule::type_term => self.type_term(pair),
            _ => self.type_atom(pair),
        }
    }

    /// `secret` binds more loosely than `?`: `secret string?` is a secret that may be absent.
    fn type_term(&mut self, pair: Pair) -> TypeExpr {
        let span = self.span(&pair);
        let parts: Vec<Pair> = pair.into_inner().collect();
        let count = |rule| parts.iter().filter(|part| part.as_rule() == rule).count();
        let secrets = count(Rule::kw_secret).min(1);
        let optionals = count(Rule::type_question).min(1);
        let atom = parts
            .into_iter()
            .find(|part| !matches!(part.as_rule(), Rule::kw_secret | Rule::type_question));
        let mut ty = match atom {
            Some(atom) => self.type_atom(atom),
            None => self.invalid_type(span),
        };
        let end = span.end;
        if optionals > 0 {
            let span = Span { end, ..ty.span };
            ty = TypeExpr {
                kind: TypeExprKind::Optional(Box::new(ty)),
                span,
            };
        }
        if secrets > 0 {
            ty = TypeExpr {
                kind: TypeExprKind::Secret(Box::new(ty)),
                span,
            };
        }
        ty
    }

    fn type_atom(&mut self, pair: Pair) -> TypeExpr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::dotted => TypeExprKind::Named(self.dotted(pair)),
            Rule::type_word => match pair.into_inner().next() {
                Some(word) => TypeExprKind::Word(self.plain_string(word)),
                None => TypeExprKind::Invalid,
            },
            Rule::type_record => {
                let fields = self.typed_fields(pair);
                TypeExprKind::Record(
                    fields
                        .into_iter()
                        .map(|field| self.type_field(field))
                        .collect(),
                )
            }
            rule => {
                let mut inner = TypeExprKind::Invalid;
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::missing => self.missing_closer(span),
                        _ => {
                            let ty = self.type_expr(part);
                            inner = match rule {
                                Rule::type_list => TypeExprKind::List(Box::new(ty)),
                                Rule::type_map => TypeExprKind::Map(Box::new(ty)),
                                _ => ty.kind,
                            };
                        }
                    }
                }
                inner
            }
        };
        TypeExpr { kind, span }
    }

    fn type_field(&mut self, field: TypedField) -> TypeField {
        if let Some(first) = field.decorators.first() {
            self.error(
                codes::MISPLACED_DECORATOR,
                first.span,
                "a decorator cannot stand before a field of a record type",
                "it stands before a declaration, a parameter, or a field of a schema",
            );
        }
        TypeField {
            doc: field.doc,
            name: field.name,
            ty: field.ty,
            default: field.default,
            span: field.span,
        }
    }

    /// The fields of a schema.
    pub(super) fn schema_fields(&mut self, pair: Pair) -> Vec<SchemaField> {
        let fields = self
            .typed_fields(pair)
            .into_iter()
            .map(|field| SchemaField {
                doc: field.doc,
                decorators: field.decorators,
                name: field.name,
                ty: field.ty,
                default: field.default,
                span: field.span,
            });
        fields.collect()
    }

    fn typed_fields(&mut self, pair: Pair) -> Vec<TypedField> {
        let span = self.span(&pair);
        let mut fields = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::typed_field => fields.extend(self.typed_field(part)),
                _ => self.missing_closer(span),
            }
        }
        fields
    }

    fn typed_field(&mut self, pair: Pair) -> Option<TypedField> {
        let span = self.span(&pair);
        let mut decorators = Vec::new();
        let mut name = None;
        let mut ty = self.invalid_type(span);
        let mut default = None;
        let mut told = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::decorator => decorators.push(self.decorator(part)),
                Rule::ident => name = Some(self.ident(&part)),
                Rule::type_full => ty = self.type_expr(part),
                Rule::default => {
                    let owner = name.as_ref().map_or(span, |name| name.span);
                    default = Some(self.default(part, owner));
                }
                Rule::missing => {
                    told = true;
                    self.missing_type(self.after(self.span(&part)));
                }
                _ if told => {}
                _ => {
                    let place = match name {
                        None => Place::SchemaField,
                        Some(_) => Place::Type,
                    };
                    self.junk(&part, place);
                    ty = self.invalid_type(span);
                }
            }
        }
        Some(TypedField {
            doc: self.doc(span.start),
            decorators,
            name: name?,
            ty,
            default,
            span,
        })
    }
}
