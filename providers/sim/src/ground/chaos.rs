//! Faults in front of the cloud, decided by a seed: the same requests in the same order meet the same faults.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::ground::proxy::Page;

/// Which faults to add. Parsed from a text such as `latency=20ms..80ms,throttle=5%,lost@12,seed=7`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chaos {
    /// Added time before each answer, in milliseconds: at least and at most.
    pub latency_ms: Option<(u64, u64)>,
    /// Share of requests refused because there are too many.
    pub throttle: f64,
    /// Share of requests answered with HTTP 500 or 503.
    pub error: f64,
    /// Share of requests whose effect happens and whose answer does not arrive.
    pub lost: f64,
    /// Share of requests whose connection closes before anything happens.
    pub reset: f64,
    /// Share of requests that have no effect and are never answered, while their connection stays open.
    pub hang: f64,
    /// Share of requests that a proxy answers in place of the cloud, which never sees them.
    pub blocked: f64,
    /// Share of requests that take effect and whose answer a proxy replaces by its own.
    pub masked: f64,
    /// Share of requests that a proxy answers with 504 and hands on [`hold_ms`](Chaos::hold_ms) later.
    pub held: f64,
    /// For how long a proxy holds such a request, in milliseconds.
    pub hold_ms: Option<u64>,
    /// From this request on (the first is 1) nothing happens and nothing answers.
    pub stop: Option<u64>,
    /// This request is the last that takes effect. Neither it nor any after it is answered.
    pub last: Option<u64>,
    /// Exact requests and what happens to them.
    pub exact: BTreeMap<u64, BTreeSet<Fate>>,
    /// How long Describe actions do not see what was just made, in milliseconds.
    pub stale_ms: Option<u64>,
    /// Decides which requests the shares fall on.
    pub seed: u64,
    /// Whether the clouds' own request limits are in force.
    pub real_buckets: bool,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Refused because there are too many.
    Throttle,
    /// Answered with HTTP 500 or 503, without effect.
    Error,
    /// The connection closes before anything happens.
    Reset,
    /// The effect happens, the connection closes without an answer.
    Lost,
    /// Nothing happens, and the connection stays open without an answer.
    Hang,
    /// Nothing happens, and a proxy answers.
    Blocked(Page),
    /// The effect happens, and a proxy answers.
    Masked(Page),
    /// A proxy answers at once, and the effect happens later, whether or not the client still exists.
    Held,
}

/// The decisions about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Time to wait before anything else, in milliseconds.
    pub delay_ms: u64,
    /// The fault, if any.
    pub fate: Option<Fate>,
    /// Nothing answers any more.
    pub stopped: bool,
    /// It takes effect, and then nothing answers any more.
    pub last: bool,
}

/// A chaos specification that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chaos `{part}`: {problem}. {KNOWN}")]
pub struct ChaosError {
    /// The part of the text that is wrong.
    pub part: String,
    /// What is wrong with it.
    pub problem: String,
}

const KNOWN: &str = "A specification is a list with commas of: latency=20ms or latency=20ms..80ms, throttle=5%, \
    error=2%, lost=3%, reset=1%, hang=1%, blocked=1%, masked=1%, held=1% (shares of requests), throttle@N, error@N, \
    lost@N, reset@N, hang@N, blocked@N, masked@N, held@N (exactly request N, the first is 1), blocked@N:PAGE and \
    masked@N:PAGE (what the proxy answers: html, json, empty, hollow, other, cut or a status such as 403), hold=60s \
    (how long a held request is on its way), stop=N (nothing answers from request N on), last=N (the same, but N takes effect), stale=200ms (Describe actions do not see what is newer), bucket=real (the cloud's own request limits), seed=N";

impl FromStr for Chaos {
    type Err = ChaosError;

    fn from_str(text: &str) -> Result<Self, ChaosError> {
        let mut chaos = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            chaos.add(part).map_err(|problem| ChaosError {
                part: part.to_owned(),
                problem,
            })?;
        }
        Ok(chaos)
    }
}

