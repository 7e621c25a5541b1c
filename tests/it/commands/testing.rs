//! `infra test`: tests of programs, each on a simulated cloud of its own.

use crate::tool::Tool;

#[test]
fn the_examples_tests_pass() {
    let ran = Tool::copy_of("examples/51desk").run(&["test"]).expect(0);
    assert!(
        ran.out
            .contains("ok     only the jump host has port 22 open to the office"),
        "{ran}"
    );
    assert!(ran.out.ends_with("2 tests passed, 0 failed\n"), "{ran}");
    let ran = Tool::copy_of("examples/hello").run(&["test"]).expect(0);
    assert!(ran.out.ends_with("1 test passed, 0 failed\n"), "{ran}");
}

#[test]
fn an_open_port_is_found_on_the_cloud() {
    let tool = Tool::copy_of("examples/51desk");
    let text = tool.read("access.infra");
    let opened = text.replacen(
        "{ from = jump, ports = [tcp/22] }",
        "{ from = office, ports = [tcp/22] }",
        1,
    );
    // The program's own assertions would refuse the plan before any test could look.
    let results = tool.read("results.infra");
    let unguarded: String = results
        .lines()
        .filter(|line| !line.starts_with("assert"))
        .map(|line| format!("{line}\n"))
        .collect();
    tool.write("access.infra", &opened);
    tool.write("results.infra", &unguarded);
    let ran = tool.run(&["test", "only the jump host"]).expect(1);
    assert!(ran.out.contains("FAILED only the jump host"), "{ran}");
    assert!(ran.out.contains("tests.infra:"), "{ran}");
    assert!(ran.out.contains("assert open == [jump.id]"), "{ran}");
    assert!(ran.out.ends_with("0 tests passed, 1 failed\n"), "{ran}");
}

const TWO: &str = r#"
param word: string where it != "no", "say yes"
@protect("precious")
std.value said { input = word }

test "what is said <&> \"heard\"" {
  let word = "yes"
  let all = cloud.std.value
  assert said.output == "yes"
  assert len(all) == 1
  assert all["std.value.said"].output == "yes"
}
test "a refused parameter" {
  let word = "no"
}
test "a wrong wish" {
  let word = "yes"
  assert said.output == "no", "it says no"
  assert len(keys(cloud.std.value)) == 2
}
"#;

#[test]
fn failures_have_places_in_text_json_and_junit() {
    let tool = Tool::with(TWO);
    let ran = tool.run(&["test", "--junit", "results.xml"]).expect(1);
    assert!(ran.out.contains("say yes"), "{ran}");
    assert!(ran.out.contains("this does not hold: it says no"), "{ran}");
    assert!(ran.out.contains("main.infra:18:10"), "{ran}");
    let results = tool.read("results.xml");
    for words in [
        "tests=\"3\" failures=\"2\"",
        "name=\"what is said &lt;&amp;&gt; &quot;heard&quot;\"",
        "message=\"this does not hold: it says no\">main.infra:18",
    ] {
        assert!(results.contains(words), "{words}\n{results}");
    }
    let json = tool.run(&["test", "--json"]).expect(1).json();
    assert_eq!(json["summary"]["failed"], 2);
    assert_eq!(json["tests"][0]["passed"], true);
    assert_eq!(
        json["tests"][2]["failures"].as_array().map(Vec::len),
        Some(2)
    );
    tool.run(&["test", ".", "heard"]).expect(0);
    let ran = tool.run(&["test", "nothing"]).expect(1);
    assert!(ran.err.contains("a wrong wish"), "{ran}");
}

#[test]
fn nothing_is_left_in_the_directory() {
    let tool = Tool::with(TWO);
    tool.run(&["test", "heard"]).expect(0);
    let mut left: Vec<_> = std::fs::read_dir(tool.dir())
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["main.infra"]);
}

#[test]
fn a_test_declares_nothing_and_is_checked_like_the_rest() {
    let tool = Tool::with(
        r#"
        param word: string = "a"
        test "odd" {
          let word = 1
          std.value mine { input = 1 }
          assert cloud.std.valu == 1
        }
        "#,
    );
    let ran = tool.run(&["check"]).expect(1);
    for words in [
        "wrong-type",
        "a test has `let`s and `assert`s only",
        "did you mean `value`?",
    ] {
        assert!(ran.out.contains(words), "{words}: {ran}");
    }
}
