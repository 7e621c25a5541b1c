//! Which product a request speaks to, and in which region: by its `Host`, by the first segment of its path where a
//! client cannot set the host, or by the version of the API that it names.

use crate::aliyun::action::Action;
use crate::aliyun::catalogue::regions;
use crate::aliyun::{ecs, location, sts, vpc};
use crate::ground::Incoming;

/// A product with its own endpoints and its own version.
#[derive(Debug)]
pub struct Product {
    /// The first part of its endpoints.
    pub name: &'static str,
    pub version: &'static str,
    kinds: &'static [&'static [Action]],
}

/// The products that are simulated.
pub const PRODUCTS: &[Product] = &[
    Product {
        name: "ecs",
        version: "2014-05-26",
        kinds: ecs::KINDS,
    },
    Product {
        name: "vpc",
        version: "2016-04-28",
        kinds: vpc::KINDS,
    },
    Product {
        name: "sts",
        version: "2015-04-01",
        kinds: &[sts::ACTIONS],
    },
    Product {
        name: "location",
        version: "2015-06-12",
        kinds: &[location::ACTIONS],
    },
];

/// The region of an endpoint that names none.
pub const CENTRAL: &str = "cn-hangzhou";

impl Product {
    /// All actions.
    pub fn actions(&self) -> impl Iterator<Item = &'static Action> + use<> {
        self.kinds.iter().copied().flatten()
    }

    /// The action of that name.
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions().find(|action| action.name == name)
    }
}

/// Where a request was sent.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    pub product: Option<&'static Product>,
    /// The region that the host names.
    pub region: Option<&'static str>,
}

/// The domain of all endpoints.
const DOMAIN: &str = ".aliyuncs.com";

/// Whether a host is one of this cloud.
pub fn is_endpoint(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default();
    host.ends_with(DOMAIN)
}

/// Where a request with that `Host`, path and version of an API was sent.
pub fn endpoint(request: &Incoming, version: Option<&str>) -> Endpoint {
    let host = request.header("host").unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    if let Some(labels) = host.strip_suffix(DOMAIN) {
        let (first, rest) = labels.split_once('.').unwrap_or((labels, ""));
        let product = PRODUCTS.iter().find(|product| {
            first
                .strip_prefix(product.name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        let inside = product.map_or("", |product| &first[product.name.len()..]);
        let region =
            regions::known(rest).or_else(|| regions::known(inside.trim_start_matches('-')));
        return Endpoint { product, region };
    }
    let segment = request.path.trim_start_matches('/');
    let segment = segment.split('/').next().unwrap_or_default();
    let by_path = PRODUCTS.iter().find(|product| product.name == segment);
    let by_version = || {
        let mut products = PRODUCTS.iter();
        products.find(|product| Some(product.version) == version)
    };
    Endpoint {
        product: by_path.or_else(by_version),
        region: None,
    }
}
