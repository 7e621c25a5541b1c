//! A resource type as a constant table: what it sends, reads and waits for.
//!
//! Tables are data and name every call by its action and every parameter by its name, so that they can be read beside
//! Alibaba's documentation and held against its metadata. What a table cannot say is a plain function (a [`Way`], a
//! hook). The reader in `reader/` is the one that acts on them.

mod call;
mod field;
mod kind;
mod observed;
mod request;

pub use call::{Call, Ids, List, Pages, call, list};
pub use field::{
    Field, Form, Update, Way, base64, cidr, comma, flag, gib, int, ip, item, numbers, on_off, text,
    texts, words,
};
pub use kind::{Hooks, Kind, Name, Part, States};
pub(crate) use observed::{at, item_id, items_at, observed, scalar, tags_of};
pub(crate) use request::{
    changed_params, create_params, list_params, named, named_once, params_of,
};
