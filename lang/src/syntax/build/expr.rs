//! Expressions: operators by their binding strength, everything else by what follows.

use std::iter::Peekable;

use super::super::grammar::{Pair, Pairs, Rule};
use super::super::slip::{self, Place};
use super::super::{BinaryOp, Expr, ExprKind, Ident, UnaryOp};
use super::{Builder, is_junk};
use crate::codes;
use infra_model::Span;

/// How many operators may stand around an expression: what walks the tree recurses through each.
pub(super) const OPERATORS_MAX: usize = 256;

/// Binding strength, weakest first. `not a in b` negates the whole test, `-a.b` the attribute, and `a ?? 4 == b`
/// compares what stands in for `a`.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const DEFAULT: u8 = 5;
const RANGE: u8 = 6;
const SUM: u8 = 7;
const PRODUCT: u8 = 8;
const NEGATE: u8 = 9;
const POSTFIX: u8 = 10;

fn infix(rule: Rule) -> Option<(BinaryOp, u8)> {
    Some(match rule {
        Rule::op_or => (BinaryOp::Or, OR),
        Rule::op_and => (BinaryOp::And, AND),
        Rule::op_in | Rule::op_not_in => (BinaryOp::In, COMPARE),
        Rule::op_equal => (BinaryOp::Equal, COMPARE),
        Rule::op_not_equal => (BinaryOp::NotEqual, COMPARE),
        Rule::op_less => (BinaryOp::Less, COMPARE),
        Rule::op_less_equal => (BinaryOp::LessEqual, COMPARE),
        Rule::op_greater => (BinaryOp::Greater, COMPARE),
        Rule::op_greater_equal => (BinaryOp::GreaterEqual, COMPARE),
        Rule::op_default => (BinaryOp::Default, DEFAULT),
        Rule::op_add => (BinaryOp::Add, SUM),
        Rule::op_subtract => (BinaryOp::Subtract, SUM),
        Rule::op_multiply => (BinaryOp::Multiply, PRODUCT),
        Rule::op_divide => (BinaryOp::Divide, PRODUCT),
        Rule::op_remainder => (BinaryOp::Remainder, PRODUCT),
        _ => return None,
    })
}

fn strength(rule: Rule) -> Option<u8> {
    match rule {
        Rule::member | Rule::optional_member | Rule::index | Rule::args => Some(POSTFIX),
        Rule::type_test => Some(COMPARE),
        Rule::op_range => Some(RANGE),
        _ => infix(rule).map(|(_, strength)| strength),
    }
}

type Stream<'i> = Peekable<Pairs<'i>>;

