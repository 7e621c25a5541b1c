//! Source files and positions in them.

use infra_model::{FileId, Span};

/// One file of a program: its path as shown to users, its text, and where its lines start.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub id: FileId,
    pub path: String,
    pub text: String,
    line_starts: Vec<u32>,
}

/// A place in a file as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl SourceFile {
    pub fn new(id: FileId, path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at as u32 + 1))
            .collect();
        SourceFile {
            id,
            path: path.into(),
            text,
            line_starts,
        }
    }

    /// The text a span covers; spans from elsewhere are clamped, never a panic.
    pub fn slice(&self, span: Span) -> &str {
        let clamp = |at: u32| {
            let mut at = (at as usize).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (clamp(span.start), clamp(span.end));
        &self.text[start..end.max(start)]
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self
            .line_starts
            .partition_point(|start| *start <= offset)
            .max(1);
        let start = self.line_starts[line - 1];
        let before = self.slice(Span {
            file: self.id,
            start,
            end: offset,
        });
        Position {
            line: line as u32,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, line: u32) -> &str {
        let index = (line as usize).saturating_sub(1);
        let Some(start) = self.line_starts.get(index) else {
            return "";
        };
        let end = self
            .line_starts
            .get(index + 1)
            .map_or(self.text.len(), |next| *next as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

/// All files of a program, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and gives it its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = self.next_id();
        self.files.push(SourceFile::new(id, path, text));
        id
    }

    /// The number that the next file gets.
    pub fn next_id(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let file = SourceFile::new(FileId(0), "a.infra", "let a = 1\nlet 名 = 2\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        let two = file.text.find('2').unwrap() as u32;
        assert_eq!(file.position(two), Position { line: 2, column: 9 });
        assert_eq!(file.line(2), "let 名 = 2");
        assert_eq!(file.line(9), "");
    }

    #[test]
    fn a_span_past_the_end_is_clamped() {
        let file = SourceFile::new(FileId(0), "a.infra", "名");
        assert_eq!(file.slice(Span::new(FileId(0), 1, 99)), "名");
        assert_eq!(file.position(99).line, 1);
    }
}
