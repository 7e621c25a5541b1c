//! A secret in every place where one can stand, and every way to look: no file and no output ever has it.
//!
//! Not only the text itself is looked for, but also what is made of it and gives it away.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::cloud::Cloud;
use crate::tool::{Ran, Tool};

/// A password, and one that needs escapes wherever it is written.
const SECRETS: [&str; 2] = ["correct-horse-battery-staple", "Tr0ub\"4dor\\&<3>"];

/// The block of the cloud, unless a place has one of its own.
const CLOUD: &str = "provider aws { region = \"us-west-2\" }\n";

const HEAD: &str = r#"
param password: secret string
param more: secret [string]
param keyed: { user: string, word: secret string }
"#;

/// Programs that have the secret in a place of their own. Some are refused, and then the refusal is looked at.
const PLACES: &[(&str, &str)] = &[
    ("a field", "std.value a { input = password }"),
    (
        "a record in a list",
        "std.value a { input = [{ b = { c = password } }] }",
    ),
    ("an item", "std.value a { input = more }"),
    (
        "a part",
        "std.value a { input = keyed.word, triggers = { w = keyed } }",
    ),
    ("a text", "std.value a { input = \"<${password}>\" }"),
    (
        "what is made of it",
        "std.value a { input = [upper(password), base64(password), sha256(password), json([password]), len(password)] }",
    ),
    (
        "a let",
        "let it = { a = password }\nstd.value a { input = it.a }",
    ),
    (
        "another resource",
        "std.value a { input = password }\nstd.value b { input = a.output }\nstd.value c { input = [b.input] }",
    ),
    ("an output", "output shown = { a = [password], b = keyed }"),
    (
        "one tag of several",
        "aws.vpc net { range = 10.0.0.0/16, tags = { note = password, team = \"desk\" } }",
    ),
    (
        "all tags",
        "aws.vpc net { range = 10.0.0.0/16, tags = { for k, v in { note = password } : k => v } }",
    ),
    (
        "tags and who reads them",
        "aws.vpc net { range = 10.0.0.0/16, tags = { note = password } }\nstd.value a { input = net.tags }\noutput tags = net.tags",
    ),
    (
        "a tag that the provider gives to everything",
        "provider aws { region = \"us-west-2\", tags = { owner = password, team = \"desk\" } }\naws.vpc net { range = 10.0.0.0/16 }\naws.volume v { zone = \"us-west-2a\", size = 1GiB, tags = { own = \"x\" } }\nstd.value a { input = net.tags }\noutput shown = net.tags",
    ),
    (
        "all tags of the provider",
        "provider aws { region = \"us-west-2\", tags = { for k, v in { owner = password } : k => v } }\naws.vpc net { range = 10.0.0.0/16 }",
    ),
    (
        "the profile of the provider",
        "provider aws { region = \"us-west-2\", profile = password }\naws.vpc net { range = 10.0.0.0/16 }",
    ),
    (
        "the role of the provider",
        "provider aws { region = \"us-west-2\", role = password }\naws.vpc net { range = 10.0.0.0/16 }",
    ),
    (
        "the region of the provider",
        "provider aws { region = password }\naws.vpc net { range = 10.0.0.0/16 }",
    ),
    (
        "the accounts of the provider",
        "provider aws { region = \"us-west-2\", accounts = [password] }\naws.vpc net { range = 10.0.0.0/16 }",
    ),
    (
        "fields that the provider checks itself",
        "aws.vpc net { range = 10.0.0.0/16 }\naws.vpc_endpoint x { vpc = net, service = password, kind = gateway }\naws.dhcp_options d { name_servers = [password], vpcs = [net] }",
    ),
    (
        "a user's script",
        "aws.vpc net { range = 10.0.0.0/16 }\naws.subnet s { vpc = net, range = 10.0.0.0/24, zone = \"us-west-2a\" }\naws.instance i { image = \"ami-0abcdef1234567890\", type = \"t3.micro\", subnet = s, user_data = \"#!/bin/sh\\necho ${password}\\n\" }",
    ),
    (
        "a parameter of a component",
        "component box(word: secret string) { std.value inside { input = word }\n output out = inside.output }\nbox b { word = password }\nstd.value a { input = b.out }",
    ),
    (
        "a plain parameter of a component",
        "component box(word: string) { std.value inside { input = word } }\nbox b { word = password }",
    ),
    (
        "an assertion that fails",
        "assert password == \"x\", \"it is ${password}\"\nstd.value a { input = 1 }",
    ),
    (
        "an assertion that is judged later",
        "std.value a { input = 1 }\nassert \"${a.id}\" == password, \"it is ${password}\"",
    ),
    (
        "why it is protected",
        "@protect(\"for ${password}\")\nstd.value a { input = 1 }",
    ),
    (
        "a condition",
        "std.value a if password == \"x\" { input = 1 }",
    ),
    (
        "a key of for",
        "std.value a for k in [password] { input = k }",
    ),
    (
        "a key of a map",
        "std.value a { input = { for w in more : w => 1 } }",
    ),
    (
        "an index",
        "let m = { a = 1 }\nstd.value a { input = m[password] }",
    ),
    (
        "a conversion that fails",
        "std.value a { input = int(password) }",
    ),
    (
        "a range that is none",
        "aws.vpc net { range = cidr(password) }",
    ),
    ("a name of a file", "std.value a { input = file(password) }"),
    (
        "a template",
        "std.value a { input = template(\"t.txt\", { word = password }) }",
    ),
    (
        "the id of an import",
        "aws.vpc net { range = 10.0.0.0/16 }\nimport aws.vpc.net = password",
    ),
    (
        "a lookup",
        "lookup aws.image i { name = password }\nstd.value a { input = i.id }",
    ),
    (
        "a zone that the cloud refuses",
        "aws.volume v { zone = password, size = 1GiB }",
    ),
    (
        "a description",
        "aws.vpc net { range = 10.0.0.0/16 }\naws.security_group g { vpc = net, description = password }",
    ),
    (
        "a test",
        "std.value a { input = password }\ntest \"t\" {\n  let password = \"PLANTED\"\n  assert a.output == \"no\", \"it is ${a.output}\"\n}",
    ),
];

