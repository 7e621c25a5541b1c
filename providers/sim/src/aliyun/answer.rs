//! Answers and errors as bytes: JSON, or XML where `Format=XML` asks for it.

use serde_json::{Value, json};

use crate::aliyun::fault::Fault;
use crate::ground::Reply;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

/// The answer of an action.
pub fn answer(format: Format, action: &str, mut value: Value, request_id: &str) -> Reply {
    value["RequestId"] = json!(request_id);
    reply(format, 200, &format!("{action}Response"), &value)
}

/// An error.
pub fn refuse(format: Format, fault: &Fault, host: &str, request_id: &str) -> Reply {
    let value = json!({
        "RequestId": request_id,
        "HostId": host,
        "Code": fault.code,
        "Message": fault.message,
        "Recommend": format!(
            "https://api.aliyun.com/troubleshoot?q={}&requestId={request_id}",
            fault.code
        ),
    });
    reply(format, fault.status, "Error", &value)
}

fn reply(format: Format, status: u16, root: &str, value: &Value) -> Reply {
    let (content_type, body) = match format {
        Format::Json => ("application/json;charset=utf-8", value.to_string()),
        Format::Xml => ("text/xml;charset=utf-8", document(root, value)),
    };
    Reply {
        status,
        headers: vec![("content-type", content_type.to_owned())],
        body: body.into_bytes(),
    }
}

/// An XML document: a member of a list is an element with the list's name.
pub fn document(root: &str, value: &Value) -> String {
    let mut text = String::from("<?xml version='1.0' encoding='UTF-8'?>");
    write(&mut text, root, value);
    text
}

fn write(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| write(text, name, item)),
        Value::Object(fields) => {
            text.push_str(&format!("<{name}>"));
            for (name, value) in fields {
                write(text, name, value);
            }
            text.push_str(&format!("</{name}>"));
        }
        Value::Null => {}
        Value::String(plain) => text.push_str(&format!("<{name}>{}</{name}>", escape(plain))),
        other => text.push_str(&format!("<{name}>{other}</{name}>")),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_list_is_a_row_of_elements() {
        let value = json!({ "Vpcs": { "Vpc": [{ "VpcId": "a<b" }, { "VpcId": "c" }] } });
        assert_eq!(
            document("DescribeVpcsResponse", &value),
            "<?xml version='1.0' encoding='UTF-8'?><DescribeVpcsResponse><Vpcs><Vpc>\
             <VpcId>a&lt;b</VpcId></Vpc><Vpc><VpcId>c</VpcId></Vpc></Vpcs></DescribeVpcsResponse>"
        );
    }
}
