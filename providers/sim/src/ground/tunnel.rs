//! The proxy mode: clients that cannot be told another endpoint are told a proxy instead. What they send to a host of
//! one of the clouds is answered here; nothing is ever sent on.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming as HyperBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::ground::authority::Authority;
use crate::ground::front::Shared;
use crate::ground::serve::{Silence, answer};

/// Where the proxy listens, and where its certificate goes.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// The file that the certificate of its authority is written to, in PEM.
    pub certificate: Option<PathBuf>,
}

/// Serves one connection to the proxy.
pub async fn connection(
    stream: TcpStream,
    shared: Arc<Shared>,
    authority: Arc<Authority>,
    stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (shared, authority) = (Arc::clone(&shared), Arc::clone(&authority));
        let stopped = stopped.clone();
        async move { through(request, shared, authority, stopped).await }
    });
    // An error here is a client that went away, or a connection that chaos closed.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

async fn through(
    request: Request<HyperBody>,
    shared: Arc<Shared>,
    authority: Arc<Authority>,
    mut stopped: watch::Receiver<bool>,
) -> Result<Response<Full<Bytes>>, Silence> {
    let Some(host) = request.uri().host().map(str::to_owned) else {
        return plain(
            StatusCode::BAD_REQUEST,
            "This is a proxy: name a whole URL.",
        );
    };
    if !shared.serves(&host) {
        let text = format!("{host} belongs to none of the simulated clouds.");
        return plain(StatusCode::FORBIDDEN, &text);
    }
    if request.method() != Method::CONNECT {
        return answer(&shared, request).await;
    }
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            tokio::select! {
                _ = stopped.changed() => {}
                () = secure(upgraded, &host, shared, authority) => {}
            }
        }
    });
    plain(StatusCode::OK, "")
}

/// Speaks TLS as `host` on an accepted tunnel.
async fn secure(upgraded: Upgraded, host: &str, shared: Arc<Shared>, authority: Arc<Authority>) {
    let Ok(config) = authority.server(host) else {
        return;
    };
    let accepted = TlsAcceptor::from(config).accept(TokioIo::new(upgraded));
    let Ok(stream) = accepted.await else {
        return;
    };
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn plain(status: StatusCode, text: &str) -> Result<Response<Full<Bytes>>, Silence> {
    Response::builder()
        .status(status)
        .body(Full::new(Bytes::from(text.to_owned())))
        .map_err(|_| Silence)
}
