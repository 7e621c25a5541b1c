//! What `for` goes through, in comprehensions and declarations.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use super::mismatch::describe;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::For;
use crate::typing::relate::{self, join};

/// The types of the key (or index) and of the item.
pub(super) struct Pair {
    pub key: Type,
    pub item: Type,
}

impl Checker<'_> {
    /// The context inside a comprehension: its names bound and its condition true.
    pub(super) fn each(&mut self, each: &For, context: &Context) -> Context {
        let pair = self.pair(each, context);
        let inside = bound(each, pair, context);
        match &each.condition {
            Some(condition) => {
                self.condition(condition, &inside);
                self.narrow(condition, true, &inside)
            }
            None => inside,
        }
    }

    pub(super) fn pair(&mut self, each: &For, context: &Context) -> Pair {
        let ty = self.infer(&each.over, context);
        let secret = relate::is_secret(&ty);
        let hide = |ty: Type| {
            if secret {
                Type::Secret(Box::new(ty))
            } else {
                ty
            }
        };
        match relate::plain(&ty) {
            Type::List(item) => Pair {
                key: Type::Int,
                item: hide((**item).clone()),
            },
            Type::Map(item) => Pair {
                key: Type::String,
                item: hide((**item).clone()),
            },
            Type::Record(fields) => {
                let item = fields
                    .iter()
                    .map(|field| field.ty.clone())
                    .reduce(|a, b| join(&a, &b));
                Pair {
                    key: Type::String,
                    item: hide(item.unwrap_or(Type::Any)),
                }
            }
            Type::Any => Pair {
                key: Type::Any,
                item: Type::Any,
            },
            Type::Invalid => Pair {
                key: Type::Invalid,
                item: Type::Invalid,
            },
            Type::Optional(_) => {
                let diagnostic = Diagnostic::error(
                    codes::MAYBE_NULL,
                    each.over.span,
                    "this may be null, and `for` goes through a list or a map",
                )
                .help("give an empty one for that case: `xs ?? []`");
                self.wrong(each.over.span, diagnostic);
                Pair {
                    key: Type::Invalid,
                    item: Type::Invalid,
                }
            }
            other => {
                let message = format!(
                    "`for` goes through a list or a map, not {}",
                    describe(other)
                );
                let mut diagnostic = Diagnostic::error(codes::WRONG_TYPE, each.over.span, message);
                if matches!(other, Type::Int) {
                    diagnostic.help = Some("count with a range: `for i in 1..3`".to_owned());
                }
                self.wrong(each.over.span, diagnostic);
                Pair {
                    key: Type::Invalid,
                    item: Type::Invalid,
                }
            }
        }
    }
}

/// `context` with the names of a `for`.
pub(super) fn bound(each: &For, pair: Pair, context: &Context) -> Context {
    let context = match &each.key {
        Some(key) => context.local(&key.text, pair.key),
        None => context.clone(),
    };
    context.local(&each.value.text, pair.item)
}
