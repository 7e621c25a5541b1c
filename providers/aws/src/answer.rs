//! Whether an answer comes from the service.
//!
//! A proxy, a portal or a gateway may answer in the service's place, with any status and any body. Only what the
//! service's own protocol explains says what became of a request: the document of the action with its request id, or the
//! service's error document with a code. Every other answer leaves that open.

use aws_sdk_ec2::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_ec2::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ec2::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use serde_json::Value;

/// How a service writes its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// EC2: XML.
    Ec2,
    /// STS: XML of another form.
    Query,
    /// EBS direct: JSON.
    Json,
}

/// An answer that does not come from the service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an answer that the service did not give: HTTP {status}, {content}")]
pub(crate) struct Foreign {
    pub status: u16,
    /// What it is instead.
    pub content: String,
}

/// Refuses answers that do not come from the service. It reads them after they were deserialized, for only then they
/// have arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnlyFromService(pub Protocol);

#[dyn_dispatch_hint]
impl Intercept for OnlyFromService {
    fn name(&self) -> &'static str {
        "OnlyFromService"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(id) = id(context.response()) {
            infra_sdk::layers::request_id(id);
        }
        let action = config.load::<Metadata>().map(Metadata::name);
        check(self.0, action.unwrap_or_default(), context.response()).map_err(BoxError::from)
    }
}

/// The request's id: EC2 and STS write it into the document, EBS direct into a header.
fn id(response: &HttpResponse) -> Option<&str> {
    let header = response.headers().get("x-amzn-requestid");
    header.or_else(|| {
        let body = response.body().bytes()?;
        let mut names = ["requestId", "RequestId", "RequestID"].into_iter();
        let id = names.find_map(|name| element(body, name))?;
        std::str::from_utf8(id).ok()
    })
}

fn check(protocol: Protocol, action: &str, response: &HttpResponse) -> Result<(), Foreign> {
    let status = response.status().as_u16();
    let body = response.body().bytes();
    let explained = match protocol {
        Protocol::Json => json_explains(action, response, body),
        // What is not in memory is read as it comes, and no answer in XML is.
        _ => body.is_some_and(|body| xml_explains(protocol, action, status, body)),
    };
    if explained {
        return Ok(());
    }
    let kind = response.headers().get("content-type");
    let kind = kind.and_then(|kind| kind.split(';').next());
    Err(Foreign {
        status,
        content: match (body, kind) {
            (Some([]), _) => "empty".to_owned(),
            (_, Some(kind)) if !kind.contains("xml") => kind.trim().to_owned(),
            _ => "not the document of this action, or cut short".to_owned(),
        },
    })
}

/// "Query API responses" and "Error codes for the Amazon EC2 API": one root element, the request's id in it.
fn xml_explains(protocol: Protocol, action: &str, status: u16, body: &[u8]) -> bool {
    let body = body.trim_ascii();
    let has = |name: &str| element(body, name).is_some_and(|text| !text.is_empty());
    let ok = || is_root(body, &format!("{action}Response"));
    match (protocol, status) {
        (Protocol::Ec2, 200) => ok() && has("requestId"),
        (Protocol::Ec2, 400..) => {
            is_root(body, "Response") && has("Code") && (has("RequestID") || has("RequestId"))
        }
        (Protocol::Query, 200) => ok() && has("RequestId"),
        (Protocol::Query, 400..) => {
            is_root(body, "ErrorResponse") && has("Code") && has("RequestId")
        }
        _ => false,
    }
}

/// Whether a document begins and ends with this element; what is cut short does not end so.
fn is_root(body: &[u8], name: &str) -> bool {
    let after_declaration = match body.strip_prefix(b"<?xml") {
        Some(rest) => match find(rest, b"?>") {
            Some(at) => rest[at + 2..].trim_ascii_start(),
            None => return false,
        },
        None => body,
    };
    let opened = after_declaration
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_prefix(name.as_bytes()))
        .is_some_and(|rest| rest.first().is_some_and(|c| b" \t\r\n>".contains(c)));
    opened && body.ends_with(format!("</{name}>").as_bytes())
}

/// The text of the first element with this name that has no attributes.
fn element<'a>(body: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let open = format!("<{name}>");
    let text = &body[find(body, open.as_bytes())? + open.len()..];
    Some(&text[..text.iter().position(|c| *c == b'<')?])
}

fn find(body: &[u8], what: &[u8]) -> Option<usize> {
    body.windows(what.len()).position(|window| window == what)
}

/// "EBS direct APIs": what each action answers, and errors with their code in a header or in the body.
fn json_explains(action: &str, response: &HttpResponse, body: Option<&[u8]>) -> bool {
    let header = |name: &str| response.headers().get(name).is_some();
    let object = || body.and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let member = |name: &str| object().is_some_and(|object| object.get(name).is_some());
    match (response.status().as_u16(), action) {
        (200..=202, "StartSnapshot") => member("SnapshotId"),
        (200..=202, "CompleteSnapshot") => member("Status"),
        (200..=202, "PutSnapshotBlock" | "GetSnapshotBlock") => header("x-amz-checksum"),
        (200, "ListSnapshotBlocks") => member("Blocks"),
        (200, "ListChangedBlocks") => member("ChangedBlocks"),
        (400.., _) => {
            header("x-amzn-errortype") || member("__type") || (member("code") && member("message"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VPC: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <CreateVpcResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n\
        <requestId>7a62c49f</requestId><vpc/></CreateVpcResponse>\n";
    const REFUSED: &str = "<?xml version=\"1.0\"?><Response><Errors><Error><Code>InvalidVpc.Range</Code>\
        <Message>No.</Message></Error></Errors><RequestID>7a62c49f</RequestID></Response>";

    fn ec2(status: u16, body: &str) -> bool {
        xml_explains(Protocol::Ec2, "CreateVpc", status, body.as_bytes())
    }

    #[test]
    fn what_the_service_writes_counts() {
        assert!(ec2(200, VPC));
        assert!(ec2(400, REFUSED) && ec2(503, REFUSED));
        let sts = "<GetCallerIdentityResponse xmlns=\"x\"><ResponseMetadata><RequestId>1</RequestId>\
            </ResponseMetadata></GetCallerIdentityResponse>";
        let body = sts.as_bytes();
        assert!(xml_explains(
            Protocol::Query,
            "GetCallerIdentity",
            200,
            body
        ));
    }

    #[test]
    fn what_somebody_else_writes_does_not() {
        let half = &VPC[..VPC.len() / 2];
        let without_id = VPC.replace("requestId", "other");
        let without_code = REFUSED.replace("Code", "Other");
        for (status, body) in [
            (200, ""),
            (204, ""),
            (302, ""),
            (200, "<html><body>Sign in</body></html>"),
            (200, "{}"),
            (200, half),
            (200, &without_id),
            (200, &VPC.replace("CreateVpc", "DeleteVpc")),
            (200, REFUSED),
            (403, VPC),
            (201, VPC),
            (403, "<html><body>Blocked</body></html>"),
            (429, ""),
            (400, &without_code),
            (502, "<html/>"),
        ] {
            assert!(!ec2(status, body), "{status} {body}");
        }
    }
}
