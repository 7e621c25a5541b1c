//! Types, and the fields of schemas and record types.

use infra_model::Span;

use super::rows::Row;
use super::{Formatter, Inside, column_after, newline};
use crate::syntax::{Decorator, Expr, Ident, SchemaField, TypeExpr, TypeExprKind, TypeField};

impl Formatter<'_> {
    pub(super) fn type_expr(&mut self, ty: &TypeExpr, indent: usize, column: usize) -> String {
        self.whole(ty.span, |this| {
            let source = this.source(ty.span);
            let first = match &ty.kind {
                TypeExprKind::Union(members) => members.first(),
                TypeExprKind::Optional(inner) | TypeExprKind::Refined(inner, _) => Some(&**inner),
                _ => None,
            };
            let bracketed = source.starts_with('(')
                && first.is_none_or(|first| first.span.start > ty.span.start);
            if !bracketed {
                return this.bare_type(ty, ty.span, indent, column);
            }
            let inside = Span {
                start: ty.span.start + 1,
                end: ty.span.end - 1,
                ..ty.span
            };
            format!("({})", this.bare_type(ty, inside, indent, column + 1))
        })
    }

    /// A type without the brackets around it.
    fn bare_type(&mut self, ty: &TypeExpr, span: Span, indent: usize, column: usize) -> String {
        match &ty.kind {
            TypeExprKind::Invalid => {
                self.failed = true;
                String::new()
            }
            TypeExprKind::Named(_) | TypeExprKind::Word(_) => self.source(span).trim().to_owned(),
            TypeExprKind::List(inner) => format!("[{}]", self.type_expr(inner, indent, column + 1)),
            TypeExprKind::Map(inner) => {
                format!("{{{}}}", self.type_expr(inner, indent, column + 1))
            }
            TypeExprKind::Record(fields) => {
                let inside = Inside::new(span, indent, column, true);
                let part = (
                    |field: &TypeField| field.span,
                    |this: &mut Formatter, field: &TypeField, indent, column| {
                        let text =
                            this.typed(&field.name, &field.ty, &field.default, indent, column);
                        Row::plain(field.span, text)
                    },
                );
                format!("{{{}}}", self.bracketed(inside, fields, part))
            }
            TypeExprKind::Union(members) => {
                let mut text = String::new();
                let mut end = None;
                for member in members {
                    if let Some(end) = end {
                        text += &self.gap(end, member.span.start, indent, false);
                    }
                    text += &self.type_expr(member, indent, column_after(&text, column));
                    end = Some(member.span.end);
                }
                text
            }
            TypeExprKind::Optional(inner) => self.type_expr(inner, indent, column) + "?",
            TypeExprKind::Secret(inner) => {
                format!("secret {}", self.type_expr(inner, indent, column + 7))
            }
            TypeExprKind::Refined(inner, condition) => {
                let text = self.type_expr(inner, indent, column);
                let text = text + &self.gap(inner.span.end, condition.span.start, indent, false);
                let column = column_after(&text, column);
                text + &self.expr(condition, indent, column)
            }
        }
    }

    /// `name: type = default`
    fn typed(
        &mut self,
        name: &Ident,
        ty: &TypeExpr,
        default: &Option<Expr>,
        indent: usize,
        column: usize,
    ) -> String {
        let mut text = format!("{}: ", name.text);
        text += &self.type_expr(ty, indent, column_after(&text, column));
        if let Some(default) = default {
            text += " = ";
            text += &self.expr(default, indent, column_after(&text, column));
        }
        text
    }

    pub(super) fn schema_field(&mut self, field: &SchemaField, indent: usize) -> Row {
        let text = self.whole(field.span, |this| {
            let text = this.decorators(&field.decorators, field.name.span.start, indent);
            let column = column_after(&text, indent);
            text + &this.typed(&field.name, &field.ty, &field.default, indent, column)
        });
        Row::plain(field.span, text)
    }

    /// Decorators before what starts at `start`, each followed by a space or a line end as the author chose.
    pub(super) fn decorators(
        &mut self,
        decorators: &[Decorator],
        start: u32,
        indent: usize,
    ) -> String {
        let mut text = String::new();
        for (at, decorator) in decorators.iter().enumerate() {
            text.push('@');
            text += &decorator.name.text;
            let brackets = Span {
                start: decorator.name.span.end,
                ..decorator.span
            };
            if self.source(brackets).trim_start().starts_with('(') {
                text += &self.args(
                    &decorator.args,
                    brackets,
                    indent,
                    column_after(&text, indent),
                );
            }
            let next = decorators.get(at + 1).map_or(start, |next| next.span.start);
            if self.slice(decorator.span.end, next).contains('\n') {
                newline(&mut text, indent);
            } else {
                text.push(' ');
            }
        }
        text
    }
}
