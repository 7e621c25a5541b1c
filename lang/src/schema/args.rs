//! The arguments of a schema's decorators.

use crate::codes;
use crate::syntax::{Decorator, Expr, ExprKind};
use crate::typing::constant::literal;

/// Why a decorator is not used like this.
pub(super) type Wrong = &'static str;

/// The arguments of one decorator.
pub(super) struct Args<'d>(pub &'d Decorator);

impl<'d> Args<'d> {
    /// The arguments without a name, in their order.
    pub fn plain(&self) -> impl Iterator<Item = &'d Expr> {
        let plain = self.0.args.iter().filter(|arg| arg.name.is_none());
        plain.map(|arg| &arg.value)
    }

    pub fn named(&self, name: &str) -> Option<&'d Expr> {
        let is_it = |arg: &&crate::syntax::Arg| arg.name.as_ref().is_some_and(|it| it.text == name);
        self.0.args.iter().find(is_it).map(|arg| &arg.value)
    }

    /// Refuses arguments with other names.
    pub fn only(&self, names: &[&str], wrong: Wrong) -> Result<(), Wrong> {
        let mut given = self.0.args.iter().filter_map(|arg| arg.name.as_ref());
        match given.all(|name| names.contains(&name.text.as_str())) {
            true => Ok(()),
            false => Err(wrong),
        }
    }

    /// A text that may be left out.
    pub fn text(&self, name: &str, wrong: Wrong) -> Result<Option<String>, Wrong> {
        self.named(name)
            .map(|expr| text(expr).ok_or(wrong))
            .transpose()
    }

    /// A word that may be left out.
    pub fn word(&self, name: &str, wrong: Wrong) -> Result<Option<String>, Wrong> {
        self.named(name)
            .map(|expr| word(expr).ok_or(wrong))
            .transpose()
    }

    /// Whether a word is `other`; it may be left out or be `usual` instead.
    pub fn is(&self, name: &str, usual: &str, other: &str, wrong: Wrong) -> Result<bool, Wrong> {
        match self.word(name, wrong)?.as_deref() {
            None => Ok(false),
            Some(word) if word == usual => Ok(false),
            Some(word) if word == other => Ok(true),
            Some(_) => Err(wrong),
        }
    }

    /// The code that a rule reports.
    pub fn code(&self, usual: &'static str) -> Result<&'static str, Wrong> {
        match self.named("code") {
            Some(expr) => code(expr).ok_or("there is no such code"),
            None => Ok(usual),
        }
    }
}

pub(super) fn text(expr: &Expr) -> Option<String> {
    literal(expr, None)?.as_str().map(str::to_owned)
}

pub(super) fn number(expr: &Expr) -> Option<i64> {
    literal(expr, None)?.as_int()
}

/// `4` or `3..128`; one number alone is the upper end.
pub(super) fn bounds(expr: &Expr) -> Option<(i64, i64)> {
    match &expr.kind {
        ExprKind::Range { from, to } => Some((number(from)?, number(to)?)),
        _ => Some((0, number(expr)?)),
    }
}

pub(super) fn word(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// The names of `a.b.c`.
pub(super) fn path(expr: &Expr) -> Option<Vec<String>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![name.clone()]),
        ExprKind::Member { base, name, .. } => {
            let mut names = path(base)?;
            names.push(name.text.clone());
            Some(names)
        }
        _ => None,
    }
}

pub(super) fn code(expr: &Expr) -> Option<&'static str> {
    let written = text(expr)?;
    let mut all = codes::ALL.iter().map(|(code, _)| *code);
    all.find(|code| *code == written)
}
