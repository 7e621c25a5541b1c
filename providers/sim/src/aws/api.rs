//! From a verified request to the bytes of an answer: which service, which format, one transaction.

use crate::aws::fault::Fault;
use crate::aws::limits::{self, Weight};
use crate::aws::sigv4::{Scope, SignatureError};
use crate::aws::world::{REGIONS, World};
use crate::aws::xml::Node;
use crate::aws::{ebs, ec2, sts};
use crate::ground::ledger::Ledger;
use crate::ground::query::Query;
use crate::ground::{Incoming, Reply};

/// The services, which differ in how they write answers and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Ec2,
    Sts,
    Ebs,
}

impl Service {
    /// The service of a credential scope.
    pub fn of(scope: &Scope) -> Option<Self> {
        match scope.service.as_str() {
            "ec2" => Some(Self::Ec2),
            "sts" => Some(Self::Sts),
            "ebs" => Some(Self::Ebs),
            _ => None,
        }
    }

    /// An error in the service's format.
    pub fn refuse(self, fault: &Fault, request_id: &str) -> Reply {
        let error = Node::new()
            .text("Code", &fault.code)
            .text("Message", &fault.message);
        match self {
            Self::Ec2 => {
                let errors = Node::new().node("Error", error);
                xml(
                    fault.status,
                    "Response",
                    "",
                    &Node::new()
                        .node("Errors", errors)
                        .text("RequestID", request_id),
                )
            }
            Self::Sts => {
                let kind = if fault.status < 500 {
                    "Sender"
                } else {
                    "Receiver"
                };
                let error = Node::new().text("Type", kind).and(error);
                let body = Node::new()
                    .node("Error", error)
                    .text("RequestId", request_id);
                xml(fault.status, "ErrorResponse", sts::NAMESPACE, &body)
            }
            Self::Ebs => ebs::refuse(fault, request_id),
        }
    }

    /// The fault of a signature that is not accepted, under the service's own names.
    pub fn signature_fault(self, error: &SignatureError) -> Fault {
        let code = match (self, error) {
            (Self::Ebs, SignatureError::Missing) => "MissingAuthenticationTokenException",
            (_, SignatureError::Missing) => "MissingAuthenticationToken",
            (Self::Ebs, SignatureError::Incomplete(_)) => "IncompleteSignatureException",
            (_, SignatureError::Incomplete(_)) => "IncompleteSignature",
            (Self::Ec2, SignatureError::UnknownKey) => "AuthFailure",
            (Self::Sts, SignatureError::UnknownKey) => "InvalidClientTokenId",
            (Self::Ebs, SignatureError::UnknownKey) => "UnrecognizedClientException",
            (Self::Ec2, SignatureError::Expired) => "RequestExpired",
            (Self::Ebs, SignatureError::Expired | SignatureError::Mismatch) => {
                "InvalidSignatureException"
            }
            (Self::Sts, SignatureError::Expired) | (_, SignatureError::Mismatch) => {
                "SignatureDoesNotMatch"
            }
        };
        let fault = Fault::new(code, error.to_string());
        if self == Self::Ebs {
            fault.with_status(403)
        } else {
            fault
        }
    }

    /// The fault of too many requests.
    pub fn throttled(self) -> Fault {
        match self {
            Self::Ec2 => Fault::new("RequestLimitExceeded", "Request limit exceeded."),
            Self::Sts => Fault::new("Throttling", "Rate exceeded"),
            Self::Ebs => Fault::new(
                "RequestThrottledException",
                "The number of API requests has exceeded the maximum allowed",
            ),
        }
    }

    /// The fault of a service that does not work at the moment.
    pub fn broken(self) -> Fault {
        match self {
            Self::Ec2 => Fault::internal("An internal error has occurred"),
            Self::Sts => Fault::new("ServiceUnavailable", "The service is currently unavailable"),
            Self::Ebs => Fault::new("InternalServerException", "An internal error has occurred")
                .with_status(500),
        }
    }
}

