//! Files inside the project.

use infra_model::Value;

use super::{Args, Function};
use crate::resolve::path;
use crate::world::TEXT_BYTES_MAX;

fn read(args: &Args<'_>) -> Result<String, String> {
    let written = args.text(0)?;
    let path = path::join("", written)
        .ok_or_else(|| format!("`{written}` leads out of the project; copy the file into it"))?;
    let missing = || {
        format!(
            "there is no text file `{path}` in the project; a path begins at the directory of the file it is \
             written in"
        )
    };
    let text = args.context.read(&path).ok_or_else(missing)?;
    if text.len() > TEXT_BYTES_MAX {
        let most = TEXT_BYTES_MAX >> 20;
        return Err(format!("the file `{path}` is larger than {most} MiB"));
    }
    args.make_text(text.len())?;
    Ok(text)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "file",
        signature: "(path: path) -> string",
        doc: "The text of a file of the project; the path begins where the call is written.",
        example: (r#"file("./motd.txt")"#, r#""Welcome, \${name}!\n""#),
        partial: false,
        run: |args| read(args).map(Value::String),
    },
    Function {
        name: "template",
        signature: "(path: path, vars: {any}) -> string",
        doc: "The text of a file of the project, with each `${…}` replaced; `vars` are the names it can use.",
        example: (
            r#"template("./motd.txt", { name = "Ada" })"#,
            r#""Welcome, Ada!\n""#,
        ),
        partial: false,
        run: |args| args.context.render(&read(args)?, args.map(1)?, args.span),
    },
];
