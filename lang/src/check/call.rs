//! Calls of functions.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use super::literal::plain_text;
use super::mismatch::describe;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Function, Shape, Signature};
use crate::resolve::DeclKind;
use crate::suggest;
use crate::syntax::{Arg, Expr, ExprKind};
use crate::terraform_words;
use crate::typing::relate::{may_be_null, plain, without_null};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        expr: &Expr,
        callee: &Expr,
        args: &[Arg],
        context: &Context,
    ) -> Type {
        let found = match &callee.kind {
            ExprKind::Name(name) => functions::find(name),
            _ => None,
        };
        let Some((function, signature)) = found else {
            for arg in args {
                self.infer(&arg.value, context);
            }
            let diagnostic = self.unknown_function(callee, context);
            return self.wrong(expr.span, diagnostic);
        };
        let Some(positions) = self.positions(expr, function, signature, args) else {
            for arg in args {
                self.infer(&arg.value, context);
            }
            return Type::Invalid;
        };
        if let Some(ty) = self.special(expr, function.name, args, None, context) {
            return ty;
        }
        if let Some(diagnostic) = swapped(function, args) {
            return self.wrong(expr.span, diagnostic);
        }
        if let ("contains" | "join", [first, _]) = (function.name, args) {
            let ty = self.infer(&first.value, context);
            if let Some((message, help)) = other_order(function, &ty) {
                let at = first.value.span;
                let diagnostic = Diagnostic::error(codes::WRONG_ARGUMENTS, at, message).help(help);
                return self.wrong(expr.span, diagnostic);
            }
        }
        let mut types = vec![None; signature.parameters.len().max(args.len())];
        for (arg, position) in args.iter().zip(&positions) {
            let shape = signature
                .parameter(*position)
                .map(|parameter| &parameter.shape);
            types[*position] = Some(match shape {
                Some(Shape::Known(ty)) if *ty != Type::Any => self.expect(&arg.value, ty, context),
                _ => self.infer(&arg.value, context),
            });
        }
        match signature.result(&types) {
            Ok(ty) if function.name == "secret" => Type::Secret(Box::new(ty)),
            Ok(ty) => ty,
            Err((position, wanted)) => {
                let arg = positions
                    .iter()
                    .position(|it| *it == position)
                    .map(|at| &args[at]);
                let (Some(arg), Some(ty)) = (arg, &types[position]) else {
                    return Type::Invalid;
                };
                let diagnostic = argument(function, signature, &types, position, arg, ty, &wanted);
                self.wrong(expr.span, diagnostic)
            }
        }
    }

    /// The position of each argument's parameter; `None` when arguments are missing, too many or misnamed.
    fn positions(
        &mut self,
        expr: &Expr,
        function: &Function,
        signature: &Signature,
        args: &[Arg],
    ) -> Option<Vec<usize>> {
        let mut positions = Vec::with_capacity(args.len());
        let help = format!("it is called as `{}{}`", function.name, function.signature);
        let fail = |checker: &mut Self, span, message: String, help: String| {
            let diagnostic = Diagnostic::error(codes::WRONG_ARGUMENTS, span, message).help(help);
            checker.wrong(expr.span, diagnostic);
        };
        for (index, arg) in args.iter().enumerate() {
            let position = match &arg.name {
                None if signature.parameter(index).is_some() => index,
                None => {
                    let message = format!("`{}` takes no argument here", function.name);
                    let help = match function.name {
                        "min" | "max" | "sum" | "all" | "any" => {
                            format!("it takes a list: `{}([a, b])`", function.name)
                        }
                        "range" => "from one number to another it is `1..4`".to_owned(),
                        _ => help,
                    };
                    fail(self, arg.span, message, help);
                    return None;
                }
                Some(name) => match signature
                    .parameters
                    .iter()
                    .position(|it| it.name == name.text)
                {
                    Some(position) => position,
                    None => {
                        let names = signature.parameters.iter().map(|it| it.name.as_str());
                        let near = suggest::nearest(&name.text, names);
                        let help = near.map_or(help, |near| format!("did you mean `{near}`?"));
                        let message =
                            format!("`{}` has no parameter `{}`", function.name, name.text);
                        fail(self, name.span, message, help);
                        return None;
                    }
                },
            };
            if positions.contains(&position) {
                let message = format!("`{}` is given twice", signature.parameters[position].name);
                fail(self, arg.span, message, help);
                return None;
            }
            positions.push(position);
        }
        let missing = signature
            .parameters
            .iter()
            .enumerate()
            .find(|(position, parameter)| {
                !parameter.optional && !parameter.rest && !positions.contains(position)
            });
        if let Some((_, parameter)) = missing {
            let message = format!(
                "`{}` needs its argument `{}`",
                function.name, parameter.name
            );
            fail(self, expr.span, message, help);
            return None;
        }
        Some(positions)
    }

    fn unknown_function(&self, callee: &Expr, context: &Context) -> Diagnostic {
        let error = |message: String, help: String| {
            Diagnostic::error(codes::UNKNOWN_FUNCTION, callee.span, message).help(help)
        };
        let name = match &callee.kind {
            ExprKind::Name(name) => name,
            ExprKind::Member { name, .. } => {
                return error(
                    "functions are not called on values".to_owned(),
                    match functions::find(&name.text) {
                        Some(_) => format!("write `{}(x)`", name.text),
                        None => "write `function(x)`".to_owned(),
                    },
                );
            }
            _ => {
                return error(
                    "only a function can be called".to_owned(),
                    "write the name of a function before the brackets".to_owned(),
                );
            }
        };
        let declared = context
            .scope
            .and_then(|scope| self.program.scopes.find(scope, name));
        if let Some((scope, decl)) = declared
            && let DeclKind::Component(_) = self.program.scopes.get(scope).decl(decl).kind
        {
            return error(
                format!("`{name}` is a component, not a function"),
                format!("make an instance of it, with a name of its own: `{name} x {{ … }}`"),
            );
        }
        let names = functions::all().map(|function| function.name);
        let help = match terraform_words::function(&name.to_lowercase()) {
            Some(meant) => meant.to_owned(),
            None => suggest::nearest(name, names).map_or_else(
                || "`infra types functions` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
        };
        error(format!("there is no function `{name}`"), help)
    }
}

