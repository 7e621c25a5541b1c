//! Lists.

use infra_model::{Size, Value};

use super::{Args, Function};
use crate::eval::operators;
use crate::eval::shared::weight;
use crate::syntax::BinaryOp;

fn sorted(args: &Args<'_>) -> Result<Vec<Value>, String> {
    let mut items = args.list(0)?.to_vec();
    // Each item is compared about so many times.
    let rounds = u64::from((items.len() as u64 + 1).ilog2());
    args.spend(rounds * args.peek(0)?.facts().weight)?;
    let comparable = items
        .windows(2)
        .all(|pair| operators::order(&pair[0], &pair[1]).is_some());
    if !comparable {
        return Err("the items cannot be compared: they are of different kinds".to_owned());
    }
    items.sort_by(|a, b| operators::order(a, b).unwrap_or(std::cmp::Ordering::Equal));
    Ok(items)
}

fn extreme(args: &Args<'_>, last: bool) -> Result<Value, String> {
    let mut items = sorted(args)?;
    let found = if last {
        items.pop()
    } else {
        items.into_iter().next()
    };
    found.ok_or_else(|| "the list is empty".to_owned())
}

fn sum(args: &Args<'_>) -> Result<Value, String> {
    let items = args.list(0)?;
    let first = items.first().cloned().unwrap_or(Value::Int(0));
    items.iter().skip(1).try_fold(first, |total, item| {
        // A sum of texts or lists grows with each item, and is copied each time.
        args.spend(weight(&total))?;
        operators::binary(BinaryOp::Add, &total, item).map_err(|failure| failure.message)
    })
}

fn length(args: &Args<'_>) -> Result<Value, String> {
    let length = match &**args.peek(0)? {
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        Value::String(_) | Value::Path(_) => args.text(0)?.chars().count(),
        other => return Err(super::expected("a text, list or map", other)),
    };
    Ok(Value::Int(length as i64))
}

fn unique(args: &Args<'_>) -> Result<Value, String> {
    let items = args.list(0)?;
    args.spend(2 * args.peek(0)?.facts().weight)?;
    let index = args.peek(0)?.index();
    let mut repeated = vec![false; items.len()];
    for group in index.groups() {
        // Of equal hashes nearly all are equal, so there is one first of its kind, seldom more.
        let mut firsts: Vec<usize> = Vec::new();
        for place in group {
            match firsts.iter().any(|first| items[*first] == items[place]) {
                true => repeated[place] = true,
                false => firsts.push(place),
            }
        }
    }
    let kept = items
        .iter()
        .zip(&repeated)
        .filter(|(_, repeated)| !**repeated);
    Ok(Value::List(kept.map(|(item, _)| item.clone()).collect()))
}

fn flatten(args: &Args<'_>) -> Result<Value, String> {
    let mut items = Vec::new();
    for inner in args.list(0)? {
        match inner {
            Value::List(inner) => items.extend(inner.iter().cloned()),
            other => return Err(super::expected("a list of lists, with one that is", other)),
        }
    }
    Ok(Value::List(items))
}

fn zip(args: &Args<'_>) -> Result<Value, String> {
    let (keys, values) = (args.list(0)?, args.list(1)?);
    if keys.len() != values.len() {
        return Err(format!(
            "there are {} keys and {} values",
            keys.len(),
            values.len()
        ));
    }
    let pair = |(key, value): (&Value, &Value)| match key.as_str() {
        Some(key) => Ok((key.to_owned(), value.clone())),
        None => Err(super::expected("texts as keys", key)),
    };
    let map: infra_model::Record = keys
        .iter()
        .zip(values)
        .map(pair)
        .collect::<Result<_, _>>()?;
    if map.len() < keys.len() {
        return Err("a key is there twice".to_owned());
    }
    Ok(Value::Map(map))
}

/// An item counted from 0, where counting goes round at the end.
fn element(args: &Args<'_>) -> Result<Value, String> {
    let (items, index) = (args.peek_list(0)?, args.int(1)?);
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Err("the list is empty".to_owned());
    }
    let position = usize::try_from(index.rem_euclid(length)).unwrap_or(0);
    Ok(items[position].clone())
}

fn compact(args: &Args<'_>) -> Result<Value, String> {
    let is_empty = |item: &&Value| item.is_null() || item.as_str() == Some("");
    let items = args.list(0)?.iter().filter(|item| !is_empty(item));
    Ok(Value::List(items.cloned().collect()))
}

