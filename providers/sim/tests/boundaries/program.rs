//! What the language says of a program.

use infra_lang::{Texts, load};

/// A program without files, beside the standard library.
pub fn library() -> Texts {
    Texts::new("boundaries", infra_stdlib::files())
}

/// What every program begins with; the simulator's side is made by `requests`.
const GROUND: &str = r#"
provider aws { region = "us-west-2" }
aws.vpc main { range = 10.0.0.0/16 }
aws.vpc other { range = 10.1.0.0/16 }
aws.subnet inside { vpc = main, zone = "us-west-2a", range = 10.0.1.0/24 }
aws.subnet far { vpc = other, zone = "us-west-2b", range = 10.1.1.0/24 }
aws.security_group near { vpc = main }
aws.security_group away { vpc = other }
"#;

/// Whether the language takes or refuses what it should, with the code.
pub fn verdict(program: &str, code: &str, is_good: bool) -> Result<(), String> {
    let library = library().with("main.infra", format!("{GROUND}{program}\n"));
    let loaded = load(&library);
    let told: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect();
    // A length and labels have a code for each way to be wrong.
    let codes = match code {
        "name-too-long" | "bad-name" => vec!["name-too-long", "bad-name", "quota-exceeded"],
        code => vec![code],
    };
    let is_told = loaded.diagnostics.iter().any(|it| codes.contains(&it.code));
    match (is_good, is_told) {
        (true, _) if !told.is_empty() => Err(format!("says {told:?}\n{program}")),
        (false, false) => Err(format!("says {told:?} instead of {code}\n{program}")),
        _ => Ok(()),
    }
}
