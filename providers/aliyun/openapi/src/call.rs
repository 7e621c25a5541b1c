//! One call of an action, as its caller describes it.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

/// A product's interface: `Api { product: "ecs", version: "2014-05-26", style: Style::Rpc }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Api {
    /// As in the host name: `ecs`, `vpc`, `slb`, `rds`, `r-kvstore`, `cms`, `cs`, `cr`, `alidns`, `sts`.
    pub product: &'static str,
    /// The date of the interface: `2014-05-26`.
    pub version: &'static str,
    pub style: Style,
}

/// How a product is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// The action is named; all parameters are in the query.
    Rpc,
    /// Resources have paths; parameters are in the query and in a JSON body.
    Roa,
}

/// The HTTP method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Head,
}

impl Method {
    /// As it is written in a request: `GET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
        }
    }
}

/// Whether a call whose answer was lost may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Twice is the same as once: a read, a setting, a call with a `ClientToken`.
    Harmless,
    /// Twice might do the work twice. Only a call that certainly had no effect is sent again.
    Never,
}

/// One call. The client adds signature, date and nonce when it sends it, anew for every attempt; a `ClientToken` is a
/// parameter of the caller and stays the same.
#[derive(Clone, PartialEq)]
pub struct Call {
    pub api: Api,
    /// `DescribeVpcs`.
    pub action: Cow<'static, str>,
    pub method: Method,
    /// `/` for RPC; the path with its ids filled in, not encoded, for ROA.
    pub path: String,
    /// The query, not encoded. Lists count from 1: `Tag.1.Key`.
    pub params: Vec<(String, String)>,
    /// Parameters that Alibaba's metadata places in a form body (`"in": "Body"` of an RPC action); not encoded.
    pub form: Vec<(String, String)>,
    /// The JSON body of a ROA call.
    pub body: Option<Value>,
    pub repeat: Repeat,
    /// Texts that no error may show.
    pub(crate) secrets: Vec<String>,
}

impl Call {
    /// A call of an RPC action: `POST /?…`, not to be repeated.
    pub fn rpc(api: Api, action: impl Into<Cow<'static, str>>) -> Call {
        Call::roa(api, action, Method::Post, "/")
    }

    /// A call of a ROA action, not to be repeated.
    pub fn roa(
        api: Api,
        action: impl Into<Cow<'static, str>>,
        method: Method,
        path: impl Into<String>,
    ) -> Call {
        Call {
            api,
            action: action.into(),
            method,
            path: path.into(),
            params: Vec::new(),
            form: Vec::new(),
            body: None,
            repeat: Repeat::Never,
            secrets: Vec::new(),
        }
    }

    /// Adds a parameter of the query.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl ToString) -> Call {
        self.params.push((name.into(), value.to_string()));
        self
    }

    /// Adds a parameter whose value no error shows, not even where the service quotes it: a password.
    #[must_use]
    pub fn secret_param(self, name: impl Into<String>, value: impl Into<String>) -> Call {
        let value = value.into();
        self.secret(value.clone()).param(name, value)
    }

    /// Adds parameters of the query.
    #[must_use]
    pub fn params(mut self, params: impl IntoIterator<Item = (String, String)>) -> Call {
        self.params.extend(params);
        self
    }

    /// Adds a parameter of the form body.
    #[must_use]
    pub fn form(mut self, name: impl Into<String>, value: impl ToString) -> Call {
        self.form.push((name.into(), value.to_string()));
        self
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Call {
        self.body = Some(body);
        self
    }

    /// Names a text that no error shows: part of the body, for example.
    #[must_use]
    pub fn secret(mut self, text: impl Into<String>) -> Call {
        self.secrets.push(text.into());
        self
    }

    /// Sets whether the call may be sent again after its answer was lost.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Call {
        self.repeat = repeat;
        self
    }
}

/// Shows names, never values: any value may be a password.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Call")
            .field("product", &self.api.product)
            .field("action", &self.action)
            .field("method", &self.method.as_str())
            .field("params", &names(&self.params))
            .field("form", &names(&self.form))
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}
