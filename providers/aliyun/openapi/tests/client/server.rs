//! A server that answers each connection with the next of its texts, as they are, and keeps what it was sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aliyun_openapi::{
    Api, Call, Client, Credentials, Environment, Options, Retry, Source, Style, Timeouts,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const ECS: Api = Api {
    product: "ecs",
    version: "2014-05-26",
    style: Style::Rpc,
};

/// What a server does with one connection after it has read a request.
#[derive(Clone)]
pub enum Reaction {
    /// Sends this text and closes.
    Say(String),
    /// Closes without a word.
    Close,
    /// Says nothing and waits.
    Wait,
}

#[derive(Clone, Debug)]
pub struct Seen {
    /// `POST /?…`.
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A server with one reaction for each connection; afterwards it closes every one.
    pub async fn start(reactions: impl IntoIterator<Item = Reaction>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let mut reactions = reactions.into_iter().collect::<Vec<_>>().into_iter();
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let reaction = reactions.next().unwrap_or(Reaction::Close);
                tokio::spawn(serve(stream, reaction, kept.clone()));
            }
        });
        Server {
            url: format!("http://{address}"),
            seen,
        }
    }

    /// A server that says each of these texts once.
    pub async fn says<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Server {
        let say = |text: T| Reaction::Say(text.into());
        Server::start(texts.into_iter().map(say).collect::<Vec<_>>()).await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics here").clone()
    }

    /// A client whose every request comes here, with one attempt for each call.
    pub fn client(&self) -> Client {
        Client::new(self.options()).expect("an address")
    }

    pub fn options(&self) -> Options {
        options(&self.url)
    }
}

/// For a client that reaches `via` and nothing else of the machine.
pub fn options(via: &str) -> Options {
    Options {
        credentials: Source::Fixed(Credentials::new("LTAItest", "top-secret")),
        via: Some(via.to_owned()),
        retry: Retry::NEVER,
        timeouts: Timeouts::default(),
        environment: Environment::default(),
        ..Options::new("cn-beijing")
    }
}

pub fn describe() -> Call {
    Call::rpc(ECS, "DescribeInstances").param("RegionId", "cn-beijing")
}

/// An HTTP answer with a right length.
pub fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A refusal in Alibaba's protocol.
pub fn refusal(status: &str, code: &str) -> String {
    let body = format!(
        r#"{{"RequestId":"R-1","HostId":"ecs.aliyuncs.com","Code":"{code}","Message":"Something happened."}}"#
    );
    http(status, "Content-Type: application/json\r\n", &body)
}

pub fn success() -> String {
    let json = "Content-Type: application/json\r\n";
    http("200 OK", json, r#"{"RequestId":"R-1","TotalCount":0}"#)
}

async fn serve(mut stream: TcpStream, reaction: Reaction, seen: Arc<Mutex<Vec<Seen>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    seen.lock().expect("no test panics here").push(request);
    match reaction {
        Reaction::Say(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reaction::Close => {}
        Reaction::Wait => std::future::pending().await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let mut lines = head.lines();
        let line = lines.next()?.to_owned();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length");
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        if body.len() >= length {
            return Some(Seen {
                line,
                body: body.to_owned(),
                headers,
            });
        }
    }
}
