//! The tree of a file: its declarations and its comments. Every node knows its bytes.

use infra_model::{FileId, SchemaKind, Span};

use super::{Arg, Expr, For, TypeExpr};

/// A parsed file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub file: FileId,
    pub items: Vec<Item>,
    /// All comments in order, doc comments included; the formatter puts each back where it was.
    pub comments: Vec<Comment>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub kind: CommentKind,
    /// The whole text with its slashes.
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentKind {
    /// `// …`
    Line,
    /// `/// …`, documents what follows.
    Doc,
    /// `/* … */`
    Block,
}

/// A name in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    pub text: String,
    pub span: Span,
}

/// A dotted name: `aws.volume`, `std.server`, or a single name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dotted {
    pub parts: Vec<Ident>,
    pub span: Span,
}

impl Dotted {
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.text.as_str()).collect();
        parts.join(".")
    }
}

/// A declaration with what may stand before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The text of its `///` lines without the slashes, joined by line ends.
    pub doc: Option<String>,
    pub decorators: Vec<Decorator>,
    pub kind: ItemKind,
    /// From the first decorator (or the keyword) to the end; doc comments are outside.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    Use(Use),
    Provider(ProviderBlock),
    Param(Box<Param>),
    Let(Let),
    Output(OutputItem),
    Resource(ResourceItem),
    /// `lookup TYPE name … { … }`, which has the form of a resource.
    Lookup(ResourceItem),
    Component(Component),
    Schema(SchemaItem),
    Assert(Assert),
    Move(MoveItem),
    Import(ImportItem),
    Forget(ForgetItem),
    Test(Test),
    /// Could not be read; a diagnostic says so already.
    Invalid,
}

/// `@name(args)`
#[derive(Clone, Debug, PartialEq)]
pub struct Decorator {
    pub name: Ident,
    pub args: Vec<Arg>,
    pub span: Span,
}

/// `use std.server` or `use "./net" as net`
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    pub target: UseTarget,
    pub alias: Option<Ident>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UseTarget {
    Std(Dotted),
    Directory { path: String, span: Span },
}

/// `provider aws as tokyo { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderBlock {
    pub name: Ident,
    pub alias: Option<Ident>,
    pub body: Body,
}

/// `param name: type = default where condition, "message"`; also a component's parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub doc: Option<String>,
    pub decorators: Vec<Decorator>,
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub condition: Option<Expr>,
    pub message: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Ident,
    pub ty: Option<TypeExpr>,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OutputItem {
    pub name: Ident,
    pub value: Expr,
}

/// `TYPE name for k, v in expr if cond { fields }`: a resource or an instance of a component.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceItem {
    pub type_name: Dotted,
    pub name: Ident,
    pub each: Option<Box<For>>,
    pub condition: Option<Expr>,
    pub body: Body,
}

/// `{ name = expr … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    pub fields: Vec<Field>,
    /// Parts that could not be read.
    pub invalid: Vec<Span>,
    /// With the braces.
    pub span: Span,
}

/// `name = expr`, or `name { … }` which is short for a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Ident,
    pub value: Expr,
    pub span: Span,
}

/// `component name(params) { declarations }`
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub name: Ident,
    pub params: Vec<Param>,
    pub items: Vec<Item>,
    /// The braces with what is between.
    pub body_span: Span,
}

/// `resource aws.volume { field: type … }` or `lookup aws.image { field: type … }`
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaItem {
    pub kind: SchemaKind,
    pub type_name: Dotted,
    pub fields: Vec<SchemaField>,
    pub body_span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SchemaField {
    pub doc: Option<String>,
    pub decorators: Vec<Decorator>,
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub span: Span,
}

/// `assert condition, "message"`
#[derive(Clone, Debug, PartialEq)]
pub struct Assert {
    pub condition: Expr,
    pub message: Option<Expr>,
}

/// `move old -> new`; each side is an address as an expression (`a`, `a["k"]`, `a.aws.volume.b`).
#[derive(Clone, Debug, PartialEq)]
pub struct MoveItem {
    pub from: AddressText,
    pub to: AddressText,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ImportItem {
    pub address: AddressText,
    pub id: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ForgetItem {
    pub address: AddressText,
}

/// An address as it is written in the text: `web["a"]/aws.volume.data["logs"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressText {
    pub text: String,
    pub span: Span,
}

/// `test "name" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub name: String,
    pub name_span: Span,
    pub items: Vec<Item>,
}
