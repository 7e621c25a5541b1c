//! How types relate: which value fits where, and the common type of two.

use infra_model::{RecordField, Type};

/// Above this many words the common type of string literals is `string`, not an enumeration of them all.
const WORDS_MAX: usize = 16;

/// Whether every value of `from` can stand where `to` is expected. Where `from` is [`Type::Any`] or a refinement
/// is asked for, the value itself is looked at when it is known.
pub fn assignable(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Invalid | Type::Any, _) | (_, Type::Invalid | Type::Any) => true,
        // Secrecy travels with the value, so it does not divide types.
        (Type::Secret(from), to) => assignable(from, to),
        (from, Type::Secret(to)) => assignable(from, to),
        (from, Type::Refined(to, _)) => assignable(from, to),
        (Type::Refined(from, _), to) => assignable(from, to),
        (Type::Union(parts), to) => parts.iter().all(|part| assignable(part, to)),
        (Type::Optional(from), to) => assignable(&Type::Null, to) && assignable(from, to),
        (Type::Null, Type::Optional(_)) => true,
        (from, Type::Optional(to)) => assignable(from, to),
        (Type::Enum(words), Type::Union(parts)) => {
            parts.iter().any(|part| assignable(from, part))
                || words.iter().all(|word| {
                    let word = Type::Enum(vec![word.clone()]);
                    parts.iter().any(|part| assignable(&word, part))
                })
        }
        (from, Type::Union(parts)) => parts.iter().any(|part| assignable(from, part)),
        (Type::Enum(from), Type::Enum(to)) => from.iter().all(|word| to.contains(word)),
        (Type::Enum(_), Type::String | Type::Path)
        | (Type::String, Type::Path)
        | (Type::Path, Type::String)
        | (Type::Int, Type::Float) => true,
        (Type::List(from), Type::List(to)) | (Type::Map(from), Type::Map(to)) => {
            assignable(from, to)
        }
        (Type::Record(fields), Type::Map(to)) => {
            fields.iter().all(|field| assignable(&field.ty, to))
        }
        (Type::Record(from), Type::Record(to)) => record_assignable(from, to),
        (from, to) => from == to,
    }
}

fn record_assignable(from: &[RecordField], to: &[RecordField]) -> bool {
    let given = |name: &str| from.iter().find(|field| field.name == name);
    to.iter().all(|wanted| match given(&wanted.name) {
        Some(field) => assignable(&field.ty, &wanted.ty),
        None => wanted.optional,
    }) && from
        .iter()
        .all(|field| to.iter().any(|wanted| wanted.name == field.name))
}

/// The narrowest type that holds the values of both.
pub fn join(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (a, b) if a == b => a.clone(),
        (Type::Invalid, _) | (_, Type::Invalid) => Type::Invalid,
        (Type::Any, _) | (_, Type::Any) => Type::Any,
        (Type::Secret(a), Type::Secret(b)) => Type::Secret(Box::new(join(a, b))),
        (Type::Secret(a), b) | (b, Type::Secret(a)) => Type::Secret(Box::new(join(a, b))),
        (Type::Refined(a, _), b) | (b, Type::Refined(a, _)) => join(a, b),
        (Type::Null, other) | (other, Type::Null) => optional(other.clone()),
        (Type::Optional(a), Type::Optional(b)) => optional(join(a, b)),
        (Type::Optional(a), b) | (b, Type::Optional(a)) => optional(join(a, b)),
        (Type::Enum(a), Type::Enum(b)) => {
            let mut words = a.clone();
            words.extend(b.iter().filter(|word| !a.contains(word)).cloned());
            if words.len() > WORDS_MAX {
                Type::String
            } else {
                Type::Enum(words)
            }
        }
        (Type::List(a), Type::List(b)) => Type::List(Box::new(join_items(a, b))),
        (Type::Map(a), Type::Map(b)) => Type::Map(Box::new(join_items(a, b))),
        (Type::Map(item), Type::Record(fields)) | (Type::Record(fields), Type::Map(item)) => {
            let joined = fields
                .iter()
                .fold((**item).clone(), |ty, field| join(&ty, &field.ty));
            Type::Map(Box::new(joined))
        }
        (Type::Record(a), Type::Record(b)) => join_records(a, b),
        (a, b) if assignable(a, b) => b.clone(),
        (a, b) if assignable(b, a) => a.clone(),
        (Type::Union(parts), other) | (other, Type::Union(parts)) => {
            let mut parts = parts.clone();
            parts.push(other.clone());
            Type::Union(parts)
        }
        (a, b) => Type::Union(vec![a.clone(), b.clone()]),
    }
}

/// The item type of an empty list literal is [`Type::Any`], which must not widen what it meets.
fn join_items(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Any, other) | (other, Type::Any) => other.clone(),
        (a, b) => join(a, b),
    }
}

fn join_records(a: &[RecordField], b: &[RecordField]) -> Type {
    let find = |fields: &[RecordField], name: &str| {
        fields.iter().find(|field| field.name == name).cloned()
    };
    let mut fields: Vec<RecordField> = Vec::with_capacity(a.len());
    for field in a {
        fields.push(match find(b, &field.name) {
            Some(other) => RecordField {
                ty: join(&field.ty, &other.ty),
                optional: field.optional || other.optional,
                ..field.clone()
            },
            None => absent(field),
        });
    }
    for field in b {
        if find(a, &field.name).is_none() {
            fields.push(absent(field));
        }
    }
    Type::Record(fields)
}

