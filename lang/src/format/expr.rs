//! Expressions and fields.

use infra_model::Span;

use super::rows::Row;
use super::{Formatter, Inside, STEP, column_after, copied, newline};
use crate::syntax::{Arg, Body, Entry, EntryKey, Expr, ExprKind, Field, For};

impl Formatter<'_> {
    /// An expression whose first character stands at `column` of a line that is indented by `indent`.
    pub(super) fn expr(&mut self, expr: &Expr, indent: usize, column: usize) -> String {
        self.whole(expr.span, |this| {
            let (brackets, inner) = this.without_brackets(expr);
            let text = this.bare(expr, inner, indent, column + brackets);
            format!("{}{text}{}", "(".repeat(brackets), ")".repeat(brackets))
        })
    }

    /// An expression without the brackets around it; `span` is that of what they hold.
    fn bare(&mut self, expr: &Expr, span: Span, indent: usize, column: usize) -> String {
        match &expr.kind {
            ExprKind::Invalid => {
                self.failed = true;
                String::new()
            }
            ExprKind::List(items) => {
                let inside = Inside::new(span, indent, column, false);
                let part = (
                    |item: &Expr| item.span,
                    |this: &mut Formatter, item: &Expr, indent, column| {
                        Row::plain(item.span, this.expr(item, indent, column))
                    },
                );
                format!("[{}]", self.bracketed(inside, items, part))
            }
            ExprKind::Record(entries) => self.record(entries, span, indent, column),
            ExprKind::ListFor { item, each } => {
                self.comprehension(("[", "]"), span, indent, column, |this, indent, column| {
                    let mut text = this.expr(item, indent, column);
                    text += &this.gap(item.span.end, each.span.start, indent, false);
                    let column = column_after(&text, column);
                    text + &this.each(each, indent, column)
                })
            }
            ExprKind::MapFor { key, value, each } => {
                self.comprehension(("{", "}"), span, indent, column, |this, indent, column| {
                    let mut text = this.expr(key, indent, column) + ": ";
                    text += &this.expr(value, indent, column_after(&text, column));
                    text += &this.gap(value.span.end, each.span.start, indent, false);
                    let column = column_after(&text, column);
                    text + &this.each(each, indent, column)
                })
            }
            ExprKind::Member { base, name, .. } => {
                let text = self.expr(base, indent, column);
                text + &self.gap(base.span.end, name.span.start, indent, true) + &name.text
            }
            ExprKind::Index { base, index } => {
                let text = self.expr(base, indent, column) + "[";
                let column = column_after(&text, column);
                text + &self.expr(index, indent, column) + "]"
            }
            ExprKind::Call { callee, args } => {
                let text = self.expr(callee, indent, column);
                let column = column_after(&text, column);
                let brackets = Span {
                    start: callee.span.end,
                    ..span
                };
                text + &self.args(args, brackets, indent, column)
            }
            ExprKind::Unary { operand, .. } if operand.span.start == expr.span.start => {
                // `a not in b`: the words stand inside the operand.
                self.bare(operand, span, indent, column)
            }
            ExprKind::Unary { operand, .. } => {
                let op = self.slice(span.start, operand.span.start);
                let words = op.trim_end();
                let space = if words.ends_with(char::is_alphabetic) {
                    " "
                } else {
                    ""
                };
                let text = format!("{words}{space}");
                let column = column_after(&text, column);
                text + &self.expr(operand, indent, column)
            }
            ExprKind::Binary { left, right, .. } => self.joined(left, right, indent, column, false),
            ExprKind::Range { from, to } => self.joined(from, to, indent, column, true),
            ExprKind::Is { value, ty } => {
                let text = self.expr(value, indent, column);
                let text = text + &self.gap(value.span.end, ty.span.start, indent, false);
                let column = column_after(&text, column);
                text + &self.type_expr(ty, indent, column)
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                let mut text = "if ".to_owned();
                let mut last = None;
                for part in [condition, then, otherwise] {
                    if let Some(end) = last {
                        text += &self.gap(end, part.span.start, indent, false);
                    }
                    text += &self.expr(part, indent, column_after(&text, column));
                    last = Some(part.span.end);
                }
                text
            }
            _ => {
                // A literal or a name: as it was written.
                self.placed += self.comments_in(span.start, span.end).len();
                self.source(span).to_owned()
            }
        }
    }

    fn joined(
        &mut self,
        left: &Expr,
        right: &Expr,
        indent: usize,
        column: usize,
        tight: bool,
    ) -> String {
        let text = self.expr(left, indent, column);
        let text = text + &self.gap(left.span.end, right.span.start, indent, tight);
        let column = column_after(&text, column);
        text + &self.expr(right, indent, column)
    }

    /// The arguments of a call or a decorator; `brackets` may start with the space before them.
    pub(super) fn args(
        &mut self,
        args: &[Arg],
        brackets: Span,
        indent: usize,
        column: usize,
    ) -> String {
        let source = self.source(brackets);
        let blank = source.len() - source.trim_start().len();
        let brackets = Span {
            start: brackets.start + blank as u32,
            ..brackets
        };
        let inside = Inside::new(brackets, indent, column, false);
        let part = (
            |arg: &Arg| arg.span,
            |this: &mut Formatter, arg: &Arg, indent, column| {
                let name = arg.name.as_ref().map(|name| format!("{} = ", name.text));
                let name = name.unwrap_or_default();
                let column = column_after(&name, column);
                Row::plain(arg.span, name + &this.expr(&arg.value, indent, column))
            },
        );
        format!("({})", self.bracketed(inside, args, part))
    }

    fn comprehension(
        &mut self,
        (open, close): (&str, &str),
        span: Span,
        indent: usize,
        column: usize,
        write: impl FnOnce(&mut Self, usize, usize) -> String,
    ) -> String {
        let mut out = open.to_owned();
        if self.opens_line(span.start + 1, span.end) {
            newline(&mut out, indent + STEP);
            // What follows the item stands under it, not one step further.
            out += &write(self, indent, indent + STEP);
            newline(&mut out, indent);
        } else {
            out += &write(self, indent, column + 1);
        }
        out + close
    }

    /// `for k, v in xs if c`
    pub(super) fn each(&mut self, each: &For, indent: usize, column: usize) -> String {
        let mut text = "for ".to_owned();
        if let Some(key) = &each.key {
            text += &key.text;
            text += ", ";
        }
        text += &each.value.text;
        text += &self.gap(each.value.span.end, each.over.span.start, indent, false);
        text += &self.expr(&each.over, indent, column_after(&text, column));
        if let Some(condition) = &each.condition {
            text += &self.gap(each.over.span.end, condition.span.start, indent, false);
            text += &self.expr(condition, indent, column_after(&text, column));
        }
        text
    }

    fn record(&mut self, entries: &[Entry], span: Span, indent: usize, column: usize) -> String {
        let inside = Inside::new(span, indent, column, true);
        let part = (
            |entry: &Entry| entry.span,
            |this: &mut Formatter, entry: &Entry, indent, column| {
                let (key, end) = match &entry.key {
                    EntryKey::Name(name) => (name.text.clone(), name.span.end),
                    EntryKey::String(key) => (this.expr(key, indent, column), key.span.end),
                };
                this.pair(key, end, &entry.value, entry.span, indent)
            },
        );
        format!("{{{}}}", self.bracketed(inside, entries, part))
    }

    /// The block of a resource, a lookup or a provider; it opens at `column`.
    pub(super) fn body(&mut self, body: &Body, indent: usize, column: usize) -> String {
        self.failed |= !body.invalid.is_empty();
        let inside = Inside::new(body.span, indent, column, true);
        let part = (
            |field: &Field| field.span,
            |this: &mut Formatter, field: &Field, indent, _| {
                let name = &field.name;
                this.pair(
                    name.text.clone(),
                    name.span.end,
                    &field.value,
                    field.span,
                    indent,
                )
            },
        );
        format!("{{{}}}", self.bracketed(inside, &body.fields, part))
    }

    /// `key = value`, or `key { … }` where the author wrote it so.
    fn pair(&mut self, key: String, key_end: u32, value: &Expr, span: Span, indent: usize) -> Row {
        let before = self.comments_in(key_end, value.span.start);
        if !before.is_empty() {
            // What stands between the key and its value stays there.
            self.placed += before.len();
            let head = self.slice(span.start, value.span.start);
            let blank = &head[head.trim_end().len()..];
            let text = copied(head.trim_end()) + if blank.contains('\n') { "\n" } else { " " };
            let column = column_after(&text, indent);
            return Row::plain(span, text + &self.expr(value, indent, column));
        }
        let short = !self.slice(key_end, value.span.start).contains(['=', ':']);
        let at = key.len();
        let text = key + if short { " " } else { " = " };
        let column = column_after(&text, indent);
        Row {
            span,
            text: text + &self.expr(value, indent, column),
            align: (!short).then_some(at),
        }
    }
}
