//! Signatures of functions, read from the text that documents them: `(text: string, by: string = ",") -> [string]`.
//!
//! A type that is one capital letter stands for any type, the same at every place of one call.

use std::collections::BTreeMap;

use infra_model::{Type, Value};

use crate::eval::operators::reveal;
use crate::typing::relate::{assignable, is_secret, join, optional, plain};

/// A parameter or result type of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Known(Type),
    Any(char),
    List(Box<Shape>),
    Map(Box<Shape>),
    Optional(Box<Shape>),
    Either(Vec<Shape>),
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub shape: Shape,
    /// May be left out: it has a default.
    pub optional: bool,
    /// Takes all arguments that are left.
    pub rest: bool,
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    pub result: Shape,
}

/// The types that letters stand for in one call.
type Letters = BTreeMap<char, Type>;

impl Signature {
    /// Reads a signature; only the function table's own texts come here, and a test reads them all.
    pub fn parse(text: &str) -> Option<Signature> {
        let (inside, result) = text.strip_prefix('(')?.rsplit_once(") -> ")?;
        let parameter = |text: &str| {
            let (name, rest) = text.split_once(": ")?;
            let (ty, optional) = match rest.split_once(" = ") {
                Some((ty, _)) => (ty, true),
                None => (rest, false),
            };
            let (name, rest) = match name.strip_suffix("...") {
                Some(name) => (name, true),
                None => (name, false),
            };
            let shape = shape(ty)?;
            Some(Parameter {
                name: name.to_owned(),
                shape,
                optional,
                rest,
            })
        };
        let parameters = split(inside, ", ")
            .iter()
            .map(|text| parameter(text))
            .collect::<Option<_>>()?;
        Some(Signature {
            parameters,
            result: shape(result)?,
        })
    }

    /// The parameter at a position, where the last may take several.
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters
            .get(position)
            .or_else(|| self.parameters.last().filter(|parameter| parameter.rest))
    }

    /// The result's type for arguments of these types (`None` for one left out), or the position of the first
    /// argument that does not fit and what it should be.
    pub fn result(&self, arguments: &[Option<Type>]) -> Result<Type, (usize, String)> {
        let mut letters = Letters::new();
        let mut secret = false;
        for (position, argument) in arguments.iter().enumerate() {
            if let (Some(ty), Some(parameter)) = (argument, self.parameter(position)) {
                secret |= is_secret(ty);
                if !fits(&parameter.shape, ty, &mut letters) {
                    return Err((position, show(&parameter.shape)));
                }
            }
        }
        let ty = result(&self.result, &letters);
        Ok(if secret && !is_secret(&ty) {
            Type::Secret(Box::new(ty))
        } else {
            ty
        })
    }
}

impl Shape {
    /// Whether a value is known as far down as this describes it. What a letter or `any` stands for may still wait
    /// for the cloud: such a function only passes it on.
    pub(crate) fn is_known_in(&self, value: &Value) -> bool {
        match (self, reveal(value).0) {
            (Shape::Any(_) | Shape::Known(Type::Any), _) => true,
            (_, Value::Unknown(_)) => false,
            (Shape::List(inner), Value::List(items)) => {
                items.iter().all(|item| inner.is_known_in(item))
            }
            (Shape::Map(inner), Value::Map(map)) => map.values().all(|it| inner.is_known_in(it)),
            (Shape::Optional(inner), value) => value.is_null() || inner.is_known_in(value),
            (Shape::Either(shapes), value) => shapes.iter().any(|it| it.is_known_in(value)),
            (_, value) => value.is_known(),
        }
    }
}

