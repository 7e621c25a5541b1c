//! A text as its reader understands it: with the escapes of JSON, XML and URLs resolved.

use std::ops::Range;

/// How often a text may have been escaped on its way: JSON in JSON in XML.
const LAYERS: usize = 3;

/// A text after some decoding, and where each byte of it came from.
pub(crate) struct View {
    bytes: Vec<u8>,
    /// The original bytes that each byte stands for.
    from: Vec<Range<usize>>,
    /// The space between words is left out.
    dense: bool,
}

impl View {
    /// The text as it is, after one decoding, after two …, each with and without its spaces.
    pub fn all(text: &str) -> Vec<View> {
        let mut views = vec![View {
            bytes: text.as_bytes().to_vec(),
            from: (0..text.len()).map(|at| at..at + 1).collect(),
            dense: false,
        }];
        for _ in 0..LAYERS {
            let last = &views[views.len() - 1];
            match last.decoded() {
                Some(view) => views.push(view),
                None => break,
            }
        }
        let dense: Vec<View> = views.iter().map(View::without_spaces).collect();
        views.extend(dense);
        views
    }

    pub fn is_dense(&self) -> bool {
        self.dense
    }

    /// Where `wanted` stands, as ranges of the original text; as a `whole` only between quotes, brackets and the like.
    pub fn occurrences(&self, wanted: &[u8], whole: bool) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some((first, _)) = wanted.split_first() else {
            return found;
        };
        let mut at = 0;
        while at + wanted.len() <= self.bytes.len() {
            let end = at + wanted.len();
            let fits = self.bytes[at] == *first && self.bytes[at..end] == *wanted;
            if fits && (!whole || self.stands_alone(at, end)) {
                found.push(self.from[at].start..self.from[end - 1].end);
                at = end;
            } else {
                at += 1;
            }
        }
        found
    }

    fn stands_alone(&self, start: usize, end: usize) -> bool {
        let before = start.checked_sub(1).map(|at| self.bytes[at]);
        let after = self.bytes.get(end).copied();
        before.is_some_and(|byte| b"\"'`([{<=".contains(&byte))
            && after.is_none_or(|byte| b"\"'`)]}>,;&".contains(&byte))
    }

    fn without_spaces(&self) -> View {
        let kept = (0..self.bytes.len()).filter(|at| !self.bytes[*at].is_ascii_whitespace());
        let (bytes, from) = kept
            .map(|at| (self.bytes[at], self.from[at].clone()))
            .unzip();
        View {
            bytes,
            from,
            dense: true,
        }
    }

    /// One layer of escapes resolved; `None` when there are none.
    fn decoded(&self) -> Option<View> {
        let mut view = View {
            bytes: Vec::with_capacity(self.bytes.len()),
            from: Vec::with_capacity(self.bytes.len()),
            dense: false,
        };
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let (decoded, length) = match escape(rest) {
                Some(found) => found,
                None => (vec![rest[0]], 1),
            };
            let from = self.from[at].start..self.from[at + length - 1].end;
            for byte in decoded {
                view.bytes.push(byte);
                view.from.push(from.clone());
            }
            at += length;
        }
        (view.bytes.len() != self.bytes.len()).then_some(view)
    }
}

/// The bytes that an escape at the beginning of `rest` stands for, and how long it is.
fn escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest {
        [b'%', high, low, ..] => {
            let byte = u8::from_str_radix(std::str::from_utf8(&[*high, *low]).ok()?, 16).ok()?;
            Some((vec![byte], 3))
        }
        [b'\\', b'u', digits @ ..] => unicode(digits),
        [b'\\', b'x', high, low, ..] => {
            let byte = u8::from_str_radix(std::str::from_utf8(&[*high, *low]).ok()?, 16).ok()?;
            Some((vec![byte], 4))
        }
        [b'\\', letter, ..] => {
            let byte = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                b'"' | b'\'' | b'\\' | b'/' => *letter,
                _ => return None,
            };
            Some((vec![byte], 2))
        }
        [b'&', entity @ ..] => xml(entity),
        _ => None,
    }
}

/// `\u00fc`, and two of them for a character beyond the first plane.
fn unicode(digits: &[u8]) -> Option<(Vec<u8>, usize)> {
    let unit = |digits: &[u8]| {
        let text = std::str::from_utf8(digits.get(..4)?).ok()?;
        u16::from_str_radix(text, 16).ok()
    };
    let first = unit(digits)?;
    let pair = digits.get(4..).and_then(|rest| match rest {
        [b'\\', b'u', low @ ..] => unit(low),
        _ => None,
    });
    let units = match pair {
        Some(second) if (0xd800..0xdc00).contains(&first) => vec![first, second],
        _ => vec![first],
    };
    let text = String::from_utf16(&units).ok()?;
    Some((text.into_bytes(), 6 * units.len()))
}

/// `lt;`, `#34;` or `#x22;`, behind the `&`.
fn xml(entity: &[u8]) -> Option<(Vec<u8>, usize)> {
    let end = entity.iter().take(10).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&entity[..end]).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character.to_string().into_bytes(), end + 2))
}
