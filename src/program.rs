//! From a directory to a program: reading it, giving it its inputs, and telling what is wrong with either.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use infra_lang::syntax::ItemKind;
use infra_lang::{
    Diagnostic, Evaluation, Inputs, ParamInfo, Schemas, Severity, SoundProgram, Sources, TestInfo,
    World,
};
use infra_model::{FileId, Known};
use sha2::{Digest, Sha256};

use crate::args;
use crate::error::{CommandError, ErrorKind};
use crate::show::plan::ComponentUse;
use crate::show::{Console, diagnostics, diagnostics_json};
use crate::world::{self, Environment, Project};

/// The suffix of files with parameters.
pub const VARS_SUFFIX: &str = "infravars";

/// The parameters' file that is read without being asked for.
pub const COMMON_VARS: &str = "infra";

/// A program without errors, and its inputs.
pub struct Program {
    sound: Arc<SoundProgram>,
    sources: Sources,
    inputs: Inputs,
    /// Of text and inputs; no secret value is in it, for it is shown, and guesses could be tested against it.
    digest: String,
    /// The parameters that come from no file, without the secret ones.
    open_inputs: Vec<(String, String)>,
    /// What is worth saying though nothing is wrong; all of it has been shown.
    warnings: Mutex<Vec<Diagnostic>>,
}

impl Program {
    /// Reads a program and its inputs. What is wrong is shown, and makes it fail.
    pub fn open(
        project: &Project,
        args: &args::Inputs,
        env: &Environment,
        console: &Console,
    ) -> Result<Program, CommandError> {
        let loaded = infra_lang::load(project);
        let warnings = Mutex::new(loaded.diagnostics.clone());
        if !loaded.diagnostics.is_empty() {
            show(&loaded.diagnostics, &loaded.sources, console);
        }
        let (sound, mut sources) = loaded.sound().map_err(|wrong| {
            for refusal in project.refusals() {
                console.warn(&refusal);
            }
            failure(&wrong.diagnostics, &wrong.sources, console)
        })?;
        let params = sound.params();
        let (mut inputs, wrong) = read_inputs(args, project, env, &params, &mut sources)?;
        if !wrong.is_empty() {
            return Err(report(&wrong, &sources, console));
        }
        let open_inputs = open_inputs(&sound, given(args, env));
        let digest = digest(&sources, &open_inputs);
        inputs.locate(&mut sources, &params);
        Ok(Program {
            sound: Arc::new(sound),
            sources,
            inputs,
            digest,
            open_inputs,
            warnings,
        })
    }

    /// What the program asks for under what is known of the cloud; its errors are shown.
    pub fn evaluate(
        &self,
        project: &Project,
        known: &dyn Known,
        console: &Console,
    ) -> Result<Evaluation, CommandError> {
        let evaluation =
            self.sound
                .evaluate(project, &self.inputs, known)
                .map_err(|diagnostics| {
                    for refusal in project.refusals() {
                        console.warn(&refusal);
                    }
                    report(&diagnostics, &self.sources, console)
                })?;
        self.warn(&evaluation.warnings, console);
        Ok(evaluation)
    }

    /// Shows those of the warnings that have not been shown.
    fn warn(&self, warnings: &[Diagnostic], console: &Console) {
        let mut known = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let new = warnings.iter().filter(|it| !known.contains(it));
        let new: Vec<Diagnostic> = new.cloned().collect();
        if !new.is_empty() {
            show(&new, &self.sources, console);
            known.extend(new);
        }
    }

    /// What is worth saying about the program, for other programs.
    pub fn warnings(&self) -> Vec<serde_json::Value> {
        let known = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let json = |it| diagnostics_json::diagnostic(it, &self.sources);
        known.iter().map(json).collect()
    }

    /// The tests of the program, in the order of the text.
    pub fn tests(&self) -> Vec<TestInfo> {
        self.sound.tests()
    }

    /// As [`evaluate`](Program::evaluate), with the parameters that a test sets; errors are given and not shown.
    pub fn evaluate_test(
        &self,
        project: &Project,
        test: usize,
        known: &dyn Known,
    ) -> Result<Evaluation, Vec<Diagnostic>> {
        let inputs = self.sound.test_inputs(test, &self.inputs);
        self.sound.evaluate(project, &inputs, known)
    }

    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    pub fn schemas(&self) -> &Schemas {
        self.sound.program().schemas()
    }

