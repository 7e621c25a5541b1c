//! How an apply ended: what was done, what was not and why, and how to go on.

use infra_engine::apply::{ApplyReport, Failed, Hindrance, StepError};
use infra_engine::plan::Plan;
use serde_json::{Value as Json, json};

use super::plan_json;
use super::progress::done_word;
use super::style::{Painter, Style};
use super::text;

/// The end of an apply for people. `cut_off`: the state could not be written any more.
pub fn render(
    report: &ApplyReport,
    plan: &Plan,
    cut_off: bool,
    elapsed: &str,
    painter: Painter,
) -> String {
    let mut page = String::from("\n");
    for (error, failed) in by_cause(report) {
        let head = painter.paint(Style::Error, "Failed:");
        for (index, failed) in failed.iter().enumerate() {
            let step = plan.step(failed.step);
            let address = text::line(&failed.address.to_string()).into_owned();
            match index {
                0 => page.push_str(&format!("{head} {} {address}\n", step.kind)),
                _ => page.push_str(&format!("        {} {address}\n", step.kind)),
            }
        }
        page.push_str(&format!("  {}\n", text::line(&error.to_string())));
        if let Some(help) = error.help() {
            page.push_str(&format!(
                "  {} {}\n",
                painter.paint(Style::Quiet, "help:"),
                text::line(&help)
            ));
        }
    }
    if !report.abandoned.is_empty() {
        let head = painter.paint(Style::Warning, "Still running:");
        page.push_str(&format!(
            "{head} the next run finds out how these steps ended\n"
        ));
        for id in &report.abandoned {
            let step = plan.step(*id);
            let address = text::line(&step.address.to_string()).into_owned();
            page.push_str(&format!("  {} {address}\n", step.kind));
        }
    }
    let waiting: Vec<_> = report
        .not_done
        .iter()
        .filter(|left| left.why != Hindrance::Stopped)
        .collect();
    if !waiting.is_empty() {
        page.push_str(&format!(
            "{}\n",
            painter.paint(Style::Warning, "Not started:")
        ));
        for left in waiting {
            let word = done_word(&plan.step(left.step).kind);
            let line = format!("{} was not {word}: {}", left.address, left.why);
            page.push_str(&format!("  {}\n", text::line(&line)));
        }
    }
    let stopped = report
        .not_done
        .iter()
        .filter(|left| left.why == Hindrance::Stopped)
        .count();
    if stopped > 0 {
        page.push_str(&format!(
            "{} not started, because the run was stopped.\n",
            text::count(stopped, "step")
        ));
    }
    for broken in &report.broken_asserts {
        let head = painter.paint(Style::Error, "Failed assertion:");
        page.push_str(&format!("{head} {}\n", text::line(&broken.message)));
    }
    for failure in &report.left_open {
        let head = painter.paint(Style::Error, "Left open:");
        page.push_str(&format!("{head} {}\n", text::line(&failure.to_string())));
    }
    let complete = report.is_complete() && !cut_off;
    page.push_str(&summary(report, plan, complete, elapsed, painter));
    page
}

/// The failures with the same words together, in the order in which each first came up.
fn by_cause(report: &ApplyReport) -> Vec<(&StepError, Vec<&Failed>)> {
    let mut causes: Vec<(&StepError, Vec<&Failed>)> = Vec::new();
    for failed in &report.failed {
        let words = failed.error.to_string();
        match causes
            .iter_mut()
            .find(|(error, _)| error.to_string() == words)
        {
            Some((_, all)) => all.push(failed),
            None => causes.push((&failed.error, vec![failed])),
        }
    }
    causes
}

/// `Done: 21 created, 1 updated in 34s.`
fn summary(
    report: &ApplyReport,
    plan: &Plan,
    complete: bool,
    elapsed: &str,
    painter: Painter,
) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for done in report.done.iter().filter(|done| !done.unneeded) {
        let word = done_word(&plan.step(done.step).kind);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, number)) => *number += 1,
            None => counts.push((word, 1)),
        }
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    let what = match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join(", "),
    };
    let head = match complete {
        true => painter.paint(Style::Success, "Done:"),
        false => painter.paint(Style::Warning, "Done so far:"),
    };
    let throttled = match report.throttled {
        0 => String::new(),
        1 => " The cloud throttled one call; infra sent it again.".to_owned(),
        many => format!(" The cloud throttled {many} calls; infra sent them again."),
    };
    format!("{head} {what}, in {elapsed}.{throttled}\n")
}

/// The end of an apply for other programs, with the plan it carried out.
pub fn json(report: &ApplyReport, plan: &Plan, planned: Json) -> Json {
    let done = report.done.iter().map(|done| {
        json!({
            "step": done.step.0,
            "address": done.address.to_string(),
            "kind": plan.step(done.step).kind.word(),
            "elapsed_ms": done.elapsed_ms,
            "unneeded": done.unneeded,
        })
    });
    let failed = report.failed.iter().map(|failed| {
        json!({
            "step": failed.step.0,
            "address": failed.address.to_string(),
            "kind": plan.step(failed.step).kind.word(),
            "message": failed.error.to_string(),
            "help": failed.error.help(),
        })
    });
    let not_done = report.not_done.iter().map(|left| {
        json!({
            "step": left.step.0,
            "address": left.address.to_string(),
            "kind": plan.step(left.step).kind.word(),
            "why": left.why.to_string(),
        })
    });
    json!({
        "plan": planned,
        "complete": report.is_complete(),
        "done": done.collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
        "not_done": not_done.collect::<Vec<_>>(),
        "abandoned": report.abandoned.iter().map(|id| id.0).collect::<Vec<_>>(),
        "broken_asserts": report.broken_asserts.iter().map(|broken| &broken.message).collect::<Vec<_>>(),
        "left_open": report.left_open.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "outputs": plan_json::outputs(&report.outputs),
        "calls": report.calls,
        "throttled": report.throttled,
    })
}
