//! How long an apply takes, in virtual time.

use crate::bed::{Bed, Setup, Text};

pub fn wide(machines: usize) -> Text {
    Text::new(format!(
        r#"
provider aws {{ region = "us-west-2" }}
lookup aws.image base {{ owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }}
aws.vpc net {{ range = 10.0.0.0/16 }}
aws.subnet inside {{ vpc = net, zone = "us-west-2a", range = 10.0.0.0/18 }}
aws.security_group hosts for n in range(1 + {machines} / 10) {{ vpc = net, description = "hosts" }}
aws.instance host for n in range({machines}) {{
  type   = "t3.large"
  image  = base
  subnet = inside
  groups = [hosts["${{n / 10}}"]]
}}
aws.volume disk for n in range({machines} * 2) {{
  zone = "us-west-2a"
  size = 8GiB
}}
aws.attachment tie for n in range({machines} * 2) {{
  instance = host["${{n / 2}}"]
  volume   = disk["${{n}}"]
  device   = if n % 2 == 0 then "/dev/sdf" else "/dev/sdg"
}}
"#
    ))
}

#[test]
fn a_wide_program() {
    let bed = Bed::new(&Setup::real(""));
    let text = wide(3);
    let (trace, report) = bed.apply(&text, false);
    println!("{:#?} {:#?} {}", trace.means(), report.calls, trace.took_ms);
    let (plan, calls) = bed.plan(&text);
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    println!("{calls:?}");
}
