//! Creates a resource as the engine does when an answer is lost.

use crate::{Create, Failure, FailureKind, Found, Provider};

/// How often a create is sent when nothing comes of it.
const SENDS_MAX: u32 = 5;

/// Sends a create and returns the id. After a lost answer it looks the token up, and sends the create again when there
/// is nothing.
///
/// # Errors
/// The provider refuses the create, or its answers are lost every time, or the token leads to several things.
pub async fn create(provider: &dyn Provider, order: &Create) -> Result<String, Failure> {
    let mut sends = 1;
    loop {
        let failure = match provider.create(order).await {
            Ok(created) => return Ok(created.id),
            Err(failure) => failure,
        };
        let lost = failure.ambiguous || failure.kind == FailureKind::AlreadyExists;
        if !lost || sends == SENDS_MAX {
            return Err(failure);
        }
        let found = provider.find_by_token(&order.address, &order.token, Some(&order.fields));
        match found.await? {
            Found::One(id) => return Ok(id),
            Found::Absent if failure.ambiguous => sends += 1,
            _ => return Err(failure),
        }
    }
}
