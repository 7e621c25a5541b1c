//! Reading the same file again and again, as an editor does: a declaration that did not change is not read again.

use infra_model::{FastMap, FileId};

use super::scan::{Chunk, Scan, doc_above};
use super::shape::Shapes;
use super::{Item, Tree, parse};
use crate::Diagnostic;

/// What was read of a file, by declaration.
///
/// A declaration is known again at its old place only, because spans count from the start of the file. What stands
/// below a line that was put in is built once more, from its shape: the grammar does not read it again.
#[derive(Debug, Default)]
pub struct ParseCache {
    known: FastMap<Key, ReadChunk>,
    shapes: Shapes,
}

/// All that the tree of a chunk follows from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    file: FileId,
    start: usize,
    text: String,
    /// The comment right above, which stands in the chunk before.
    doc: Option<String>,
    unbalanced: bool,
    too_deep: Option<usize>,
}

/// The declarations of a chunk and what is wrong with them.
#[derive(Clone, Debug)]
pub(super) struct ReadChunk {
    pub items: Vec<Item>,
    pub diagnostics: Vec<Diagnostic>,
}

impl ParseCache {
    /// Reads a file as [`parse`] does. What is no longer in the text is forgotten.
    pub fn parse(&mut self, file: FileId, text: &str) -> (Tree, Vec<Diagnostic>) {
        let mut known = FastMap::default();
        let read = parse::parse_chunks(file, text, |scanned, chunk| {
            let key = Key::new(file, text, scanned, chunk);
            let read = self
                .known
                .remove(&key)
                .unwrap_or_else(|| parse::parse_chunk(&mut self.shapes, file, scanned, chunk));
            known.insert(key, read.clone());
            read
        });
        self.known = known;
        read
    }
}

impl Key {
    fn new(file: FileId, text: &str, scanned: &Scan, chunk: &Chunk) -> Key {
        Key {
            file,
            start: chunk.start,
            text: text[chunk.start..chunk.end].to_owned(),
            doc: doc_above(&scanned.text, &scanned.comments, chunk.start as u32),
            unbalanced: chunk.unbalanced,
            too_deep: chunk.too_deep,
        }
    }
}
