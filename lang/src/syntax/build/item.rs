//! Declarations.

use infra_model::{SchemaKind, Span};

use super::super::grammar::{Pair, Rule};
use super::super::slip::{self, Place};
use super::super::{
    AddressText, Arg, Assert, Decorator, Expr, ExprKind, ForgetItem, Ident, ImportItem, Item,
    ItemKind, Let, MoveItem, OutputItem, ProviderBlock, ResourceItem, StringPart, Test,
    TypeExprKind, Use, UseTarget,
};
use super::{Builder, is_junk};
use crate::codes;

impl Builder<'_> {
    /// The declarations of a chunk or a block.
    pub fn items(&mut self, pair: Pair) -> Vec<Item> {
        let span = self.span(&pair);
        let mut items = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::item => items.push(self.item(part)),
                Rule::missing => self.missing_closer(span),
                rule if is_junk(rule) => {
                    let span = self.junk(&part, Place::Item);
                    items.push(Item {
                        doc: None,
                        decorators: Vec::new(),
                        kind: ItemKind::Invalid,
                        span,
                    });
                }
                _ => {}
            }
        }
        items
    }

    fn item(&mut self, pair: Pair) -> Item {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let mut decorators = Vec::new();
        let mut kind = ItemKind::Invalid;
        let said = self.diagnostics.len();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::decorator => decorators.push(self.decorator(part)),
                Rule::missing => self.error(
                    codes::MISPLACED_DECORATOR,
                    span,
                    "this decorator has nothing to decorate",
                    "write it right before a declaration",
                ),
                Rule::stray => {
                    self.junk(&part, Place::Item);
                }
                rule if is_junk(rule) => {
                    // What is left over after a mistake is not another one.
                    if self.diagnostics.len() == said {
                        self.junk(&part, Place::AfterItem);
                    }
                    poison(&mut kind, self.span(&part));
                }
                _ => kind = self.declaration(part),
            }
        }
        Item {
            doc,
            decorators,
            kind,
            span,
        }
    }

    pub(super) fn decorator(&mut self, pair: Pair) -> Decorator {
        let span = self.span(&pair);
        let mut name = Ident {
            text: String::new(),
            span,
        };
        let mut args: Vec<Arg> = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::args {
                let brackets = self.span(&part);
                args = self.args(part.into_inner(), brackets);
            } else {
                name = self.ident(&part);
            }
        }
        Decorator { name, args, span }
    }

    fn declaration(&mut self, pair: Pair) -> ItemKind {
        let mut parts = Parts::new(pair);
        match parts.rule {
            Rule::use_item => self.use_item(parts),
            Rule::provider_item => self.provider(parts),
            Rule::param_item => match parts.take(Rule::param) {
                Some(param) => ItemKind::Param(Box::new(self.param(param))),
                None => ItemKind::Invalid,
            },
            Rule::let_item => self.let_item(parts),
            Rule::output_item => self.output(parts),
            Rule::lookup_item => self.lookup(parts),
            Rule::component_item => self.component(parts),
            Rule::schema_item => self.schema(parts, SchemaKind::Resource),
            Rule::assert_item => self.assert(parts),
            Rule::move_item => self.move_item(parts),
            Rule::import_item => self.import(parts),
            Rule::forget_item => match self.addresses(&mut parts).next() {
                Some(address) => ItemKind::Forget(ForgetItem { address }),
                None => ItemKind::Invalid,
            },
            Rule::test_item => self.test(parts),
            _ => self.resource(parts),
        }
    }

    fn use_item(&mut self, mut parts: Parts) -> ItemKind {
        let alias = self.alias(&mut parts);
        if let Some(path) = parts.take(Rule::string) {
            let span = self.span(&path);
            let path = self.plain_string(path);
            let target = UseTarget::Directory { path, span };
            return ItemKind::Use(Use { target, alias });
        }
        match parts.take(Rule::dotted) {
            Some(name) => ItemKind::Use(Use {
                target: UseTarget::Std(self.dotted(name)),
                alias,
            }),
            None => ItemKind::Invalid,
        }
    }

    fn alias(&mut self, parts: &mut Parts) -> Option<Ident> {
        let alias = parts.take(Rule::alias)?;
        let name = alias
            .into_inner()
            .find(|part| part.as_rule() == Rule::ident)?;
        Some(self.ident(&name))
    }

    pub(super) fn name(&mut self, parts: &mut Parts) -> Option<Ident> {
        parts.take(Rule::ident).map(|name| self.ident(&name))
    }

    fn provider(&mut self, mut parts: Parts) -> ItemKind {
        let alias = self.alias(&mut parts);
        match (self.name(&mut parts), parts.take(Rule::record)) {
            (Some(name), Some(body)) => ItemKind::Provider(ProviderBlock {
                name,
                alias,
                body: self.body(body),
            }),
            _ => ItemKind::Invalid,
        }
    }

    pub(super) fn check_equals(&mut self, pair: &Pair) {
        if pair.as_str() != "=" {
            let span = self.span(pair);
            self.error(
                codes::WRONG_ASSIGNMENT,
                span,
                "`==` compares, it does not give a value",
                "write `=`",
            );
        }
    }

    fn assigned(&mut self, parts: &mut Parts, owner: Span) -> Option<Expr> {
        if let Some(equals) = parts.take(Rule::equals) {
            self.check_equals(&equals);
        }
        parts
            .take(Rule::value)
            .map(|value| self.value(value, Some(owner)))
    }

    fn let_item(&mut self, mut parts: Parts) -> ItemKind {
        let ty = parts.take(Rule::type_union).map(|ty| self.type_expr(ty));
        let Some(name) = self.name(&mut parts) else {
            return ItemKind::Invalid;
        };
        match self.assigned(&mut parts, name.span) {
            Some(value) => ItemKind::Let(Let { name, ty, value }),
            None => ItemKind::Invalid,
        }
    }

    fn output(&mut self, mut parts: Parts) -> ItemKind {
        let Some(name) = self.name(&mut parts) else {
            return ItemKind::Invalid;
        };
        match self.assigned(&mut parts, name.span) {
            Some(value) => ItemKind::Output(OutputItem { name, value }),
            None => ItemKind::Invalid,
        }
    }

    fn lookup(&mut self, mut parts: Parts) -> ItemKind {
        if parts.has(Rule::schema_body) {
            return self.schema(parts, SchemaKind::Lookup);
        }
        let name = self.name(&mut parts);
        let each = parts.take(Rule::each).map(|each| Box::new(self.each(each)));
        let condition = self.presence(&mut parts);
        match (parts.take(Rule::dotted), name, parts.take(Rule::record)) {
            (Some(type_name), Some(name), Some(body)) => ItemKind::Lookup(ResourceItem {
                type_name: self.dotted(type_name),
                name,
                each,
                condition,
                body: self.body(body),
            }),
            _ => ItemKind::Invalid,
        }
    }

    /// The `if` of a declaration.
    fn presence(&mut self, parts: &mut Parts) -> Option<Expr> {
        let condition = parts.take(Rule::condition)?;
        let expr = condition
            .into_inner()
            .find(|part| part.as_rule() == Rule::expr)?;
        Some(self.expr(expr))
    }

    fn resource(&mut self, mut parts: Parts) -> ItemKind {
        let (Some(type_name), Some(body)) = (parts.take(Rule::dotted), parts.take(Rule::record))
        else {
            return ItemKind::Invalid;
        };
        let type_name = self.dotted(type_name);
        let name = self.name(&mut parts);
        let each = parts.take(Rule::each).map(|each| Box::new(self.each(each)));
        let condition = self.presence(&mut parts);
        let body = self.body(body);
        let Some(name) = name else {
            let ty = type_name.text();
            if let Some(found) = slip::bare_block(&ty, type_name.span) {
                self.report(found);
                return ItemKind::Invalid;
            }
            self.error(
                codes::MISSING_NAME,
                type_name.span,
                format!("this `{ty}` has no name"),
                &format!("write `{ty} name {{ … }}`; the name is how the program speaks of it"),
            );
            return ItemKind::Invalid;
        };
        ItemKind::Resource(ResourceItem {
            type_name,
            name,
            each,
            condition,
            body,
        })
    }

    fn assert(&mut self, mut parts: Parts) -> ItemKind {
        let condition = parts.take(Rule::expr).map(|expr| self.expr(expr));
        let message = parts.take(Rule::expr).map(|expr| self.expr(expr));
        match condition {
            Some(condition) => ItemKind::Assert(Assert { condition, message }),
            None => ItemKind::Invalid,
        }
    }

    fn addresses(&self, parts: &mut Parts) -> impl Iterator<Item = AddressText> + use<> {
        let mut found = Vec::new();
        while let Some(address) = parts.take(Rule::address) {
            found.push(AddressText {
                text: address.as_str().to_owned(),
                span: self.span(&address),
            });
        }
        found.into_iter()
    }

    fn move_item(&mut self, mut parts: Parts) -> ItemKind {
        let mut addresses = self.addresses(&mut parts);
        match (addresses.next(), addresses.next()) {
            (Some(from), Some(to)) => ItemKind::Move(MoveItem { from, to }),
            _ => ItemKind::Invalid,
        }
    }

    fn import(&mut self, mut parts: Parts) -> ItemKind {
        let Some(address) = self.addresses(&mut parts).next() else {
            return ItemKind::Invalid;
        };
        match self.assigned(&mut parts, address.span) {
            Some(id) => ItemKind::Import(ImportItem { address, id }),
            None => ItemKind::Invalid,
        }
    }

    fn test(&mut self, mut parts: Parts) -> ItemKind {
        match (parts.take(Rule::string), parts.take(Rule::block)) {
            (Some(name), Some(block)) => ItemKind::Test(Test {
                name_span: self.span(&name),
                name: self.plain_string(name),
                items: self.items(block),
            }),
            _ => ItemKind::Invalid,
        }
    }

    /// A string that may not have `${…}`.
    pub(super) fn plain_string(&mut self, pair: Pair) -> String {
        let span = self.span(&pair);
        let parts = self.string(pair);
        let mut text = String::new();
        for part in parts {
            match part {
                StringPart::Text(part) => text.push_str(&part),
                StringPart::Expr(_) => self.error(
                    codes::UNEXPECTED_TEXT,
                    span,
                    "this text is read before any value is known, so it cannot have `${…}`",
                    "write the text itself",
                ),
            }
        }
        text
    }
}

