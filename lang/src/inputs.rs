//! The values of a program's parameters, from all the places they can come from.

use std::collections::BTreeMap;

use infra_model::{FileId, Span, Type, Value};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::masking::{masked, mute};
use crate::plain;
use crate::program::{ParamInfo, Program};
use crate::source::Sources;
use crate::suggest;
use crate::syntax::{self, Expr};
use crate::typing::coerce::{NoFacts, coerce};
use crate::typing::constant::literal;
use crate::typing::relate;

/// What environment variables that set parameters begin with.
pub const ENVIRONMENT_PREFIX: &str = "INFRA_PARAM_";

/// What diagnostics call the places that are not files.
const COMMAND_LINE: &str = "command line";
const ENVIRONMENT: &str = "environment";

/// Whether a path in a diagnostic is not a file: the command line, or the environment.
pub fn is_no_file(path: &str) -> bool {
    [COMMAND_LINE, ENVIRONMENT].contains(&path)
}

/// The values given for parameters. What is added later wins, so callers add from the weakest to the strongest: an
/// environment profile, `.infravars` files, the environment, `--set`.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    given: Vec<Given>,
}

#[derive(Clone, Debug)]
struct Given {
    name: String,
    text: Text,
    /// Where it was said, for messages: `--set`, `prod.infravars`.
    origin: String,
    /// Where it is written; see [`Inputs::locate`].
    span: Option<Span>,
    /// A name that is no parameter is an error.
    strict: bool,
}

#[derive(Clone, Debug)]
enum Text {
    /// As it was typed: a string needs no quotes.
    Raw(String),
    Expr(Box<Expr>),
}

impl Inputs {
    pub fn new() -> Self {
        Inputs::default()
    }

    /// Adds the `name = value` lines of a file, where texts need no quotes. The file becomes one of the `sources`, so that diagnostics can
    /// show it, but for the values of what may be a secret one of `params`; those of reading it are returned.
    pub fn file(
        &mut self,
        sources: &mut Sources,
        params: &[ParamInfo],
        path: &str,
        text: &str,
    ) -> Vec<Diagnostic> {
        let (rest, mut fields) = plain::texts(sources.next_id(), text, params);
        let (read, mut diagnostics) = syntax::parse_assignments(sources.next_id(), &rest);
        fields.extend(read);
        fields.sort_by_key(|field| field.span.start);
        let sound = diagnostics.is_empty();
        sources.add(path, masked(text, params, &fields, sound));
        mute(&mut diagnostics, text, params, &fields);
        for field in fields {
            self.given.push(Given {
                name: field.name.text,
                text: Text::Expr(Box::new(field.value)),
                origin: path.to_owned(),
                span: Some(field.span),
                strict: true,
            });
        }
        diagnostics
    }

    /// Adds the variables that begin with [`ENVIRONMENT_PREFIX`]; others are none of the program's business. One
    /// that names no parameter is ignored: it may be meant for another program.
    pub fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (variable, text) in variables {
            if let Some(name) = variable.strip_prefix(ENVIRONMENT_PREFIX) {
                self.given.push(Given {
                    name: name.to_owned(),
                    text: Text::Raw(text),
                    origin: variable.clone(),
                    span: None,
                    strict: false,
                });
            }
        }
    }

    /// Adds one `name` with its text, as `--set name=text` has it.
    pub fn set(&mut self, name: &str, text: &str) {
        self.given.push(Given {
            name: name.to_owned(),
            text: Text::Raw(text.to_owned()),
            origin: "--set".to_owned(),
            span: None,
            strict: true,
        });
    }

    /// Gives what the command line and the environment say a place among the `sources`, so that diagnostics can show it.
    /// The text of what may be a secret one of `params` is not shown, nor that of what is no parameter.
    pub fn locate(&mut self, sources: &mut Sources, params: &[ParamInfo]) {
        for given in &mut self.given {
            let (Text::Raw(text), None) = (&given.text, given.span) else {
                continue;
            };
            let param = params.iter().find(|param| param.name == given.name);
            if param.is_none() && !given.strict {
                continue;
            }
            let (path, before) = match given.strict {
                true => (COMMAND_LINE, format!("{} {}", given.origin, given.name)),
                false => (ENVIRONMENT, given.origin.clone()),
            };
            let shown = match param {
                Some(param) if !relate::mentions_secret(&param.ty) => text.as_str(),
                _ => "…",
            };
            let line = format!("{before}={shown}");
            let (start, end) = match param {
                Some(_) => (before.len() + 1, line.len()),
                None => (before.len() - given.name.len(), before.len()),
            };
            let file = sources.add(path, line);
            given.span = Some(Span::new(file, start, end));
        }
    }

    /// Adds the value that a test gives.
    pub(crate) fn test(&mut self, name: &str, value: &Expr) {
        self.given.push(Given {
            name: name.to_owned(),
            text: Text::Expr(Box::new(value.clone())),
            origin: "the test".to_owned(),
            span: Some(value.span),
            strict: true,
        });
    }

    /// The values by parameter, or everything that is wrong with them. Conditions (`where`) are looked at by the
    /// evaluation, which knows the other parameters.
    pub(crate) fn values(
        &self,
        program: &Program,
    ) -> Result<BTreeMap<String, Value>, Vec<Diagnostic>> {
        let params = program.params();
        let mut values = BTreeMap::new();
        let mut diagnostics = Vec::new();
        let mut strongest: BTreeMap<&str, &Given> = BTreeMap::new();
        for given in &self.given {
            strongest.insert(&given.name, given);
        }
        for (name, given) in strongest {
            match params.iter().find(|param| param.name == name) {
                Some(param) => match given.value(&param.ty) {
                    Ok(value) => {
                        values.insert(name.to_owned(), value);
                    }
                    Err(why) => diagnostics.push(given.bad(param, &why)),
                },
                None if given.strict => diagnostics.push(given.unknown(&params, program)),
                None => {}
            }
        }
        for param in &params {
            if param.required && !self.given.iter().any(|given| given.name == param.name) {
                diagnostics.push(missing(param));
            }
        }
        crate::diagnostic::sort(&mut diagnostics);
        if diagnostics.is_empty() {
            Ok(values)
        } else {
            Err(diagnostics)
        }
    }
}

