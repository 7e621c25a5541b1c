//! The XML of the Query protocol: elements, escaped text and lists of `<item>`.

use std::fmt::{Display, Write};

/// The inside of an element, built in the order in which it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node(String);

impl Node {
    /// An empty element.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer of an action that has nothing to say but that it was done.
    pub fn done() -> Self {
        Self::new().text("return", true)
    }

    /// `<name>value</name>`, escaped.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Display) -> Self {
        self.open(name);
        escape(&value.to_string(), &mut self.0);
        self.close(name);
        self
    }

    /// As [`Node::text`], or nothing at all.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// `<name>…</name>` around another node.
    #[must_use]
    pub fn node(mut self, name: &str, inner: Node) -> Self {
        self.open(name);
        self.0.push_str(&inner.0);
        self.close(name);
        self
    }

    /// `<name><item>…</item>…</name>`.
    #[must_use]
    pub fn list(mut self, name: &str, items: impl IntoIterator<Item = Node>) -> Self {
        self.open(name);
        for item in items {
            self.open("item");
            self.0.push_str(&item.0);
            self.close("item");
        }
        self.close(name);
        self
    }

    /// A list of plain texts.
    #[must_use]
    pub fn texts(self, name: &str, items: impl IntoIterator<Item = impl Display>) -> Self {
        self.list(name, items.into_iter().map(Node::only))
    }

    /// Another node's elements after this one's.
    #[must_use]
    pub fn and(mut self, other: Node) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// A node that is text and nothing else (an element of a list of texts).
    pub fn only(value: impl Display) -> Self {
        let mut node = Self::new();
        escape(&value.to_string(), &mut node.0);
        node
    }

    /// A node from what [`Node::as_str`] gave (answers are kept with their client tokens).
    pub fn from_rendered(text: String) -> Self {
        Self(text)
    }

    /// The elements as they are sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn open(&mut self, name: &str) {
        let _ = write!(self.0, "<{name}>");
    }

    fn close(&mut self, name: &str) {
        let _ = write!(self.0, "</{name}>");
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser would turn a bare carriage return into a line feed; other control characters are not XML.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_would_be_markup() {
        let node = Node::new()
            .text("v", "a<b>&\"c\"\r\n\u{1}")
            .list("set", [Node::new().text("k", 1)]);
        assert_eq!(
            node.as_str(),
            "<v>a&lt;b&gt;&amp;&quot;c&quot;&#13;\n\u{fffd}</v><set><item><k>1</k></item></set>"
        );
    }
}
