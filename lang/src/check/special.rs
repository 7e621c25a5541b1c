//! The functions whose type follows from more than their arguments' types: `try`, `can` and `id`.

use infra_model::{Span, Type};

use super::Checker;
use super::context::Context;
use super::literal::plain_text;
use super::mismatch::say;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Arg, Expr, ExprKind};
use crate::typing::relate::{join, plain};

/// What `try` is for; everything else is a mistake there as anywhere.
const TRIED: [&str; 5] = [
    codes::UNKNOWN_ATTRIBUTE,
    codes::MAYBE_NULL,
    codes::MISSING_KEY,
    codes::INDEX_RANGE,
    codes::FUNCTION_FAILED,
];

impl Checker<'_> {
    /// The type of a call of one of these functions; `None` for all others.
    pub(super) fn special(
        &mut self,
        expr: &Expr,
        name: &str,
        args: &[Arg],
        expected: Option<&Type>,
        context: &Context,
    ) -> Option<Type> {
        match (name, args) {
            ("try", [first @ .., last]) => {
                let mut types: Vec<Type> = first
                    .iter()
                    .map(|arg| self.tried(&arg.value, expected, context))
                    .filter(|ty| !matches!(ty, Type::Invalid))
                    .collect();
                types.push(self.typed(&last.value, expected, context));
                types.into_iter().reduce(|a, b| join(&a, &b))
            }
            ("can", [arg]) => {
                self.tried(&arg.value, None, context);
                Some(Type::Bool)
            }
            ("id", [arg]) => Some(self.identity(expr, &arg.value, expected, context)),
            _ => None,
        }
    }

    fn typed(&mut self, expr: &Expr, expected: Option<&Type>, context: &Context) -> Type {
        match expected {
            Some(expected) => self.expect(expr, expected, context),
            None => self.infer(expr, context),
        }
    }

    /// An expression that may fail.
    fn tried(&mut self, expr: &Expr, expected: Option<&Type>, context: &Context) -> Type {
        let said = self.diagnostics.len();
        self.trying += 1;
        let ty = self.typed(expr, expected, context);
        self.trying -= 1;
        let inside = |at: Span| {
            at.file == expr.span.file && expr.span.start <= at.start && at.end <= expr.span.end
        };
        let new = self.diagnostics.split_off(said);
        let kept = new
            .into_iter()
            .filter(|it| !(TRIED.contains(&it.code) && inside(it.span)));
        self.diagnostics.extend(kept);
        ty
    }

    /// `id("vpc-…")`: a reference of the type that is expected, or that the id tells by its form.
    fn identity(
        &mut self,
        expr: &Expr,
        arg: &Expr,
        expected: Option<&Type>,
        context: &Context,
    ) -> Type {
        self.expect(arg, &Type::String, context);
        let text = match &arg.kind {
            ExprKind::String(parts) => plain_text(parts),
            _ => None,
        };
        let schemas = &self.program.schemas;
        let mut types = Vec::new();
        match expected.map(plain) {
            None | Some(Type::Any) => {
                types.extend(text.iter().flat_map(|text| schemas.types_of_id(text)));
            }
            Some(expected) => collect(expected, &mut types),
        }
        if let Some(text) = &text
            && !types.is_empty()
        {
            let wanted = types.clone();
            types.retain(|name| schemas.is_id(name, text));
            if types.is_empty() {
                let diagnostic = self.no_id(text, arg.span, &wanted);
                return self.wrong(expr.span, diagnostic);
            }
        }
        let types: Vec<Type> = types.into_iter().map(Type::Resource).collect();
        let Some(ty) = types.into_iter().reduce(|a, b| join(&a, &b)) else {
            return Type::String;
        };
        self.facts.types.insert(expr.span, ty.clone());
        ty
    }

    fn no_id(&self, text: &str, at: Span, wanted: &[String]) -> Diagnostic {
        let schemas = &self.program.schemas;
        let message = match wanted {
            [one] => format!("\"{text}\" is not the id of an `{one}`"),
            _ => format!("\"{text}\" is not an id of what can stand here"),
        };
        let forms: Vec<String> = wanted
            .iter()
            .filter_map(|name| Some(format!("`{}…`", schemas.id_prefix(name)?)))
            .collect();
        let mut help = format!("its form is {}", forms.join(" or "));
        if let [other] = &schemas.types_of_id(text)[..] {
            help = format!(
                "{help}; this is the id of an `{}`",
                say(&Type::Resource(other.clone()))
            );
        }
        Diagnostic::error(codes::WRONG_TYPE, at, message).help(help)
    }
}

/// The resource types that a type allows, each once.
fn collect(ty: &Type, into: &mut Vec<String>) {
    match ty {
        Type::Resource(name) if !into.contains(name) => into.push(name.clone()),
        Type::Optional(inner) | Type::Secret(inner) | Type::Refined(inner, _) => {
            collect(inner, into);
        }
        Type::Union(parts) => parts.iter().for_each(|part| collect(part, into)),
        _ => {}
    }
}
