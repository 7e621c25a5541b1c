//! "Did you mean": the nearest of the names that would have been right.

/// The number of insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// The candidate nearest to `wrong`, if one is near enough to be meant. Of equally near ones the first in
/// alphabetical order, so that the answer does not depend on the order of the candidates.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Of two letters one is half of the name; only its case can have slipped.
    let allowed = match wrong.chars().count() {
        0..=2 => 0,
        length => (length / 3).clamp(1, 4),
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(wrong.chars().count()) <= allowed)
        .map(|candidate| (distance(wrong, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// As [`nearest`], for names of which one is wanted anyway: half of the letters may be wrong.
pub fn likely<'a>(wrong: &str, wanted: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = |text: &str| text.chars().count();
    wanted
        .into_iter()
        .filter(|candidate| *candidate != wrong)
        .map(|candidate| (distance(wrong, candidate), candidate))
        .filter(|(distance, candidate)| distance * 2 <= length(wrong).max(length(candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or else the list of what there is when it is short.
pub fn help<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
    what: &str,
) -> Option<String> {
    if let Some(near) = nearest(wrong, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut all: Vec<&str> = candidates.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() || all.len() > 12 {
        return None;
    }
    Some(format!("{what}: `{}`", all.join("`, `")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let fields = ["range", "zone", "public", "tags"];
        assert_eq!(nearest("rnage", fields), Some("range"));
        assert_eq!(nearest("Zone", fields), Some("zone"));
        assert_eq!(nearest("tag", fields), Some("tags"));
        assert_eq!(nearest("description", fields), None);
        assert_eq!(nearest("us", ["s", "as"]), None);
    }

    #[test]
    fn what_is_missing_is_recognised_from_less() {
        assert_eq!(likely("rm", ["ram", "image"]), Some("ram"));
        assert_eq!(likely("cores", ["ram", "image"]), None);
        assert_eq!(likely("ram", ["ram"]), None);
    }

    #[test]
    fn without_a_near_name_a_short_list_is_shown() {
        assert_eq!(
            help("xyz", ["b", "a"], "there are").as_deref(),
            Some("there are: `a`, `b`")
        );
    }
}
