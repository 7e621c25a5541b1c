//! The entries of the parser: a file, a file of assignments, a single expression, a single type.

use infra_model::{FileId, Span};

use super::build::Builder;
use super::cache::ReadChunk;
use super::consequence;
use super::grammar::{Pair, Reading, Rule};
use super::pasted;
use super::scan::{Chunk, DEPTH_MAX, DIAGNOSTICS_MAX, Scan, scan};
use super::shape::Shapes;
use super::{Expr, ExprKind, Field, Item, ItemKind, Tree, TypeExpr, TypeExprKind};
use crate::{Diagnostic, codes};

/// A file this large is data and not a program.
const FILE_BYTES_MAX: usize = 8 << 20;

/// Reads a file. Never fails: what cannot be read is an `Invalid` node in the tree and a diagnostic.
pub fn parse(file: FileId, text: &str) -> (Tree, Vec<Diagnostic>) {
    parse_with(&mut Shapes::default(), file, text)
}

/// Reads a file as [`parse`] does, with what is known of earlier files.
pub fn parse_with(shapes: &mut Shapes, file: FileId, text: &str) -> (Tree, Vec<Diagnostic>) {
    parse_chunks(file, text, |scanned, chunk| {
        parse_chunk(shapes, file, scanned, chunk)
    })
}

/// Reads a file whose chunks `read` reads.
pub(super) fn parse_chunks(
    file: FileId,
    text: &str,
    mut read: impl FnMut(&Scan, &Chunk) -> ReadChunk,
) -> (Tree, Vec<Diagnostic>) {
    let mut tree = Tree {
        file,
        items: Vec::new(),
        comments: Vec::new(),
        span: Span::new(file, 0, text.len().min(FILE_BYTES_MAX)),
    };
    if let Some(found) = pasted::other_language(file, text) {
        return (tree, vec![found]);
    }
    let scanned = match prepare(file, text) {
        Ok(scanned) => scanned,
        Err(refused) => return (tree, vec![*refused]),
    };
    let mut diagnostics = scanned.diagnostics.clone();
    tree.items.reserve_exact(scanned.chunks.len());
    for chunk in &scanned.chunks {
        if diagnostics.len() >= DIAGNOSTICS_MAX {
            break;
        }
        let read = read(&scanned, chunk);
        tree.items.extend(read.items);
        diagnostics.extend(read.diagnostics);
    }
    tree.comments = scanned.comments;
    sort(&mut diagnostics);
    (tree, consequence::without(text, diagnostics))
}

/// Reads a chunk.
pub(super) fn parse_chunk(
    shapes: &mut Shapes,
    file: FileId,
    scanned: &Scan,
    chunk: &Chunk,
) -> ReadChunk {
    if chunk.too_deep.is_some() {
        let invalid = Item {
            doc: None,
            decorators: Vec::new(),
            kind: ItemKind::Invalid,
            span: Span::new(file, chunk.start, chunk.end),
        };
        return ReadChunk {
            items: vec![invalid],
            diagnostics: vec![too_deep(file, chunk)],
        };
    }
    let mut diagnostics = Vec::new();
    let mut builder = Builder::new(file, scanned, chunk, &mut diagnostics);
    let items = match shapes.read(&scanned.text[chunk.start..chunk.end]) {
        Some(reading) => {
            let pairs = reading.pairs();
            pairs.flat_map(|pair| builder.items(pair)).collect()
        }
        None => vec![builder.unreadable()],
    };
    ReadChunk { items, diagnostics }
}

/// Reads the lines `name = value` of an `.infravars` file.
pub fn parse_assignments(file: FileId, text: &str) -> (Vec<Field>, Vec<Diagnostic>) {
    let (body, diagnostics) = parse_whole(file, text, Rule::assignments_file, |builder, pair| {
        builder.fields(pair)
    });
    (body.unwrap_or_default(), diagnostics)
}

/// Reads a single expression, as in `--set name=value`.
pub fn parse_expression(file: FileId, text: &str) -> (Expr, Vec<Diagnostic>) {
    let (expr, diagnostics) = parse_whole(file, text, Rule::lone_expression, |builder, pair| {
        builder.lone_value(pair)
    });
    let invalid = || Expr {
        kind: ExprKind::Invalid,
        span: Span::new(file, 0, text.len().min(FILE_BYTES_MAX)),
    };
    (expr.unwrap_or_else(invalid), diagnostics)
}

/// Reads a single type.
pub fn parse_type(file: FileId, text: &str) -> (TypeExpr, Vec<Diagnostic>) {
    let (ty, diagnostics) = parse_whole(file, text, Rule::lone_type, |builder, pair| {
        builder.lone_type(pair)
    });
    let invalid = || TypeExpr {
        kind: TypeExprKind::Invalid,
        span: Span::new(file, 0, text.len().min(FILE_BYTES_MAX)),
    };
    (ty.unwrap_or_else(invalid), diagnostics)
}

/// Reads a text that has no declarations, as one chunk.
fn parse_whole<T>(
    file: FileId,
    text: &str,
    rule: Rule,
    build: impl FnOnce(&mut Builder, Pair) -> T,
) -> (Option<T>, Vec<Diagnostic>) {
    let scanned = match prepare(file, text) {
        Ok(scanned) => scanned,
        Err(refused) => return (None, vec![*refused]),
    };
    let mut diagnostics = scanned.diagnostics.clone();
    let whole = Chunk {
        start: 0,
        end: text.len(),
        too_deep: scanned.chunks.iter().find_map(|chunk| chunk.too_deep),
        unbalanced: scanned.chunks.iter().any(|chunk| chunk.unbalanced),
    };
    if whole.too_deep.is_some() {
        diagnostics.push(too_deep(file, &whole));
        return (None, diagnostics);
    }
    let mut builder = Builder::new(file, &scanned, &whole, &mut diagnostics);
    let reading = Reading::new(rule, &scanned.text);
    let pair = reading.as_ref().and_then(|it| it.pairs().next());
    let built = match pair {
        Some(pair) => Some(build(&mut builder, pair)),
        None => {
            builder.unreadable();
            None
        }
    };
    sort(&mut diagnostics);
    (built, diagnostics)
}

fn prepare(file: FileId, text: &str) -> Result<Scan, Box<Diagnostic>> {
    if text.len() > FILE_BYTES_MAX {
        let found = Diagnostic::error(
            codes::FILE_TOO_LARGE,
            Span::new(file, 0, 0),
            format!(
                "this file has {} bytes; the most is {FILE_BYTES_MAX}",
                text.len()
            ),
        );
        return Err(Box::new(
            found.help("split it, or read the data with `file(…)`"),
        ));
    }
    Ok(scan(file, text))
}

fn too_deep(file: FileId, chunk: &Chunk) -> Diagnostic {
    let at = chunk.too_deep.unwrap_or(chunk.start);
    let found = Diagnostic::error(
        codes::TOO_DEEP,
        Span::new(file, at, (at + 1).min(chunk.end)),
        format!("brackets and conditions nest more than {DEPTH_MAX} deep here"),
    );
    found.help("name the inner parts with `let`")
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|found| (found.span.start, found.span.end));
}