/// Every way to take one item from each list.
fn product(args: &Args<'_>) -> Result<Value, String> {
    const ROWS_MAX: usize = 100_000;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for position in 0..args.values.len() {
        let items = args.list(position)?;
        if rows.len().saturating_mul(items.len()) > ROWS_MAX {
            return Err(format!("there are more than {ROWS_MAX} combinations"));
        }
        // Each item is there in all rows so far, and each row is there with all items.
        let of_rows: u64 = rows.iter().flatten().map(weight).sum();
        let of_items = args.peek(position)?.facts().weight;
        let rows_made = of_rows * items.len() as u64 + of_items * rows.len() as u64;
        args.spend(rows_made)?;
        let longer = rows.iter().flat_map(|row| {
            items.iter().map(|item| {
                let mut row = row.clone();
                row.push(item.clone());
                row
            })
        });
        rows = longer.collect();
    }
    Ok(Value::List(rows.into_iter().map(Value::List).collect()))
}

/// The items that the other list has (`keep`) or lacks, in their order.
fn shared(args: &Args<'_>, keep: bool) -> Result<Value, String> {
    let others = args.list(1)?;
    let index = args.peek(1)?.index();
    let is_among = |item: &Value| {
        let candidates = index.candidates(item);
        candidates.is_some_and(|mut it| it.any(|place| others[place] == *item))
    };
    let items = args.list(0)?.iter();
    let items = items.filter(|item| is_among(item) == keep);
    Ok(Value::List(items.cloned().collect()))
}

fn chunks(args: &Args<'_>) -> Result<Value, String> {
    match args.count(1)? {
        0 => Err("a part has at least one item".to_owned()),
        size => Ok(Value::List(
            args.list(0)?
                .chunks(size)
                .map(|part| Value::List(part.to_vec()))
                .collect(),
        )),
    }
}

fn slice(args: &Args<'_>) -> Result<Value, String> {
    let items = args.peek_list(0)?;
    let start = args.count(1)?.min(items.len());
    let end = match args.get(2) {
        Some(_) => args.count(2)?.saturating_add(start).min(items.len()),
        None => items.len(),
    };
    let items = &items[start..end];
    args.spend(items.iter().map(weight).sum())?;
    Ok(Value::List(items.to_vec()))
}

fn range(args: &Args<'_>) -> Result<Value, String> {
    let count = args.int(0)?;
    if count > 1_000_000 {
        return Err("the list is too long".to_owned());
    }
    args.spend(u64::try_from(count).unwrap_or(0))?;
    Ok(Value::List((0..count).map(Value::Int).collect()))
}

fn all_or_any(args: &Args<'_>, all: bool) -> Result<Value, String> {
    let mut result = all;
    for item in args.list(0)? {
        let item = item
            .as_bool()
            .ok_or_else(|| super::expected("truth values", item))?;
        result = if all { result && item } else { result || item };
    }
    Ok(Value::Bool(result))
}

