//! Amazon's part of the front: signatures, services, and what a proxy could make of their documents.

use crate::aws::api::{Service, Transaction};
use crate::aws::config::{Credentials, Quotas, Timing};
use crate::aws::fault::Fault;
use crate::aws::sigv4::{self, Signed};
use crate::aws::world::{Conditions, Region, World};
use crate::ground::cloud::{Cloud, Document, Inspected, Trouble};
use crate::ground::journal::Change;
use crate::ground::ledger::Ledger;
use crate::ground::query::Query;
use crate::ground::{Incoming, Reply};

const XML: &str = "text/xml;charset=UTF-8";

/// The account at Amazon.
pub struct Aws {
    pub(crate) world: World,
    credentials: Credentials,
}

impl Aws {
    /// An empty account.
    pub fn new(seed: u64, timing: Timing, quotas: Quotas, credentials: Credentials) -> Self {
        Self {
            world: World::new(seed, Conditions { timing, quotas }),
            credentials,
        }
    }

    /// The service that a request claims to speak to, whether or not its signature is right.
    fn service_of(request: &Incoming) -> Service {
        sigv4::claimed_scope(&request.headers)
            .as_ref()
            .and_then(Service::of)
            .unwrap_or(Service::Ec2)
    }
}

impl Cloud for Aws {
    fn serves(&self, host: &str) -> bool {
        host.ends_with(".amazonaws.com")
    }

    fn claims(&self, request: &Incoming) -> bool {
        sigv4::claimed_scope(&request.headers).is_some()
    }

    fn action(&self, request: &Incoming) -> Option<String> {
        let form = std::str::from_utf8(&request.body).ok()?;
        Query::parse(form).ok()?.text("Action").map(str::to_owned)
    }

    fn request_id_header(&self) -> &'static str {
        "x-amzn-requestid"
    }

    fn refuse(&self, request: &Incoming, trouble: Trouble, request_id: &str) -> Reply {
        let service = Self::service_of(request);
        let fault = match trouble {
            Trouble::Throttled => service.throttled(),
            Trouble::Broken => service.broken(),
        };
        service.refuse(&fault, request_id)
    }

    fn respond(
        &mut self,
        ledger: &mut Ledger,
        request: &Incoming,
        now: u64,
        request_id: &str,
    ) -> Reply {
        let service = Self::service_of(request);
        let signed = Signed {
            method: &request.method,
            path: &request.path,
            query: &request.query,
            headers: &request.headers,
            body: &request.body,
        };
        match sigv4::verify(&signed, &self.credentials, now) {
            Err(error) => service.refuse(&service.signature_fault(&error), request_id),
            Ok(scope) if Service::of(&scope).is_none() => {
                let fault = Fault::new(
                    "AuthFailure",
                    format!("There is no service '{}' in this cloud.", scope.service),
                );
                service.refuse(&fault, request_id)
            }
            Ok(scope) => {
                let world = &mut self.world;
                Transaction { world, ledger }.respond(service, &scope, request, now, request_id)
            }
        }
    }

    fn hollow(&self, action: &str) -> Document {
        Document {
            content_type: XML,
            text: format!("<{action}Response/>"),
        }
    }

    fn other(&self) -> Document {
        Document {
            content_type: XML,
            text: OTHER.to_owned(),
        }
    }

    fn keeps(&self, kind: &str) -> bool {
        Region::keeps(kind)
    }

    fn load(&mut self, changes: Vec<Change>) -> Result<(), String> {
        self.world.load(changes)
    }

    fn all(&self) -> Vec<Change> {
        self.world.all()
    }

    fn inspect(&self) -> Vec<Inspected> {
        self.world.inspect()
    }
}

const OTHER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <DescribeIdFormatResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
    <requestId>59dbff89-35bd-4eac-99ed-be587ed81825</requestId><statusSet/></DescribeIdFormatResponse>";
