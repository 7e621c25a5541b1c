//! Client tokens: the same request under the same token is done once.

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::world::{Region, Token};

/// Does an action unless it was done before under the request's token.
///
/// # Errors
/// `InvalidClientToken.Malformed`, `IdempotentParameterMismatch` for other parameters under a used token, and what
/// the action answers.
pub fn once(region: &mut Region, action: &Action, args: &Args) -> Answer {
    let Some(token) = args.some("ClientToken") else {
        return (action.act)(region, args);
    };
    if !token.is_ascii() {
        return Err(Fault::invalid("ClientToken", "it takes ASCII characters"));
    }
    let id = format!("{}/{token}", action.name);
    let digest = args.digest();
    if let Some(known) = region.tokens.get(&id) {
        if known.digest != digest {
            return Err(Fault::new(
                "IdempotentParameterMismatch",
                "The request uses a client token in a previous request but is not identical to that request.",
            ));
        }
        return Ok(known.answer.clone());
    }
    let answer = (action.act)(region, args)?;
    region.tokens.put(Token {
        id,
        digest,
        answer: answer.clone(),
    });
    Ok(answer)
}
