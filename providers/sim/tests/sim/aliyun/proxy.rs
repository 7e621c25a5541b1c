//! The proxy mode: clients that only know the real hosts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use infra_sim::Proxy;
use infra_sim::aliyun::{ACCESS_KEY, SECRET_KEY};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::client::{Ali, host};

const KEY: (&str, &str) = (ACCESS_KEY, SECRET_KEY);

struct Bed {
    ali: Ali,
    proxy: SocketAddr,
    certificate: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

fn bed() -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("ca.pem");
    let proxy = Proxy {
        listen: "127.0.0.1:0".parse().unwrap(),
        certificate: Some(certificate.clone()),
    };
    let ali = Ali::start(|config| config.proxy = Some(proxy));
    let proxy = ali.sim.proxy();
    Bed {
        ali,
        proxy,
        certificate,
        _folder: folder,
    }
}

impl Bed {
    /// A signed request to the real host of ECS, as text.
    fn request(&self, target: &str) -> String {
        let name = host("ecs", "cn-hangzhou");
        let headers = self.ali.signed(&name, "ecs", "DescribeRegions", "", KEY);
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines: String = lines.collect();
        format!("POST {target} HTTP/1.1\r\nconnection: close\r\n{lines}content-length: 0\r\n\r\n")
    }

    fn plain(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.proxy).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn a_whole_url_is_answered_for() {
    let bed = bed();
    let answer = bed.plain(&bed.request("http://ecs.cn-hangzhou.aliyuncs.com/"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("cn-hangzhou"), "{answer}");
}

#[test]
fn other_hosts_and_plain_requests_are_refused() {
    let bed = bed();
    let other = bed.plain(
        "GET http://example.com/ HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\r\n",
    );
    assert!(other.starts_with("HTTP/1.1 403"), "{other}");
    let tunnel = bed.plain(
        "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\nconnection: close\r\n\r\n",
    );
    assert!(tunnel.starts_with("HTTP/1.1 403"), "{tunnel}");
    let direct = bed.plain(&bed.request("/"));
    assert!(direct.starts_with("HTTP/1.1 400"), "{direct}");
}

#[test]
fn a_tunnel_is_answered_for_with_a_certificate_of_its_own() {
    let bed = bed();
    let name = host("ecs", "cn-hangzhou");
    let mut stream = TcpStream::connect(bed.proxy).unwrap();
    let connect = format!("CONNECT {name}:443 HTTP/1.1\r\nhost: {name}:443\r\n\r\n");
    stream.write_all(connect.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&bed.certificate).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name).unwrap();
    let session = ClientConnection::new(Arc::new(config), server).unwrap();
    let mut secure = StreamOwned::new(session, stream);
    secure.write_all(bed.request("/").as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server that closes without a goodbye has answered all the same.
    let _ = secure.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("cn-hangzhou"), "{answer}");
}
