//! Expressions: what type they have, and whether that is the type expected.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use super::literal::plain_text;
use super::mismatch::say;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::DeclKind;
use crate::syntax::{BinaryOp, Expr, ExprKind, StringPart};
use crate::typing::relate::{self, assignable, join, optional};

impl Checker<'_> {
    /// Checks that an expression is of a type. The expectation reaches into lists, records and branches, which is
    /// where bare words and fields left out get their meaning.
    pub(super) fn expect(&mut self, expr: &Expr, expected: &Type, context: &Context) -> Type {
        self.deeper(expr.span, |checker| {
            checker.expect_inside(expr, expected, context)
        })
    }

    fn expect_inside(&mut self, expr: &Expr, expected: &Type, context: &Context) -> Type {
        match &expr.kind {
            ExprKind::Name(name) => {
                if let Some(ty) = self.word(expr, name, expected, context) {
                    return ty;
                }
            }
            ExprKind::String(parts) => {
                let words = relate::words(expected);
                if let Some(text) = plain_text(parts)
                    && !words.is_empty()
                    && !assignable(&Type::Enum(vec![text.clone()]), expected)
                {
                    return self.unknown_word(&text, expr.span, expected);
                }
                // `"${x}"` where the thing itself is wanted.
                if let [StringPart::Expr(inner)] = &parts[..]
                    && !assignable(&Type::String, expected)
                {
                    let found = self.infer(inner, context);
                    if matches!(found, Type::Invalid) {
                        return found;
                    }
                    if assignable(&found, expected) {
                        let written = self.written(inner.span);
                        let message = format!(
                            "quotes make a text of it, and `{}` is expected",
                            say(expected)
                        );
                        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, expr.span, message)
                            .help(format!("write `{written}`"));
                        return self.wrong(expr.span, diagnostic);
                    }
                }
            }
            ExprKind::List(items) => {
                if let Some(Type::List(item)) = only(expected, |ty| matches!(ty, Type::List(_))) {
                    for inner in items {
                        self.expect(inner, &item, context);
                    }
                    return Type::List(item);
                }
            }
            ExprKind::Record(entries) => {
                match only(expected, |ty| matches!(ty, Type::Record(_) | Type::Map(_))) {
                    Some(Type::Record(fields)) => {
                        return self.record_against(entries, &fields, expr.span, context);
                    }
                    Some(Type::Map(item)) => {
                        self.duplicate_entries(entries);
                        for entry in entries {
                            self.expect(&entry.value, &item, context);
                            if let crate::syntax::EntryKey::String(key) = &entry.key {
                                self.infer(key, context);
                            }
                        }
                        return Type::Map(item);
                    }
                    _ => {}
                }
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.condition(condition, context);
                let inside = self.narrow(condition, true, context);
                let then = self.expect(then, expected, &inside);
                let outside = self.narrow(condition, false, context);
                let otherwise = self.expect(otherwise, expected, &outside);
                return join(&then, &otherwise);
            }
            ExprKind::Binary {
                op: BinaryOp::Default,
                left,
                right,
                ..
            } => {
                self.expect(left, &optional(expected.clone()), context);
                let narrowed = self.expect(right, expected, context);
                return if matches!(narrowed, Type::Invalid) {
                    Type::Invalid
                } else {
                    expected.clone()
                };
            }
            ExprKind::Call { callee, args } if args.iter().all(|arg| arg.name.is_none()) => {
                if let ExprKind::Name(name) = &callee.kind
                    && let Some(ty) = self.special(expr, name, args, Some(expected), context)
                {
                    return match matches!(ty, Type::Invalid) || assignable(&ty, expected) {
                        true => ty,
                        false => self.mismatch(expr, &ty, expected),
                    };
                }
            }
            ExprKind::ListFor { item, each } => {
                if let Some(Type::List(wanted)) = only(expected, |ty| matches!(ty, Type::List(_))) {
                    let inside = self.each(each, context);
                    self.expect(item, &wanted, &inside);
                    self.facts.types.insert(item.span, (*wanted).clone());
                    return Type::List(wanted);
                }
            }
            ExprKind::MapFor { key, value, each } => {
                if let Some(Type::Map(wanted)) = only(expected, |ty| matches!(ty, Type::Map(_))) {
                    let inside = self.each(each, context);
                    self.map_key(key, &inside);
                    self.expect(value, &wanted, &inside);
                    self.facts.types.insert(value.span, (*wanted).clone());
                    return Type::Map(wanted);
                }
            }
            _ => {}
        }
        let found = self.infer(expr, context);
        if matches!(found, Type::Invalid) || assignable(&found, expected) {
            return found;
        }
        self.mismatch(expr, &found, expected)
    }

    /// Checks a condition of `if`, `assert`, `where` or a comprehension.
    pub(super) fn condition(&mut self, expr: &Expr, context: &Context) {
        self.expect(expr, &Type::Bool, context);
    }

    /// A name where words are expected: the word, unless something of that name is in scope and fits.
    fn word(
        &mut self,
        expr: &Expr,
        name: &str,
        expected: &Type,
        context: &Context,
    ) -> Option<Type> {
        let words = relate::words(expected);
        if words.is_empty() {
            return None;
        }
        let is_word = words.contains(&name);
        match self.find_name(name, context) {
            Some(found) => {
                let fits = found
                    .is_some_and(|ty| !matches!(ty, Type::Invalid) && assignable(&ty, expected));
                if fits || !is_word {
                    return None;
                }
            }
            None if !is_word => {
                let only_words = matches!(
                    relate::plain(&relate::without_null(expected)),
                    Type::Enum(_)
                );
                return only_words.then(|| self.unknown_word(name, expr.span, expected));
            }
            None => {}
        }
        self.facts.words.insert(expr.span);
        Some(Type::Enum(vec![name.to_owned()]))
    }

    /// The type of an expression.
    pub(super) fn infer(&mut self, expr: &Expr, context: &Context) -> Type {
        self.deeper(expr.span, |checker| checker.infer_inside(expr, context))
    }

    fn infer_inside(&mut self, expr: &Expr, context: &Context) -> Type {
        match &expr.kind {
            ExprKind::Null => Type::Null,
            ExprKind::Bool(_) => Type::Bool,
            ExprKind::Int(_) => Type::Int,
            ExprKind::Float(_) => Type::Float,
            ExprKind::Size(_) => Type::Size,
            ExprKind::Duration(_) => Type::Duration,
            ExprKind::Percent(_) => Type::Percent,
            ExprKind::Cidr(range) => {
                self.host_bits(*range, expr);
                Type::Cidr
            }
            ExprKind::Ip(_) => Type::Ip,
            ExprKind::Port(_) => Type::Port,
            ExprKind::String(parts) => self.string(parts, context),
            ExprKind::List(items) => self.list(items, context),
            ExprKind::Record(entries) => self.record(entries, context),
            ExprKind::Name(name) => self.name(name, expr.span, context),
            ExprKind::Member {
                base,
                name,
                optional,
            } => self.member(expr, base, name, *optional, context),
            ExprKind::Index { base, index } => self.index(base, index, context),
            ExprKind::Call { callee, args } => self.call(expr, callee, args, context),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr.span, context),
            ExprKind::Binary {
                op, left, right, ..
            } => match self.unquoted(expr, context) {
                Some(ty) => ty,
                None => self.binary(*op, left, right, expr.span, context),
            },
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.condition(condition, context);
                let inside = self.narrow(condition, true, context);
                let then = self.infer(then, &inside);
                let outside = self.narrow(condition, false, context);
                let otherwise = self.infer(otherwise, &outside);
                join(&then, &otherwise)
            }
            ExprKind::ListFor { item, each } => {
                let inside = self.each(each, context);
                let ty = self.infer(item, &inside);
                let kept = self.kept(ty.clone());
                self.facts.types.insert(item.span, kept);
                Type::List(Box::new(ty))
            }
            ExprKind::MapFor { key, value, each } => {
                let inside = self.each(each, context);
                self.map_key(key, &inside);
                let ty = self.infer(value, &inside);
                let kept = self.kept(ty.clone());
                self.facts.types.insert(value.span, kept);
                Type::Map(Box::new(ty))
            }
            ExprKind::Range { from, to } => {
                self.expect(from, &Type::Int, context);
                self.expect(to, &Type::Int, context);
                Type::List(Box::new(Type::Int))
            }
            ExprKind::Is { value, ty } => {
                self.infer(value, context);
                let read = self.read_type(ty, context.scope);
                self.facts.types.insert(ty.span, read);
                Type::Bool
            }
            ExprKind::Invalid => Type::Invalid,
        }
    }

    /// The key of a map: a text or a whole number.
    fn map_key(&mut self, key: &Expr, context: &Context) {
        let ty = self.infer(key, context);
        let fits = matches!(
            relate::plain(&ty),
            Type::String | Type::Enum(_) | Type::Int | Type::Any | Type::Invalid
        );
        if !fits {
            self.mismatch(key, &ty, &Type::String);
        }
    }

    /// A range with bits behind its prefix is a slip: clouds take it for the whole network or refuse it.
    fn host_bits(&mut self, range: ipnet::IpNet, expr: &Expr) {
        if range.addr() == range.network() {
            return;
        }
        let whole = range.trunc();
        let single = ipnet::IpNet::from(range.addr());
        self.diagnostics.push(
            Diagnostic::error(
                codes::HOST_BITS,
                expr.span,
                format!("`{range}` has bits set behind its prefix"),
            )
            .help(format!(
                "the range is `{whole}`; the one address is `{single}`"
            )),
        );
    }

    /// Whether a declaration is a module, which has members but is no value.
    pub(super) fn is_namespace(
        &self,
        expr: &Expr,
        context: &Context,
    ) -> Option<crate::resolve::ScopeId> {
        let ExprKind::Name(name) = &expr.kind else {
            return None;
        };
        if context.name(name).is_some() {
            return None;
        }
        let (scope, decl) = self.program.scopes.find(context.scope?, name)?;
        match self.program.scopes.get(scope).decl(decl).kind {
            DeclKind::Namespace(module) => Some(module),
            _ => None,
        }
    }
}

/// The one alternative of a type that has the wanted shape; `None` when there is none, or more than one.
fn only(ty: &Type, wanted: fn(&Type) -> bool) -> Option<Type> {
    fn collect<'t>(ty: &'t Type, wanted: fn(&Type) -> bool, found: &mut Vec<&'t Type>) {
        match ty {
            Type::Optional(inner) | Type::Secret(inner) | Type::Refined(inner, _) => {
                collect(inner, wanted, found);
            }
            Type::Union(parts) => parts.iter().for_each(|part| collect(part, wanted, found)),
            ty if wanted(ty) => found.push(ty),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(ty, wanted, &mut found);
    match found[..] {
        [one] => Some(one.clone()),
        _ => None,
    }
}
