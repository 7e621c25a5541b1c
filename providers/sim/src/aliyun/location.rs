//! The location service, which older clients ask for endpoints first.

use serde_json::json;

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::regions;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::text;
use crate::aliyun::world::Region;

pub const ACTIONS: &[Action] = &[Action {
    name: "DescribeEndpoints",
    takes: &[&[
        text("Id").must(),
        text("ServiceCode").must(),
        text("Type"),
        text("Namespace"),
    ]],
    act: endpoints,
}];

fn endpoints(_: &mut Region, args: &Args) -> Answer {
    let (id, service) = (args.need("Id")?, args.need("ServiceCode")?);
    if regions::known(id).is_none() {
        return Err(Fault::new(
            "Illegal Parameter",
            "The specified region does not exist.",
        ));
    }
    Ok(json!({
        "Success": true,
        "Endpoints": {
            "Endpoint": [{
                "Endpoint": format!("{service}.{id}.aliyuncs.com"),
                "Id": id,
                "Namespace": "",
                "SerivceCode": service,
                "Type": "openAPI",
                "Protocols": { "Protocols": ["HTTP", "HTTPS"] },
            }],
        },
    }))
}
