//! The tree of a type annotation.

use infra_model::Span;

use super::{Dotted, Expr, Ident};

/// A written type and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    pub kind: TypeExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `cidr`, `aws.vpc`, a component's name.
    Named(Dotted),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `{T}`
    Map(Box<TypeExpr>),
    /// `{ a: T, b: T = x }`
    Record(Vec<TypeField>),
    /// One word of an enumeration: `"gp3"`. An enumeration is a union of these.
    Word(String),
    /// `a | b`
    Union(Vec<TypeExpr>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `secret T`
    Secret(Box<TypeExpr>),
    /// `T where it >= 1`
    Refined(Box<TypeExpr>, Box<Expr>),
    /// Could not be read; a diagnostic says so already.
    Invalid,
}

/// A field of a record type.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeField {
    pub doc: Option<String>,
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub span: Span,
}
