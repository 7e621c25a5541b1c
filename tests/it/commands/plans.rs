//! What a plan shows to a reviewer, and how a part of it is chosen.

use crate::tool::{Ran, Tool};

const PROVIDER: &str = "provider aws { region = \"us-west-2\" }\n";

fn program(text: &str) -> String {
    format!("{PROVIDER}{text}")
}

/// The lines of a plan between its head and its summary.
fn changes(ran: &Ran) -> String {
    let lines = ran.out.lines().skip(1).take_while(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

const FIREWALL: &str = r#"
aws.vpc net { range = 10.0.0.0/16 }
aws.security_group web {
  vpc = net
  allow = [
    { from = [10.0.0.0/8, 192.168.0.0/16], ports = [tcp/22], note = "office" },
    { from = db, ports = [tcp/80, tcp/8080] },
  ]
}
aws.security_group db { vpc = net, allow = [{ from = web, ports = [tcp/5432] }] }
aws.network_acl acl {
  vpc = net
  inbound = [{ number = 100, from = 0.0.0.0/0, ports = tcp/80 }, { number = 200, from = 10.0.0.0/8, ports = tcp/22 }]
}
"#;

#[test]
fn firewall_rules_have_a_line_each() {
    // The first plan of a system counts them, to fit on a screen.
    let tool = Tool::with(&program(FIREWALL));
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert!(ran.out.contains("vpc net, allow (4)"), "{ran}");
    tool.run(&["apply", "--sim", "--yes", "--target", "aws.vpc.net"])
        .expect(0);
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert_eq!(
        changes(&ran),
        "  + aws.security_group.web  vpc net  main.infra:4
      allow  + from aws.security_group.db  ports tcp/8080
             + from aws.security_group.db  ports tcp/80
             + from 10.0.0.0/8             ports tcp/22    note office
             + from 192.168.0.0/16         ports tcp/22    note office
  + aws.security_group.db   vpc net  main.infra:11
      allow  + from aws.security_group.web  ports tcp/5432
  + aws.network_acl.acl     vpc net  main.infra:12
      inbound  + number 100  action allow  from 0.0.0.0/0   ports tcp/80
               + number 200  action allow  from 10.0.0.0/8  ports tcp/22
"
    );
    assert!(!ran.out.contains("--long"), "nothing was left out: {ran}");
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let changed = FIREWALL
        .replace("10.0.0.0/8, 192.168.0.0/16", "10.0.0.0/8, 0.0.0.0/0")
        .replace("\"office\"", "\"staff\"")
        .replace("tcp/80, tcp/8080", "tcp/80")
        .replace("0.0.0.0/0, ports = tcp/80", "0.0.0.0/0, ports = tcp/443");
    tool.write("main.infra", &program(&changed));
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert_eq!(
        changes(&ran),
        "  ~ aws.security_group.web  main.infra:4
      allow  - from aws.security_group.db  ports tcp/8080  main.infra:6
             ~ from 10.0.0.0/8             ports tcp/22    note office → staff
             - from 192.168.0.0/16         ports tcp/22    note office
             + from 0.0.0.0/0              ports tcp/22    note staff
  ~ aws.network_acl.acl  main.infra:12
      inbound  ~ number 100  action allow  from 0.0.0.0/0  ports tcp/80 → tcp/443  main.infra:14
"
    );
}

#[test]
fn columns_stay_aligned_whatever_the_names() {
    let tool = Tool::with(&program(
        "aws.vpc 网络 { range = 10.0.0.0/16 }\naws.vpc a_name_that_is_longer_than_any_column { range = 10.1.0.0/16 }\n",
    ));
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert_eq!(
        changes(&ran),
        "  + aws.vpc.网络                        range 10.0.0.0/16  main.infra:2
  + aws.vpc.a_name_that_is_longer_than_any_column
                                        range 10.1.0.0/16  main.infra:3
"
    );
}

const COMPONENTS: &str = r#"
component pair(first: int) {
  std.value a { input = first }
  std.value b { input = a.output, triggers = { n = "1" } }
}
pair left { first = 1 }
pair right { first = 2 }
std.value alone { input = 3 }
"#;

#[test]
fn a_component_is_a_target_and_can_be_replaced() {
    let tool = Tool::with(COMPONENTS);
    let ran = tool
        .run(&["apply", "--sim", "--yes", "--target", "left"])
        .expect(0);
    assert!(ran.out.contains("Done: 2 created"), "{ran}");
    let ran = tool.run(&["state", "list", "--sim"]).expect(0);
    assert!(
        !ran.out.contains("right") && !ran.out.contains("alone"),
        "{ran}"
    );
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let ran = tool.run(&["plan", "--sim", "--replace", "right"]).expect(0);
    assert!(
        ran.out
            .contains("Plan: 2 to replace; 3 resources stay as they are."),
        "{ran}"
    );
    for option in ["--target", "--replace"] {
        let ran = tool.run(&["plan", "--sim", option, "lift"]).expect(1);
        assert!(ran.err.contains("did you mean `left`?"), "{ran}");
    }
}

#[test]
fn a_replacement_says_its_reason_once() {
    let tool = Tool::with(COMPONENTS);
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.write("main.infra", &COMPONENTS.replace("n = \"1\"", "n = \"2\""));
    let ran = tool.run(&["plan", "--sim", "--target", "left"]).expect(0);
    assert_eq!(ran.out.matches("forces replacement").count(), 1, "{ran}");
    assert!(!ran.out.contains("reason:"), "{ran}");
}

#[test]
fn a_move_into_a_component_is_proposed() {
    let tool = Tool::with(&program(
        "aws.vpc net { range = 10.0.0.0/16, tags = { team = \"desk\" } }\n",
    ));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let moved = "component network() {\n  aws.vpc main { range = 10.0.0.0/16, tags = { team = \"desk\" } }\n}\nnetwork inner {}\n";
    tool.write("main.infra", &program(moved));
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert!(
        ran.out
            .contains("  move aws.vpc.net -> inner/aws.vpc.main\n"),
        "{ran}"
    );
    let moved = format!("{moved}move aws.vpc.net -> inner/aws.vpc.main\n");
    tool.write("main.infra", &program(&moved));
    let ran = tool.run(&["plan", "--sim"]).expect(0);
    assert!(ran.out.contains("1 to record"), "{ran}");
}

#[test]
fn a_wrong_parameter_points_at_the_command_line() {
    let tool =
        Tool::with("param count: int\nparam token: secret int\nstd.value a { input = count }\n");
    let ran = tool.run(&["check", "--set", "cuont=3"]).expect(1);
    assert!(ran.out.contains("command line:1:7"), "{ran}");
    assert!(ran.out.contains("--set cuont=…"), "{ran}");
    let ran = tool.run(&["check", "--set", "count=many"]).expect(1);
    assert!(ran.out.contains("command line:1:13"), "{ran}");
    assert!(ran.out.contains("--set count=many"), "{ran}");
    let ran = tool
        .run(&["check", "--set", "token=hunter2", "--set", "count=1"])
        .expect(1);
    assert!(
        ran.out.contains("--set token=…") && !ran.out.contains("hunter2"),
        "{ran}"
    );
    let tool = tool.env("INFRA_PARAM_count", "many");
    let ran = tool.run(&["check", "--json"]).expect(1);
    assert_eq!(ran.json()["diagnostics"][0]["file"], "environment");
}