impl Given {
    fn value(&self, ty: &Type) -> Result<Value, String> {
        let value = match &self.text {
            Text::Expr(expr) => {
                literal(expr, Some(ty)).ok_or("only a value can stand here, not an expression")?
            }
            Text::Raw(text) => raw(text, ty)?,
        };
        // A secret that does not fit must not show in the message.
        let secret = relate::mentions_secret(ty);
        let word = value.as_str().map(str::to_owned);
        coerce(value, ty, &NoFacts).map_err(|mismatch| match (secret, word) {
            (true, _) => "the value does not fit (it is secret, so it is not shown)".to_owned(),
            (false, Some(word)) if is_enumeration(ty) => {
                let near = suggest::nearest(&word, relate::words(ty));
                let near = near.map(|near| format!(", did you mean `{near}`?"));
                format!(
                    "`{word}` is not an allowed value{}",
                    near.unwrap_or_default()
                )
            }
            (false, _) => mismatch.to_string(),
        })
    }

    fn bad(&self, param: &ParamInfo, why: &str) -> Diagnostic {
        let message = format!(
            "the value of `{}` from {} does not fit: {why}",
            param.name, self.origin
        );
        let mut diagnostic =
            Diagnostic::error(codes::BAD_INPUT, self.span.unwrap_or(param.span), message).help(
                format!(
                    "`{}` is of type `{}`{}",
                    param.name,
                    param.ty,
                    example(&param.ty)
                ),
            );
        if self.span.is_some() {
            diagnostic = diagnostic.related(param.span, "declared here");
        }
        diagnostic
    }

    fn unknown(&self, params: &[ParamInfo], program: &Program) -> Diagnostic {
        let message = format!("the program has no parameter `{}`", self.name);
        let start = program.trees.first().map_or(FileId(0), |tree| tree.file);
        let span = self.span.unwrap_or(Span::new(start, 0, 0));
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_PARAM, span, message);
        let names = params.iter().map(|param| param.name.as_str());
        diagnostic.help = suggest::help(&self.name, names, "the parameters are").or_else(|| {
            Some("the program has no parameters: declare one with `param name: type`".to_owned())
        });
        diagnostic
    }
}

/// Whether only words of an enumeration fit.
fn is_enumeration(ty: &Type) -> bool {
    matches!(relate::plain(&relate::without_null(ty)), Type::Enum(_))
}

fn missing(param: &ParamInfo) -> Diagnostic {
    let message = format!("the parameter `{}` has no value", param.name);
    Diagnostic::error(codes::MISSING_PARAM, param.span, message).help(format!(
        "give it with `--set {}=…`, in a `.infravars` file, or as `{ENVIRONMENT_PREFIX}{}`",
        param.name, param.name
    ))
}

/// A text from the command line or the environment as a value. A string is what it says; everything else is read
/// as the language writes it.
fn raw(text: &str, ty: &Type) -> Result<Value, String> {
    if plain::takes_text(ty) {
        return Ok(Value::string(text));
    }
    let inner = relate::without_null(ty);
    let inner = relate::plain(&inner);
    let (expr, diagnostics) = syntax::parse_expression(FileId(u32::MAX), text);
    let value = if diagnostics.is_empty() {
        literal(&expr, Some(ty))
    } else {
        None
    };
    value.ok_or_else(|| match relate::mentions_secret(ty) {
        true => "it cannot be read (it is secret, so it is not shown)".to_owned(),
        false => format!("`{text}` cannot be read as `{inner}`"),
    })
}

/// How a value of the type is written, where that is not obvious.
fn example(ty: &Type) -> &'static str {
    match relate::plain(ty) {
        Type::Size => ", such as `8GiB`",
        Type::Duration => ", such as `30s`",
        Type::Percent => ", such as `80%`",
        Type::Cidr => ", such as `10.0.0.0/16`",
        Type::Ip => ", such as `10.0.0.1`",
        Type::Port => ", such as `tcp/22`",
        Type::List(_) => ", such as `[a, b]`",
        Type::Map(_) | Type::Record(_) => ", such as `{ name = value }`",
        _ => "",
    }
}