impl Chaos {
    fn add(&mut self, part: &str) -> Result<(), String> {
        if let Some((name, number)) = part.split_once('@') {
            let (number, page) = match number.split_once(':') {
                Some((number, page)) => (number, Some(page_named(page)?)),
                None => (number, None),
            };
            let fate = match name {
                "blocked" => Fate::Blocked(page.unwrap_or(Page::Html)),
                "masked" => Fate::Masked(page.unwrap_or(Page::Html)),
                _ if page.is_some() => return Err(format!("`{name}@` takes no page")),
                "held" => Fate::Held,
                "throttle" => Fate::Throttle,
                "error" => Fate::Error,
                "lost" => Fate::Lost,
                "reset" => Fate::Reset,
                "hang" => Fate::Hang,
                _ => return Err(format!("there is no `{name}@`")),
            };
            self.exact
                .entry(request_number(number)?)
                .or_default()
                .insert(fate);
            return Ok(());
        }
        let (name, value) = part
            .split_once('=')
            .ok_or("expected name=value or name@request")?;
        match name {
            "latency" => self.latency_ms = Some(latency(value)?),
            "throttle" => self.throttle = share(value)?,
            "error" => self.error = share(value)?,
            "lost" => self.lost = share(value)?,
            "reset" => self.reset = share(value)?,
            "stale" => self.stale_ms = Some(duration_ms(value)?),
            "hang" => self.hang = share(value)?,
            "blocked" => self.blocked = share(value)?,
            "masked" => self.masked = share(value)?,
            "held" => self.held = share(value)?,
            "hold" => self.hold_ms = Some(duration_ms(value)?),
            "stop" => self.stop = Some(request_number(value)?),
            "last" => self.last = Some(request_number(value)?),
            "seed" => {
                self.seed = value
                    .parse()
                    .map_err(|_| format!("`{value}` is not a whole number"))?
            }
            "bucket" if value == "real" => self.real_buckets = true,
            "bucket" => return Err(format!("there is no bucket `{value}`, only `real`")),
            _ => return Err(format!("there is no `{name}`")),
        }
        Ok(())
    }

    /// What happens to request `number` (the first is 1). Depends on nothing but the specification and the number.
    pub fn verdict(&self, number: u64) -> Verdict {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(number);
        let delay_ms = match self.latency_ms {
            Some((least, most)) => least + random.next_u64() % (most - least + 1),
            None => 0,
        };
        // One draw for every kind, whatever the shares are: adding a kind moves no other kind's requests.
        let mut drawn = [
            Fate::Reset,
            Fate::Throttle,
            Fate::Error,
            Fate::Lost,
            Fate::Hang,
            Fate::Blocked(Page::Html),
            Fate::Masked(Page::Html),
            Fate::Held,
        ]
        .map(|fate| (fate, unit(&mut random)));
        let (page, _) = Page::ALL[random.next_u32() as usize % Page::ALL.len()];
        for (fate, _) in &mut drawn {
            if let Fate::Blocked(drawn) | Fate::Masked(drawn) = fate {
                *drawn = page;
            }
        }
        let exact = self
            .exact
            .get(&number)
            .and_then(|fates| fates.first())
            .copied();
        let fate = exact.or_else(|| {
            drawn
                .into_iter()
                .find(|(fate, draw)| *draw < self.share_of(*fate))
                .map(|(fate, _)| fate)
        });
        Verdict {
            delay_ms,
            fate,
            stopped: self.stop.is_some_and(|stop| number >= stop)
                || self.last.is_some_and(|last| number > last),
            last: self.last == Some(number),
        }
    }

    fn share_of(&self, fate: Fate) -> f64 {
        match fate {
            Fate::Throttle => self.throttle,
            Fate::Error => self.error,
            Fate::Lost => self.lost,
            Fate::Reset => self.reset,
            Fate::Hang => self.hang,
            Fate::Blocked(_) => self.blocked,
            Fate::Masked(_) => self.masked,
            Fate::Held => self.held,
        }
    }
}

/// A number from 0 (included) to 1 (excluded).
fn unit(random: &mut ChaCha8Rng) -> f64 {
    f64::from(random.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

fn page_named(name: &str) -> Result<Page, String> {
    Page::named(name).ok_or_else(|| {
        let known: Vec<&str> = Page::ALL.iter().map(|(_, name)| *name).collect();
        format!("there is no page `{name}`, only {}", known.join(", "))
    })
}

fn request_number(text: &str) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|n| *n > 0)
        .ok_or_else(|| format!("`{text}` is not the number of a request (1 or more)"))
}