struct Scene {
    tool: Tool,
    _outside: TempDir,
    _cloud: Cloud,
    place: &'static str,
    /// What nobody may see.
    hidden: Vec<String>,
    inputs: String,
}

/// The program, with its secret in a file of parameters that lies elsewhere.
fn scene(place: &'static str, text: &str, secret: &str) -> Scene {
    let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let cloud = if text.contains("provider aws") {
        ""
    } else {
        CLOUD
    };
    let mut tool = Tool::with(&format!(
        "{cloud}{HEAD}{}\n",
        text.replace("PLANTED", "planted")
    ));
    tool.write("t.txt", "the word is ${word}\n");
    let outside = TempDir::new().expect("a directory");
    let inputs: PathBuf = outside.path().join("secret.infravars");
    fs::write(
        &inputs,
        format!(
            "password = \"{quoted}\"\nmore = [\"{quoted}\"]\nkeyed = {{ user = \"me\", word = \"{quoted}\" }}\n"
        ),
    )
    .expect("it can be written");
    let cloud = Cloud::start(outside.path().join("cloud"), "", None);
    cloud.serve(&mut tool);
    Scene {
        tool,
        _outside: outside,
        _cloud: cloud,
        place,
        hidden: forms(secret),
        inputs: inputs.display().to_string(),
    }
}

/// The secret as it may appear: as it is, as texts write it, encoded, and digested without a key.
fn forms(secret: &str) -> Vec<String> {
    use sha2::{Digest, Sha256};
    let json = serde_json::to_string(secret).expect("a text");
    let escaped = json.trim_matches('"').to_owned();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let twice = serde_json::to_string(&escaped).expect("a text");
    vec![
        secret.to_owned(),
        twice.trim_matches('"').to_owned(),
        escaped,
        secret.to_uppercase(),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;"),
        base64(secret.as_bytes()),
        hex(&Sha256::digest(secret.as_bytes())),
        hex(secret.as_bytes()),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, byte)| {
            word | u32::from(*byte) << (16 - 8 * at)
        });
        for at in 0..4 {
            match at <= chunk.len() {
                true => text.push(char::from(ALPHABET[(word >> (18 - 6 * at) & 63) as usize])),
                false => text.push('='),
            }
        }
    }
    text
}

