//! The SDK's clients, set up, and the one way every request goes through them.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use infra_sdk::batch::Batch;
use infra_sdk::layers::{Call, Jitter, Layers, Repeat, RetryPolicy, Throttle, within};
use infra_sdk::wait::{Pace, Windows};
use infra_sdk::{Account, Context, Failure, FailureKind, Timer};

use crate::answer::{OnlyFromService, Protocol};
use crate::config::{Config, Options, limit};
use crate::error::{self, Route};
use crate::sdk;

/// For how long one attempt to read waits for its answer, in milliseconds; changes have the SDK's longer limit.
const READ_MS_MAX: u64 = 20_000;
/// For how long all attempts of a read together wait for an answer, in milliseconds.
const READ_SILENCE_MS_MAX: u64 = 60_000;

/// How many requests are under way at once: connections are for work, and not for waiting.
const IN_FLIGHT_MAX: usize = 64;

/// One account and region: the clients and what every operation needs beside them.
pub(crate) struct Cloud {
    pub ec2: aws_sdk_ec2::Client,
    pub ebs: aws_sdk_ebs::Client,
    sts: aws_sdk_sts::Client,
    layers: Layers,
    route: Route,
    pub timer: Arc<dyn Timer>,
    pub windows: Windows,
    pub program: String,
    pub region: String,
    /// The provider block's common tags.
    pub tags: BTreeMap<String, String>,
    /// Reads that several steps share.
    pub batch: Batch,
    in_flight: tokio::sync::Semaphore,
    kept: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    account: tokio::sync::OnceCell<Account>,
}

impl Cloud {
    /// Loads the configuration the standard way and checks the account guard.
    ///
    /// # Errors
    /// `Invalid` when no region is known, `Denied` when the account is none of the program's `accounts`, and
    /// what asking for the account fails with.
    pub async fn connect(context: &Context, options: Options) -> Result<Cloud, Failure> {
        let config = Config::of(&context.config);
        let sdk = sdk::load(&config, &options).await;
        let region = match sdk.region() {
            Some(region) => region.to_string(),
            None => {
                return Err(Failure::new(FailureKind::Invalid, "no AWS region is set")
                    .help("write `provider aws { region = \"us-west-2\" }`, or set AWS_REGION"));
            }
        };
        let throttle = Throttle::new(|action| Some(limit(action)));
        let throttle = match options.paced {
            true => throttle,
            false => throttle.after_refusal(),
        };
        let cloud = Cloud {
            ec2: aws_sdk_ec2::Client::from_conf(
                aws_sdk_ec2::config::Builder::from(&sdk)
                    .interceptor(OnlyFromService(Protocol::Ec2))
                    .build(),
            ),
            ebs: aws_sdk_ebs::Client::from_conf(
                aws_sdk_ebs::config::Builder::from(&sdk)
                    .interceptor(OnlyFromService(Protocol::Json))
                    .build(),
            ),
            sts: aws_sdk_sts::Client::from_conf(
                aws_sdk_sts::config::Builder::from(&sdk)
                    .interceptor(OnlyFromService(Protocol::Query))
                    .build(),
            ),
            layers: Layers::new(
                RetryPolicy::default(),
                Jitter::new(options.seed),
                throttle,
                options.timer.clone(),
            ),
            route: Route {
                profile: match options.credentials {
                    Some(_) => None,
                    None => config.profile.or(options.default_profile),
                },
                endpoint: sdk.endpoint_url().map(str::to_owned),
                region: region.clone(),
            },
            timer: options.timer,
            windows: options.windows,
            program: context.program.clone(),
            region,
            tags: config.tags,
            batch: Batch::default(),
            in_flight: tokio::sync::Semaphore::new(IN_FLIGHT_MAX),
            kept: Mutex::default(),
            account: tokio::sync::OnceCell::new(),
        };
        if !config.accounts.is_empty() {
            cloud.account().await?.check(&config.accounts)?;
        }
        Ok(cloud)
    }

    /// What a resource type keeps for as long as the provider lives, such as questions that several steps ask
    /// together: one value of each type of Rust, made when it is first asked for.
    pub fn kept<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let value = kept
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::<T>::default());
        let value = Arc::clone(value).downcast();
        value.expect("the key is the value's own type")
    }

    pub fn counts(&self) -> infra_sdk::CallCounts {
        self.layers.counts()
    }

    /// Whose account it is; asked once. Action: `GetCallerIdentity` (STS).
    pub async fn account(&self) -> Result<&Account, Failure> {
        self.account
            .get_or_try_init(|| async {
                let answer = self
                    .read("GetCallerIdentity", || {
                        self.sts.get_caller_identity().send()
                    })
                    .await?;
                Ok(Account {
                    id: answer.account.unwrap_or_default(),
                    region: self.region.clone(),
                    caller: answer.arn.unwrap_or_default(),
                })
            })
            .await
    }

    /// Sends a request that changes nothing.
    pub async fn read<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let call = Call {
            silence_ms_max: Some(READ_SILENCE_MS_MAX),
            ..Call::new(action, Repeat::Harmless)
        };
        let attempt = || {
            let late = || error::late(&self.route);
            within(READ_MS_MAX, &*self.timer, self.sent(action, send()), late)
        };
        self.layers.call(call, attempt).await
    }

    /// Sends a change that does no harm when it is done twice: it has a token, or sets something.
    pub async fn change<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.changing(action, Repeat::Harmless, send).await
    }

    /// Sends a change that must not be done twice. When its answer is lost, the failure is `ambiguous`.
    pub async fn once<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.changing(action, Repeat::Never, send).await
    }

    async fn changing<T, E, S>(
        &self,
        action: &'static str,
        repeat: Repeat,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let attempt = || self.sent(action, send());
        self.layers.call(Call::new(action, repeat), attempt).await
    }

    /// Reads all pages of a listing. `open` takes a page's items and the token of the next one.
    pub async fn pages<T, E, S, Item>(
        &self,
        action: &'static str,
        send: impl Fn(Option<String>) -> S,
        open: impl Fn(T) -> (Option<Vec<Item>>, Option<String>),
    ) -> Result<Vec<Item>, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut all = Vec::new();
        let mut next = None;
        loop {
            let page = self.read(action, || send(next.clone())).await?;
            let (items, token) = open(page);
            all.extend(items.unwrap_or_default());
            match token.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    /// One attempt: the answer, or what became of the request.
    async fn sent<T, E>(
        &self,
        action: &'static str,
        sending: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answer = {
            // The semaphore is never closed; without a permit the request would simply not be held back.
            let _place = self.in_flight.acquire().await;
            sending.await
        };
        answer.map_err(|error| error::failure(action, &error, &self.route))
    }
}

impl Pace for Cloud {
    fn name(&self) -> &'static str {
        "AWS"
    }

    fn timer(&self) -> &dyn Timer {
        &*self.timer
    }

    fn windows(&self) -> Windows {
        self.windows
    }
}
