//! Which proxy a host is reached through.

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::environment::Environment;

/// The rules of the environment: `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in capitals or not.
pub(super) struct Proxies(Matcher);

impl Proxies {
    pub fn of(environment: &Environment) -> Proxies {
        let either = |upper: &str, lower: &str| {
            let value = environment.get(upper).or(environment.get(lower));
            value.unwrap_or_default().to_owned()
        };
        let rules = Matcher::builder()
            .all(either("ALL_PROXY", "all_proxy"))
            .https(either("HTTPS_PROXY", "https_proxy"))
            .no(either("NO_PROXY", "no_proxy"));
        Proxies(rules.build())
    }

    /// The proxy for a destination. What is not encrypted goes directly: it is on this machine or close to it.
    ///
    /// # Errors
    /// A sentence about a proxy of another kind than HTTP.
    pub fn for_destination(&self, to: &Uri) -> Result<Option<Intercept>, String> {
        if to.scheme_str() != Some("https") {
            return Ok(None);
        }
        match self.0.intercept(to) {
            Some(proxy) if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) => {
                Err(format!(
                    "the environment names a {} proxy, and only HTTP proxies can be used",
                    proxy.uri().scheme_str().unwrap_or("strange")
                ))
            }
            other => Ok(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)], to: &str) -> Result<Option<String>, String> {
        let environment = variables.iter().copied().collect();
        let found = Proxies::of(&environment).for_destination(&to.parse().expect("a URL"));
        found.map(|proxy| proxy.map(|proxy| proxy.uri().to_string()))
    }

    #[test]
    fn the_environment_names_the_proxy_and_its_exceptions() {
        let ecs = "https://ecs.cn-hangzhou.aliyuncs.com/";
        let seen = |variables| proxy(variables, ecs).expect("an HTTP proxy");
        assert_eq!(seen(&[]), None);
        let squid = Some("http://squid:3128/".to_owned());
        assert_eq!(seen(&[("HTTPS_PROXY", "http://squid:3128")]), squid);
        assert_eq!(seen(&[("https_proxy", "squid:3128")]), squid);
        assert_eq!(seen(&[("ALL_PROXY", "http://squid:3128")]), squid);
        assert_eq!(seen(&[("HTTP_PROXY", "http://squid:3128")]), None);
        let but = [
            ("HTTPS_PROXY", "http://squid:3128"),
            ("NO_PROXY", ".aliyuncs.com"),
        ];
        assert_eq!(seen(&but), None);
        let plain = proxy(
            &[("ALL_PROXY", "http://squid:3128")],
            "http://127.0.0.1:4567/",
        );
        assert_eq!(plain, Ok(None));
    }

    #[test]
    fn a_proxy_of_another_kind_is_refused_in_words() {
        let socks = proxy(&[("ALL_PROXY", "socks5://h:1080")], "https://a.example/");
        assert!(socks.is_err_and(|text| text.contains("socks5")));
    }
}
