//! Paths inside the project.

/// Joins a path written in a file of `dir` and removes `.` and `..`; `None` when it leads out of the project or
/// is absolute.
pub fn join(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part if part.contains(':') => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The directory of a file's path; empty for the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_the_project() {
        assert_eq!(join("", "./net").as_deref(), Some("net"));
        assert_eq!(join("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(join("a", ".").as_deref(), Some("a"));
        for outside in ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b"] {
            assert_eq!(join("", outside), None, "{outside}");
        }
    }
}
