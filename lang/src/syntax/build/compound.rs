//! Expressions of several parts: lists, conditions, arguments, `for`.

use super::super::grammar::{Pair, Pairs, Rule};
use super::super::slip::Place;
use super::super::{Arg, Expr, ExprKind, For, Ident};
use super::Builder;
use super::expr::OPERATORS_MAX;
use crate::codes;
use infra_model::Span;

impl Builder<'_> {
    /// The arguments of a call or a decorator.
    pub(super) fn args(&mut self, pairs: Pairs, brackets: Span) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in pairs {
            if part.as_rule() != Rule::arg {
                self.missing_closer(brackets);
                continue;
            }
            let span = self.span(&part);
            let mut arg = Arg {
                name: None,
                value: self.invalid(span),
                span,
            };
            for piece in part.into_inner() {
                match piece.as_rule() {
                    Rule::arg_name => {
                        let name = piece.into_inner().next();
                        arg.name = name.map(|name| self.ident(&name));
                    }
                    Rule::expr => arg.value = self.expr(piece),
                    _ => {
                        let place = match arg.value.kind {
                            ExprKind::Invalid => Place::Element,
                            _ => Place::AfterElement,
                        };
                        self.junk(&piece, place);
                    }
                }
            }
            args.push(arg);
        }
        args
    }

    /// The inner expression, with the brackets in its span: [`Expr::is_bracketed`] finds them again.
    pub(super) fn paren(&mut self, pair: Pair) -> Expr {
        let span = self.span(&pair);
        let mut expr = self.invalid(span);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => expr = self.expr(part),
                Rule::missing => self.missing_closer(span),
                _ => {
                    self.junk(&part, Place::AfterElement);
                    expr = self.invalid(span);
                }
            }
        }
        Expr { span, ..expr }
    }

    /// `if a then b else if c then d else e`, folded from the right.
    pub(super) fn conditional(&mut self, pair: Pair, span: Span) -> Expr {
        let heads = pair.into_inner().count();
        if self.depth + heads > OPERATORS_MAX {
            self.error(
                codes::TOO_DEEP,
                span,
                format!("more than {OPERATORS_MAX} conditions follow one another here"),
                "look the value up in a map instead",
            );
            return self.invalid(span);
        }
        self.depth += heads;
        let mut branches = Vec::new();
        let mut otherwise = self.invalid(span);
        for part in pair.into_inner() {
            if part.as_rule() == Rule::if_head {
                let start = self.span(&part);
                let mut exprs = part
                    .into_inner()
                    .filter(|piece| piece.as_rule() == Rule::expr);
                let condition = exprs.next().map(|expr| self.expr(expr));
                let then = exprs.next().map(|expr| self.expr(expr));
                branches.push((start, condition, then));
            } else {
                otherwise = self.expr(part);
            }
        }
        self.depth -= heads;
        for (start, condition, then) in branches.into_iter().rev() {
            let span = self.up_to(start, otherwise.span);
            otherwise = Expr {
                kind: ExprKind::If {
                    condition: Box::new(condition.unwrap_or_else(|| self.invalid(start))),
                    then: Box::new(then.unwrap_or_else(|| self.invalid(start))),
                    otherwise: Box::new(otherwise),
                },
                span,
            };
        }
        otherwise
    }

    pub(super) fn list(&mut self, pair: Pair) -> ExprKind {
        let span = self.span(&pair);
        let parts: Vec<Pair> = pair.into_inner().collect();
        let alone = parts
            .iter()
            .filter(|part| part.as_rule() == Rule::element)
            .count()
            == 1;
        let mut items = Vec::new();
        for part in parts {
            if part.as_rule() != Rule::element {
                self.missing_closer(span);
                continue;
            }
            let mut item = self.invalid(self.span(&part));
            for piece in part.into_inner() {
                match piece.as_rule() {
                    Rule::expr => item = self.expr(piece),
                    Rule::comprehension if alone => {
                        return ExprKind::ListFor {
                            item: Box::new(item),
                            each: Box::new(self.each(piece)),
                        };
                    }
                    Rule::comprehension => {
                        let at = self.span(&piece);
                        self.error(
                            codes::UNEXPECTED_TEXT,
                            at,
                            "a list with `for` has one item only",
                            "join two lists with `+`",
                        );
                    }
                    _ => {
                        let place = match item.kind {
                            ExprKind::Invalid => Place::Element,
                            _ => Place::AfterElement,
                        };
                        self.junk(&piece, place);
                    }
                }
            }
            items.push(item);
        }
        ExprKind::List(items)
    }

    /// `for k, v in xs if c`, of a comprehension or before a block.
    pub(super) fn each(&mut self, pair: Pair) -> For {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut exprs = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => names.push(self.ident(&part)),
                Rule::expr => exprs.push(self.expr(part)),
                Rule::kw_for | Rule::kw_in | Rule::kw_if => {}
                _ if part.as_str().trim_start().starts_with("for ") => {
                    let at = self.span(&part);
                    self.error(
                        codes::UNEXPECTED_TEXT,
                        at,
                        "a comprehension has one `for`",
                        "put one into the other: `flatten([[f(x, y) for y in x.parts] for x in xs])`",
                    );
                }
                _ => {
                    self.junk(&part, Place::AfterElement);
                }
            }
        }
        let nothing = Ident {
            text: String::new(),
            span,
        };
        let value = names.pop().unwrap_or(nothing);
        let mut exprs = exprs.into_iter();
        For {
            key: names.pop(),
            value,
            over: exprs.next().unwrap_or_else(|| self.invalid(span)),
            condition: exprs.next(),
            span,
        }
    }
}
