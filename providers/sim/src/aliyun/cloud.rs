//! Alibaba Cloud's part of the front: signatures, products, formats, one transaction for each request.

use std::collections::BTreeMap;

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::answer::{self, Format};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::regions;
use crate::aliyun::config::{Credentials, Quotas, Timing};
use crate::aliyun::fault::Fault;
use crate::aliyun::product::{self, CENTRAL, Endpoint};
use crate::aliyun::world::{Conditions, Region};
use crate::aliyun::{ecs, signature, token, vpc};
use crate::ground::bucket::Limit;
use crate::ground::cloud::{Cloud, Document, Inspected, Trouble};
use crate::ground::journal::Change;
use crate::ground::ledger::Ledger;
use crate::ground::regions::Regions;
use crate::ground::{Incoming, Reply};

/// The account at Alibaba Cloud.
pub struct Aliyun {
    regions: Regions<Region>,
    credentials: Credentials,
    /// Nonces, and when each was used. A signature is taken once.
    nonces: BTreeMap<String, u64>,
}

/// Requests of an account at once and per second, for actions that read and for those that change. Alibaba Cloud
/// publishes limits per action in its console only; these are of their order.
const READS: Limit = Limit::new(100.0, 20.0);
const CHANGES: Limit = Limit::new(50.0, 10.0);

impl Aliyun {
    /// An empty account.
    pub fn new(seed: u64, timing: Timing, quotas: Quotas, credentials: Credentials) -> Self {
        Self {
            regions: Regions::new(seed, Conditions { timing, quotas }),
            credentials,
            nonces: BTreeMap::new(),
        }
    }

    fn act(
        &mut self,
        ledger: &mut Ledger,
        request: &Incoming,
        params: &BTreeMap<String, String>,
        now: u64,
    ) -> Answer {
        let Call {
            action,
            version,
            endpoint,
        } = Call::of(request, params);
        let nonce = signature::verify(request, params, &self.credentials, now)?;
        self.use_nonce(nonce, now)?;
        let product = endpoint.product.ok_or_else(|| {
            Fault::new(
                "InvalidProduct.NotFound",
                "Cannot find product according to your specified domain.",
            )
        })?;
        if version.is_some_and(|version| version != product.version) {
            return Err(Fault::new(
                "InvalidVersion",
                "Specified parameter Version is not valid.",
            ));
        }
        let name = action.ok_or_else(|| Fault::missing("Action"))?;
        let Some(action) = product.action(name) else {
            ledger.count("unknown");
            return Err(Fault::new(
                "InvalidAction.NotFound",
                "Specified api is not found, please check your url and method.",
            ));
        };
        ledger.count(&format!("{}:{name}", product.name));
        let region = region_of(params, endpoint)?;
        let limit = if is_read(name) { READS } else { CHANGES };
        let bucket = format!("aliyun/{region}/{}:{name}", product.name);
        if !ledger.admits(&bucket, limit, 1.0, now) {
            return Err(throttled());
        }
        let args = Args::of(action, params)?;
        let advance = |region: &mut Region| {
            ecs::advance(region);
            vpc::advance(region);
        };
        let regions = &mut self.regions;
        regions.transact(ledger, region, now, advance, |regions| {
            run(regions.region(region, now), action, &args)
        })
    }

    fn use_nonce(&mut self, nonce: String, now: u64) -> Result<(), Fault> {
        let oldest = now.saturating_sub(2 * signature::SKEW_MS);
        self.nonces.retain(|_, used| *used >= oldest);
        match self.nonces.insert(nonce, now) {
            None => Ok(()),
            Some(_) => Err(Fault::new(
                "SignatureNonceUsed",
                "Specified signature nonce was used already.",
            )),
        }
    }
}

/// Does an action; a dry run that would have succeeded is an error of its own.
fn run(region: &mut Region, action: &Action, args: &Args) -> Answer {
    let answer = token::once(region, action, args)?;
    if args.flag("DryRun") == Some(true) {
        return Err(Fault::new(
            "DryRunOperation",
            "Request validation has been passed with DryRun flag set.",
        ));
    }
    Ok(answer)
}

fn is_read(action: &str) -> bool {
    ["Describe", "List", "Get"]
        .iter()
        .any(|verb| action.starts_with(verb))
}

