//! Serves the simulated cloud alone: `serve --listen 127.0.0.1:0 --state FILE --chaos SPEC`.
//!
//! Prints `listening on http://ADDRESS` and serves until it is killed. The command `infra sim` is the same for users.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use infra_sim::{Config, Timing, serve};

#[tokio::main]
#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, which has to ask for the time"
)]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64)
    };
    let mut config = Config::new(Arc::new(clock));
    config.on_stop = Some(Arc::new(|| std::process::abort()));
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--listen" => config.listen = value.parse()?,
            "--state" => config.state_file = Some(value.into()),
            "--chaos" => config.chaos = value.parse()?,
            "--seed" => config.seed = value.parse()?,
            "--time-factor" => config.timing = Timing::default().scaled(value.parse()?),
            _ => {
                return Err(format!(
                    "{name}: there are --listen --state --chaos --seed --time-factor"
                )
                .into());
            }
        }
    }
    let running = serve(config).await?;
    println!("listening on {}", running.endpoint());
    std::io::stdout().flush()?;
    std::future::pending::<()>().await;
    Ok(())
}