impl Scene {
    /// Runs, and looks at what was said and at every file there is now.
    fn run(&self, words: &[&str]) -> Ran {
        let ran = match words.first() {
            Some(&"console") => self
                .tool
                .run_with_input(words, "password\n[more, keyed]\nkeyed.word\n"),
            _ => self.tool.run(words),
        };
        let written = self.tool.everything_written();
        for form in &self.hidden {
            for (what, text) in [("out", &ran.out), ("err", &ran.err), ("a file", &written)] {
                assert!(
                    !text.contains(form.as_str()),
                    "{}: {words:?} has `{form}` in {what}:\n{}{}",
                    self.place,
                    ran.out,
                    ran.err,
                );
            }
        }
        ran
    }

    /// Runs with the inputs.
    fn with(&self, words: &[&str]) -> Ran {
        let vars = ["--vars", self.inputs.as_str()];
        self.run(&[words, &vars[..]].concat())
    }

    /// Every way to look; whether it could be applied.
    fn look(&self) -> bool {
        self.with(&["check"]);
        self.with(&["check", "--json"]);
        self.with(&["plan", "-vv"]);
        self.with(&["plan", "--json"]);
        self.with(&["plan", "--out", "first.plan"]);
        self.run(&["fmt", "--check"]);
        for form in ["dot", "mermaid", "svg"] {
            self.run(&["graph", "--format", form]);
        }
        self.with(&["console"]);
        self.with(&["test", "--junit", "junit.xml"]);
        let applied = self.with(&["apply", "--yes", "-vv"]).code == 0;
        self.with(&["plan", "--json"]);
        self.with(&["plan", "--long", "--all"]);
        self.with(&["plan", "--refresh", "false"]);
        self.with(&["plan", "--replace", "aws.vpc.net", "--long"]);
        self.with(&["plan", "--out", "second.plan"]);
        self.with(&["check", "--format", "github"]);
        self.with(&["graph", "--json"]);
        self.with(&["apply", "--yes", "--json"]);
        self.with(&["drift"]);
        self.with(&["drift", "--json"]);
        self.with(&["apply", "--refresh-only", "--yes"]);
        for words in [
            &["output"][..],
            &["output", "--json"],
            &["output", "shown", "--raw"],
            &["state", "list", "--json"],
            &["output", "shown", "--json"],
            &["state", "list"],
            &["state", "envs", "--json"],
            &["state", "show", "std.value"],
            &["state", "show", "aws", "--json"],
            &["state", "show", "aws.vpc.net"],
            &["state", "show", "std.value.a"],
            &["state", "show", "aws.vpc.net", "--json"],
            &["state", "pull"],
            &["state", "history", "--json"],
            &["unlock", "--json"],
        ] {
            self.run(words);
        }
        // What is taken over tells of itself in the clear.
        self.with(&["import", "aws.volume.foreign", "vol-00000000000000000"]);
        applied
    }
}

#[test]
fn no_file_and_no_output_has_a_secret_wherever_it_stands() {
    let look = |number: usize| {
        let (place, text) = PLACES[number];
        let scene = scene(place, text, SECRETS[number % SECRETS.len()]);
        let applied = scene.look();
        scene.with(&["destroy", "--yes", "-vv"]);
        (place, applied)
    };
    let mut looked = Vec::new();
    let mut leaks = Vec::new();
    for group in (0..PLACES.len()).collect::<Vec<_>>().chunks(4) {
        std::thread::scope(|scope| {
            let runs: Vec<_> = group
                .iter()
                .map(|number| (*number, scope.spawn(|| look(*number))))
                .collect();
            for (number, run) in runs {
                match run.join() {
                    Ok(one) => looked.push(one),
                    Err(_) => leaks.push(PLACES[number].0),
                }
            }
        });
    }
    assert!(leaks.is_empty(), "shown above: {leaks:?}");
    let (applied, refused): (Vec<_>, Vec<_>) =
        looked.into_iter().partition(|(_, applied)| *applied);
    println!(
        "secrets in {} places applied, {} refused: {refused:?}",
        applied.len(),
        refused.len()
    );
    assert!(applied.len() >= 12, "{applied:?}");
}

#[test]
fn a_run_that_is_killed_leaves_no_secret_in_its_journal() {
    let text = "aws.vpc net { range = 10.0.0.0/16, tags = { note = password } }\n\
                std.value a { input = password, triggers = { id = net.id } }";
    let scene = scene("a journal", text, SECRETS[0]);
    // Nobody can delete the journal's folder entry while the run goes on; it is stopped in the middle by a signal.
    for wait_ms in [20, 60, 120, 250] {
        let mut run = scene
            .tool
            .start(&["apply", "--yes", "--vars", &scene.inputs]);
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        run.kill().expect("it is ours");
        run.wait().expect("it ends");
        scene.run(&["state", "pull"]);
    }
    scene.with(&["apply", "--yes"]).expect(0);
}