/// An XML document with one root.
pub fn xml(status: u16, root: &str, namespace: &str, inner: &Node) -> Reply {
    let namespace = if namespace.is_empty() {
        String::new()
    } else {
        format!(" xmlns=\"{namespace}\"")
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}{namespace}>{}</{root}>",
        inner.as_str()
    );
    Reply {
        status,
        headers: vec![("content-type", "text/xml;charset=UTF-8".to_owned())],
        body: body.into_bytes(),
    }
}

/// What a request changes: the memory, and the books that it shares with other clouds.
pub struct Transaction<'a> {
    pub world: &'a mut World,
    pub ledger: &'a mut Ledger,
}

impl Transaction<'_> {
    /// Does a verified request.
    pub fn respond(
        &mut self,
        service: Service,
        scope: &Scope,
        request: &Incoming,
        now: u64,
        request_id: &str,
    ) -> Reply {
        self.act(service, scope, request, now, request_id)
            .unwrap_or_else(|fault| service.refuse(&fault, request_id))
    }

    fn act(
        &mut self,
        service: Service,
        scope: &Scope,
        request: &Incoming,
        now: u64,
        request_id: &str,
    ) -> Result<Reply, Fault> {
        let region = scope.region.as_str();
        if !REGIONS.contains(&region) {
            return Err(Fault::new(
                "AuthFailure",
                format!("Credential should be scoped to a valid region, not '{region}'."),
            ));
        }
        if service == Service::Ebs {
            let call = ebs::Operation::of(request)?;
            let weight = Weight {
                narrow: true,
                resources: 1,
            };
            self.admit(service, region, call.name(), weight, now)?;
            return self.transact(region, now, |world| {
                call.run(world.region(region, now), request)
            });
        }
        let form = if request.method == "GET" {
            request.query.as_str()
        } else {
            std::str::from_utf8(&request.body).map_err(|_| {
                Fault::new(
                    "MalformedQueryString",
                    "The query string contains a syntax error",
                )
            })?
        };
        let q = Query::parse(form)?;
        let action = q
            .need("Action")
            .map_err(|_| Fault::new("MissingAction", "The request is missing an action"))?;
        let action = action.to_owned();
        self.check_version(service, &q)?;
        let narrow =
            form.contains("Filter.1") || form.contains("Id.1=") || form.contains("MaxResults=");
        let resources = match action.as_str() {
            "RunInstances" => q
                .int("MaxCount")?
                .and_then(|count| usize::try_from(count).ok()),
            "StartInstances" | "StopInstances" | "TerminateInstances" => {
                Some(q.texts("InstanceId").len())
            }
            _ => None,
        };
        let weight = Weight {
            narrow,
            resources: resources.unwrap_or(1),
        };
        self.admit(service, region, &action, weight, now)?;
        if service == Service::Sts {
            return sts::answer(&action, request_id);
        }
        let answer = self.transact(region, now, |world| ec2::dispatch(world, region, now, &q))?;
        let namespace = format!("http://ec2.amazonaws.com/doc/{}/", ec2::VERSION);
        let body = Node::new().text("requestId", request_id).and(answer);
        Ok(xml(200, &format!("{action}Response"), &namespace, &body))
    }

    fn check_version(&self, service: Service, q: &Query) -> Result<(), Fault> {
        let expected = if service == Service::Sts {
            sts::VERSION
        } else {
            ec2::VERSION
        };
        match q.text("Version") {
            Some(version) if version == expected => Ok(()),
            Some(version) => Err(Fault::new(
                "NoSuchVersion",
                format!("The requested version ({version}) is not valid"),
            )),
            None => Err(Fault::missing("Version")),
        }
    }

    /// Counts a request and, where real limits are on, takes a token for it.
    fn admit(
        &mut self,
        service: Service,
        region: &str,
        action: &str,
        weight: Weight,
        now: u64,
    ) -> Result<(), Fault> {
        let known = service != Service::Ec2 || ec2::knows(action);
        self.ledger.count(if known { action } else { "unknown" });
        if limits::admits(self.ledger, region, action, weight, now) {
            Ok(())
        } else {
            Err(service.throttled())
        }
    }

    fn transact<T>(
        &mut self,
        region: &str,
        now: u64,
        act: impl FnOnce(&mut World) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.world
            .transact(self.ledger, region, now, ec2::advance, act)
    }
}
