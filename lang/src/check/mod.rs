//! Types and names: everything that can be said about a program without its inputs.

mod address;
mod budget;
mod call;
mod comprehension;
mod context;
mod decorator;
mod expr;
pub(crate) mod facts;
mod literal;
mod member;
mod mismatch;
mod named;
mod narrow;
mod operator;
mod param;
mod resource;
mod special;
mod statement;
mod test;
mod unquoted;

use infra_model::{FastMap, Span, Type};

use budget::Budget;
use facts::Facts;
pub(crate) use test::CLOUD;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::resolve::{DeclId, ScopeId, Scopes};
use crate::source::Sources;
use crate::syntax::Expr;
use crate::typing::convert::{Conditions, TypeReader};

/// Whether a code is about types, so that a wrong value after it may be its consequence.
pub(crate) fn is_about_types(code: &str) -> bool {
    const ABOUT_TYPES: [&str; 11] = [
        codes::WRONG_TYPE,
        codes::WRONG_OPERANDS,
        codes::UNKNOWN_FIELD,
        codes::MISSING_FIELD,
        codes::UNKNOWN_ATTRIBUTE,
        codes::UNKNOWN_NAME,
        codes::MAYBE_NULL,
        codes::FUNCTION_FAILED,
        codes::CONDITION_FAILED,
        codes::BAD_KEY,
        codes::CYCLE,
    ];
    ABOUT_TYPES.contains(&code)
}

/// Something with a type that is worked out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Typed {
    Decl(ScopeId, DeclId),
    Output(ScopeId, u32),
}

/// The state of one check.
struct Checker<'p> {
    program: &'p Program,
    sources: &'p Sources,
    resource_names: &'p [String],
    conditions: Conditions,
    facts: Facts,
    diagnostics: Vec<Diagnostic>,
    /// `None` while it is being worked out.
    types: FastMap<Typed, Option<Type>>,
    /// What is being worked out, for showing a cycle.
    running: Vec<(Typed, String, Span)>,
    /// How many expressions are being looked at, one inside the other.
    depth: u32,
    /// How many `try` stand around what is looked at.
    trying: u32,
    budget: Budget,
}

/// Checks all scopes of a program and fills in its facts.
pub(crate) fn check(
    program: &mut Program,
    sources: &Sources,
    resource_names: &[String],
) -> Vec<Diagnostic> {
    let conditions = std::mem::take(&mut program.schemas.conditions);
    let mut checker = Checker {
        budget: Budget::of(program),
        program,
        sources,
        resource_names,
        conditions,
        facts: Facts::default(),
        diagnostics: Vec::new(),
        types: FastMap::default(),
        running: Vec::new(),
        depth: 0,
        trying: 0,
    };
    checker.refinements();
    for scope in checker.program.scopes.ids() {
        checker.scope(scope);
    }
    let Checker {
        conditions,
        mut facts,
        diagnostics,
        types,
        ..
    } = checker;
    for (typed, ty) in types {
        match (typed, ty) {
            (Typed::Output(scope, index), Some(ty)) => {
                facts.outputs.insert((scope, index), ty);
            }
            (Typed::Decl(scope, id), Some(ty)) => {
                facts.lets.insert((scope, id), ty);
            }
            (_, None) => {}
        }
    }
    program.schemas.conditions = conditions;
    program.facts = facts;
    diagnostics
}

/// The type of an expression that stands beside the program's own declarations, and what is wrong with it. The
/// program's facts get those about the expression.
pub(crate) fn check_expression(
    program: &mut Program,
    sources: &Sources,
    resource_names: &[String],
    expr: &Expr,
) -> (Type, Vec<Diagnostic>) {
    let conditions = std::mem::take(&mut program.schemas.conditions);
    let facts = std::mem::take(&mut program.facts);
    let mut checker = Checker {
        budget: Budget::of(program),
        program,
        sources,
        resource_names,
        conditions,
        facts,
        diagnostics: Vec::new(),
        types: FastMap::default(),
        running: Vec::new(),
        depth: 0,
        trying: 0,
    };
    let ty = checker.infer(expr, &context::Context::of(Scopes::ROOT));
    let Checker {
        conditions,
        facts,
        mut diagnostics,
        ..
    } = checker;
    program.schemas.conditions = conditions;
    program.facts = facts;
    // What is to say about the program itself has been said.
    diagnostics.retain(|it| it.span.file == expr.span.file);
    (ty, diagnostics)
}

impl Checker<'_> {
    /// Reports an error about an expression, which evaluation then passes over.
    fn wrong(&mut self, at: Span, diagnostic: Diagnostic) -> Type {
        // What may be null may also be there: `try` finds out.
        if self.trying == 0 || diagnostic.code != codes::MAYBE_NULL {
            self.facts.bad.insert(at);
        }
        self.diagnostics.push(diagnostic);
        Type::Invalid
    }

    /// Goes one level down, unless that is too deep for the machine's stack.
    fn deeper(&mut self, at: Span, work: impl FnOnce(&mut Self) -> Type) -> Type {
        if !self.spend(1, at) {
            return Type::Invalid;
        }
        if self.depth >= crate::eval::DEPTH_MAX {
            let diagnostic = crate::eval::too_deep(at);
            return self.wrong(at, diagnostic);
        }
        self.depth += 1;
        let ty = crate::eval::deep(|| work(self));
        self.depth -= 1;
        ty
    }

    /// Reads a type written in a scope.
    fn read_type(&mut self, ty: &crate::syntax::TypeExpr, scope: Option<ScopeId>) -> Type {
        let program = self.program;
        TypeReader {
            scopes: &program.scopes,
            sources: self.sources,
            is_resource: &|name| program.schemas.either(name).is_some(),
            resource_names: self.resource_names,
            conditions: &mut self.conditions,
            diagnostics: &mut self.diagnostics,
        }
        .read(ty, scope)
    }

    /// The text of a place, with blanks evened out, to compare conditions as they are written.
    fn written(&self, span: Span) -> String {
        let text = self
            .sources
            .get(span.file)
            .map_or("", |file| file.slice(span));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
