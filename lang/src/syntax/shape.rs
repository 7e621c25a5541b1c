//! Reading each shape of a declaration once.
//!
//! What the grammar makes of a chunk depends on its *shape* only: on the words that the grammar knows, on the
//! punctuation, and on the kinds of all other tokens (a name, a plain string, a number). The grammar reads a shape
//! once; its pairs are kept as rules between edges of tokens, and laid over every further chunk of that shape.
//!
//! A chunk with something that its kinds do not describe has no shape and is read by the grammar each time.

use std::rc::Rc;

use infra_model::FastMap;

use super::grammar::{self, Node, Reading, Rule};
use super::words::{UNITS, is_grammar_word};

/// How many nodes are kept in all, of 16 bytes each. A program of more different shapes than that repeats little.
const NODES_MAX: usize = 1 << 18;

/// The shapes that were read, and what the grammar made of each.
#[derive(Debug, Default)]
pub struct Shapes {
    /// Without nodes where the grammar cuts inside a token.
    known: FastMap<Box<[u8]>, Option<Rc<[Node]>>>,
    /// How many nodes `known` has.
    nodes: usize,
    /// The shape of the chunk under way; kept to spare an allocation.
    key: Vec<u8>,
}

impl Shapes {
    /// Reads a chunk as the grammar does; `None` where it does not fit.
    pub(super) fn read<'t>(&mut self, text: &'t str) -> Option<Reading<'t>> {
        let Some(edges) = shape(text, &mut self.key) else {
            return Reading::new(Rule::chunk, text);
        };
        match self.known.get(self.key.as_slice()) {
            Some(Some(nodes)) => return Some(Reading::laid(text, Rc::clone(nodes), edges)),
            Some(None) => return Reading::new(Rule::chunk, text),
            None => {}
        }
        let nodes = grammar::nodes(Rule::chunk, text)?;
        let numbered: Option<Rc<[Node]>> =
            nodes.iter().map(|node| numbered(node, &edges)).collect();
        if self.nodes + nodes.len() <= NODES_MAX {
            self.nodes += nodes.len();
            self.known
                .insert(self.key.as_slice().into(), numbered.clone());
        }
        match numbered {
            Some(nodes) => Some(Reading::laid(text, nodes, edges)),
            None => Reading::new(Rule::chunk, text),
        }
    }
}

/// A node with numbers of edges instead of byte offsets; `None` where it starts or ends inside a token.
fn numbered(node: &Node, edges: &[u32]) -> Option<Node> {
    let number = |offset: u32| edges.binary_search(&offset).ok().map(|at| at as u32);
    Some(Node {
        start: number(node.start)?,
        end: number(node.end)?,
        ..*node
    })
}

/// The kinds of tokens that are alike to the grammar whatever they say. Bytes that no text has outside of strings.
#[derive(Clone, Copy)]
enum Kind {
    Name = 1,
    Spaces = 2,
    Number = 3,
    /// A number with a unit of size or time.
    Quantity = 4,
    /// `10.0.0.1` or `10.0.0.0/16`.
    Dotted = 5,
    /// `tcp/80` or `tcp/80-90`.
    Port = 6,
    /// What a string holds, without escapes and holes.
    Text = 7,
}

/// Writes the shape of a text to `key`, and gives the edges of its tokens; `None` where the kinds of its tokens do
/// not say all that the grammar looks at.
fn shape(text: &str, key: &mut Vec<u8>) -> Option<Vec<u32>> {
    key.clear();
    let mut tokens = Tokens {
        bytes: text.as_bytes(),
        at: 0,
        key,
        edges: Vec::with_capacity(text.len() / 3 + 4),
    };
    while let Some(&byte) = tokens.bytes.get(tokens.at) {
        tokens.edges.push(tokens.at as u32);
        match byte {
            b' ' => tokens.take(Kind::Spaces, |byte| byte == b' '),
            b'"' => tokens.string()?,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => tokens.word()?,
            b'0'..=b'9' => tokens.number(),
            // An address of colons is read where a key and its value are, too.
            b':' if !matches!(tokens.next(1), None | Some(b' ' | b'\n')) => return None,
            // What else has a text of its own, or is a letter of another script.
            0x80.. | b'\'' => return None,
            byte if byte <= Kind::Text as u8 => return None,
            byte => {
                tokens.key.push(byte);
                tokens.at += 1;
            }
        }
    }
    tokens.edges.push(text.len() as u32);
    Some(tokens.edges)
}

/// The tokens of a text up to `at`.
struct Tokens<'t> {
    bytes: &'t [u8],
    at: usize,
    key: &'t mut Vec<u8>,
    edges: Vec<u32>,
}