/// The list comes first here where other tools have the separator first; and `contains` is about networks.
fn other_order(function: &Function, first: &Type) -> Option<(&'static str, &'static str)> {
    match (function.name, plain(first)) {
        (
            "contains",
            Type::List(_) | Type::Map(_) | Type::Record(_) | Type::String | Type::Enum(_),
        ) => Some((
            "`contains` is about networks",
            "whether a list, a map or a text has something is `item in list`",
        )),
        ("join", Type::Enum(_) | Type::String) => Some((
            "the list comes first in `join`",
            "it is called as `join(items, \", \")`",
        )),
        _ => None,
    }
}

/// The text comes first here, and the pattern or separator after it. Where only the other order makes sense, both
/// being texts, that is said.
fn swapped(function: &Function, args: &[Arg]) -> Option<Diagnostic> {
    let [first, second] = args else { return None };
    let text = |arg: &Arg| match &arg.value.kind {
        ExprKind::String(parts) => plain_text(parts),
        _ => None,
    };
    let is_pattern = match function.name {
        "split" => |text: &str| text.chars().count() <= 2,
        "regex" | "regex_all" | "matches" => {
            |text: &str| text.contains(['^', '$', '*', '+', '[', '(', '\\'])
        }
        _ => return None,
    };
    if first.name.is_some()
        || !is_pattern(&text(first)?)
        || text(second).is_some_and(|it| is_pattern(&it))
    {
        return None;
    }
    let message = format!("the text comes first in `{}`", function.name);
    let help = format!("it is called as `{}{}`", function.name, function.signature);
    Some(Diagnostic::error(codes::WRONG_ARGUMENTS, first.span.to(second.span), message).help(help))
}

fn argument(
    function: &Function,
    signature: &Signature,
    types: &[Option<Type>],
    position: usize,
    arg: &Arg,
    ty: &Type,
    wanted: &str,
) -> Diagnostic {
    if may_be_null(ty) {
        let mut without = types.to_vec();
        without[position] = Some(without_null(ty));
        // When only null is in the way, say that, and not the whole type.
        if signature
            .result(&without)
            .err()
            .is_none_or(|(at, _)| at != position)
        {
            return Diagnostic::error(
                codes::MAYBE_NULL,
                arg.value.span,
                format!("this may be null, and `{}` needs `{wanted}`", function.name),
            )
            .help("give a value for that case with `??`");
        }
    }
    Diagnostic::error(
        codes::WRONG_TYPE,
        arg.value.span,
        format!(
            "`{}` needs `{wanted}` here, found {}",
            function.name,
            describe(ty)
        ),
    )
    .help(format!(
        "it is called as `{}{}`",
        function.name, function.signature
    ))
}
