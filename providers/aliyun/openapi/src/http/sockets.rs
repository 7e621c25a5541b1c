//! Requests over sockets: HTTP/1.1, with TLS, and through a proxy where the environment says so.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::dial::Dial;
use super::proxy::Proxies;
use super::{Lost, Transport, tls};
use crate::environment::Environment;
use crate::options::Timeouts;

/// Connections that nobody used for this long are closed: shorter than servers and proxies keep them, because a
/// request on a connection that the other side just closed is lost.
const IDLE_MAX: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

type Body = Full<Bytes>;
type Plain = Client<Dial<HttpConnector>, Body>;
type Direct = Client<Dial<HttpsConnector<HttpConnector>>, Body>;
type Tunnelled = Client<Dial<HttpsConnector<Tunnel<HttpsConnector<HttpConnector>>>>, Body>;

/// The transport of a client that has no other.
pub(crate) struct Sockets {
    environment: Environment,
    timeouts: Timeouts,
    proxies: Proxies,
    /// Read at the first request that needs it.
    tls: OnceLock<Result<ClientConfig, String>>,
    plain: Plain,
    direct: OnceLock<Direct>,
    /// By the proxy's address.
    tunnelled: Mutex<BTreeMap<String, Tunnelled>>,
}

impl Sockets {
    pub fn new(environment: Environment, timeouts: Timeouts) -> Sockets {
        Sockets {
            proxies: Proxies::of(&environment),
            environment,
            timeouts,
            tls: OnceLock::new(),
            plain: client(Dial::new(sockets(), timeouts.connect)),
            direct: OnceLock::new(),
            tunnelled: Mutex::default(),
        }
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        let host = host(request.uri());
        let proxy = self.proxies.for_destination(request.uri());
        let proxy = proxy.map_err(unsent)?;
        let through = proxy.as_ref().map(|proxy| self::host(proxy.uri()));
        let encrypted = request.uri().scheme_str() == Some("https");
        let request = request.map(Full::new);
        let sent = match proxy {
            Some(proxy) => self.tunnelled(&proxy).map_err(unsent)?.request(request),
            None if encrypted => self.direct().map_err(unsent)?.request(request),
            None => self.plain.request(request),
        };
        let answer = sent.await.map_err(|error| {
            let cause = root(&error);
            if error.is_connect() {
                let way =
                    through.map_or(String::new(), |proxy| format!(" through the proxy {proxy}"));
                unsent(format!("no connection to {host}{way}: {cause}"))
            } else {
                lost(format!(
                    "the connection to {host} broke before the answer: {cause}"
                ))
            }
        })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| {
            lost(format!(
                "the answer of {host} was cut short: {}",
                root(&*error)
            ))
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }

    fn tls(&self) -> Result<ClientConfig, String> {
        let read = || tls::config(&self.environment);
        self.tls.get_or_init(read).clone()
    }

    fn direct(&self) -> Result<&Direct, String> {
        let tls = self.tls()?;
        let connect = || client(Dial::new(encrypted(tls, sockets()), self.timeouts.connect));
        Ok(self.direct.get_or_init(connect))
    }

    fn tunnelled(&self, proxy: &Intercept) -> Result<Tunnelled, String> {
        let tls = self.tls()?;
        let connect = || {
            let mut tunnel = Tunnel::new(proxy.uri().clone(), encrypted(tls.clone(), sockets()));
            if let Some(credentials) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            client(Dial::new(encrypted(tls, tunnel), self.timeouts.connect))
        };
        let mut tunnelled = self
            .tunnelled
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = tunnelled.entry(proxy.uri().to_string());
        Ok(known.or_insert_with(connect).clone())
    }
}

#[async_trait]
impl Transport for Sockets {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        let host = host(request.uri());
        // Until the connection stands, `Dial` measures.
        let limit = self.timeouts.connect + self.timeouts.answer;
        match tokio::time::timeout(limit, self.answer(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(lost(format!(
                "no answer of {host} within {} s",
                self.timeouts.answer.as_secs_f32()
            ))),
        }
    }
}

fn sockets() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

fn encrypted<C>(tls: ClientConfig, inner: C) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(inner)
}

fn client<C>(connector: C) -> Client<C, Body>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_MAX)
        .build(connector)
}

/// A host as it is named to people: without credentials.
fn host(uri: &Uri) -> String {
    match (uri.host(), uri.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or("nowhere").to_owned(),
    }
}

fn unsent(cause: String) -> Lost {
    Lost { sent: false, cause }
}

fn lost(cause: String) -> Lost {
    Lost { sent: true, cause }
}

/// The innermost cause: `Connection refused (os error 111)`.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string()
}
