//! Blocks of Terraform, said again in this language: with the names of types and fields translated.

use infra_model::Span;

use super::super::words::leading_word;
use crate::terraform_words::{self, FieldMeant, TypeMeant};
use crate::{Diagnostic, codes};

/// A declaration that is a block of Terraform's with labels: `resource "aws_vpc" "main" { … }`.
pub(super) fn block(junk: &str, span: Span) -> Option<Diagnostic> {
    let word = leading_word(junk);
    let rest = junk[word.len()..].trim_start();
    let head = rest.split(['{', '\n']).next().unwrap_or_default();
    let labels: Vec<&str> = head.split('"').skip(1).step_by(2).take(2).collect();
    let first = labels.first().copied();
    let name = labels.last().copied().unwrap_or("name");
    let body = Body::of(rest);
    if rest.starts_with('{') {
        let end = span.start + word.len() as u32;
        return bare_block(word, Span { end, ..span });
    }
    let found = |message: &str, help: String| {
        Some(Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help))
    };
    match (word, first) {
        ("resource" | "data" | "ephemeral", Some(ty)) => Some(thing(word, ty, name, &body, span)),
        ("variable", Some(name)) => found(
            "a parameter is declared with `param`",
            format!("write `param {name}: {}`", body.parameter()),
        ),
        ("output", Some(name)) => {
            let value = body.value("value").map_or("value".to_owned(), translated);
            found(
                "an output is one line without quotes",
                format!("write `output {name} = {value}`"),
            )
        }
        ("module", Some(name)) => {
            let source = body.text("source").unwrap_or_else(|| format!("./{name}"));
            let help = match source.starts_with('.') {
                true => format!(
                    "write `use \"{source}\" as {name}` for its directory, then `{name} one {{ … }}`"
                ),
                false => format!(
                    "modules of a registry are not here; copy it into the project and write `use \"./{name}\" as {name}`, \
                     then `{name} one {{ … }}`"
                ),
            };
            found("there are no `module` blocks", help)
        }
        ("provider", Some(name)) => match terraform_words::cloud(name) {
            Some(cloud) => Some(
                Diagnostic::error(
                    codes::UNKNOWN_TYPE,
                    span,
                    format!("there is no provider `{name}`"),
                )
                .help(format!(
                    "{cloud} is not supported yet; `infra types` lists what is"
                )),
            ),
            None => {
                let alias = body
                    .text("alias")
                    .map(|alias| format!(" as {alias}"))
                    .unwrap_or_default();
                found(
                    "a provider's name has no quotes",
                    format!("write `provider {name}{alias} {{ … }}`"),
                )
            }
        },
        ("check", Some(_)) => found(
            "there are no `check` blocks",
            "write `assert condition, \"message\"`".to_owned(),
        ),
        ("run", Some(name)) => found(
            "there are no `run` blocks",
            format!("write `test \"{name}\" {{ … }}`"),
        ),
        _ => None,
    }
}

/// A block without labels: `locals { … }`; also where it was read as a declaration that lacks its name.
pub(in super::super) fn bare_block(word: &str, span: Span) -> Option<Diagnostic> {
    let help = match word {
        "locals" => "write `let name = value` for each",
        "terraform" | "required_providers" | "backend" => {
            "take the block out: providers are built in, and the state's place is no part of the program"
        }
        "moved" => "write `move old -> new`",
        "removed" => "write `forget address`",
        "import" => "write `import address = \"id\"`",
        "variables" => "write `param name: type = default` for each",
        "outputs" => "write `output name = value` for each",
        "resources" => "write each resource by itself: `aws.vpc name { … }`",
        "lifecycle" => {
            "decorators stand before the declaration: `@protect(\"why\")`, `@ignore(field)`"
        }
        _ => return None,
    };
    let message = format!("there are no `{word}` blocks");
    Some(Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help))
}

/// A block inside of another: `dynamic "ingress" { … }`, `provisioner "local-exec" { … }`.
pub(in super::super) fn inner_block(word: &str, junk: &str, span: Span) -> Option<Diagnostic> {
    if !junk.starts_with('"') {
        return None;
    }
    let label = junk.split('"').nth(1).unwrap_or_default();
    let has = |_: &str| true;
    let help = match (word, terraform_words::field("", label, &has)) {
        ("dynamic", Some(FieldMeant::Field("tags"))) => {
            "a map is a value like any other: `tags = {key: value for key, value in labels}`"
                .to_owned()
        }
        ("dynamic", Some(FieldMeant::Field(ours))) => {
            format!("a list is a value like any other: `{ours} = [{{ … }} for x in xs]`")
        }
        ("dynamic", _) => {
            format!("a list is a value like any other: `{label} = [{{ … }} for x in xs]`")
        }
        ("provisioner" | "connection", _) => terraform_words::about_field("", word, &|_| false)?,
        _ => return None,
    };
    let message = format!("there are no `{word}` blocks");
    Some(Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help))
}

