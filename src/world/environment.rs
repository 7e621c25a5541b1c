//! The environment of the process.

use std::collections::BTreeMap;
use std::env;

use super::host_name;

/// The environment of the process, read once.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// Variables that are not UTF-8 are left out: no name of ours is, and no value of a parameter may be.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment {
            variables: env::vars_os().filter_map(text).collect(),
        }
    }

    fn set(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// What the user chose about colours: `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`, in this order.
    pub fn colours(&self) -> Option<bool> {
        if self.set("NO_COLOR").is_some() {
            Some(false)
        } else if self.set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            Some(true)
        } else if self.set("CLICOLOR") == Some("0") || self.is_dumb_terminal() {
            Some(false)
        } else {
            None
        }
    }

    pub fn is_dumb_terminal(&self) -> bool {
        self.set("TERM") == Some("dumb")
    }

    /// How wide the user wants text to be: `COLUMNS`.
    pub fn columns(&self) -> Option<usize> {
        self.set("COLUMNS")?.parse().ok().filter(|it| *it > 0)
    }

    /// How much is logged: `INFRA_LOG`.
    pub fn log_level(&self) -> Option<&str> {
        self.set("INFRA_LOG")
    }

    /// The variables that set parameters, by their whole names.
    pub fn params(&self) -> Vec<(String, String)> {
        let params = self
            .variables
            .iter()
            .filter(|(name, _)| name.starts_with(infra_lang::ENVIRONMENT_PREFIX));
        params
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Where requests to AWS go instead of Amazon, by its tools' own variables.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only clouds need it")
    )]
    pub fn aws_endpoint(&self) -> Option<&str> {
        self.set("AWS_ENDPOINT_URL_EC2")
            .or(self.set("AWS_ENDPOINT_URL"))
    }

    /// Where requests to Alibaba Cloud go instead. Its own tools have no variable for that.
    #[cfg_attr(
        not(feature = "aliyun"),
        expect(dead_code, reason = "only clouds need it")
    )]
    pub fn aliyun_endpoint(&self) -> Option<&str> {
        self.set("INFRA_ALIYUN_ENDPOINT")
    }

    /// All variables, for a cloud that looks for credentials, proxies and certificates there.
    #[cfg_attr(
        not(feature = "aliyun"),
        expect(dead_code, reason = "only clouds need it")
    )]
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.variables.iter();
        variables.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whose credentials AWS's tools use, by their own variable.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only clouds need it")
    )]
    pub fn aws_profile(&self) -> Option<&str> {
        self.set("AWS_PROFILE")
    }

    /// Who runs the command, for the lock that others see: `user@host`.
    pub fn who(&self) -> String {
        let user = self
            .set("USER")
            .or(self.set("LOGNAME"))
            .unwrap_or("somebody");
        format!("{user}@{}", host_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_gives_parameters_and_colours() {
        let env = |pairs: &[(&str, &str)]| Environment {
            variables: pairs
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        };
        let params = env(&[("INFRA_PARAM_office", "10.0.0.0/8"), ("PATH", "x")]).params();
        assert_eq!(
            params,
            [("INFRA_PARAM_office".to_owned(), "10.0.0.0/8".to_owned())]
        );
        assert_eq!(env(&[]).colours(), None);
        assert_eq!(env(&[("NO_COLOR", "")]).colours(), None);
        assert_eq!(
            env(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).colours(),
            Some(false)
        );
        assert_eq!(env(&[("CLICOLOR_FORCE", "1")]).colours(), Some(true));
        assert_eq!(env(&[("CLICOLOR", "0")]).colours(), Some(false));
    }
}
