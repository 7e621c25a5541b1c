//! The pest parser of `infra.pest`, private to this module: rules never leave it.

use std::rc::Rc;

use pest::{Parser as _, Token};
use pest_derive::Parser;

/// Reads text by the rules of the one grammar.
#[derive(Parser)]
#[grammar = "infra.pest"]
pub(super) struct Grammar;

/// A pair as it is kept: its rule, its place, and where the pairs inside it end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub rule: Rule,
    /// Byte offsets in the text, or numbers of token edges (see [`Reading`]).
    pub start: u32,
    pub end: u32,
    /// The index of the node after this one and all inside it.
    pub next: u32,
}

/// What the grammar made of a text, in the order of the text: each node stands before those inside it.
pub(super) struct Reading<'t> {
    text: &'t str,
    nodes: Rc<[Node]>,
    /// Byte offsets of the token edges that the nodes number; without them the nodes hold offsets themselves.
    edges: Option<Vec<u32>>,
}

/// A part of a text that a rule took.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    reading: &'a Reading<'a>,
    at: u32,
}

/// The pairs side by side inside another.
#[derive(Clone)]
pub(super) struct Pairs<'a> {
    reading: &'a Reading<'a>,
    at: u32,
    end: u32,
}

impl<'t> Reading<'t> {
    /// Reads a text by a rule; `None` where it does not fit.
    pub fn new(rule: Rule, text: &'t str) -> Option<Reading<'t>> {
        Some(Reading {
            text,
            nodes: nodes(rule, text)?.into(),
            edges: None,
        })
    }

    /// Lays nodes that number edges over a text with these edges.
    pub fn laid(text: &'t str, nodes: Rc<[Node]>, edges: Vec<u32>) -> Reading<'t> {
        Reading {
            text,
            nodes,
            edges: Some(edges),
        }
    }

    /// The outermost pairs.
    pub fn pairs(&'t self) -> Pairs<'t> {
        Pairs {
            reading: self,
            at: 0,
            end: self.nodes.len() as u32,
        }
    }

    fn offset(&self, place: u32) -> usize {
        match &self.edges {
            Some(edges) => edges[place as usize] as usize,
            None => place as usize,
        }
    }
}

impl<'a> Pair<'a> {
    fn node(self) -> &'a Node {
        &self.reading.nodes[self.at as usize]
    }

    pub fn as_rule(self) -> Rule {
        self.node().rule
    }

    /// The byte offset where the pair starts.
    pub fn start(self) -> usize {
        self.reading.offset(self.node().start)
    }

    /// The byte offset behind the pair.
    pub fn end(self) -> usize {
        self.reading.offset(self.node().end)
    }

    pub fn as_str(self) -> &'a str {
        &self.reading.text[self.start()..self.end()]
    }

    pub fn into_inner(self) -> Pairs<'a> {
        Pairs {
            reading: self.reading,
            at: self.at + 1,
            end: self.node().next,
        }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        if self.at >= self.end {
            return None;
        }
        let pair = Pair {
            reading: self.reading,
            at: self.at,
        };
        self.at = pair.node().next;
        Some(pair)
    }
}

/// What the grammar makes of a text, with byte offsets as places.
pub(super) fn nodes(rule: Rule, text: &str) -> Option<Vec<Node>> {
    let pairs = Grammar::parse(rule, text).ok()?;
    let mut nodes: Vec<Node> = Vec::new();
    let mut open = Vec::new();
    for token in pairs.tokens() {
        match token {
            Token::Start { rule, pos } => {
                open.push(nodes.len());
                nodes.push(Node {
                    rule,
                    start: pos.pos() as u32,
                    end: 0,
                    next: 0,
                });
            }
            Token::End { pos, .. } => {
                let at = open.pop()?;
                nodes[at].end = pos.pos() as u32;
                nodes[at].next = nodes.len() as u32;
            }
        }
    }
    Some(nodes)
}