/// Splits at a separator that is not inside brackets.
fn split<'t>(text: &'t str, by: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut at) = (0, 0, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(by) => {
                parts.push(&text[start..at]);
                at += by.len();
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
}

fn shape(text: &str) -> Option<Shape> {
    let text = text.trim();
    let parts = split(text, " | ");
    if parts.len() > 1 {
        return Some(Shape::Either(
            parts.into_iter().map(shape).collect::<Option<_>>()?,
        ));
    }
    if let Some(inner) = text.strip_suffix('?') {
        return Some(Shape::Optional(Box::new(shape(inner)?)));
    }
    let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(inner) = inside('(', ')') {
        return shape(inner);
    }
    if let Some(inner) = inside('[', ']') {
        return Some(Shape::List(Box::new(shape(inner)?)));
    }
    if let Some(inner) = inside('{', '}') {
        return Some(Shape::Map(Box::new(shape(inner)?)));
    }
    Some(Shape::Known(match text {
        "any" => Type::Any,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "float" => Type::Float,
        "string" => Type::String,
        "size" => Type::Size,
        "duration" => Type::Duration,
        "percent" => Type::Percent,
        "cidr" => Type::Cidr,
        "ip" => Type::Ip,
        "port" => Type::Port,
        "path" => Type::Path,
        letter if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_uppercase()) => {
            return Some(Shape::Any(letter.chars().next()?));
        }
        _ => return None,
    }))
}

fn fits(shape: &Shape, ty: &Type, letters: &mut Letters) -> bool {
    let ty = plain(ty);
    if matches!(ty, Type::Any | Type::Invalid) {
        return true;
    }
    match (shape, ty) {
        (Shape::Known(wanted), ty) => assignable(ty, wanted),
        (Shape::Any(letter), ty) => {
            let joined = letters
                .get(letter)
                .map_or_else(|| ty.clone(), |known| join(known, ty));
            letters.insert(*letter, joined);
            true
        }
        (Shape::Optional(_), Type::Null) => true,
        (Shape::Optional(inner), Type::Optional(ty)) => fits(inner, ty, letters),
        (Shape::Optional(inner), ty) => fits(inner, ty, letters),
        (Shape::List(inner), Type::List(item)) => fits(inner, item, letters),
        (Shape::Map(inner), Type::Map(item)) => fits(inner, item, letters),
        (Shape::Map(inner), Type::Record(fields)) => {
            fields.iter().all(|field| fits(inner, &field.ty, letters))
        }
        (Shape::Either(shapes), Type::Union(parts)) => parts
            .iter()
            .all(|part| shapes.iter().any(|shape| fits(shape, part, letters))),
        (Shape::Either(shapes), ty) => shapes.iter().any(|shape| fits(shape, ty, letters)),
        _ => false,
    }
}

fn result(shape: &Shape, letters: &Letters) -> Type {
    match shape {
        Shape::Known(ty) => ty.clone(),
        Shape::Any(letter) => letters.get(letter).cloned().unwrap_or(Type::Any),
        Shape::List(inner) => Type::List(Box::new(result(inner, letters))),
        Shape::Map(inner) => Type::Map(Box::new(result(inner, letters))),
        Shape::Optional(inner) => optional(result(inner, letters)),
        Shape::Either(shapes) => shapes
            .iter()
            .map(|shape| result(shape, letters))
            .reduce(|a, b| join(&a, &b))
            .unwrap_or(Type::Any),
    }
}

fn show(shape: &Shape) -> String {
    match shape {
        Shape::Known(ty) => ty.to_string(),
        Shape::Any(_) => "any".to_owned(),
        Shape::List(inner) => format!("[{}]", show(inner)),
        Shape::Map(inner) => format!("{{{}}}", show(inner)),
        Shape::Optional(inner) => format!("{}?", show(inner)),
        Shape::Either(shapes) => shapes.iter().map(show).collect::<Vec<_>>().join(" | "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_carry_types_from_arguments_to_the_result() {
        let get = Signature::parse("(map: {T}, key: string, otherwise: T = null) -> T?").unwrap();
        assert!(get.parameters[2].optional);
        let map = Type::Map(Box::new(Type::Size));
        let ty = get.result(&[Some(map), Some(Type::String), None]);
        assert_eq!(ty, Ok(Type::Optional(Box::new(Type::Size))));
        let wrong = get.result(&[Some(Type::Int), None, None]);
        assert_eq!(wrong, Err((0, "{any}".to_owned())));
    }
}