impl Builder<'_> {
    pub(super) fn invalid(&self, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Invalid,
            span,
        }
    }

    /// The content of `lone_expression`.
    pub fn lone_value(&mut self, pair: Pair) -> Expr {
        let mut value = self.invalid(self.trimmed(self.base, self.end));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::value => value = self.value(part, None),
                rule if is_junk(rule) => {
                    let junk = self.junk(&part, Place::AfterValue);
                    value = self.invalid(junk);
                }
                _ => {}
            }
        }
        value
    }

    /// What stands after an `=`; `owner` is the name before it.
    pub(super) fn value(&mut self, pair: Pair, owner: Option<Span>) -> Expr {
        let span = self.span(&pair);
        let mut value = self.invalid(span);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => value = self.expr(part),
                Rule::missing if self.unbalanced => {}
                Rule::missing => {
                    let name = owner.map_or("this", |owner| self.slice(owner));
                    let message = format!("`{name}` has no value");
                    let from = owner.unwrap_or(span).start as usize;
                    let at = self.trimmed(from, span.start as usize);
                    let help = "write one after the `=`, on the same line";
                    self.error(codes::MISSING_VALUE, at, message, help);
                }
                _ => {
                    let place = match value.kind {
                        ExprKind::Invalid => Place::Value,
                        _ => Place::AfterValue,
                    };
                    let junk = self.junk(&part, place);
                    value = self.invalid(self.up_to(span, junk));
                }
            }
        }
        value
    }

    pub(super) fn expr(&mut self, pair: Pair) -> Expr {
        let span = self.span(&pair);
        let operators = pair.into_inner().count().saturating_sub(1);
        if self.depth + operators > OPERATORS_MAX {
            self.error(
                codes::TOO_DEEP,
                span,
                format!("more than {OPERATORS_MAX} operators apply to one another here"),
                "name parts of it with `let`, or build a list and join it",
            );
            return self.invalid(span);
        }
        self.depth += operators;
        let mut pairs = pair.into_inner().peekable();
        let expr = self.operand(&mut pairs, 0);
        self.depth -= operators;
        expr.unwrap_or_else(|| self.invalid(span))
    }

    /// An operand with all operators after it that bind at least as strongly as `least`.
    fn operand(&mut self, pairs: &mut Stream, least: u8) -> Option<Expr> {
        let first = pairs.next()?;
        let mut left = match first.as_rule() {
            Rule::op_not => self.unary(first, UnaryOp::Not, NOT, pairs)?,
            Rule::op_negate => self.unary(first, UnaryOp::Negate, NEGATE, pairs)?,
            _ => self.primary(first),
        };
        while let Some(next) = pairs.peek() {
            let strength = strength(next.as_rule())?;
            if strength < least {
                break;
            }
            let op = pairs.next()?;
            if strength == COMPARE && self.is_bare_comparison(&left) {
                let span = self.span(&op);
                self.error(
                    codes::CHAINED_COMPARISON,
                    span,
                    "comparisons do not chain",
                    "join two comparisons with `and`, or write brackets around the first",
                );
            }
            left = match op.as_rule() {
                Rule::member | Rule::optional_member | Rule::index | Rule::args => {
                    self.postfix(left, op)
                }
                Rule::type_test => {
                    let end = self.span(&op);
                    let ty = op.into_inner().nth(1).map(|ty| self.type_expr(ty));
                    let span = self.up_to(left.span, end);
                    Expr {
                        kind: ExprKind::Is {
                            ty: ty.unwrap_or_else(|| self.invalid_type(end)),
                            value: Box::new(left),
                        },
                        span,
                    }
                }
                _ => self.binary(left, op, strength, pairs)?,
            };
        }
        Some(left)
    }

    fn unary(&mut self, op: Pair, kind: UnaryOp, strength: u8, pairs: &mut Stream) -> Option<Expr> {
        let start = self.span(&op);
        if op.as_str() == "!" {
            self.wrong_operator(&op, "not");
        }
        let operand = self.operand(pairs, strength)?;
        Some(Expr {
            span: self.up_to(start, operand.span),
            kind: ExprKind::Unary {
                op: kind,
                operand: Box::new(operand),
            },
        })
    }

    fn binary(&mut self, left: Expr, op: Pair, strength: u8, pairs: &mut Stream) -> Option<Expr> {
        let op_span = self.span(&op);
        match op.as_str() {
            "&&" => self.wrong_operator(&op, "and"),
            "||" => self.wrong_operator(&op, "or"),
            _ => {}
        }
        // `a ?? b ?? c` groups from the right, all others from the left.
        let least = match op.as_rule() {
            Rule::op_default => strength,
            _ => strength + 1,
        };
        let right = self.operand(pairs, least)?;
        let span = self.up_to(left.span, right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match infix(op.as_rule()) {
            Some((op, _)) => ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            },
            None => ExprKind::Range {
                from: left,
                to: right,
            },
        };
        let expr = Expr { kind, span };
        if op.as_rule() != Rule::op_not_in {
            return Some(expr);
        }
        Some(Expr {
            kind: ExprKind::Unary {
                op: UnaryOp::Not,
                operand: Box::new(expr),
            },
            span,
        })
    }

    fn wrong_operator(&mut self, op: &Pair, right: &str) {
        let span = self.span(op);
        let wrong = op.as_str();
        self.error(
            codes::WRONG_OPERATOR,
            span,
            format!("`{wrong}` is not an operator here"),
            &format!("write `{right}`"),
        );
    }

    fn is_bare_comparison(&self, expr: &Expr) -> bool {
        let compares = match &expr.kind {
            ExprKind::Binary { op, .. } => matches!(
                op,
                BinaryOp::Equal
                    | BinaryOp::NotEqual
                    | BinaryOp::Less
                    | BinaryOp::LessEqual
                    | BinaryOp::Greater
                    | BinaryOp::GreaterEqual
                    | BinaryOp::In
            ),
            ExprKind::Is { .. } => true,
            _ => false,
        };
        compares && !expr.is_bracketed(self.text)
    }

    fn postfix(&mut self, base: Expr, op: Pair) -> Expr {
        let end = self.span(&op);
        let span = self.up_to(base.span, end);
        let rule = op.as_rule();
        let mut inner = op.into_inner();
        let kind = match rule {
            Rule::args => {
                let args = self.args(inner, end);
                if matches!(base.kind, ExprKind::Name(_) | ExprKind::Member { .. }) {
                    ExprKind::Call {
                        callee: Box::new(base),
                        args,
                    }
                } else {
                    self.error(
                        codes::UNEXPECTED_TEXT,
                        end,
                        "only a function's name can be called",
                        "an operator or a comma may be missing before the bracket",
                    );
                    ExprKind::Invalid
                }
            }
            Rule::index => {
                let index = inner.next().map(|index| self.expr(index));
                if inner.next().is_some() {
                    self.missing_closer(end);
                }
                ExprKind::Index {
                    base: Box::new(base),
                    index: Box::new(index.unwrap_or_else(|| self.invalid(end))),
                }
            }
            _ => {
                let name = inner.next().map(|name| self.ident(&name));
                self.member(base, name, rule == Rule::optional_member, span)
            }
        };
        Expr { kind, span }
    }

    /// `base.name`. Terraform writes `var.x` and `local.x` for what is here just `x`.
    fn member(&mut self, base: Expr, name: Option<Ident>, optional: bool, span: Span) -> ExprKind {
        let Some(name) = name else {
            return ExprKind::Invalid;
        };
        match &base.kind {
            ExprKind::Name(scope) if scope == "var" || scope == "local" => {
                let message = format!("`{scope}.` is Terraform's way to a name");
                self.error(
                    codes::TERRAFORM_SYNTAX,
                    span,
                    message,
                    &format!("write `{}`", name.text),
                );
                ExprKind::Name(name.text)
            }
            _ => ExprKind::Member {
                base: Box::new(base),
                name,
                optional,
            },
        }
    }

    fn primary(&mut self, pair: Pair) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::ident => ExprKind::Name(pair.as_str().to_owned()),
            Rule::kw_true => ExprKind::Bool(true),
            Rule::kw_false => ExprKind::Bool(false),
            Rule::kw_null => ExprKind::Null,
            Rule::string | Rule::block_string => ExprKind::String(self.string(pair)),
            Rule::paren => return self.paren(pair),
            Rule::if_expr => self.conditional(pair, span).kind,
            Rule::list => self.list(pair),
            Rule::record if slip::leads_with_for(pair.as_str()) => {
                self.report(slip::for_first(span));
                ExprKind::Invalid
            }
            Rule::record => self.record(pair),
            _ => self.literal(&pair),
        };
        Expr { kind, span }
    }
}
