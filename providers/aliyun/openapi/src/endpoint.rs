//! Where a product listens.

use std::collections::BTreeMap;

use http::Uri;

use crate::error::Error;

/// Where requests of a product go, and what they say in `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `https://ecs.cn-hangzhou.aliyuncs.com`, without a slash at the end.
    pub base: String,
    /// `ecs.cn-hangzhou.aliyuncs.com`.
    pub host: String,
}

/// How endpoints are found; see the fields of [`crate::Options`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoints {
    pub region: String,
    pub via: Option<String>,
    pub overrides: BTreeMap<String, String>,
}

impl Endpoints {
    /// The endpoint of a product.
    ///
    /// # Errors
    /// `Invalid` when an override or `via` is no address.
    pub fn of(&self, product: &str) -> Result<Endpoint, Error> {
        let named = match self.overrides.get(product) {
            Some(named) => parse(named)?,
            None => secure(&public(product, &self.region)),
        };
        self.redirected(named)
    }

    /// The endpoint of a bucket, whose name is part of the host name. Without a bucket: of OSS itself.
    ///
    /// # Errors
    /// `Invalid` when an override or `via` is no address.
    pub fn of_bucket(&self, bucket: &str) -> Result<Endpoint, Error> {
        let named = match self.overrides.get("oss") {
            Some(named) => parse(named)?,
            None => secure(&format!("oss-{}.aliyuncs.com", self.region)),
        };
        let of_bucket = match bucket {
            "" => named,
            _ => Endpoint {
                base: named.base.replacen("://", &format!("://{bucket}."), 1),
                host: format!("{bucket}.{}", named.host),
            },
        };
        self.redirected(of_bucket)
    }

    fn redirected(&self, named: Endpoint) -> Result<Endpoint, Error> {
        match &self.via {
            None => Ok(named),
            Some(via) => Ok(Endpoint {
                base: parse(via)?.base,
                host: named.host,
            }),
        }
    }
}

fn secure(host: &str) -> Endpoint {
    Endpoint {
        base: format!("https://{host}"),
        host: host.to_owned(),
    }
}

/// A host name or a base URL, as people write it.
fn parse(text: &str) -> Result<Endpoint, Error> {
    let wrong = || {
        Error::Invalid(format!(
            "the endpoint `{text}` is not an address; one looks like `ecs.cn-hangzhou.aliyuncs.com` or \
             `http://127.0.0.1:4567`"
        ))
    };
    let base = match text.contains("://") {
        true => text.trim_end_matches('/').to_owned(),
        false => format!("https://{text}"),
    };
    let uri: Uri = base.parse().map_err(|_| wrong())?;
    let plain =
        matches!(uri.scheme_str(), Some("http" | "https")) && matches!(uri.path(), "" | "/");
    match uri.authority() {
        Some(authority) if plain && !authority.as_str().contains('@') => Ok(Endpoint {
            host: authority.to_string(),
            base,
        }),
        _ => Err(wrong()),
    }
}

/// Alibaba's public host name of a product in a region, as its own SDKs have it: most have one for each region, some
/// serve the older regions, or all of them, from one place.
fn public(product: &str, region: &str) -> String {
    let central = match product {
        "cas" | "ram" => true,
        "slb" => OLD.contains(&region) || region == "cn-hangzhou-finance",
        "rds" => OLD.contains(&region) || matches!(region, "cn-heyuan" | "cn-beijing-finance-1"),
        "vpc" => region == "cn-hangzhou" || SPECIAL.contains(&region),
        "r-kvstore" => matches!(region, "cn-hangzhou" | "cn-hangzhou-finance"),
        "alidns" => region == "cn-hangzhou",
        "sts" => matches!(region, "ap-south-1" | "ap-southeast-2"),
        "ecs" => matches!(region, "cn-north-2-gov-1" | "cn-hangzhou-finance"),
        _ => false,
    };
    match (product, region) {
        (product, _) if central => format!("{product}.aliyuncs.com"),
        ("ecs", "cn-hangzhou" | "cn-shanghai-finance-1" | "cn-shenzhen-finance-1") => {
            "ecs-cn-hangzhou.aliyuncs.com".to_owned()
        }
        ("rds", "cn-hangzhou-finance") => "rds-vpc.cn-hangzhou-finance.aliyuncs.com".to_owned(),
        ("cms", region) => format!("metrics.{region}.aliyuncs.com"),
        (product, region) => format!("{product}.{region}.aliyuncs.com"),
    }
}

