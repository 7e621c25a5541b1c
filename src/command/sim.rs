//! `infra sim`: the simulated cloud for other programs.

use std::net::SocketAddr;
use std::path::Path;

use infra_sim::{Proxy, Running};
use serde_json::json;

use crate::args::Sim;
use crate::error::{CommandError, Exit, Outcome};
use crate::runtime;
use crate::show::Console;
use crate::simulated;

pub fn run(args: &Sim, console: &Console) -> Outcome {
    let listen: SocketAddr = args.listen.parse().map_err(|_| {
        CommandError::usage(format!("`{}` is not an address to listen on", args.listen))
            .hint("write an IP address and a port, as in `127.0.0.1:4566`; port 0 takes a free one")
    })?;
    runtime::new()?.block_on(async {
        let mut signals = runtime::Signals::listen()?;
        // As a proxy it is where it is as a cloud, on another port.
        let proxy = args.proxy.map(|port| Proxy {
            listen: SocketAddr::new(listen.ip(), port),
            certificate: args.ca.clone(),
        });
        let state = args.state.clone();
        let chaos = args.chaos.as_deref();
        let running = simulated::start(Some(listen), proxy, state, chaos).await?;
        announce(&running, args.ca.as_deref(), console);
        if !listen.ip().is_loopback() {
            console
                .warn("it accepts connections from other machines: anyone who can reach it can change this cloud");
        }
        signals.next().await;
        running.shutdown().await;
        Ok(Exit::Done)
    })
}

/// Says how programs reach it that cannot be told another endpoint.
fn announce_proxy(proxy: SocketAddr, ca: Option<&Path>, console: &Console) {
    console.print(&format!(
        "export HTTPS_PROXY=http://{proxy}\nexport HTTP_PROXY=http://{proxy}\n"
    ));
    if let Some(ca) = ca {
        let ca = ca.display();
        console.print(&format!(
            "export SSL_CERT_FILE={ca}\nexport AWS_CA_BUNDLE={ca}\nexport REQUESTS_CA_BUNDLE={ca}\n"
        ));
    }
}

/// Says where it is, and what other programs need in their environment.
fn announce(running: &Running, ca: Option<&Path>, console: &Console) {
    let endpoint = running.endpoint();
    let (key, secret) = (infra_sim::ACCESS_KEY, infra_sim::SECRET_KEY);
    let alibaba = (infra_sim::aliyun::ACCESS_KEY, infra_sim::aliyun::SECRET_KEY);
    if console.json {
        let mut document = json!({
            "endpoint": endpoint,
            "access_key": key,
            "secret_key": secret,
            "aliyun": { "access_key": alibaba.0, "secret_key": alibaba.1 },
        });
        if let Some(proxy) = running.proxy() {
            document["proxy"] = json!(format!("http://{proxy}"));
            document["ca"] = json!(ca);
        }
        console.print_json(&document);
        return;
    }
    console.print(&format!(
        "listening on {endpoint}\n\
         export AWS_ENDPOINT_URL={endpoint}\n\
         export AWS_ACCESS_KEY_ID={key}\n\
         export AWS_SECRET_ACCESS_KEY={secret}\n\
         export AWS_REGION=us-west-2\n\
         export INFRA_ALIYUN_ENDPOINT={endpoint}\n\
         export ALIBABA_CLOUD_ACCESS_KEY_ID={}\n\
         export ALIBABA_CLOUD_ACCESS_KEY_SECRET={}\n\
         export ALIBABA_CLOUD_REGION_ID=cn-hangzhou\n",
        alibaba.0, alibaba.1
    ));
    if let Some(proxy) = running.proxy() {
        announce_proxy(proxy, ca, console);
    }
    console.note(
        "Alibaba Cloud's SDKs take this address as `endpoint`, with `protocol` set to HTTP.\n",
    );
    console.note("Stop it with Ctrl-C.\n");
}
