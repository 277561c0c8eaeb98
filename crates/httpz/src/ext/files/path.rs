//! Which file does a path of a request mean?

use std::path::{Path, PathBuf};

/// The file below this folder that a decoded path means; `None` where a path leads elsewhere or to what is hidden.
///
/// Decided by the text alone, part by part, so that nothing needs to be undone: no part may be `..`, begin with a dot,
/// or hold what a file system could read as more than a name.
pub(super) fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let parts = path.strip_suffix('/').unwrap_or(path);
    let mut file = root.to_owned();
    if parts.is_empty() {
        return Some(file);
    }
    for part in parts.split('/') {
        let is_hidden = part.starts_with('.') && part != ".well-known";
        if part.is_empty() || is_hidden || part.contains(['\0', '\\']) {
            return None;
        }
        file.push(part);
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_nowhere_but_below_the_folder() {
        for (path, expected) in [
            ("", Some("/srv")),
            ("a.css", Some("/srv/a.css")),
            ("a/b.css", Some("/srv/a/b.css")),
            ("a/", Some("/srv/a")),
            (".well-known/security.txt", Some("/srv/.well-known/security.txt")),
            ("a b/ü", Some("/srv/a b/ü")),
            ("C:", Some("/srv/C:")),
        ] {
            assert_eq!(
                below(Path::new("/srv"), path).as_deref(),
                expected.map(Path::new),
                "{path}"
            );
        }
        for path in [
            "..",
            "../etc",
            "a/../../etc",
            "a/..",
            "/etc",
            "a//b",
            "//",
            ".",
            "./a",
            ".git/config",
            "a/.env",
            "a\0.css",
            "..\\etc",
            "...",
        ] {
            assert_eq!(below(Path::new("/srv"), path), None, "{path:?}");
        }
    }
}