fn absent(field: &RecordField) -> RecordField {
    RecordField {
        ty: optional(field.ty.clone()),
        optional: true,
        ..field.clone()
    }
}

/// The type or `null`; an optional of an optional is one optional.
pub fn optional(ty: Type) -> Type {
    match ty {
        Type::Optional(_) | Type::Null | Type::Any | Type::Invalid => ty,
        ty => Type::Optional(Box::new(ty)),
    }
}

/// The types that a type consists of.
fn parts(ty: &Type) -> impl Iterator<Item = &Type> {
    let (one, several, fields): (_, &[Type], &[RecordField]) = match ty {
        Type::List(inner)
        | Type::Map(inner)
        | Type::Optional(inner)
        | Type::Secret(inner)
        | Type::Refined(inner, _) => (Some(&**inner), &[], &[]),
        Type::Union(parts) => (None, parts, &[]),
        Type::Record(fields) => (None, &[], fields),
        _ => (None, &[], &[]),
    };
    let fields = fields.iter().map(|field| &field.ty);
    one.into_iter().chain(several).chain(fields)
}

/// How many parts a type has, itself included.
pub fn size(ty: &Type) -> u64 {
    1 + parts(ty).map(size).sum::<u64>()
}

/// How deep the parts of a type nest.
pub fn depth(ty: &Type) -> u32 {
    parts(ty).map(|part| depth(part) + 1).max().unwrap_or(0)
}

/// The type without its refinements and secrecy, which operators do not look at.
pub fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Secret(inner) | Type::Refined(inner, _) => plain(inner),
        ty => ty,
    }
}

/// Whether something of the type itself is secret.
pub fn is_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret(_) => true,
        Type::Refined(inner, _) | Type::Optional(inner) => is_secret(inner),
        _ => false,
    }
}

/// Whether a part of the type is secret, at any depth.
pub fn mentions_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret(_) => true,
        Type::Refined(inner, _) | Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => {
            mentions_secret(inner)
        }
        Type::Record(fields) => fields.iter().any(|field| mentions_secret(&field.ty)),
        Type::Union(parts) => parts.iter().any(mentions_secret),
        _ => false,
    }
}

/// The type with `null` taken out.
pub fn without_null(ty: &Type) -> Type {
    match ty {
        Type::Optional(inner) => without_null(inner),
        Type::Secret(inner) => Type::Secret(Box::new(without_null(inner))),
        Type::Refined(inner, _) if may_be_null(inner) => without_null(inner),
        ty => ty.clone(),
    }
}

/// Whether `null` is a value of the type.
pub fn may_be_null(ty: &Type) -> bool {
    match ty {
        Type::Null | Type::Optional(_) => true,
        Type::Secret(inner) | Type::Refined(inner, _) => may_be_null(inner),
        Type::Union(parts) => parts.iter().any(may_be_null),
        _ => false,
    }
}

/// All words that the type accepts as an enumeration.
pub fn words(ty: &Type) -> Vec<&str> {
    match ty {
        Type::Enum(words) => words.iter().map(String::as_str).collect(),
        Type::Optional(inner) | Type::Secret(inner) | Type::Refined(inner, _) => words(inner),
        Type::Union(parts) => parts.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(words: &[&str]) -> Type {
        Type::Enum(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn what_fits_where() {
        let group = || Type::Resource("aws.security_group".into());
        let source = Type::Union(vec![Type::Cidr, group()]);
        let sources = Type::Union(vec![source.clone(), Type::List(Box::new(source.clone()))]);
        for (from, to, fits) in [
            (Type::Int, Type::Float, true),
            (Type::Float, Type::Int, false),
            (words_of(&["a"]), words_of(&["a", "b"]), true),
            (words_of(&["c"]), words_of(&["a", "b"]), false),
            (words_of(&["c"]), Type::String, true),
            (Type::String, words_of(&["a"]), false),
            (Type::Null, optional(Type::Int), true),
            (optional(Type::Int), Type::Int, false),
            (group(), sources.clone(), true),
            (Type::List(Box::new(group())), sources, true),
            (
                Type::Resource("aws.subnet".into()),
                Type::Resource("aws.vpc".into()),
                false,
            ),
            (Type::Secret(Box::new(Type::String)), Type::String, true),
        ] {
            assert_eq!(assignable(&from, &to), fits, "{from} to {to}");
        }
    }

    #[test]
    fn the_common_type_is_the_narrowest() {
        assert_eq!(
            join(&words_of(&["a"]), &words_of(&["b"])),
            words_of(&["a", "b"])
        );
        assert_eq!(join(&Type::Null, &Type::Size), optional(Type::Size));
        assert_eq!(join(&Type::Int, &Type::Float), Type::Float);
        let list = |ty| Type::List(Box::new(ty));
        assert_eq!(join(&list(Type::Any), &list(Type::Port)), list(Type::Port));
    }
}