    /// Where the program itself uses components, by the names it gives them; only those with one of `names`.
    pub fn component_uses<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
    ) -> BTreeMap<String, ComponentUse> {
        let names: BTreeSet<&str> = names.collect();
        if names.is_empty() {
            return BTreeMap::new();
        }
        let trees = self.sound.program().trees().iter();
        let trees = trees.filter(|tree| self.is_own(tree.file));
        let uses = trees.flat_map(|tree| &tree.items).filter_map(|item| {
            let ItemKind::Resource(used) = &item.kind else {
                return None;
            };
            if !names.contains(used.name.text.as_str()) {
                return None;
            }
            let place = ComponentUse {
                component: used.type_name.text(),
                span: used.name.span,
            };
            Some((used.name.text.clone(), place))
        });
        uses.collect()
    }

    /// What the program's own files declare and expressions may name.
    pub fn names(&self) -> Vec<String> {
        let trees = self.sound.program().trees().iter();
        let own = trees.filter(|tree| self.is_own(tree.file));
        let names = own.flat_map(|tree| &tree.items).filter_map(|item| {
            Some(match &item.kind {
                ItemKind::Param(param) => param.name.text.clone(),
                ItemKind::Let(named) => named.name.text.clone(),
                ItemKind::Resource(item) | ItemKind::Lookup(item) => item.name.text.clone(),
                _ => return None,
            })
        });
        names.collect()
    }

    /// Whether a file lies in the program's directory itself.
    fn is_own(&self, file: FileId) -> bool {
        let file = self.sources.get(file);
        file.is_some_and(|file| !file.path.contains('/'))
    }

    /// The parameters that come from no file, without the secret ones: name and text.
    pub fn open_inputs(&self) -> &[(String, String)] {
        &self.open_inputs
    }

    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// The inputs, added from the weakest to the strongest (`docs/language.md` has the order), and what is wrong with
/// their files. Fails when a file of the program or of its parameters exists and cannot be read.
pub fn read_inputs(
    args: &args::Inputs,
    project: &Project,
    env: &Environment,
    params: &[ParamInfo],
    sources: &mut Sources,
) -> Result<(Inputs, Vec<Diagnostic>), CommandError> {
    let mut inputs = Inputs::new();
    let mut wrong = Vec::new();
    let common = format!("{COMMON_VARS}.{VARS_SUFFIX}");
    if let Some(text) = project.read(&common) {
        wrong.extend(inputs.file(sources, params, &common, &text));
    }
    if let Some(name) = &args.env {
        let path = format!("{name}.{VARS_SUFFIX}");
        let text = project.read(&path).ok_or_else(|| {
            CommandError::usage(format!(
                "there is no environment `{name}`: the program has no `{path}`"
            ))
            .hint(format!(
                "write the values of that environment into `{}`",
                project.shown_path(&path)
            ))
        })?;
        wrong.extend(inputs.file(sources, params, &path, &text));
    }
    inputs.environment(env.params());
    for path in &args.vars {
        let text = world::read_text_file(path)?;
        wrong.extend(inputs.file(sources, params, &path.display().to_string(), &text));
    }
    for word in &args.set {
        let (name, text) = word.split_once('=').ok_or_else(|| {
            CommandError::usage(format!("`--set {word}` has no `=`"))
                .hint("write `--set name=value`")
        })?;
        inputs.set(name.trim(), text);
    }
    project.all_read()?;
    Ok((inputs, wrong))
}

/// The names and texts of parameters that come from no file.
fn given(args: &args::Inputs, env: &Environment) -> Vec<(String, String)> {
    let mut pairs = env.params();
    let split = |word: &String| {
        word.split_once('=')
            .map(|(name, text)| (name.trim().to_owned(), text.to_owned()))
    };
    pairs.extend(args.set.iter().filter_map(split));
    pairs
}

/// Those of the pairs that are parameters and not secret, by name; of several for one name the last counts.
fn open_inputs(sound: &SoundProgram, pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let open: BTreeSet<String> = sound
        .params()
        .into_iter()
        .filter(|param| !param.ty.to_string().contains("secret "))
        .map(|param| param.name)
        .collect();
    let named = pairs.into_iter().map(|(name, text)| {
        let plain = name.strip_prefix(infra_lang::ENVIRONMENT_PREFIX);
        (plain.unwrap_or(&name).to_owned(), text)
    });
    let last: BTreeMap<String, String> = named.filter(|(name, _)| open.contains(name)).collect();
    last.into_iter().collect()
}

fn digest(sources: &Sources, inputs: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    for file in sources.iter() {
        add(&file.path);
        add(&file.text);
    }
    for (name, text) in inputs {
        add(name);
        add(text);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Shows diagnostics and gives the failure that they mean.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources, console: &Console) -> CommandError {
    show(diagnostics, sources, console);
    failure(diagnostics, sources, console)
}

fn show(diagnostics: &[Diagnostic], sources: &Sources, console: &Console) {
    // Under `--json` they are part of the failure's document.
    if !console.json {
        console.problem(&diagnostics::render(
            diagnostics,
            sources,
            console.err,
            console.width,
        ));
    }
}

fn failure(diagnostics: &[Diagnostic], sources: &Sources, console: &Console) -> CommandError {
    let errors: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .cloned()
        .collect();
    let summary = diagnostics::summary(&errors).unwrap_or_else(|| "errors".to_owned());
    let mut error = CommandError::new(ErrorKind::Program, format!("the program has {summary}"));
    if console.json {
        error.diagnostics = diagnostics
            .iter()
            .map(|it| diagnostics_json::diagnostic(it, sources))
            .collect();
    }
    error
}
