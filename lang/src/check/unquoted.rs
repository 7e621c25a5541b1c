//! A text that was written without its quotes: `us-west-2` reads as a subtraction.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{BinaryOp, Expr, ExprKind};

impl Checker<'_> {
    /// Says of a subtraction that can only be meant as a text that it lacks its quotes; `None` when it may well be a
    /// subtraction.
    pub(super) fn unquoted(&mut self, expr: &Expr, context: &Context) -> Option<Type> {
        let parts = Parts::of(expr)?;
        match self.find_name(parts.first, context) {
            None | Some(None | Some(Type::Resource(_) | Type::Component(_))) => {}
            Some(Some(_)) => return None,
        }
        let text = self.sources.get(expr.span.file)?.slice(expr.span);
        let is_word = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        if !text.chars().all(is_word) {
            return None;
        }
        if parts.invalid {
            // Reading the text has said so.
            self.facts.bad.insert(expr.span);
            return Some(Type::Invalid);
        }
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_NAME,
            expr.span,
            format!("`{text}` is not a name: it reads as a subtraction"),
        )
        .help(format!("a text is written in quotes: \"{text}\""));
        Some(self.wrong(expr.span, diagnostic))
    }
}

/// What a subtraction of names and numbers consists of.
struct Parts<'e> {
    first: &'e str,
    /// Some part could not be read.
    invalid: bool,
}

impl<'e> Parts<'e> {
    fn of(expr: &'e Expr) -> Option<Parts<'e>> {
        match &expr.kind {
            ExprKind::Name(first) => Some(Parts {
                first,
                invalid: false,
            }),
            ExprKind::Binary {
                op: BinaryOp::Subtract,
                left,
                right,
                ..
            } => {
                let parts = Parts::of(left)?;
                match &right.kind {
                    ExprKind::Name(_) | ExprKind::Int(_) | ExprKind::Float(_) => Some(parts),
                    ExprKind::Invalid => Some(Parts {
                        invalid: true,
                        ..parts
                    }),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