#[test]
fn a_secret_in_a_file_that_cannot_be_read_is_not_quoted() {
    let tool = Tool::with(
        "param password: secret string\nparam n: int\nstd.value a { input = password }\n",
    );
    for broken in [
        "password = \"SECRETWORD\n",
        "pasword = \"SECRETWORD\"\nn = 1\n",
        "password \"SECRETWORD\"\n",
        "n = \"SECRETWORD\"\npassword = [\"SECRETWORD\"]\n",
        "password = \"\"\"\n  SECRETWORD\n",
    ] {
        tool.write("infra.infravars", broken);
        for words in [
            &["check"][..],
            &["check", "--json"],
            &["plan"],
            &["apply", "--yes"],
        ] {
            let ran = tool.run(words).expect(1);
            let open = broken.starts_with("n =");
            let quoted = ran.out.contains("SECRETWORD") || ran.err.contains("SECRETWORD");
            assert!(!quoted || open, "{broken}: {ran}");
        }
    }
}

#[test]
fn a_saved_plan_cannot_be_used_to_guess_a_secret() {
    let text = "std.value a { input = password }";
    // Short, so that it could be guessed; of letters that no hexadecimal digest has by chance.
    let one = scene("a digest", text, "ghjk");
    let other = scene("a digest", text, "mnpq");
    // Without a state there is no key yet, and with one everybody has another.
    let digest = |scene: &Scene| {
        scene.with(&["plan", "--out", "x.plan"]).expect(0);
        let saved: serde_json::Value =
            serde_json::from_str(&scene.tool.read("x.plan")).expect("JSON");
        saved["digest"].clone()
    };
    let (a, b) = (digest(&one), digest(&other));
    assert!(a.is_string());
    // The files lie in folders of different names, which are part of the digest; the value is not.
    one.with(&["apply", "--yes"]).expect(0);
    let before = digest(&one);
    fs::write(
        &one.inputs,
        "password = \"9999\"\nmore = [\"ghjk\"]\nkeyed = { user = \"me\", word = \"ghjk\" }\n",
    )
    .expect("it can be written");
    one.with(&["plan", "--detailed-exitcode"]).expect(2);
    assert_eq!(digest(&one), before, "the value does not enter it: {b}");
    // The plan that was saved for the first one is still refused.
    other.with(&["apply", "--yes"]).expect(0);
    other
        .with(&["plan", "--out", "y.plan", "--replace", "std.value.a"])
        .expect(0);
    let text = fs::read_to_string(&other.inputs)
        .expect("inputs")
        .replace("mnpq", "ssss");
    fs::write(&other.inputs, text).expect("it can be written");
    let refused = other.run(&["apply", "y.plan"]).expect(1);
    assert!(
        refused.err.contains("a secret input changed")
            || refused.err.contains("differs from the saved one"),
        "{refused}"
    );
}

#[test]
fn a_plan_with_a_secret_tag_of_the_provider_is_empty_and_notices_another_secret() {
    let text = "provider aws { region = \"us-west-2\", tags = { owner = password } }\n\
                aws.vpc net { range = 10.0.0.0/16 }";
    let scene = scene("a tag of the provider", text, SECRETS[0]);
    scene.with(&["apply", "--yes"]).expect(0);
    scene.with(&["plan", "--detailed-exitcode"]).expect(0);
    scene
        .with(&["plan", "--refresh", "false", "--detailed-exitcode"])
        .expect(0);
    scene.with(&["drift"]).expect(0);
    let inputs = fs::read_to_string(&scene.inputs).expect("inputs");
    let other = inputs.replace(SECRETS[0], "another-secret-than-before");
    fs::write(&scene.inputs, other).expect("it can be written");
    for refresh in ["true", "false"] {
        let planned = scene.with(&["plan", "--refresh", refresh, "--detailed-exitcode"]);
        let planned = planned.expect(2);
        assert!(!planned.out.contains("another-secret"), "{planned}");
        assert!(planned.out.contains("(secret)"), "{planned}");
    }
    scene.with(&["apply", "--yes"]).expect(0);
    scene.with(&["plan", "--detailed-exitcode"]).expect(0);
}
