//! Declarations.

use infra_model::Span;

use super::rows::Row;
use super::{Formatter, Inside, STEP, column_after, copied, newline};
use crate::syntax::{
    Component, Expr, Item, ItemKind, Param, ProviderBlock, ResourceItem, SchemaField, SchemaItem,
    UseTarget,
};

impl Formatter<'_> {
    /// A declaration at an indentation.
    pub(super) fn item_row(&mut self, item: &Item, indent: usize) -> Row {
        let mut align = None;
        let text = self.whole(item.span, |this| {
            let start = this.keyword_start(item);
            let mut text = this.decorators(&item.decorators, start, indent);
            let before = text.len();
            let (declaration, brace) = this.declaration(item, start, indent);
            text += &declaration;
            align = brace.map(|at| before + at).filter(|_| !text.contains('\n'));
            text
        });
        Row {
            span: item.span,
            align: align.filter(|at| text.is_char_boundary(*at)),
            text,
        }
    }

    /// Where a declaration starts after its decorators.
    fn keyword_start(&self, item: &Item) -> u32 {
        let Some(last) = item.decorators.last() else {
            return item.span.start;
        };
        let rest = self.slice(last.span.end, item.span.end);
        last.span.end + (rest.len() - rest.trim_start().len()) as u32
    }

    /// The text of a declaration, and where its one-line block opens if that lines up with its neighbours'.
    fn declaration(&mut self, item: &Item, start: u32, indent: usize) -> (String, Option<usize>) {
        let end = item.span.end;
        let text = match &item.kind {
            ItemKind::Invalid => {
                self.failed = true;
                String::new()
            }
            ItemKind::Use(item) => {
                let (target, at) = match &item.target {
                    UseTarget::Std(name) => (name.text(), name.span.end),
                    UseTarget::Directory { span, .. } => (self.source(*span).to_owned(), span.end),
                };
                let alias = match &item.alias {
                    Some(alias) => self.gap(at, alias.span.start, indent, false) + &alias.text,
                    None => String::new(),
                };
                format!("use {target}{alias}")
            }
            ItemKind::Provider(provider) => self.provider(provider, start, indent),
            ItemKind::Param(param) => self.param(param, "param ", indent, indent),
            ItemKind::Let(item) => {
                let mut text = format!("let {}", item.name.text);
                if let Some(ty) = &item.ty {
                    text += ": ";
                    text += &self.type_expr(ty, indent, column_after(&text, indent));
                }
                self.assigned(text, &item.value, indent)
            }
            ItemKind::Output(item) => {
                self.assigned(format!("output {}", item.name.text), &item.value, indent)
            }
            ItemKind::Resource(resource) => return self.resource("", resource, start, indent),
            ItemKind::Lookup(lookup) => return self.resource("lookup ", lookup, start, indent),
            ItemKind::Component(component) => self.component(component, start, indent),
            ItemKind::Schema(schema) => self.schema(schema, start, indent),
            ItemKind::Assert(assert) => {
                let text = "assert ".to_owned();
                let text = text + &self.expr(&assert.condition, indent, indent + 7);
                self.message(text, assert.condition.span, assert.message.as_ref(), indent)
            }
            ItemKind::Move(item) => format!("move {} -> {}", item.from.text, item.to.text),
            ItemKind::Import(item) => {
                self.assigned(format!("import {}", item.address.text), &item.id, indent)
            }
            ItemKind::Forget(item) => format!("forget {}", item.address.text),
            ItemKind::Test(test) => {
                let name = self.source(test.name_span);
                let after = self.slice(test.name_span.end, end);
                let blank = after.len() - after.trim_start().len();
                let mut block = Span {
                    start: test.name_span.end + blank as u32,
                    end,
                    ..test.name_span
                };
                // A comment may stand before the bracket.
                if let Some(comment) = self.comments_in(test.name_span.end, end).first()
                    && comment.span.start == block.start
                {
                    block.start = self.bracket_after(comment.span.start, end);
                }
                let head = match self.copied_head(start, block.start, indent) {
                    Some(head) => head,
                    None => format!("test {name} "),
                };
                let column = indent + head.chars().count();
                head + &self.block(&test.items, block, indent, column)
            }
        };
        (text, None)
    }

    /// The head of a declaration as it was written, with its lines indented, when it has comments; its block is laid
    /// out all the same.
    fn copied_head(&mut self, start: u32, block: u32, indent: usize) -> Option<String> {
        let comments = self.comments_in(start, block).len();
        if comments == 0 {
            return None;
        }
        self.placed += comments;
        let source = self.slice(start, block).trim_end();
        // The lines of a text are not ours to indent.
        let head = match source.contains("\"\"\"") || source.contains("/*") && source.contains('\n')
        {
            true => copied(source),
            false => {
                let mut head = String::new();
                for line in source
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                {
                    if !head.is_empty() {
                        newline(&mut head, indent + STEP);
                    }
                    head += line;
                }
                head
            }
        };
        Some(head + " ")
    }

    /// Where the next bracket `{` opens outside of comments.
    fn bracket_after(&self, from: u32, end: u32) -> u32 {
        let mut at = from;
        while at < end {
            let comments = self.comments_in(at, end);
            let next = comments.first().map_or(end, |comment| comment.span.start);
            if let Some(found) = self.slice(at, next).find('{') {
                return at + found as u32;
            }
            at = comments.first().map_or(end, |comment| comment.span.end);
        }
        end
    }

    fn assigned(&mut self, head: String, value: &Expr, indent: usize) -> String {
        let text = head + " = ";
        let column = column_after(&text, indent);
        text + &self.expr(value, indent, column)
    }

    /// `, "message"` after a condition.
    fn message(
        &mut self,
        text: String,
        condition: Span,
        message: Option<&Expr>,
        indent: usize,
    ) -> String {
        let Some(message) = message else { return text };
        let text = text + &self.gap(condition.end, message.span.start, indent, false);
        let column = column_after(&text, indent);
        text + &self.expr(message, indent, column)
    }

    fn provider(&mut self, provider: &ProviderBlock, start: u32, indent: usize) -> String {
        if let Some(head) = self.copied_head(start, provider.body.span.start, indent) {
            let column = column_after(&head, indent);
            return head + &self.body(&provider.body, indent, column);
        }
        let mut head = format!("provider {} ", provider.name.text);
        if let Some(alias) = &provider.alias {
            head += &format!("as {} ", alias.text);
        }
        let column = indent + head.chars().count();
        head + &self.body(&provider.body, indent, column)
    }

    fn resource(
        &mut self,
        keyword: &str,
        resource: &ResourceItem,
        start: u32,
        indent: usize,
    ) -> (String, Option<usize>) {
        if let Some(head) = self.copied_head(start, resource.body.span.start, indent) {
            let (at, column) = (head.len(), column_after(&head, indent));
            return (head + &self.body(&resource.body, indent, column), Some(at));
        }
        let (ty, name) = (resource.type_name.text(), &resource.name.text);
        let mut head = format!("{keyword}{ty} {name}");
        let mut end = resource.name.span.end;
        if let Some(each) = &resource.each {
            head += &self.gap(end, each.span.start, indent, false);
            head += &self.each(each, indent, column_after(&head, indent));
            end = each.span.end;
        }
        if let Some(condition) = &resource.condition {
            head += &self.gap(end, condition.span.start, indent, false);
            head += &self.expr(condition, indent, column_after(&head, indent));
        }
        head.push(' ');
        let at = head.len();
        let column = column_after(&head, indent);
        (head + &self.body(&resource.body, indent, column), Some(at))
    }

    pub(super) fn param(
        &mut self,
        param: &Param,
        keyword: &str,
        indent: usize,
        column: usize,
    ) -> String {
        let mut text =
            keyword.to_owned() + &self.decorators(&param.decorators, param.name.span.start, indent);
        text += &param.name.text;
        text += ": ";
        text += &self.type_expr(&param.ty, indent, column_after(&text, column));
        let mut end = param.ty.span.end;
        // The default and the condition stand in the order the author chose.
        let default = param.default.as_ref().map(|default| (default, None));
        let condition = param
            .condition
            .as_ref()
            .map(|condition| (condition, param.message.as_ref()));
        let mut clauses: Vec<_> = default.into_iter().chain(condition).collect();
        clauses.sort_by_key(|(expr, _)| expr.span.start);
        for (expr, message) in clauses {
            text += &self.gap(end, expr.span.start, indent, false);
            text += &self.expr(expr, indent, column_after(&text, column));
            text = self.message(text, expr.span, message, indent);
            end = message.map_or(expr.span.end, |message| message.span.end);
        }
        text
    }

    fn component(&mut self, component: &Component, start: u32, indent: usize) -> String {
        // Comments between parameters have their places; elsewhere in the head there is none.
        let fit = self.comments_fit(component, start);
        if !fit && let Some(head) = self.copied_head(start, component.body_span.start, indent) {
            let column = column_after(&head, indent);
            return head + &self.block(&component.items, component.body_span, indent, column);
        }
        let mut head = format!("component {}", component.name.text);
        let after = self.slice(component.name.span.end, component.body_span.start);
        let blank = after.len() - after.trim_start().len();
        if after.trim_start().starts_with('(') {
            let start = component.name.span.end + blank as u32;
            let brackets = Span {
                start,
                end: start + after.trim().len() as u32,
                ..component.body_span
            };
            let inside = Inside::new(brackets, indent, column_after(&head, indent), false);
            let part = (
                |param: &Param| param.span,
                |this: &mut Formatter, param: &Param, indent, column| {
                    let text = this.whole(param.span, |this| this.param(param, "", indent, column));
                    Row::plain(param.span, text)
                },
            );
            head += &format!("({})", self.bracketed(inside, &component.params, part));
        }
        head.push(' ');
        let column = column_after(&head, indent);
        head + &self.block(&component.items, component.body_span, indent, column)
    }

    /// Whether all comments of a component's head stand between its round brackets.
    fn comments_fit(&self, component: &Component, start: u32) -> bool {
        let after = self.slice(component.name.span.end, component.body_span.start);
        let trimmed = after.trim_start();
        let open = component.name.span.end + (after.len() - trimmed.len()) as u32;
        let close = open + trimmed.trim_end().len() as u32;
        let mut all = self.comments_in(start, component.body_span.start).iter();
        trimmed.starts_with('(')
            && trimmed.trim_end().ends_with(')')
            && all.all(|comment| comment.span.start > open && comment.span.end < close)
    }

    /// A block of declarations: on one line only when there is one.
    fn block(&mut self, items: &[Item], span: Span, indent: usize, column: usize) -> String {
        let inside = Inside::new(span, indent, column, true);
        let part = (
            |item: &Item| item.span,
            |this: &mut Formatter, item: &Item, indent, _| this.item_row(item, indent),
        );
        format!("{{{}}}", self.bracketed(inside, items, part))
    }

    fn schema(&mut self, schema: &SchemaItem, start: u32, indent: usize) -> String {
        let keyword = self.slice(start, schema.type_name.span.start).trim();
        let head = match self.copied_head(start, schema.body_span.start, indent) {
            Some(head) => head,
            None => format!("{keyword} {} ", schema.type_name.text()),
        };
        let inside = Inside::new(
            schema.body_span,
            indent,
            indent + head.chars().count(),
            true,
        );
        let part = (
            |field: &SchemaField| field.span,
            |this: &mut Formatter, field: &SchemaField, indent, _| this.schema_field(field, indent),
        );
        format!("{head}{{{}}}", self.bracketed(inside, &schema.fields, part))
    }
}
