//! Why there is no plan, as diagnostics: at the place in the program that causes it.

use infra_engine::plan::PlanError;
use infra_lang::{Diagnostic, codes};
use infra_model::{ResolveError, Span};
use infra_sdk::FailureKind;

/// The diagnostics of a failure that has a place in the program; empty for the others.
pub fn of_plan(error: &PlanError) -> Vec<Diagnostic> {
    match error {
        PlanError::Cycle { span, .. } => at(
            *span,
            codes::CYCLE,
            error,
            Some("break the cycle at one of these fields"),
        ),
        PlanError::UnknownType { span, .. } => at(*span, codes::UNKNOWN_TYPE, error, None),
        PlanError::UnknownProvider { span, .. } => at(*span, codes::UNKNOWN_NAME, error, None),
        PlanError::Resolve { error, .. } | PlanError::Evaluate(error) => vec![of_resolve(error)],
        PlanError::Invalid(problems) => problems
            .iter()
            .flat_map(|problem| {
                let message = format!("{}: {}", problem.address, problem.message);
                at(
                    problem.span,
                    codes::REFUSED_VALUE,
                    &message,
                    problem.help.as_deref(),
                )
            })
            .collect(),
        PlanError::Lookup { failure, span, .. } => at(
            Some(*span),
            codes::LOOKUP_FAILED,
            error,
            failure.help.as_deref(),
        ),
        PlanError::Entangled(_)
        | PlanError::CompanionConflict { .. }
        | PlanError::NoSuchAddress { .. }
        | PlanError::Read { .. } => Vec::new(),
    }
}

/// Whether another program could be planned; otherwise the cloud, or the way to it, is to blame.
pub fn is_of_program(error: &PlanError) -> bool {
    match error {
        PlanError::Read { .. } => false,
        PlanError::Lookup { failure, .. } => {
            matches!(failure.kind, FailureKind::NotFound | FailureKind::Invalid)
        }
        _ => true,
    }
}

/// A failed evaluation.
pub fn of_resolve(error: &ResolveError) -> Diagnostic {
    let diagnostic = Diagnostic::error(error.code, error.span, &error.message);
    match &error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn at(
    span: Option<Span>,
    code: &'static str,
    message: &dyn ToString,
    help: Option<&str>,
) -> Vec<Diagnostic> {
    let Some(span) = span else {
        return Vec::new();
    };
    let diagnostic = Diagnostic::error(code, span, message.to_string());
    vec![match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }]
}
