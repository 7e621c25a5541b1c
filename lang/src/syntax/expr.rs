//! The tree of an expression.

use std::net::IpAddr;

use infra_model::{Duration, Percent, PortRange, Size, Span};
use ipnet::IpNet;

use super::{Ident, TypeExpr};

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Size(Size),
    Duration(Duration),
    Percent(Percent),
    Cidr(IpNet),
    Ip(IpAddr),
    Port(PortRange),
    /// A string with its `${…}` parts; a `"""` block has its indentation removed already.
    String(Vec<StringPart>),
    List(Vec<Expr>),
    /// `{ a = 1, "b c" = 2 }`: a record or a map.
    Record(Vec<Entry>),
    Name(String),
    /// `base.name`, or `base?.name` when `optional`.
    Member {
        base: Box<Expr>,
        name: Ident,
        optional: bool,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    /// `f(x, k = v)`; the callee is a name or a member (`net.subnet_of`).
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `if c then a else b`
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `[item for x in xs if c]`
    ListFor {
        item: Box<Expr>,
        each: Box<For>,
    },
    /// `{key: value for k, v in xs if c}`
    MapFor {
        key: Box<Expr>,
        value: Box<Expr>,
        each: Box<For>,
    },
    /// `1..6`, both ends included.
    Range {
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `x is aws.subnet`
    Is {
        value: Box<Expr>,
        ty: TypeExpr,
    },
    /// Could not be read; a diagnostic says so already.
    Invalid,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StringPart {
    /// Escapes are resolved.
    Text(String),
    Expr(Expr),
}

/// One `name = value` of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: EntryKey,
    pub value: Expr,
    pub span: Span,
}

/// The key of an entry: a name, or a string (which may be computed: `"${a}-b" = 1`).
#[derive(Clone, Debug, PartialEq)]
pub enum EntryKey {
    Name(Ident),
    String(Expr),
}

/// An argument of a call or a decorator.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
    pub span: Span,
}

/// `for key, value in over if condition`, of comprehensions and of resources.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// The first of two names: the key of a map, the index of a list.
    pub key: Option<Ident>,
    pub value: Ident,
    pub over: Expr,
    /// Only in comprehensions; a resource keeps its condition itself.
    pub condition: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    In,
    /// `a ?? b`
    Default,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::In => "in",
            BinaryOp::Default => "??",
        }
    }
}

impl Expr {
    /// Whether the expression stands in round brackets of its own; they are part of its span.
    pub fn is_bracketed(&self, text: &str) -> bool {
        let first = match &self.kind {
            ExprKind::Binary { left, .. } => Some(left.span),
            ExprKind::Member { base, .. } | ExprKind::Index { base, .. } => Some(base.span),
            ExprKind::Call { callee, .. } => Some(callee.span),
            ExprKind::Range { from, .. } => Some(from.span),
            ExprKind::Is { value, .. } => Some(value.span),
            // `a not in b` starts with its operand.
            ExprKind::Unary { operand, .. } if operand.span == self.span => {
                return operand.is_bracketed(text);
            }
            _ => None,
        };
        match first {
            Some(first) => first.start > self.span.start,
            None => text[self.span.start as usize..].starts_with('('),
        }
    }
}
