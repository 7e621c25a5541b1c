//! `infra init`: starts a program.

use std::fs;
use std::path::Path;

use crate::args::Init;
use crate::clouds::CLOUDS;
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, text};
use crate::world::{program_files, write_named_file};

/// What git must not keep: the simulated cloud, and states, which hold fingerprints of secrets and change with each run.
const IGNORED: [&str; 3] = [".infra/", "infra.state.*", "infra.*.state.*"];

const WITHOUT_CLOUD: &str = "\
/// Says what this program is for.
param name: string = \"world\"

std.value greeting { input = \"Hello, ${name}!\" }

output said = greeting.output
";

const AWS: &str = "\
/// Says what this program is for.
provider aws { region = \"us-west-2\" }

/// A network with room for a few hundred hosts. `infra types aws` lists what else there is.
aws.vpc main { range = 10.0.0.0/16 }

aws.subnet inside { vpc = main, zone = \"us-west-2a\", range = subnet_of(main.range, 8, 0) }

output network = main.id
";

pub fn run(args: &Init, console: &Console) -> Outcome {
    let (cloud, dir) = words(&args.words)?;
    let program = match cloud {
        Some("aws") => AWS,
        _ => WITHOUT_CLOUD,
    };
    let dir = Path::new(dir);
    fs::create_dir_all(dir).map_err(|error| {
        CommandError::files(format!("`{}` cannot be made: {error}", dir.display()))
    })?;
    if let Some(found) = program_files(dir)?.first() {
        let name = found.display();
        let error = CommandError::usage(format!("there is a program already: `{name}`"));
        return Err(error.hint("`infra plan` shows what it would do"));
    }
    write_named_file(&dir.join("main.infra"), program)?;
    ignore(&dir.join(".gitignore"))?;
    let shown = text::shell(&dir.display().to_string()).into_owned();
    let simulated = if cloud.is_some() { " --sim" } else { "" };
    console.print(&format!(
        "Wrote `main.infra` and `.gitignore`. Next: `infra plan {shown}{simulated}`\n"
    ));
    Ok(Exit::Done)
}

/// The cloud and the directory, in either order, as people type them.
fn words(words: &[String]) -> Result<(Option<&str>, &str), CommandError> {
    let cloud = words.iter().find(|word| CLOUDS.contains(&word.as_str()));
    let mut others = words.iter().filter(|word| Some(*word) != cloud);
    let dir = others.next().map_or(".", String::as_str);
    match others.next() {
        None => Ok((cloud.map(String::as_str), dir)),
        Some(other) => Err(CommandError::usage(format!(
            "`{other}` is neither a cloud of this build nor the directory, which is `{dir}`"
        ))
        .hint(format!("the clouds are: {}", CLOUDS.join(", ")))),
    }
}

/// Adds the lines that a `.gitignore` does not have yet.
fn ignore(file: &Path) -> Result<(), CommandError> {
    let mut all = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let shown = file.display();
            return Err(CommandError::files(format!(
                "`{shown}` cannot be read: {error}"
            )));
        }
    };
    let missing: Vec<&str> = IGNORED
        .into_iter()
        .filter(|line| !all.lines().any(|it| it.trim() == *line))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !all.is_empty() && !all.ends_with('\n') {
        all.push('\n');
    }
    for line in missing {
        all.push_str(line);
        all.push('\n');
    }
    write_named_file(file, &all)
}
