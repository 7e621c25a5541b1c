//! The HTTP server: takes requests, applies chaos, has them answered.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming as HyperBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::ground::authority::Authority;
use crate::ground::front::{Handle, Shared};
use crate::ground::http::{Incoming, Reply};
use crate::ground::setup::Setup;
use crate::ground::tunnel::{self, Proxy};

/// The largest body: a block of EBS direct is 512 KiB, user data 16 KiB.
const BODY_MAX: usize = 4 << 20;

/// A cloud that serves. It stops when this is dropped, or with [`Running::shutdown`].
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    proxy: Option<SocketAddr>,
    handle: Handle,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The endpoint to give to an SDK.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Where it listens as a proxy, if it does.
    pub fn proxy(&self) -> Option<SocketAddr> {
        self.proxy
    }

    /// A view into the cloud that outlives this value.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Takes no more requests, closes all connections and lets go of the state file.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        // The task ends by itself; if it panicked, the panic has been reported already.
        let _ = self.task.await;
    }
}

/// What listens: for requests to the clouds, or as a proxy.
struct Door {
    listener: TcpListener,
    authority: Option<Arc<Authority>>,
}

/// Starts the cloud on the current tokio runtime.
///
/// # Errors
/// When an address cannot be listened on, the certificate cannot be written, or the state file cannot be read, is
/// damaged, or belongs to another running simulator (`WouldBlock`).
pub async fn serve(setup: impl Into<Setup>) -> io::Result<Running> {
    let shared = Arc::new(Shared::open(setup.into())?);
    let door = Door {
        listener: TcpListener::bind(shared.settings.listen).await?,
        authority: None,
    };
    let addr = door.listener.local_addr()?;
    let mut doors = vec![door];
    let mut proxy_addr = None;
    if let Some(proxy) = &shared.settings.proxy {
        let door = open_proxy(proxy).await?;
        proxy_addr = Some(door.listener.local_addr()?);
        doors.push(door);
    }
    let (stop, stopped) = watch::channel(false);
    let handle = Handle::of(&shared);
    let task = tokio::spawn(async move {
        let mut open = tokio::task::JoinSet::new();
        for door in doors {
            open.spawn(accept(door, Arc::clone(&shared), stopped.clone()));
        }
        while open.join_next().await.is_some() {}
        shared.core().ledger.close();
    });
    Ok(Running {
        addr,
        proxy: proxy_addr,
        handle,
        stop,
        task,
    })
}

async fn open_proxy(proxy: &Proxy) -> io::Result<Door> {
    let authority = Authority::new()?;
    if let Some(file) = &proxy.certificate {
        std::fs::write(file, authority.certificate()).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", file.display()))
        })?;
    }
    Ok(Door {
        listener: TcpListener::bind(proxy.listen).await?,
        authority: Some(Arc::new(authority)),
    })
}

/// Takes connections until told to stop (or until nobody is left to tell), then closes them.
async fn accept(door: Door, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = door.listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let shared = Arc::clone(&shared);
                    match &door.authority {
                        None => connections.spawn(connection(stream, shared)),
                        Some(authority) => {
                            let authority = Arc::clone(authority);
                            connections.spawn(tunnel::connection(stream, shared, authority, stopped.clone()))
                        }
                    };
                }
                // Out of file descriptors, for example: a moment later there may be some.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    // An error here is a client that went away, or a connection that chaos closed.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
pub(super) struct Silence;

pub(super) async fn answer(
    shared: &Shared,
    request: Request<HyperBody>,
) -> Result<Response<Full<Bytes>>, Silence> {
    let arrival = shared.arrive().ok_or(Silence)?;
    if arrival.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(arrival.delay_ms)).await;
    }
    if arrival.is_reset() {
        return Err(Silence);
    }
    if arrival.hangs() {
        // Until the client goes away, or the cloud ends.
        std::future::pending::<()>().await;
    }
    let request = receive(request).await?;
    send(shared.answer(&arrival, &request).ok_or(Silence)?)
}

async fn receive(request: Request<HyperBody>) -> Result<Incoming, Silence> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_MAX)
        .collect()
        .await
        .map_err(|_| Silence)?
        .to_bytes()
        .to_vec();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    Ok(Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

fn send(reply: Reply) -> Result<Response<Full<Bytes>>, Silence> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Full::new(Bytes::from(reply.body)))
        .map_err(|_| Silence)
}
