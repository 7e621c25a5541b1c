//! `infra types`: what there is, as its users read it.

use crate::tool::Tool;

#[test]
fn a_directory_is_shown_as_the_component_it_is() {
    let tool = Tool::new();
    tool.write(
        "net/main.infra",
        r#"/// A network of one zone.
///
/// | zone | use |
/// |------|-----|
/// | a    | all |

use std.server

/// The range.
param range: cidr = 10.0.0.0/16 where it != internet, "not everything"
param zone: string
param sizes: {{
  size: size
  mount: string = "/data" // where
}} = {}

aws.vpc main { range = range }

/// The network made.
output vpc = main
output name = "net-${zone}"
"#,
    );
    let shown = tool.run(&["types", "./net"]).expect(0);
    let expected = "\
component ./net
  A network of one zone.

  | zone | use |
  |------|-----|
  | a    | all |

Parameters
  range: cidr where it != internet  (default 10.0.0.0/16)
      The range.
  zone: string  (required)
  sizes: {{ size: size, mount: string = \"/data\" }}  (default {})

Attributes
  vpc: aws.vpc
      The network made.
  name: string
";
    assert_eq!(shown.out, expected, "{shown}");
    let json = tool.run(&["types", "./net", "--json"]).expect(0).json();
    assert_eq!(json[0]["params"][1]["required"], true, "{json}");
    assert_eq!(json[0]["outputs"][0]["type"], "aws.vpc", "{json}");
}

#[test]
fn a_directory_with_errors_is_shown_with_them() {
    let tool = Tool::new();
    tool.write("net/main.infra", "param zone: string\noutput a = zoen\n");
    let shown = tool.run(&["types", "./net"]).expect(1);
    assert!(shown.out.contains("zone: string"), "{shown}");
    assert!(shown.err.contains("did you mean `zone`?"), "{shown}");
}

#[test]
fn functions_modules_and_beginnings_are_found() {
    let tool = Tool::new();
    let all = tool.run(&["types", "functions"]).expect(0);
    assert!(
        all.out
            .contains("subnet_of(range: cidr, bits: int, number: int) -> cidr"),
        "{all}"
    );
    let one = tool.run(&["types", "subnet_of"]).expect(0);
    assert!(
        one.out
            .ends_with("  subnet_of(10.0.0.0/16, 8, 3)\n  is 10.0.3.0/24\n"),
        "{one}"
    );
    let module = tool.run(&["types", "aws.catalogue"]).expect(0);
    assert!(module.out.starts_with("module aws.catalogue\n"), "{module}");
    assert!(module.out.contains("  machine_types: {"), "{module}");
    let server = tool.run(&["types", "std.server"]).expect(0);
    assert!(server.out.contains("  public_ip: ip?\n"), "{server}");
    let begins = tool.run(&["types", "aws.sec"]).expect(0);
    assert!(begins.out.contains("aws.security_group"), "{begins}");
    assert!(!begins.out.contains("aws.vpc "), "{begins}");
    let bare = tool.run(&["types", "subnet"]).expect(1);
    assert!(bare.err.contains("did you mean `aws.subnet`?"), "{bare}");
    let wrong = tool.run(&["types", "subnets_off"]).expect(1);
    assert!(wrong.err.contains("did you mean `subnets_of`?"), "{wrong}");
}
