//! The ways in which lists come in pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Param, int, text};

/// Sizes of pages: the least, the most, and what is taken without one.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub least: usize,
    pub most: usize,
    pub usual: usize,
}

/// A list by page numbers alone.
pub const NUMBERED: &[Param] = &[
    int("PageNumber", 1, i32::MAX as i64),
    int("PageSize", 1, 100),
];
/// A list by page numbers, of which 50 at most fit on one.
pub const NUMBERED_50: &[Param] = &[
    int("PageNumber", 1, i32::MAX as i64),
    int("PageSize", 1, 50),
];
/// A list by tokens, and by page numbers as before there were tokens.
pub const EITHER: &[Param] = &[
    text("NextToken"),
    int("MaxResults", 1, i32::MAX as i64),
    int("PageNumber", 1, i32::MAX as i64),
    int("PageSize", 1, 1000),
];

/// One page: the rows on it, and what the answer says about it.
pub struct Page<T> {
    pub rows: Vec<T>,
    pub about: Value,
}

/// A page by its number. A page past the end is empty.
pub fn numbered<T>(args: &Args, rows: Vec<T>) -> Page<T> {
    let number = args.int("PageNumber").unwrap_or(1).max(1) as usize;
    let size = args.int("PageSize").unwrap_or(10).max(1) as usize;
    let total = rows.len();
    let rows = rows.into_iter().skip((number - 1) * size).take(size);
    Page {
        rows: rows.collect(),
        about: json!({ "PageNumber": number, "PageSize": size, "TotalCount": total }),
    }
}

/// A page by the token of the one before it. `size` is the parameter that says how much fits on it; values beyond
/// the range are moved into it.
///
/// # Errors
/// `InvalidParameter` for a token that this cloud did not give.
pub fn tokens<T>(
    args: &Args,
    size: &str,
    sizes: Sizes,
    rows: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> Result<Page<T>, Fault> {
    let size = args.int(size).map_or(sizes.usual, |size| {
        (size.max(1) as usize).clamp(sizes.least, sizes.most)
    });
    let total = rows.len();
    let after = args.some("NextToken").map(read).transpose()?;
    let mut rows: Vec<T> = rows
        .into_iter()
        .filter(|row| after.as_deref().is_none_or(|after| id(row) > after))
        .collect();
    let more = rows.len() > size;
    rows.truncate(size);
    let next = match rows.last() {
        Some(last) if more => URL_SAFE_NO_PAD.encode(id(last)),
        _ => String::new(),
    };
    Ok(Page {
        rows,
        about: json!({ "NextToken": next, "TotalCount": total }),
    })
}

/// A page by token where the request speaks of tokens, else by number. Rows are in the order of their ids.
///
/// # Errors
/// As [`tokens`].
pub fn either<T>(
    args: &Args,
    sizes: Sizes,
    rows: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> Result<Page<T>, Fault> {
    let by_token = args.some("NextToken").is_some() || args.int("MaxResults").is_some();
    if !by_token {
        return Ok(numbered(args, rows));
    }
    let mut page = tokens(args, "MaxResults", sizes, rows, id)?;
    page.about["PageNumber"] = json!(1);
    page.about["PageSize"] = json!(page.rows.len());
    Ok(page)
}

fn read(token: &str) -> Result<String, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Fault::invalid("NextToken", "it is no token of an answer"))
}

/// An answer with the rows wrapped as `{set: {item: […]}}`.
pub fn answer<T>(page: Page<T>, set: &str, item: &str, show: impl Fn(&T) -> Value) -> Value {
    let mut answer = page.about;
    let rows: Vec<Value> = page.rows.iter().map(show).collect();
    answer[set] = json!({ item: rows });
    answer
}
