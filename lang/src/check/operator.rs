//! Operators.

use infra_model::{Span, Type};

use super::Checker;
use super::context::Context;
use super::mismatch::{describe, say};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{BinaryOp, Expr, UnaryOp};
use crate::typing::operators;
use crate::typing::relate::{self, may_be_null, plain, without_null};

impl Checker<'_> {
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        operand: &Expr,
        at: Span,
        context: &Context,
    ) -> Type {
        let ty = self.infer(operand, context);
        if let Some(result) = operators::unary(op, &ty) {
            return result;
        }
        if may_be_null(&ty) {
            return self.null_operand(operand, at);
        }
        let text = if op == UnaryOp::Not { "not" } else { "-" };
        let message = format!("`{text}` does not work on {}", describe(&ty));
        self.wrong(at, Diagnostic::error(codes::WRONG_OPERANDS, at, message))
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        at: Span,
        context: &Context,
    ) -> Type {
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            return self.equality(op, left, right, at, context);
        }
        let left_type = self.infer(left, context);
        // The right side of `and` counts only where the left holds, that of `or` where it does not.
        let inside = match op {
            BinaryOp::And => self.narrow(left, true, context),
            BinaryOp::Or => self.narrow(left, false, context),
            _ => context.clone(),
        };
        let right_type = self.infer(right, &inside);
        if let Some(result) = operators::binary(op, &left_type, &right_type) {
            return result;
        }
        for (expr, ty) in [(left, &left_type), (right, &right_type)] {
            let other = if std::ptr::eq(expr, left) {
                &right_type
            } else {
                &left_type
            };
            if may_be_null(ty) {
                let (a, b) = match std::ptr::eq(expr, left) {
                    true => (without_null(ty), without_null(other)),
                    false => (without_null(other), without_null(ty)),
                };
                if operators::binary(op, &a, &b).is_some() {
                    return self.null_operand(expr, at);
                }
            }
        }
        let message = format!(
            "`{}` does not work on {} and {}",
            op.text(),
            describe(&left_type),
            describe(&right_type)
        );
        let mut diagnostic = Diagnostic::error(codes::WRONG_OPERANDS, at, message);
        diagnostic.help = advice(op, &left_type, &right_type);
        self.wrong(at, diagnostic)
    }

    /// `==` and `!=`; one side tells what the words of the other mean.
    fn equality(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        at: Span,
        context: &Context,
    ) -> Type {
        let left_type = self.infer(left, context);
        let words = !relate::words(&left_type).is_empty();
        let is_name = matches!(right.kind, crate::syntax::ExprKind::Name(_));
        let right_type = match words && is_name {
            true => self.expect(right, &left_type, context),
            false => self.infer(right, context),
        };
        if operators::binary(op, &left_type, &right_type).is_some() {
            return Type::Bool;
        }
        let (message, help) = match (plain(&left_type), plain(&right_type)) {
            (Type::Enum(words), Type::Enum(others)) => (
                format!("this is never \"{}\"", others.join("\" or \"")),
                Some(format!("the words are: `{}`", words.join("`, `"))),
            ),
            (left, right) => (
                format!("{} is never equal to {}", describe(left), describe(right)),
                None,
            ),
        };
        let mut diagnostic = Diagnostic::error(codes::WRONG_OPERANDS, at, message);
        diagnostic.help = help;
        self.wrong(at, diagnostic)
    }

    fn null_operand(&mut self, operand: &Expr, at: Span) -> Type {
        let diagnostic = Diagnostic::error(
            codes::MAYBE_NULL,
            operand.span,
            "this may be null, which cannot be computed with",
        )
        .help("give a value for that case with `??`: `(x ?? 0) + 1`");
        self.wrong(at, diagnostic)
    }
}

fn advice(op: BinaryOp, left: &Type, right: &Type) -> Option<String> {
    let has_unit = |ty: &Type| matches!(plain(ty), Type::Size | Type::Duration | Type::Percent);
    match (op, plain(left), plain(right)) {
        (BinaryOp::Add, Type::Map(_) | Type::Record(_), _) => {
            Some("`merge(a, b)` puts maps together".to_owned())
        }
        (BinaryOp::Add, Type::String | Type::Enum(_), _) | (BinaryOp::Add, _, Type::String | Type::Enum(_)) => {
            Some("put values into a text: `\"${a} ${b}\"`".to_owned())
        }
        (BinaryOp::And | BinaryOp::Or, ..) => {
            Some("both sides are conditions: say what is compared, such as `x != null`".to_owned())
        }
        (BinaryOp::Add | BinaryOp::Subtract, left, right) if has_unit(left) && has_unit(right) => {
            Some(format!("a `{}` and a `{}` measure different things", say(left), say(right)))
        }
        (BinaryOp::Add | BinaryOp::Subtract, left, Type::Int | Type::Float) if has_unit(left) => {
            Some(format!("give the number a unit, as a `{}` has", say(left)))
        }
        (BinaryOp::Add | BinaryOp::Subtract, Type::Int | Type::Float, right) if has_unit(right) => {
            Some(format!("give the number a unit, as a `{}` has", say(right)))
        }
        (BinaryOp::In, _, _) => {
            Some("`in` asks for an item of a list, a key of a map, a part of a text, or an address of a range".to_owned())
        }
        _ => None,
    }
}
