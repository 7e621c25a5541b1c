//! Colours, as few as a review needs.

/// What a piece of text is, in the eyes of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Create,
    Update,
    Replace,
    Delete,
    /// What the reader must not overlook.
    Warning,
    Error,
    Success,
    Heading,
    /// Beside the point: places in files, hints, elapsed times.
    Quiet,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Create | Style::Success => "32",
            Style::Update => "33",
            Style::Replace => "35",
            Style::Delete => "31",
            Style::Warning => "1;33",
            Style::Error => "1;31",
            Style::Heading => "1",
            Style::Quiet => "2",
        }
    }
}

/// Puts colours on text, or leaves it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Painter {
    pub colours: bool,
}

impl Painter {
    /// `text` must have been made safe before; see [`super::text`].
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.colours && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.code())
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_text_is_left_alone() {
        assert_eq!(Painter { colours: false }.paint(Style::Create, "+"), "+");
        assert_eq!(
            Painter { colours: true }.paint(Style::Create, "+"),
            "\u{1b}[32m+\u{1b}[0m"
        );
    }
}
