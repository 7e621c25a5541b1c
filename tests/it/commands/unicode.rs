//! Names and texts beyond ASCII, paths with spaces, and a locale that knows neither.

use crate::tool::Tool;

const PROGRAM: &str = r#"
param 名: string = "世界"
std.value 问候 { input = "你好,${名}!" }
std.value plain for k in ["甲", "b", "장"] { input = k }
output 说 = 问候.output
output plain = plain["甲"].output
"#;

#[test]
fn columns_are_aligned_whatever_the_script() {
    let tool = Tool::with(PROGRAM).env("LC_ALL", "C");
    insta::assert_snapshot!("unicode", tool.run(&["apply", "--yes"]).expect(0));
    assert_eq!(
        tool.run(&["output", "说", "--raw"]).expect(0).out,
        "你好,世界!\n"
    );
    let listed = tool.run(&["state", "list"]).expect(0).out;
    assert!(listed.contains("std.value.问候         value-"), "{listed}");
    tool.run(&["state", "mv", "std.value.问候", "std.value.招呼"])
        .expect(0);
    let json = tool.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(json["outputs"]["plain"]["value"], "甲");
}

#[test]
fn paths_have_spaces_and_letters_of_any_script() {
    let tool = Tool::new().env("LC_ALL", "POSIX");
    let dir = "我们的 程序";
    tool.write(&format!("{dir}/主 要.infra"), PROGRAM);
    tool.run(&["check", dir]).expect(0);
    let saved = format!("{dir}/計畫 1.plan");
    let ran = tool.run(&["plan", dir, "--out", &saved, "--set", "名=月"]);
    let ran = ran.expect(0);
    assert!(ran.out.contains("主 要.infra:3"), "{ran}");
    assert!(
        ran.err.contains("`infra apply '我们的 程序/計畫 1.plan'`"),
        "{ran}"
    );
    tool.run(&["apply", &saved]).expect(0);
    let said = tool.run(&["output", dir, "说", "--raw"]).expect(0).out;
    assert_eq!(said, "你好,月!\n");
    tool.run(&["destroy", dir, "--yes"]).expect(0);
}