fn share(text: &str) -> Result<f64, String> {
    let percent = text
        .strip_suffix('%')
        .ok_or_else(|| format!("`{text}` is not a share such as 5%"))?;
    let value: f64 = percent
        .parse()
        .map_err(|_| format!("`{text}` is not a share such as 5%"))?;
    if (0.0..=100.0).contains(&value) {
        Ok(value / 100.0)
    } else {
        Err(format!("{text} is not between 0% and 100%"))
    }
}

fn latency(text: &str) -> Result<(u64, u64), String> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let (least, most) = (duration_ms(least)?, duration_ms(most)?);
    if least <= most {
        Ok((least, most))
    } else {
        Err(format!("{text} begins above its end"))
    }
}

fn duration_ms(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a time such as 20ms or 1s");
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1000),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(unit_ms))
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_specification_is_understood() {
        let chaos: Chaos =
            "latency=20ms..80ms,throttle=5%,error=2%,lost=3%,reset=1%,stop=137,seed=7,bucket=real,lost@3,error@3".parse().unwrap();
        assert_eq!(chaos.latency_ms, Some((20, 80)));
        assert_eq!(
            (chaos.throttle, chaos.stop, chaos.seed, chaos.real_buckets),
            (0.05, Some(137), 7, true)
        );
        assert_eq!(chaos.exact[&3].len(), 2);
        assert_eq!("".parse::<Chaos>().unwrap(), Chaos::default());
    }

    #[test]
    fn a_wrong_part_is_named_and_the_right_ones_are_listed() {
        for (text, part) in [
            ("throttle=5", "throttle=5"),
            ("seed=1,thrttle=5%", "thrttle=5%"),
            ("lost@0", "lost@0"),
            ("latency=9ms..2ms", "latency=9ms..2ms"),
            ("error=200%", "error=200%"),
            ("bucket=fake", "bucket=fake"),
            ("explode", "explode"),
            ("blocked@1:418", "blocked@1:418"),
            ("lost@1:html", "lost@1:html"),
        ] {
            let error = text.parse::<Chaos>().unwrap_err();
            assert_eq!(error.part, part);
            assert!(error.to_string().contains("latency=20ms"), "{error}");
        }
    }

    #[test]
    fn shares_fall_on_the_same_requests_and_on_about_as_many_as_said() {
        let chaos: Chaos = "throttle=20%,lost=10%,seed=3".parse().unwrap();
        let count = |fate| {
            (1..=2000)
                .filter(|n| chaos.verdict(*n).fate == Some(fate))
                .count()
        };
        assert!(
            (340..=460).contains(&count(Fate::Throttle)),
            "{}",
            count(Fate::Throttle)
        );
        assert!(
            (110..=210).contains(&count(Fate::Lost)),
            "{}",
            count(Fate::Lost)
        );
        assert!((1..=200).all(|n| chaos.verdict(n) == chaos.verdict(n)));
    }

    #[test]
    fn the_last_request_takes_effect_and_is_not_answered() {
        let chaos: Chaos = "last=2,hang@1".parse().unwrap();
        let verdicts = [1, 2, 3].map(|number| chaos.verdict(number));
        assert_eq!(verdicts[0].fate, Some(Fate::Hang));
        assert_eq!(
            verdicts.map(|verdict| verdict.stopped),
            [false, false, true]
        );
        assert_eq!(verdicts.map(|verdict| verdict.last), [false, true, false]);
    }

    #[test]
    fn a_proxy_answers_as_it_is_told() {
        let chaos: Chaos = "blocked@1:403,masked@2:cut,held@3,hold=60s"
            .parse()
            .unwrap();
        let fates = [1, 2, 3].map(|number| chaos.verdict(number).fate);
        assert_eq!(
            fates,
            [
                Some(Fate::Blocked(Page::Forbidden)),
                Some(Fate::Masked(Page::Cut)),
                Some(Fate::Held)
            ]
        );
        assert_eq!(chaos.hold_ms, Some(60_000));
    }

    #[test]
    fn exact_requests_and_the_stop_are_exact() {
        let chaos: Chaos = "lost@2,stop=4".parse().unwrap();
        let fates: Vec<_> = (1..=5)
            .map(|n| (chaos.verdict(n).fate, chaos.verdict(n).stopped))
            .collect();
        assert_eq!(
            fates,
            [
                (None, false),
                (Some(Fate::Lost), false),
                (None, false),
                (None, true),
                (None, true)
            ]
        );
    }
}
