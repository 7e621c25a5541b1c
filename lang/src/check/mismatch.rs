//! Saying that a value is not of the type expected, and what to do about it.

use infra_model::{Span, Type};

use super::Checker;
use super::context::path_of;
use super::literal::plain_text;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;
use crate::syntax::{Expr, ExprKind};
use crate::typing::relate::{self, assignable, plain};

impl Checker<'_> {
    /// Reports that `expr` is of type `found` where `expected` is wanted.
    pub(super) fn mismatch(&mut self, expr: &Expr, found: &Type, expected: &Type) -> Type {
        // That null would do as well is not what anyone wants to read.
        let expected = &relate::without_null(expected);
        let diagnostic = if relate::may_be_null(found)
            && !matches!(found, Type::Null)
            && assignable(&relate::without_null(found), expected)
        {
            Diagnostic::error(
                codes::MAYBE_NULL,
                expr.span,
                format!("this may be null, and `{}` is expected", say(expected)),
            )
            .help("give a value for that case with `??`, or ask for it with `if x != null then … else …`")
        } else {
            let message = format!("expected `{}`, found {}", say(expected), describe(found));
            let mut diagnostic = Diagnostic::error(codes::WRONG_TYPE, expr.span, message);
            let advice = match (&expr.kind, plain(expected)) {
                (ExprKind::String(parts), Type::Resource(_) | Type::Union(_))
                    if self.is_id(parts, expected) =>
                {
                    Some(format!(
                        "what has only an id is `id({})`",
                        self.written(expr.span)
                    ))
                }
                (ExprKind::Member { base, name, .. }, Type::Resource(_) | Type::Union(_))
                    if name.text == "id" =>
                {
                    path_of(base).map(|base| format!("give the thing itself: `{base}`"))
                }
                _ => None,
            };
            diagnostic.help = advice.or_else(|| self.advice(expr, found, expected));
            diagnostic
        };
        self.wrong(expr.span, diagnostic)
    }

    /// Whether a text is the id of something that can stand here.
    fn is_id(&self, parts: &[crate::syntax::StringPart], expected: &Type) -> bool {
        let Some(text) = plain_text(parts) else {
            return false;
        };
        let types = self.program.schemas.types_of_id(&text);
        let mut types = types.into_iter().map(Type::Resource);
        types.any(|ty| assignable(&ty, expected))
    }

    /// Reports that a word is not an allowed value.
    pub(super) fn unknown_word(&mut self, word: &str, at: Span, expected: &Type) -> Type {
        let words = relate::words(expected);
        let message = format!("`{word}` is not an allowed value");
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_WORD, at, message);
        diagnostic.help = suggest::help(word, words, "the words are");
        self.wrong(at, diagnostic)
    }

    fn advice(&self, expr: &Expr, found: &Type, expected: &Type) -> Option<String> {
        if let ExprKind::String(parts) = &expr.kind
            && let Some(text) = plain_text(parts)
            && reads_as(&text, expected)
        {
            return Some(format!("write it without quotes: `{text}`"));
        }
        let path = path_of(expr).unwrap_or_else(|| "x".to_owned());
        match (plain(found), plain(expected)) {
            (Type::Resource(name), Type::String) => {
                let schema = self.program.schemas.either(name)?;
                schema
                    .field("id")
                    .map(|_| format!("its identity is `{path}.id`"))
            }
            (Type::Component(label), wanted) => self.output_advice(label, &path, wanted),
            (Type::Resource(name), wanted) => self.attribute_advice(name, &path, wanted),
            (Type::Union(parts), wanted) if parts.iter().any(|part| assignable(part, wanted)) => {
                Some(format!(
                    "ask which it is first: `if {path} is {wanted} then … else …`"
                ))
            }
            (Type::Int, Type::Size) => Some("a size has a unit, such as `8GiB`".to_owned()),
            (Type::Int, Type::Duration) => Some("a duration has a unit, such as `30s`".to_owned()),
            (Type::Int, Type::Port) => Some("a port has a protocol, such as `tcp/443`".to_owned()),
            (Type::Float, Type::Int) => {
                Some("`floor(x)`, `ceil(x)` or `round(x)` makes it whole".to_owned())
            }
            (Type::Ip, Type::Cidr) => {
                Some("one address is a range of its own: `10.0.0.1/32`".to_owned())
            }
            (item, Type::List(wanted)) if assignable(item, wanted) => {
                Some("a list of one is written `[x]`".to_owned())
            }
            (Type::List(_), _) => Some("take one item: `xs[0]`".to_owned()),
            (Type::Map(item), wanted) if assignable(item, wanted) => {
                Some("this has several by key; take one of them: `xs[\"key\"]`".to_owned())
            }
            (Type::Map(_), Type::List(_)) => {
                Some("a list of its values is `values(m)` or `[x for x in m]`".to_owned())
            }
            (Type::Enum(_) | Type::String, Type::Int) => Some("`int(x)` reads a text".to_owned()),
            (_, Type::String) => Some("make it a text with `string(x)` or `\"${x}\"`".to_owned()),
            _ => None,
        }
    }

    /// A component's output that would fit.
    fn output_advice(&self, label: &str, path: &str, wanted: &Type) -> Option<String> {
        let scope = self
            .program
            .scopes
            .get(self.program.scopes.by_label(label)?);
        let names: Vec<String> = scope
            .outputs
            .iter()
            .map(|output| format!("`{path}.{}`", output.name.text))
            .collect();
        if names.is_empty() {
            return Some(format!(
                "the component `{label}` has no outputs; give it one of type `{wanted}`"
            ));
        }
        Some(format!(
            "a component's instance has outputs: {}",
            names.join(", ")
        ))
    }

    /// An attribute of a resource that would fit.
    fn attribute_advice(&self, name: &str, path: &str, wanted: &Type) -> Option<String> {
        let schema = self.program.schemas.either(name)?;
        let field = schema.fields.iter().find(|field| {
            let ty = crate::eval::read_type(field);
            assignable(&ty, wanted) && !matches!(plain(&ty), Type::Any)
        })?;
        Some(format!("`{path}.{}` is one", field.name))
    }
}

/// A type for a message, short.
pub(super) fn say(ty: &Type) -> String {
    let text = ty.to_string();
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// What a value is, with its article where it has one.
pub(super) fn describe(ty: &Type) -> String {
    match ty {
        Type::Enum(words) if words.len() == 1 => "a text".to_owned(),
        Type::Record(_) => "a record".to_owned(),
        Type::Component(label) => format!("an instance of the component `{label}`"),
        Type::Null => "null".to_owned(),
        other => format!("`{}`", say(other)),
    }
}

/// Whether a quoted text would be of the type without its quotes.
fn reads_as(text: &str, ty: &Type) -> bool {
    match plain(ty) {
        Type::Optional(inner) => reads_as(text, inner),
        Type::Union(parts) => parts.iter().any(|part| reads_as(text, part)),
        Type::Int => text.parse::<i64>().is_ok(),
        Type::Float => text.parse::<f64>().is_ok(),
        Type::Bool => text == "true" || text == "false",
        Type::Size => text.parse::<infra_model::Size>().is_ok(),
        Type::Duration => text.parse::<infra_model::Duration>().is_ok(),
        Type::Percent => text.parse::<infra_model::Percent>().is_ok(),
        Type::Cidr => text.parse::<ipnet::IpNet>().is_ok(),
        Type::Ip => text.parse::<std::net::IpAddr>().is_ok(),
        Type::Port => text.parse::<infra_model::PortRange>().is_ok(),
        _ => false,
    }
}
