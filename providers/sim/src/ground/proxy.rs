//! What stands between a client and the cloud: a proxy or a portal that answers in the cloud's place.

use crate::ground::cloud::{Cloud, Document};
use crate::ground::http::Reply;

/// An answer that does not come from the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// HTTP 200 with the page of a portal.
    Html,
    /// HTTP 200 with a JSON object of somebody else's.
    Json,
    /// HTTP 200 without a body.
    Empty,
    /// HTTP 200 with the shell of the right document and nothing in it.
    Hollow,
    /// HTTP 200 with the document of another action.
    Other,
    /// The cloud's own answer, cut in the middle.
    Cut,
    NoContent,
    Redirect,
    Forbidden,
    NotFound,
    ProxyAuthentication,
    RequestTimeout,
    TooLarge,
    TooMany,
    BadGateway,
    GatewayTimeout,
}

impl Page {
    /// Every kind with the name that a specification of chaos gives it.
    pub const ALL: [(Page, &'static str); 16] = [
        (Page::Html, "html"),
        (Page::Json, "json"),
        (Page::Empty, "empty"),
        (Page::Hollow, "hollow"),
        (Page::Other, "other"),
        (Page::Cut, "cut"),
        (Page::NoContent, "204"),
        (Page::Redirect, "302"),
        (Page::Forbidden, "403"),
        (Page::NotFound, "404"),
        (Page::ProxyAuthentication, "407"),
        (Page::RequestTimeout, "408"),
        (Page::TooLarge, "413"),
        (Page::TooMany, "429"),
        (Page::BadGateway, "502"),
        (Page::GatewayTimeout, "504"),
    ];

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Page> {
        let mut all = Page::ALL.iter();
        all.find(|(_, known)| *known == name).map(|(page, _)| *page)
    }

    /// What the client gets in place of `genuine`, the answer of `cloud` to `action`.
    pub(crate) fn reply(self, cloud: &dyn Cloud, action: &str, genuine: Reply) -> Reply {
        let (status, kind, body) = match self {
            Page::Cut => {
                let mut cut = genuine;
                cut.body.truncate(cut.body.len() / 2);
                // A connection that is cut does not announce what it has not sent.
                cut.headers
                    .retain(|(name, _)| *name != cloud.request_id_header());
                return cut;
            }
            Page::Html => (200, HTML, page("Sign in to the network")),
            Page::Json => (200, JSON, r#"{"status":"ok"}"#.to_owned()),
            Page::Empty => (200, HTML, String::new()),
            Page::Hollow => ok(cloud.hollow(action)),
            Page::Other => ok(cloud.other()),
            Page::NoContent => (204, HTML, String::new()),
            Page::Redirect => (302, HTML, page("Found")),
            Page::Forbidden => (403, HTML, page("Blocked by policy")),
            Page::NotFound => (404, HTML, page("Not Found")),
            Page::ProxyAuthentication => (407, HTML, page("Proxy Authentication Required")),
            Page::RequestTimeout => (408, HTML, page("Request Timeout")),
            Page::TooLarge => (413, HTML, page("Request Entity Too Large")),
            Page::TooMany => (429, HTML, page("Too Many Requests")),
            Page::BadGateway => (502, HTML, page("Bad Gateway")),
            Page::GatewayTimeout => (504, HTML, page("Gateway Timeout")),
        };
        let mut headers = vec![("content-type", kind.to_owned())];
        if self == Page::Redirect {
            headers.push(("location", "http://portal.invalid/login".to_owned()));
        }
        Reply {
            status,
            headers,
            body: body.into_bytes(),
        }
    }
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

fn ok(document: Document) -> (u16, &'static str, String) {
    (200, document.content_type, document.text)
}

fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    )
}
