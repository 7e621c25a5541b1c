//! `infra graph`: three forms of one drawing, none of which needs a cloud.

use crate::tool::Tool;

const NETWORK: &str = r#"
component part(vpc: aws.vpc, range: cidr) {
  aws.subnet inside { vpc = vpc, zone = "us-west-2a", range = range }
  output id = inside.id
}
provider aws { region = "us-west-2" }
aws.vpc net { range = 10.0.0.0/16 }
part rooms for name, range in { "a<b>" = 10.0.1.0/24, c = 10.0.2.0/24 } { vpc = net, range = range }
std.value ids { input = [room.id for room in values(rooms)] }
"#;

#[test]
fn dot_has_components_as_clusters_and_dependencies_as_edges() {
    let ran = Tool::with(NETWORK).run(&["graph"]).expect(0);
    insta::assert_snapshot!("dot", ran.out);
}

#[test]
fn mermaid_escapes_what_it_would_read() {
    let ran = Tool::with(NETWORK)
        .run(&["graph", "--format", "mermaid"])
        .expect(0);
    insta::assert_snapshot!("mermaid", ran.out);
}

#[test]
fn svg_is_well_formed_and_the_same_each_time() {
    let tool = Tool::with(NETWORK);
    let ran = tool.run(&["graph", "--format", "svg"]).expect(0);
    assert!(
        ran.out.starts_with("<svg xmlns=") && ran.out.ends_with("</svg>\n"),
        "{ran}"
    );
    assert!(ran.out.contains("rooms[&quot;a&lt;b&gt;&quot;]"), "{ran}");
    assert_eq!(ran.out.matches("marker-end").count(), 4, "{ran}");
    for element in ["text", "title", "marker"] {
        let opened = ran.out.matches(&format!("<{element}")).count();
        let closed = ran.out.matches(&format!("</{element}>")).count();
        assert_eq!(opened, closed, "{element}");
    }
    assert_eq!(tool.run(&["graph", "--format", "svg"]).out, ran.out);
}

#[test]
fn a_lookup_that_nobody_answered_is_drawn() {
    let tool = Tool::with(
        r#"
        provider aws { region = "us-west-2" }
        lookup aws.image linux { owner = "1", name = "linux" }
        std.value chosen { input = linux.id }
        "#,
    );
    let ran = tool.run(&["graph"]).expect(0);
    assert!(ran.out.contains("style = dashed"), "{ran}");
    assert!(ran.out.contains("n1 -> n0"), "{ran}");
}

#[test]
fn as_a_document_it_has_addresses() {
    let json = Tool::with(NETWORK)
        .run(&["graph", "--json"])
        .expect(0)
        .json();
    assert_eq!(json["nodes"][0]["address"], "aws.vpc.net", "{json}");
    let edges = json["edges"].as_array().expect("a list");
    let wanted =
        serde_json::json!({ "from": "rooms[\"c\"]/aws.subnet.inside", "to": "aws.vpc.net" });
    assert!(edges.contains(&wanted), "{json}");
}