/// The sum of nothing has no unit, so an empty list of sizes needs a start of its own.
fn total_size(args: &Args<'_>) -> Result<Value, String> {
    args.list(0)?
        .iter()
        .try_fold(0u64, |total, item| match item {
            Value::Size(Size(bytes)) => total
                .checked_add(*bytes)
                .ok_or_else(|| "the size is too large".to_owned()),
            other => Err(super::expected("sizes", other)),
        })
        .map(|bytes| Value::Size(Size(bytes)))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "len",
        signature: "(of: string | [any] | {any}) -> int",
        doc: "How many items, entries or characters there are.",
        example: (r#"len(["a", "b"])"#, "2"),
        partial: true,
        run: length,
    },
    Function {
        name: "first",
        signature: "(items: [T]) -> T?",
        doc: "The first item; null for an empty list.",
        example: ("first([3, 1, 2])", "3"),
        partial: true,
        run: |args| Ok(args.peek_list(0)?.first().cloned().unwrap_or(Value::Null)),
    },
    Function {
        name: "last",
        signature: "(items: [T]) -> T?",
        doc: "The last item; null for an empty list.",
        example: ("last([3, 1, 2])", "2"),
        partial: true,
        run: |args| Ok(args.peek_list(0)?.last().cloned().unwrap_or(Value::Null)),
    },
    Function {
        name: "element",
        signature: "(items: [T], index: int) -> T",
        doc: "An item counted from 0; after the last comes the first again. `items[index]` does not go round.",
        example: (r#"element(["a", "b", "c"], 4)"#, r#""b""#),
        partial: true,
        run: element,
    },
    Function {
        name: "slice",
        signature: "(items: [T], start: int, count: int = null) -> [T]",
        doc: "A part of a list, counted from 0.",
        example: ("slice([1, 2, 3, 4], 1, 2)", "[2, 3]"),
        partial: true,
        run: slice,
    },
    Function {
        name: "sort",
        signature: "(items: [T]) -> [T]",
        doc: "The items from the smallest to the largest.",
        example: ("sort([3, 1, 2])", "[1, 2, 3]"),
        partial: false,
        run: |args| sorted(args).map(Value::List),
    },
    Function {
        name: "reverse",
        signature: "(items: [T]) -> [T]",
        doc: "The items from the last to the first.",
        example: ("reverse([1, 2, 3])", "[3, 2, 1]"),
        partial: true,
        run: |args| Ok(Value::List(args.list(0)?.iter().rev().cloned().collect())),
    },
    Function {
        name: "unique",
        signature: "(items: [T]) -> [T]",
        doc: "The items without repetitions, in their first order.",
        example: ("unique([1, 2, 1])", "[1, 2]"),
        partial: false,
        run: unique,
    },
    Function {
        name: "flatten",
        signature: "(lists: [[T]]) -> [T]",
        doc: "The items of all lists, one list after the other.",
        example: ("flatten([[1], [2, 3]])", "[1, 2, 3]"),
        partial: true,
        run: flatten,
    },
    Function {
        name: "compact",
        signature: "(items: [T?]) -> [T]",
        doc: "The items without nulls and empty texts.",
        example: (r#"compact(["a", null, ""])"#, r#"["a"]"#),
        partial: false,
        run: compact,
    },
    Function {
        name: "difference",
        signature: "(items: [T], others: [T]) -> [T]",
        doc: "The items that the other list lacks, in their order.",
        example: ("difference([1, 2, 3], [2])", "[1, 3]"),
        partial: false,
        run: |args| shared(args, false),
    },
    Function {
        name: "intersection",
        signature: "(items: [T], others: [T]) -> [T]",
        doc: "The items that both lists have, in the order of the first.",
        example: ("intersection([1, 2, 3], [3, 2])", "[2, 3]"),
        partial: false,
        run: |args| shared(args, true),
    },
    Function {
        name: "product",
        signature: "(lists...: [T]) -> [[T]]",
        doc: "Every way to take one item from each list; the last list runs fastest.",
        example: (
            r#"product(["a", "b"], ["1", "2"])"#,
            r#"[["a", "1"], ["a", "2"], ["b", "1"], ["b", "2"]]"#,
        ),
        partial: true,
        run: product,
    },
    Function {
        name: "chunks",
        signature: "(items: [T], size: int) -> [[T]]",
        doc: "The list cut into parts of `size` items; the last may be shorter.",
        example: ("chunks([1, 2, 3], 2)", "[[1, 2], [3]]"),
        partial: true,
        run: chunks,
    },
    Function {
        name: "zip",
        signature: "(keys: [string], values: [T]) -> {T}",
        doc: "A map from each key to the value at the same place.",
        example: (r#"zip(["a", "b"], [1, 2])"#, "{ a = 1, b = 2 }"),
        partial: true,
        run: zip,
    },
    Function {
        name: "index_of",
        signature: "(items: [T], item: T) -> int?",
        doc: "The place of the first item that is equal, counted from 0; null when there is none.",
        example: (r#"index_of(["a", "b"], "b")"#, "1"),
        partial: false,
        run: |args| {
            let (list, item) = (args.peek(0)?, args.value(1)?);
            let items = args.peek_list(0)?;
            if !list.is_indexed() {
                args.spend(2 * list.facts().weight)?;
            }
            let candidates = list.index().candidates(item);
            let position = candidates.and_then(|mut it| it.find(|place| items[*place] == *item));
            Ok(position.map_or(Value::Null, |position| Value::Int(position as i64)))
        },
    },
    Function {
        name: "min",
        signature: "(items: [T]) -> T",
        doc: "The smallest item. An empty list has none, which is an error.",
        example: ("min([8GiB, 2GiB])", "2GiB"),
        partial: false,
        run: |args| extreme(args, false),
    },
    Function {
        name: "max",
        signature: "(items: [T]) -> T",
        doc: "The largest item. An empty list has none, which is an error.",
        example: ("max([1, 3, 2])", "3"),
        partial: false,
        run: |args| extreme(args, true),
    },
    Function {
        name: "sum",
        signature: "(items: [T]) -> T",
        doc: "All items added up; 0 for an empty list.",
        example: ("sum([1, 2, 3])", "6"),
        partial: false,
        run: sum,
    },
    Function {
        name: "total",
        signature: "(sizes: [size]) -> size",
        doc: "All sizes added up; `0B` for an empty list.",
        example: ("total([8GiB, 2GiB])", "10GiB"),
        partial: false,
        run: total_size,
    },
    Function {
        name: "all",
        signature: "(conditions: [bool]) -> bool",
        doc: "Whether all hold; true for an empty list.",
        example: ("all([1 < 2, 2 < 1])", "false"),
        partial: false,
        run: |args| all_or_any(args, true),
    },
    Function {
        name: "any",
        signature: "(conditions: [bool]) -> bool",
        doc: "Whether at least one holds; false for an empty list.",
        example: ("any([1 < 2, 2 < 1])", "true"),
        partial: false,
        run: |args| all_or_any(args, false),
    },
    Function {
        name: "range",
        signature: "(count: int) -> [int]",
        doc: "The numbers from 0 up to, not including, `count`. `1..6` is the list of both ends and what is between.",
        example: ("range(3)", "[0, 1, 2]"),
        partial: false,
        run: range,
    },
];