/// What follows a declaration on its line makes its last part invalid, so that nothing is said about it again.
fn poison(kind: &mut ItemKind, span: Span) {
    let value = match kind {
        ItemKind::Let(item) => &mut item.value,
        ItemKind::Output(item) => &mut item.value,
        ItemKind::Assert(item) => item.message.as_mut().unwrap_or(&mut item.condition),
        ItemKind::Param(param) => match &mut param.default {
            Some(default) => default,
            None => {
                param.ty.kind = TypeExprKind::Invalid;
                return;
            }
        },
        ItemKind::Resource(item) => return item.body.invalid.push(span),
        _ => return,
    };
    value.kind = ExprKind::Invalid;
}

/// The parts of a declaration, to be taken by kind and in order.
pub(super) struct Parts<'a> {
    rule: Rule,
    parts: Vec<Pair<'a>>,
}

impl<'a> Parts<'a> {
    fn new(pair: Pair<'a>) -> Self {
        Parts {
            rule: pair.as_rule(),
            parts: pair.into_inner().collect(),
        }
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.parts.iter().any(|part| part.as_rule() == rule)
    }

    pub(super) fn take(&mut self, rule: Rule) -> Option<Pair<'a>> {
        let at = self.parts.iter().position(|part| part.as_rule() == rule)?;
        Some(self.parts.remove(at))
    }
}