fn thing(word: &str, ty: &str, name: &str, body: &Body<'_>, span: Span) -> Diagnostic {
    let keyword = if word == "resource" { "" } else { "lookup " };
    let says = |message: &str, help: String| {
        Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help)
    };
    let message = match word {
        "resource" => {
            "a resource is declared by its type and its name, without `resource` and quotes"
        }
        _ => "what exists is looked up with `lookup`, its type and its name",
    };
    let ours = match terraform_words::type_name(ty, &|_| true) {
        Some(TypeMeant::Type(ours)) => ours.to_owned(),
        Some(TypeMeant::Part(words)) => {
            return says(&format!("there is no type `{ty}`"), words.to_owned());
        }
        Some(TypeMeant::Missing) => {
            let (message, help) = terraform_words::about_type(ty, &|_| true).unwrap_or_default();
            return Diagnostic::error(codes::UNKNOWN_TYPE, span, message).help(help);
        }
        None => ty.replacen('_', ".", 1),
    };
    let of = match word {
        "resource" => ours.clone(),
        _ => format!("lookup {ours}"),
    };
    let mut help = format!("write `{keyword}{ours} {name} {{ … }}`");
    let fields = body.fields(&of);
    if !fields.is_empty() {
        help = format!("{help}; in it, {}", fields.join(", "));
    }
    says(message, help)
}

/// The lines of a block that set something, at its own level.
struct Body<'t> {
    lines: Vec<(&'t str, &'t str)>,
}

impl<'t> Body<'t> {
    fn of(text: &'t str) -> Body<'t> {
        let inside = text.split_once('{').map_or("", |(_, inside)| inside);
        let mut depth = 0_i32;
        let mut lines = Vec::new();
        // A block of one line may have its fields between commas or not at all apart.
        for line in inside.lines() {
            let code = line.trim().trim_end_matches(',');
            let name = leading_word(code);
            if depth == 0 && !name.is_empty() {
                let value = code[name.len()..].trim_start();
                let value = value.strip_prefix('=').map_or(value, str::trim_start);
                lines.push((name, value));
            }
            let count = |signs: [char; 2]| code.matches(signs).count() as i32;
            depth += count(['{', '[']) - count(['}', ']']);
            if depth < 0 {
                break;
            }
        }
        Body { lines }
    }

    fn value(&self, name: &str) -> Option<&'t str> {
        let line = self.lines.iter().find(|(it, _)| *it == name);
        line.map(|(_, value)| value.trim_end_matches('}').trim())
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        Some(value.trim_matches('"').to_owned())
    }

    /// What stands after the name of a parameter: its type, and its default if it has one.
    fn parameter(&self) -> String {
        let ty = self.value("type").map_or("string".to_owned(), our_type);
        let secret = match self.value("sensitive") {
            Some("true") => "secret ",
            _ => "",
        };
        match self.value("default") {
            Some(default) if !default.is_empty() && !default.ends_with(['{', '[']) => {
                format!("{secret}{ty} = {default}")
            }
            _ => format!("{secret}{ty}"),
        }
    }

    /// What its fields are here, those that are called otherwise.
    fn fields(&self, of: &str) -> Vec<String> {
        /// More than this is read in the reference.
        const SHOWN_MAX: usize = 8;
        let mut said: Vec<&str> = Vec::new();
        let mut fields = Vec::new();
        for (name, _) in &self.lines {
            if said.contains(name) || fields.len() >= SHOWN_MAX {
                continue;
            }
            said.push(name);
            match terraform_words::field(of, name, &|ours| terraform_words::has_field(of, ours)) {
                Some(FieldMeant::Field(ours)) if ours != *name => {
                    fields.push(format!("`{name}` is `{ours}`"))
                }
                Some(FieldMeant::Words(words)) if !terraform_words::has_field(of, name) => {
                    fields.push(format!("for `{name}`: {}", words.replace("TYPE", of)));
                }
                _ => {}
            }
        }
        fields
    }
}

/// `list(string)` as this language writes it.
pub(super) fn our_type(theirs: &str) -> String {
    let theirs = theirs.trim().trim_matches('"');
    let inside = |word: &str| {
        let rest = theirs.strip_prefix(word)?.trim_start();
        Some(our_type(rest.strip_prefix('(')?.strip_suffix(')')?))
    };
    if let Some(item) = inside("list").or_else(|| inside("set")) {
        return format!("[{item}]");
    }
    if let Some(item) = inside("map") {
        return format!("{{{item}}}");
    }
    if let Some(item) = inside("optional") {
        return format!("{item}?");
    }
    match theirs {
        "number" => "int".to_owned(),
        "object" | "list" | "map" | "tuple" => "any".to_owned(),
        _ if theirs.starts_with("object(") => "{ name: type }".to_owned(),
        _ if theirs.starts_with("tuple(") => "[any]".to_owned(),
        other => other.to_owned(),
    }
}

/// A value with its path translated, where it is nothing but a path.
fn translated(value: &str) -> String {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let bare = value.trim_start_matches("\"${").trim_end_matches("}\"");
    if !bare.chars().all(is_path) {
        return "value".to_owned();
    }
    match terraform_words::path(bare) {
        Some(words) => words.split('`').nth(1).unwrap_or(bare).to_owned(),
        None => bare.to_owned(),
    }
}
