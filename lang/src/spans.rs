//! Many places of a program at once: whether one of them is inside another place, or around it.

use infra_model::Span;

/// Places, for finding those that contain another one or are contained in it.
pub struct Spans {
    /// Sorted by file and start.
    sorted: Vec<Span>,
    /// For each place, the furthest end of those up to it in its file.
    ends: Vec<u32>,
}

impl Spans {
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut sorted: Vec<Span> = spans.into_iter().collect();
        sorted.sort_unstable();
        let mut ends: Vec<u32> = Vec::with_capacity(sorted.len());
        for (place, span) in sorted.iter().enumerate() {
            let before = place.checked_sub(1);
            let before = before.filter(|before| sorted[*before].file == span.file);
            ends.push(before.map_or(span.end, |before| ends[before].max(span.end)));
        }
        Spans { sorted, ends }
    }

    /// Whether one of the places is inside `outer`.
    pub fn any_inside(&self, outer: Span) -> bool {
        let from = self.first(outer, outer.start);
        self.sorted[from..]
            .iter()
            .take_while(|it| it.file == outer.file && it.start <= outer.end)
            .any(|it| it.end <= outer.end)
    }

    /// Whether one of the places contains `inner`.
    pub fn any_around(&self, inner: Span) -> bool {
        let after = self.first(inner, inner.start.saturating_add(1));
        let Some(last) = after.checked_sub(1) else {
            return false;
        };
        self.sorted[last].file == inner.file && self.ends[last] >= inner.end
    }

    /// The number of the first place of the file that starts at `start` or later.
    fn first(&self, of: Span, start: u32) -> usize {
        self.sorted
            .partition_point(|it| (it.file, it.start) < (of.file, start))
    }
}

#[cfg(test)]
mod tests {
    use infra_model::FileId;

    use super::*;

    #[test]
    fn places_are_found_inside_and_around() {
        let span = |file, start, end| Span::new(FileId(file), start, end);
        let spans = Spans::new([span(1, 4, 6), span(1, 0, 20), span(0, 3, 3), span(1, 8, 9)]);
        for (place, inside, around) in [
            (span(1, 4, 7), true, true),
            (span(1, 5, 6), false, true),
            (span(1, 19, 21), false, false),
            (span(0, 0, 5), true, false),
            (span(0, 3, 3), true, true),
            (span(2, 0, 99), false, false),
        ] {
            assert_eq!(spans.any_inside(place), inside, "inside {place:?}");
            assert_eq!(spans.any_around(place), around, "around {place:?}");
        }
    }
}