impl Tokens<'_> {
    fn next(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    /// Where a run of such bytes that starts at `from` ends.
    fn run(&self, from: usize, is_part: impl Fn(u8) -> bool) -> usize {
        let rest = &self.bytes[from..];
        let length = rest.iter().position(|byte| !is_part(*byte));
        from + length.unwrap_or(rest.len())
    }

    fn take(&mut self, kind: Kind, is_part: impl Fn(u8) -> bool) {
        self.key.push(kind as u8);
        self.at = self.run(self.at, is_part);
    }

    /// A token that the grammar looks into: it may cut at each of its bytes.
    fn take_literally(&mut self, end: usize) {
        self.key.extend_from_slice(&self.bytes[self.at..end]);
        self.edges.extend((self.at + 1..end).map(|at| at as u32));
        self.at = end;
    }

    /// A string of one line without escapes and holes.
    fn string(&mut self) -> Option<()> {
        let start = self.at + 1;
        let end = self.run(start, |byte| !matches!(byte, b'"' | b'\\' | b'$' | b'\n'));
        let block = end == start && self.bytes.get(end + 1) == Some(&b'"');
        if self.bytes.get(end) != Some(&b'"') || block {
            return None;
        }
        self.key.push(b'"');
        if end > start {
            self.edges.push(start as u32);
            self.key.push(Kind::Text as u8);
        }
        self.edges.push(end as u32);
        self.key.push(b'"');
        self.at = end + 1;
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let end = self.run(self.at, is_name_part);
        match self.bytes.get(end) {
            // The name goes on in another script.
            Some(0x80..) => return None,
            Some(b'/') => {
                if let Some(end) = self.port_end(end) {
                    self.key.push(Kind::Port as u8);
                    self.at = end;
                    return Some(());
                }
            }
            _ => {}
        }
        if is_grammar_word(&self.bytes[self.at..end]) {
            self.take_literally(end);
        } else {
            self.key.push(Kind::Name as u8);
            self.at = end;
        }
        Some(())
    }

    /// The end of a port that starts here and whose slash is at `slash`.
    fn port_end(&self, slash: usize) -> Option<usize> {
        let protocol = &self.bytes[self.at..slash];
        let is_word = matches!(
            protocol,
            b"tcp" | b"udp" | b"icmp" | b"icmpv6" | b"protocol"
        );
        if !is_word || !self.stands_alone_before() {
            return None;
        }
        let digits = |from: usize| {
            let end = self.run(from, |byte| byte.is_ascii_digit());
            (end > from).then_some(end)
        };
        let end = digits(slash + 1)?;
        let end = match self.bytes.get(end) {
            Some(b'-' | b':') => digits(end + 1)?,
            _ => end,
        };
        self.stands_alone_after(end).then_some(end)
    }

    fn number(&mut self) {
        let digits = self.run(self.at, |byte| byte.is_ascii_digit());
        let end = self.run(digits, is_name_part);
        if self.stands_alone_before() {
            let unit = &self.bytes[digits..end];
            let kind = match self.stands_alone_after(end) {
                true if unit.is_empty() => Some((Kind::Number, end)),
                true if UNITS.iter().any(|it| it.as_bytes() == unit) => Some((Kind::Quantity, end)),
                false if unit.is_empty() => self.dotted_end(end).map(|end| (Kind::Dotted, end)),
                _ => None,
            };
            if let Some((kind, end)) = kind {
                self.key.push(kind as u8);
                self.at = end;
                return;
            }
        }
        self.take_literally(end);
    }

    /// The end of an address whose first part ends at `at`.
    fn dotted_end(&self, mut at: usize) -> Option<usize> {
        let mut parts = 1;
        while self.bytes.get(at) == Some(&b'.') {
            let end = self.run(at + 1, |byte| byte.is_ascii_digit());
            if end == at + 1 {
                return None;
            }
            at = end;
            parts += 1;
        }
        if self.bytes.get(at) == Some(&b'/') {
            let end = self.run(at + 1, |byte| byte.is_ascii_digit());
            if end == at + 1 {
                return None;
            }
            at = end;
        }
        (parts > 2 && self.stands_alone_after(at)).then_some(at)
    }

    /// Whether what stands before this token cannot make one with it.
    fn stands_alone_before(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        matches!(
            before,
            None | Some(b' ' | b'\n' | b'(' | b'[' | b'{' | b',')
        )
    }

    /// Whether what stands at `at` cannot make a token with what is before it.
    fn stands_alone_after(&self, at: usize) -> bool {
        let after = self.bytes.get(at);
        matches!(after, None | Some(b' ' | b'\n' | b')' | b']' | b'}' | b','))
    }
}

fn is_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests;
