//! What was meant by a name that is not there?

/// The candidate that is closest to `name`, when it is close enough to be a slip.
pub(crate) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|&(distance, candidate)| {
            distance > 0 && distance <= 2 && distance < candidate.len()
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let above = row[j + 1];
            let changed = diagonal + usize::from(letter != *other);
            row[j + 1] = changed.min(row[j] + 1).min(above + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_far_off() {
        let names = ["user_id", "id", "page"];
        for (name, expected) in [
            ("user_idd", Some("user_id")),
            ("userid", Some("user_id")),
            ("pgae", Some("page")),
            ("idx", Some("id")),
            ("id", None),
            ("limit", None),
        ] {
            let others = names.iter().copied().filter(|other| *other != name);
            assert_eq!(closest(name, others), expected, "{name}");
        }
    }
}