/// The regions that CLB and RDS serve from one place.
const OLD: &[&str] = &[
    "cn-qingdao",
    "cn-beijing",
    "cn-hangzhou",
    "cn-shanghai",
    "cn-shenzhen",
    "cn-hongkong",
    "ap-southeast-1",
    "us-east-1",
    "us-west-1",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "cn-north-2-gov-1",
];

/// Regions of the finance and government clouds that VPC serves from one place.
const SPECIAL: &[&str] = &[
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "cn-north-2-gov-1",
    "cn-hangzhou-finance",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(region: &str) -> Endpoints {
        Endpoints {
            region: region.to_owned(),
            ..Endpoints::default()
        }
    }

    #[test]
    fn products_listen_where_alibabas_sdks_say() {
        for (product, region, host) in [
            ("ecs", "cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"),
            ("ecs", "cn-beijing", "ecs.cn-beijing.aliyuncs.com"),
            ("ecs", "eu-central-1", "ecs.eu-central-1.aliyuncs.com"),
            ("vpc", "cn-hangzhou", "vpc.aliyuncs.com"),
            ("vpc", "cn-shanghai", "vpc.cn-shanghai.aliyuncs.com"),
            ("slb", "cn-shanghai", "slb.aliyuncs.com"),
            ("slb", "eu-central-1", "slb.eu-central-1.aliyuncs.com"),
            ("rds", "cn-heyuan", "rds.aliyuncs.com"),
            ("rds", "cn-chengdu", "rds.cn-chengdu.aliyuncs.com"),
            ("r-kvstore", "cn-hangzhou", "r-kvstore.aliyuncs.com"),
            ("cms", "cn-hangzhou", "metrics.cn-hangzhou.aliyuncs.com"),
            ("cs", "cn-hangzhou", "cs.cn-hangzhou.aliyuncs.com"),
            ("cr", "cn-hangzhou", "cr.cn-hangzhou.aliyuncs.com"),
            ("alidns", "cn-hangzhou", "alidns.aliyuncs.com"),
            ("cas", "cn-shanghai", "cas.aliyuncs.com"),
            ("sts", "cn-hangzhou", "sts.cn-hangzhou.aliyuncs.com"),
            ("ram", "cn-hangzhou", "ram.aliyuncs.com"),
        ] {
            let endpoint = endpoints(region).of(product).expect("a public endpoint");
            assert_eq!(endpoint.host, host, "{product} in {region}");
            assert_eq!(endpoint.base, format!("https://{host}"));
        }
    }

    #[test]
    fn one_address_serves_all_and_the_real_name_stays_in_host() {
        let via = Endpoints {
            via: Some("http://127.0.0.1:4567/".to_owned()),
            ..endpoints("cn-beijing")
        };
        let ecs = via.of("ecs").expect("a base");
        assert_eq!(ecs.base, "http://127.0.0.1:4567");
        assert_eq!(ecs.host, "ecs.cn-beijing.aliyuncs.com");
        let bucket = via.of_bucket("backups").expect("a base");
        assert_eq!(bucket.base, "http://127.0.0.1:4567");
        assert_eq!(bucket.host, "backups.oss-cn-beijing.aliyuncs.com");
    }

    #[test]
    fn a_product_can_have_another_place() {
        let mut named = endpoints("cn-beijing");
        let inside = "ecs-vpc.cn-beijing.aliyuncs.com".to_owned();
        named.overrides.insert("ecs".to_owned(), inside.clone());
        named
            .overrides
            .insert("vpc".to_owned(), "http://localhost:80".to_owned());
        assert_eq!(
            named.of("ecs").map(|it| it.base),
            Ok(format!("https://{inside}"))
        );
        assert_eq!(
            named.of("vpc").map(|it| it.host),
            Ok("localhost:80".to_owned())
        );
        for wrong in [
            "",
            "no host",
            "ftp://a.example",
            "http://a.example/path",
            "http://u:p@h",
        ] {
            named.overrides.insert("ecs".to_owned(), wrong.to_owned());
            assert!(named.of("ecs").is_err(), "{wrong}");
        }
    }
}