fn throttled() -> Fault {
    Fault::new(
        "Throttling.User",
        "Request was denied due to user flow control.",
    )
}

fn region_of(params: &BTreeMap<String, String>, endpoint: Endpoint) -> Result<&'static str, Fault> {
    let named = params.get("RegionId").or_else(|| params.get("regionId"));
    match named.filter(|name| !name.is_empty()) {
        Some(name) => regions::known(name).ok_or_else(|| {
            Fault::new(
                "InvalidRegionId.NotFound",
                "The specified RegionId does not exist.",
            )
        }),
        None => Ok(endpoint.region.unwrap_or(CENTRAL)),
    }
}

/// What a request names, whether or not it is signed.
struct Call<'a> {
    action: Option<&'a str>,
    version: Option<&'a str>,
    endpoint: Endpoint,
}

impl<'a> Call<'a> {
    fn of(request: &'a Incoming, params: &'a BTreeMap<String, String>) -> Self {
        let named = |header: &str, param: &str| {
            let by_param = || params.get(param).map(String::as_str);
            request.header(header).or_else(by_param)
        };
        let version = named("x-acs-version", "Version");
        Self {
            action: named("x-acs-action", "Action"),
            version,
            endpoint: product::endpoint(request, version),
        }
    }
}

/// Older signatures come with a format, which is XML unless they say otherwise.
fn format_of(request: &Incoming, params: &BTreeMap<String, String>) -> Format {
    match params.get("Format").map(String::as_str) {
        Some(word) if word.eq_ignore_ascii_case("xml") => Format::Xml,
        Some(_) => Format::Json,
        None if signature::is_acs3(request) => Format::Json,
        None => Format::Xml,
    }
}

fn host(request: &Incoming) -> &str {
    request.header("host").unwrap_or_default()
}

impl Cloud for Aliyun {
    fn serves(&self, host: &str) -> bool {
        product::is_endpoint(host)
    }

    fn claims(&self, request: &Incoming) -> bool {
        product::is_endpoint(host(request))
            || signature::is_signed(request, &signature::params(request))
    }

    fn action(&self, request: &Incoming) -> Option<String> {
        let params = signature::params(request);
        Call::of(request, &params).action.map(str::to_owned)
    }

    fn request_id_header(&self) -> &'static str {
        "x-acs-request-id"
    }

    fn refuse(&self, request: &Incoming, trouble: Trouble, request_id: &str) -> Reply {
        let fault = match trouble {
            Trouble::Throttled => throttled(),
            Trouble::Broken => Fault::new(
                "ServiceUnavailable",
                "The request has failed due to a temporary failure of the server.",
            ),
        };
        let format = format_of(request, &signature::params(request));
        answer::refuse(format, &fault, host(request), request_id)
    }

    fn respond(
        &mut self,
        ledger: &mut Ledger,
        request: &Incoming,
        now: u64,
        request_id: &str,
    ) -> Reply {
        let params = signature::params(request);
        let format = format_of(request, &params);
        match self.act(ledger, request, &params, now) {
            Ok(value) => {
                let action = Call::of(request, &params).action.unwrap_or_default();
                answer::answer(format, action, value, request_id)
            }
            Err(fault) => answer::refuse(format, &fault, host(request), request_id),
        }
    }

    fn hollow(&self, _: &str) -> Document {
        Document {
            content_type: "application/json;charset=utf-8",
            text: "{}".to_owned(),
        }
    }

    fn other(&self) -> Document {
        Document {
            content_type: "application/json;charset=utf-8",
            text: OTHER.to_owned(),
        }
    }

    fn keeps(&self, kind: &str) -> bool {
        kind.starts_with("aliyun.")
    }

    fn load(&mut self, changes: Vec<Change>) -> Result<(), String> {
        self.regions.load(changes)
    }

    fn all(&self) -> Vec<Change> {
        self.regions.all()
    }

    fn inspect(&self) -> Vec<Inspected> {
        self.regions.inspect()
    }
}

const OTHER: &str = r#"{"RequestId":"59DBFF89-35BD-4EAC-99ED-BE587ED81825","HpcClusters":{"HpcCluster":[]},"PageNumber":1,"PageSize":10,"TotalCount":0}"#;
