//! What people who come from Terraform (and from elsewhere) type, and what it is called here.

/// Commands of other tools.
const VERBS: &[(&[&str], &str)] = &[
    (
        &["get", "login", "logout"],
        "nothing needs to be set up: the clouds are built in, and `infra plan` can start at once",
    ),
    (&["validate", "lint"], "it is `infra check`"),
    (&["format"], "it is `infra fmt`"),
    (&["diff", "preview"], "it is `infra plan`"),
    (&["up", "deploy", "run"], "it is `infra apply`"),
    (
        &["down", "delete"],
        "it is `infra destroy`; to delete one thing, take it out of the program and run `infra apply`",
    ),
    (
        &["refresh"],
        "`infra drift` shows what was changed outside, and `infra apply --refresh-only` lets the state say it",
    ),
    (
        &["taint"],
        "infra marks nothing: `infra apply --replace ADDRESS` replaces the resource",
    ),
    (
        &["untaint"],
        "infra marks nothing, so there is nothing to unmark; `infra plan` shows what would be replaced",
    ),
    (&["replace"], "it is `infra apply --replace ADDRESS`"),
    (
        &["show"],
        "`infra state show ADDRESS` shows a resource, `infra state list` lists them, and `infra output` shows the results",
    ),
    (&["list", "ls"], "it is `infra state list`"),
    (
        &["mv", "move", "rename"],
        "write `move OLD -> NEW` into the program, or run `infra state mv OLD NEW`",
    ),
    (
        &["rm", "remove", "forget"],
        "write `forget ADDRESS` into the program, or run `infra state rm ADDRESS`; the cloud keeps the thing",
    ),
    (&["pull"], "it is `infra state pull`"),
    (&["push"], "it is `infra state push`"),
    (&["history"], "it is `infra state history`"),
    (
        &["restore", "rollback"],
        "an earlier state comes back by `infra state restore`; to bring back what the cloud had, apply the earlier program",
    ),
    (
        &["workspace", "env"],
        "each environment has a state of its own, chosen by `--env NAME`; its values stand in NAME.infravars, and `infra state envs` lists them",
    ),
    (&["force-unlock"], "it is `infra unlock`"),
    (
        &["providers"],
        "`infra version` names the clouds that are built in, and `infra types` lists what they offer",
    ),
    (&["outputs"], "it is `infra output`"),
    (&["schema"], "it is `infra types`"),
    (&["repl"], "it is `infra console`"),
];

/// Options of other tools, without their dashes.
const OPTIONS: &[(&[&str], &str)] = &[
    (&["var"], "it is `--set NAME=VALUE`"),
    (&["var-file"], "it is `--vars FILE`"),
    (&["auto-approve", "force-yes"], "it is `--yes`"),
    (
        &["chdir", "dir"],
        "the directory of the program is the word after the command, as in `infra plan examples/51desk`",
    ),
    (&["destroy"], "it is `infra destroy`"),
    (
        &["parallelism"],
        "how much runs at once is found by the answers of the cloud; nothing needs to be set",
    ),
    (
        &["lock", "lock-timeout"],
        "the state is always locked while it changes; `infra unlock` ends the hold of a run that died",
    ),
    (
        &["state", "state-out", "backup"],
        "the state stands beside the program; `infra state history` has the earlier ones",
    ),
    (
        &["input"],
        "without a terminal nothing is asked; `--set NAME=VALUE` gives a parameter",
    ),
    (
        &["recursive"],
        "`infra fmt` goes into directories by itself",
    ),
    (
        &["generate-config-out"],
        "`infra import` prints the declaration, and writes it with `--write FILE`",
    ),
];

/// What another tool's command is here.
pub fn verb(name: &str) -> Option<String> {
    find(VERBS, name)
}

/// What another tool's option is here.
pub fn option(name: &str) -> Option<String> {
    find(OPTIONS, name.split('=').next().unwrap_or(name))
}

fn find(table: &[(&[&str], &str)], name: &str) -> Option<String> {
    let row = table.iter().find(|(names, _)| names.contains(&name))?;
    Some(row.1.to_owned())
}

/// Every answer there is.
#[cfg(test)]
pub fn each(mut look: impl FnMut(&str)) {
    VERBS
        .iter()
        .chain(OPTIONS)
        .for_each(|(_, meant)| look(meant));
}
