//! What is known where a condition holds, or where it does not.

use infra_model::Type;

use super::Checker;
use super::context::{Context, path_of};
use crate::syntax::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::typing::relate::{self, assignable};

impl Checker<'_> {
    /// `context` where `condition` is `truth`. The condition has been checked before.
    pub(super) fn narrow(&mut self, condition: &Expr, truth: bool, context: &Context) -> Context {
        let context = match truth {
            true => context.holding(self.written(condition.span)),
            false => context.clone(),
        };
        match &condition.kind {
            ExprKind::Is { value, ty } => {
                let Some(wanted) = self.facts.types.get(&ty.span).cloned() else {
                    return context;
                };
                self.narrow_type(value, &wanted, truth, &context)
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::Equal | BinaryOp::NotEqual),
                left,
                right,
                ..
            } => {
                let value = match (&left.kind, &right.kind) {
                    (_, ExprKind::Null) => left,
                    (ExprKind::Null, _) => right,
                    _ => return context,
                };
                self.narrow_null(value, (*op == BinaryOp::Equal) == truth, &context)
            }
            ExprKind::Binary {
                op: BinaryOp::And,
                left,
                right,
                ..
            } if truth => {
                let context = self.narrow(left, true, &context);
                self.narrow(right, true, &context)
            }
            ExprKind::Binary {
                op: BinaryOp::Or,
                left,
                right,
                ..
            } if !truth => {
                let context = self.narrow(left, false, &context);
                self.narrow(right, false, &context)
            }
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.narrow(operand, !truth, &context),
            _ => context,
        }
    }

    fn narrow_type(
        &mut self,
        value: &Expr,
        wanted: &Type,
        truth: bool,
        context: &Context,
    ) -> Context {
        let Some((path, ty)) = self.path_type(value, context) else {
            return context.clone();
        };
        let narrowed = if truth {
            wanted.clone()
        } else {
            match relate::plain(&ty) {
                Type::Union(parts) => {
                    let mut left: Vec<Type> = parts
                        .iter()
                        .filter(|part| !assignable(part, wanted))
                        .cloned()
                        .collect();
                    if left.len() == 1 {
                        left.remove(0)
                    } else {
                        Type::Union(left)
                    }
                }
                _ => return context.clone(),
            }
        };
        context.narrowed(path, narrowed)
    }

    fn narrow_null(&mut self, value: &Expr, is_null: bool, context: &Context) -> Context {
        let Some((path, ty)) = self.path_type(value, context) else {
            return context.clone();
        };
        let narrowed = if is_null {
            Type::Null
        } else {
            relate::without_null(&ty)
        };
        context.narrowed(path, narrowed)
    }

    /// A path and its type, without saying again what may be wrong with it.
    fn path_type(&mut self, value: &Expr, context: &Context) -> Option<(String, Type)> {
        let path = path_of(value)?;
        let before = self.diagnostics.len();
        let ty = self.infer(value, context);
        self.diagnostics.truncate(before);
        (!matches!(ty, Type::Invalid)).then_some((path, ty))
    }
}
