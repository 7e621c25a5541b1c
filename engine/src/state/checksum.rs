//! The checksum that state files bear, and the words for text that is not what it should be.

/// CRC-32 in eight hexadecimal digits: it reveals damage and edits, not forgery.
pub(super) fn crc(bytes: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(bytes))
}

/// Why a JSON text was refused, in words for users: the parser's own are about the code that reads it.
pub fn json_trouble(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let line = error.line();
    match error.classify() {
        Category::Eof => format!("it ends in line {line} before it is complete"),
        Category::Syntax | Category::Io => format!("line {line} is not JSON"),
        // Inside a nested part the parser counts no lines.
        Category::Data if line == 0 => "a part is missing or has another form".to_owned(),
        Category::Data => {
            format!("a part is missing or has another form, in line {line} or shortly before it")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_users_name_no_type_of_ours() {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "it is never read")]
        struct Inner {
            size: u64,
        }
        let trouble = |text: &str| {
            let refused = serde_json::from_str::<Inner>(text).expect_err("it does not fit");
            json_trouble(&refused)
        };
        assert_eq!(
            trouble("{\n\"size\": 1"),
            "it ends in line 2 before it is complete"
        );
        assert_eq!(trouble("{\n\"size\" 1}"), "line 2 is not JSON");
        assert!(trouble("null").starts_with("a part is missing or has another form"));
    }
}
