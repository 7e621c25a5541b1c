//! Client tokens: the same request under the same token is done once.
//!
//! Source: "Ensuring idempotency in Amazon EC2 API requests".

use sha2::{Digest, Sha256};

use crate::aws::describe::Answer;
use crate::aws::fault::Fault;
use crate::aws::world::{InstanceState, Region, Token};
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// The longest token.
const TOKEN_MAX: usize = 64;
/// Parameters that do not make a request another one.
const APART: &[&str] = &["Action", "Version", "ClientToken", "DryRun"];

/// Runs `act` unless it was done before under the request's token. `place` is the zone, for actions whose tokens are
/// zonal.
///
/// # Errors
/// `IdempotentParameterMismatch` for other parameters under a used token, `IdempotentInstanceTerminated` when the
/// instances launched under it are gone, and what `act` answers.
pub fn once(
    region: &mut Region,
    q: &Query,
    action: &str,
    place: &str,
    act: impl FnOnce(&mut Region, &Query) -> Answer,
) -> Answer {
    let Some(token) = q.text("ClientToken").filter(|token| !token.is_empty()) else {
        return act(region, q);
    };
    if token.len() > TOKEN_MAX || !token.is_ascii() {
        return Err(Fault::value(format!(
            "Invalid client token: it can have {TOKEN_MAX} ASCII characters at most"
        )));
    }
    let id = format!("{action}/{place}/{token}");
    let digest = hex::encode(Sha256::digest(q.canonical(APART)));
    if let Some(known) = region.tokens.get(&id) {
        // It repeats a request whose parameters were all read.
        q.accept_all();
        return replay(region, known, &digest);
    }
    let answer = act(region, q)?;
    let instances = region
        .instances
        .iter()
        .filter(|instance| {
            action == "RunInstances" && instance.client_token.as_deref() == Some(token)
        })
        .map(|instance| instance.id.clone())
        .collect();
    region.tokens.put(Token {
        id,
        digest,
        answer: answer.as_str().to_owned(),
        instances,
    });
    Ok(answer)
}

fn replay(region: &Region, known: &Token, digest: &str) -> Answer {
    if known.digest != digest {
        return Err(Fault::new(
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request.",
        ));
    }
    let gone = |id: &String| {
        region
            .instances
            .get(id)
            .is_none_or(|instance| instance.state == InstanceState::Terminated)
    };
    if !known.instances.is_empty() && known.instances.iter().all(gone) {
        return Err(Fault::new(
            "IdempotentInstanceTerminated",
            "The request to launch an instance uses the same client token as a previous request for which the instance \
             has been terminated.",
        ));
    }
    Ok(Node::from_rendered(known.answer.clone()))
}
