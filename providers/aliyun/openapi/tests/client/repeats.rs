//! What a client sends again, and what changes when it does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aliyun_openapi::{Client, Clock, Error, Options, Repeat, Retry};
use async_trait::async_trait;

use crate::server::{Reaction, Server, describe, http, refusal, success};

/// Stands still, and notes for how long it was asked to wait.
struct Still {
    now: SystemTime,
    slept: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Clock for Still {
    fn now(&self) -> SystemTime {
        self.now
    }

    async fn sleep(&self, duration: Duration) {
        self.slept
            .lock()
            .expect("no test panics here")
            .push(duration);
    }
}

fn patient(server: &Server) -> (Client, Arc<Still>) {
    let clock = Arc::new(Still {
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        slept: Mutex::default(),
    });
    let client = Client::new(Options {
        retry: Retry::default(),
        clock: clock.clone(),
        ..server.options()
    });
    (client.expect("an address"), clock)
}

#[tokio::test]
async fn a_repeated_call_has_a_new_nonce_and_signature_and_the_same_token() {
    let throttle = refusal("400 Bad Request", "Throttling.User");
    let server = Server::says([throttle.clone(), throttle, success()]).await;
    let call = describe().param("ClientToken", "the-token");
    let (client, clock) = patient(&server);
    client
        .call(&call)
        .await
        .expect("the third attempt succeeds");
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    for header in ["x-acs-signature-nonce", "authorization"] {
        let values: std::collections::BTreeSet<_> = seen
            .iter()
            .map(|request| &request.headers[header])
            .collect();
        assert_eq!(values.len(), 3, "{header}");
    }
    for request in &seen {
        assert!(
            request.line.contains("ClientToken=the-token"),
            "{}",
            request.line
        );
    }
    assert_eq!(clock.slept.lock().expect("it is whole").len(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_where_twice_is_harmless() {
    for (repeat, attempts) in [(Repeat::Never, 1), (Repeat::Harmless, 2)] {
        let server = Server::start([Reaction::Close, Reaction::Say(success())]).await;
        let answer = patient(&server).0.call(&describe().repeat(repeat)).await;
        assert_eq!(answer.is_ok(), repeat == Repeat::Harmless);
        assert_eq!(server.seen().len(), attempts, "{repeat:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let server = Server::says([refusal("400 Bad Request", "InvalidParameter"), success()]).await;
    let error = patient(&server)
        .0
        .call(&describe().repeat(Repeat::Harmless))
        .await;
    assert!(matches!(error, Err(Error::Refused(_))));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn patience_ends() {
    let throttles = vec![refusal("400 Bad Request", "Throttling"); 9];
    let server = Server::says(throttles).await;
    let (client, clock) = patient(&server);
    let error = client.call(&describe()).await;
    assert!(matches!(error, Err(Error::Throttled(_))));
    let attempts = Retry::default().attempts_max as usize;
    assert_eq!(server.seen().len(), attempts);
    assert_eq!(clock.slept.lock().expect("it is whole").len(), attempts - 1);
}

#[tokio::test]
async fn a_pause_is_as_long_as_the_service_asks_for() {
    let body = r#"{"RequestId":"R-1","Code":"Throttling.Api","Message":"Slow down."}"#;
    let limit = "x-ratelimit-user-api: Limit:1,Remain:0,TimeLeft:7000\r\n";
    let server = Server::says([http("400 Bad Request", limit, body), success()]).await;
    let (client, clock) = patient(&server);
    client
        .call(&describe())
        .await
        .expect("the second attempt succeeds");
    let slept = clock.slept.lock().expect("it is whole");
    assert_eq!(*slept, [Duration::from_secs(7)]);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_set_right_by_the_refusal() {
    let body = r#"{"RequestId":"R-1","Code":"InvalidTimeStamp.Expired","Message":"Too old."}"#;
    let date = "Date: Wed, 15 Nov 2023 22:13:20 GMT\r\n";
    let server = Server::says([http("400 Bad Request", date, body), success()]).await;
    let (client, _) = patient(&server);
    client
        .call(&describe())
        .await
        .expect("the second attempt succeeds");
    let seen = server.seen();
    assert_eq!(seen[0].headers["x-acs-date"], "2023-11-14T22:13:20Z");
    assert_eq!(seen[1].headers["x-acs-date"], "2023-11-15T22:13:20Z");
}
