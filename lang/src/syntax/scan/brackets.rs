//! Which brackets are open, and which closer fits which opener.

/// What was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Round,
    Square,
    Curly,
    /// `${` in a string of one line.
    Hole,
    /// `${` in a `"""` block.
    BlockHole,
}

impl Kind {
    /// The kind of an opening byte.
    pub fn of(byte: u8) -> Kind {
        match byte {
            b'(' => Kind::Round,
            b'[' => Kind::Square,
            _ => Kind::Curly,
        }
    }

    /// How it is opened and closed.
    pub fn texts(self) -> (&'static str, &'static str) {
        match self {
            Kind::Round => ("(", ")"),
            Kind::Square => ("[", "]"),
            Kind::Curly => ("{", "}"),
            Kind::Hole | Kind::BlockHole => ("${", "}"),
        }
    }

    fn closed_by(self, byte: u8) -> bool {
        self.texts().1.as_bytes() == [byte]
    }

    fn is_hole(self) -> bool {
        matches!(self, Kind::Hole | Kind::BlockHole)
    }
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub kind: Kind,
    pub at: usize,
    /// The indentation of its line.
    indent: usize,
    /// How many `if`s without an `else` stood before it.
    ifs: usize,
    /// Where the string around it starts.
    string_at: usize,
}

/// What a closer does.
pub(super) enum Closed {
    Fits(Kind),
    /// It fits an opener further out; the ones in between are not closed.
    After {
        unclosed: Open,
        kind: Kind,
    },
    /// No opener wants it: it stands where the innermost one's closer should.
    Mistyped(Open),
    /// Nothing is open.
    Stray,
}

#[derive(Default)]
pub(super) struct Brackets {
    stack: Vec<Open>,
    ifs: usize,
    ifs_outside: usize,
    /// How many of the open ones are holes of one-line strings.
    line_holes: usize,
    /// Where the innermost string starts.
    pub string_at: usize,
    /// A pair whose closer stands further left than its opener's line: the closer was likely meant for another.
    suspect: Option<Open>,
}

impl Brackets {
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    pub fn clear(&mut self) {
        *self = Brackets::default();
    }

    pub fn depth(&self) -> usize {
        self.stack.len() + self.ifs + self.ifs_outside
    }

    pub fn enter_if(&mut self) {
        self.ifs += 1;
    }

    pub fn leave_if(&mut self) {
        self.ifs = self.ifs.saturating_sub(1);
    }

    pub fn open(&mut self, kind: Kind, at: usize, indent: usize) {
        self.stack.push(Open {
            kind,
            at,
            indent,
            ifs: self.ifs,
            string_at: self.string_at,
        });
        self.line_holes += usize::from(kind == Kind::Hole);
        self.ifs_outside += self.ifs;
        self.ifs = 0;
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.stack.pop()?;
        self.line_holes -= usize::from(open.kind == Kind::Hole);
        self.ifs = open.ifs;
        self.ifs_outside -= open.ifs;
        if open.kind.is_hole() {
            self.string_at = open.string_at;
        }
        Some(open)
    }

    /// Takes a closer. `column` is its column when it is the first on its line, which starts at `line_start`.
    pub fn close(&mut self, byte: u8, column: Option<usize>, line_start: usize) -> Closed {
        let Some(top) = self.stack.last().copied() else {
            return Closed::Stray;
        };
        if top.kind.closed_by(byte) {
            self.pop();
            if column.is_some_and(|column| column < top.indent) {
                self.suspect.get_or_insert(top);
            }
            return Closed::Fits(top.kind);
        }
        // A closer does not look past the string it stands in, nor further out than anybody means.
        let near = self.stack.len().saturating_sub(2 * super::DEPTH_MAX);
        let hole = self.stack[near..]
            .iter()
            .rposition(|open| open.kind.is_hole());
        let inside = near + hole.unwrap_or(0);
        let wanted = self.stack[inside..]
            .iter()
            .rposition(|open| open.kind.closed_by(byte));
        match wanted {
            Some(found) => {
                let unclosed = self.stack[inside + found + 1];
                self.stack_down_to(inside + found + 1);
                let kind = self.pop().map_or(Kind::Curly, |open| open.kind);
                Closed::After { unclosed, kind }
            }
            None if top.kind.is_hole() => Closed::Stray,
            // In the middle of a line it hardly means the block around the line.
            None if top.kind == Kind::Curly && top.at < line_start && column.is_none() => {
                Closed::Stray
            }
            None => {
                self.pop();
                Closed::Mistyped(top)
            }
        }
    }

    fn stack_down_to(&mut self, length: usize) {
        while self.stack.len() > length {
            self.pop();
        }
    }

    pub fn in_line_hole(&self) -> bool {
        self.line_holes > 0
    }

    /// At a line's end: drops the holes of one-line strings and what is open in them. Returns the outermost one.
    pub fn drop_line_holes(&mut self) -> Option<usize> {
        if self.line_holes == 0 {
            return None;
        }
        let first = self.stack.iter().position(|open| open.kind == Kind::Hole)?;
        let at = self.stack[first].at;
        self.stack_down_to(first);
        Some(at)
    }

    /// Of the brackets that are still open, the one whose closer is most likely missing.
    pub fn likely_unclosed(&self) -> Option<Open> {
        let first = self.stack.first().copied()?;
        Some(self.suspect.unwrap_or(first))
    }
}
