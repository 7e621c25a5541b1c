//! What the language promises, from the text to the simulated cloud.

use crate::tool::Tool;

const PAIR: &str = "\
provider aws { region = \"us-west-2\" }
component pair() {
  aws.volume first { zone = \"us-west-2a\", size = 1GiB }
  aws.volume second { zone = \"us-west-2a\", size = 1GiB, tags = { beside = first.id } }
  output first = first.id
  output tags = second.tags
}
";

#[test]
fn an_id_is_a_text_before_and_after_it_is_known() {
    let tool = Tool::with(&format!(
        "{PAIR}pair old {{}}\noutput same = old.tags[\"beside\"] == old.first\n"
    ));
    let applied = tool.run(&["apply", "--sim", "--yes"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(applied.out.contains("same = true"), "{applied:?}");
    let again = tool.run(&["plan", "--sim", "--detailed-exitcode"]);
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
fn a_component_takes_another_name_and_nothing_is_made_anew() {
    let tool = Tool::with(&format!("{PAIR}pair old {{}}\n"));
    assert_eq!(tool.run(&["apply", "--sim", "--yes"]).code, 0);
    let moved = "pair new for key in [\"a\"] {}\nmove old -> new[\"a\"]\n";
    tool.write("main.infra", &format!("{PAIR}{moved}"));
    let applied = tool.run(&["apply", "--sim", "--yes"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(applied.out.contains("2 moved, 2 recorded"), "{applied:?}");
    let listed = tool.run(&["state", "list", "--sim"]);
    let both = [
        "new[\"a\"]/aws.volume.first",
        "new[\"a\"]/aws.volume.second",
    ];
    assert!(
        both.iter().all(|address| listed.out.contains(address)),
        "{listed:?}"
    );
    assert!(!listed.out.contains("old/"), "{listed:?}");
}
