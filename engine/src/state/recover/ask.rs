//! The questions of recovery to the clouds: what is there, and is that what was begun?

use std::collections::BTreeMap;

use futures::future::join_all;
use infra_model::Record;
use infra_sdk::{Failure, FailureKind, Found, Observed, Provider, Target, Timer};

use super::table::Answer;
use super::{Doubt, Pending, Planned, sent_fields};
use crate::lost::Asking;
use crate::providers::Providers;
use crate::state::{Action, State};

/// A thing that exists.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub id: String,
    /// Its attributes, when it was read and not only found.
    pub attributes: Option<Record>,
}

/// What a cloud says of the thing that an intent is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    Present(Seen),
    Absent,
    Unclear(Doubt),
}

impl Reply {
    pub fn answer(&self) -> Answer {
        match self {
            Reply::Present(_) => Answer::Present,
            Reply::Absent => Answer::Absent,
            Reply::Unclear(_) => Answer::Unclear,
        }
    }

    pub fn id(&self) -> Option<&str> {
        match self {
            Reply::Present(seen) => Some(&seen.id),
            _ => None,
        }
    }
}

/// One intent, and what there is to ask about it.
struct Question {
    pending: Pending,
    /// The thing to read, when its id is known.
    target: Option<Target>,
    /// The fields of a create, which help finding it.
    fields: Option<Record>,
}

type Replied = (Pending, Result<Reply, Failure>);

/// The questions of one type to one provider configuration.
pub(super) struct Group {
    provider: String,
    type_name: String,
    questions: Vec<Question>,
}

/// Sorts the intents by whom to ask, because things of one type are read in one call.
pub(super) fn questions(state: &State, planned: Planned<'_>, todo: Vec<Pending>) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String), Vec<Question>> = BTreeMap::new();
    for pending in todo {
        let intent = &pending.intent;
        let key = (
            intent.draft.provider.clone(),
            intent.of.address.type_name.clone(),
        );
        let target = state.incarnation(&intent.of).map(|entry| entry.target());
        let fields = match intent.action {
            Action::Create => sent_fields(state, &pending, planned),
            _ => None,
        };
        groups.entry(key).or_default().push(Question {
            pending,
            target,
            fields,
        });
    }
    groups
        .into_iter()
        .map(|((provider, type_name), questions)| Group {
            provider,
            type_name,
            questions,
        })
        .collect()
}

/// Asks all questions, those to different clouds and types at the same time.
pub(super) async fn ask(
    providers: &Providers,
    timer: &dyn Timer,
    groups: Vec<Group>,
) -> Vec<Replied> {
    let asked = groups.into_iter().map(|group| async move {
        match providers.get(&group.provider) {
            Some(provider) => ask_group(provider.as_ref(), timer, group).await,
            None => group
                .questions
                .into_iter()
                .map(|question| (question.pending, Err(not_configured(&group.provider))))
                .collect(),
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

fn not_configured(key: &str) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("the provider `{key}` is not configured any more, so nobody can be asked"),
    )
    .help(format!(
        "keep the block of provider `{key}` in the program until its resources are gone"
    ))
}

async fn ask_group(provider: &dyn Provider, timer: &dyn Timer, group: Group) -> Vec<Replied> {
    let asking = Asking {
        provider,
        timer,
        schema: None,
    };
    let targets = group.questions.iter().filter_map(|q| q.target.clone());
    let targets: Vec<Target> = targets.collect();
    let read = match targets.as_slice() {
        [] => Ok(Vec::new()),
        targets => provider.read(&group.type_name, targets).await,
    };
    let mut answers = read.map(Vec::into_iter);
    let asked = group.questions.into_iter().map(|question| {
        let seen = match (&question.target, &mut answers) {
            (None, _) => Ok(None),
            (Some(_), Ok(answers)) => answers.next().map(Some).ok_or_else(too_few),
            (Some(_), Err(failure)) => Err(failure.clone()),
        };
        async move {
            let reply = match seen {
                Ok(seen) => ask_one(&asking, &question, seen).await,
                Err(failure) => Err(failure),
            };
            (question.pending, reply)
        }
    });
    join_all(asked).await
}

fn too_few() -> Failure {
    Failure::new(
        FailureKind::Cloud,
        "the provider answered for fewer resources than it was asked for",
    )
}

/// Weighs what was read of one thing; a create that was not seen is searched by its token, because a fresh thing
/// may be missing from a list for a while.
async fn ask_one(
    asking: &Asking<'_>,
    question: &Question,
    seen: Option<Observed>,
) -> Result<Reply, Failure> {
    if let (Some(Observed::Present(attributes)), Some(target)) = (seen, &question.target) {
        return Ok(Reply::Present(Seen {
            id: target.id.clone(),
            attributes: Some(attributes),
        }));
    }
    let intent = &question.pending.intent;
    if intent.action != Action::Create {
        return Ok(Reply::Absent);
    }
    let (address, fields) = (&intent.of.address, question.fields.as_ref());
    // One that was asked for before has had its time to be shown.
    let fresh = !question.pending.retry;
    let found = asking.created(address, &intent.token, fields, fresh).await;
    match (found, &question.pending.id) {
        (Ok(Found::One(id)), Some(known)) if id != *known => Ok(Reply::Unclear(Doubt {
            why: format!(
                "the create call answered with `{known}`, but its token belongs to `{id}`"
            ),
            candidates: vec![known.clone(), id],
        })),
        (Ok(Found::One(id)), _) => Ok(Reply::Present(Seen {
            id,
            attributes: None,
        })),
        (Ok(Found::Absent), _) => Ok(Reply::Absent),
        (Ok(Found::Unclear(candidates)), _) => Ok(Reply::Unclear(Doubt {
            why: match candidates.len() {
                0 => "the cloud cannot say whether it was created".to_owned(),
                count => format!("{count} things could be the created one"),
            },
            candidates,
        })),
        (Err(failure), _) if failure.kind == FailureKind::Denied => Ok(Reply::Unclear(Doubt {
            candidates: Vec::new(),
            why: format!("there is no right to look for it: {failure}"),
        })),
        (Err(failure), _) => Err(failure),
    }
}
