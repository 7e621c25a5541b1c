//! The values of rules that a condition says, written by hand: the last good and the first bad ones.

mod disks;
mod endpoints;
mod groups;
mod machines;
mod network;

use percent_encoding::utf8_percent_encode;

use crate::Sample;

/// Values that are the same in a program and in a request, or `program | request` where they are not.
struct Case {
    rule: &'static str,
    program: &'static str,
    steps: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
}
pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    let all = [
        network::CASES,
        endpoints::CASES,
        groups::CASES,
        machines::CASES,
        disks::CASES,
    ];
    for case in all.into_iter().flatten() {
        for (values, is_good) in [(case.good, true), (case.bad, false)] {
            for value in values {
                let (program, sent) = value.split_once('|').unwrap_or((value, value));
                samples.push(Sample {
                    rule: case.rule.to_owned(),
                    shown: (*value).to_owned(),
                    program: case.program.replacen("{}", program, 1),
                    steps: case.steps.replacen("{}", &in_steps(sent), 1),
                    is_good,
                });
            }
        }
    }
    samples
}

/// Letters that are not ASCII are written in hexadecimal.
fn in_steps(text: &str) -> String {
    utf8_percent_encode(text, percent_encoding::CONTROLS).to_string()
}
