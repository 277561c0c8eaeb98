//! What is wrong with a [`Cors`](super::Cors), and how to mend it.

use std::fmt;

use httpz_core::proto::chars::is_token;

/// Browsers compare an origin byte by byte with what they would write, so it must be written so.
pub(super) fn check_origin(origin: &str) -> Result<(), CorsError> {
    let wrong = |mend: String| Err(CorsError::new("cors.origin", format!("`{origin}` {mend}")));
    if origin == "null" {
        return wrong(
            "is what sandboxed pages of anybody send; if you mean all of these, say so with \
             `Cors::origin_if`"
                .into(),
        );
    }
    if origin.contains([',', ' ']) {
        return wrong("is not one origin; give each one to `Cors::origins`".into());
    }
    let Some((scheme, host)) = origin.split_once("://") else {
        return wrong(format!("has no scheme; write `https://{origin}`"));
    };
    if let Some((host, _)) = host.split_once(['/', '?', '#']) {
        return wrong(format!("has something after its host; write `{scheme}://{host}`"));
    }
    let usual_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    if !usual_port.is_empty()
        && let Some(host) = host.strip_suffix(usual_port)
    {
        return wrong(format!(
            "has the usual port, which browsers leave out; write `{scheme}://{host}`"
        ));
    }
    if origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let lower = origin.to_ascii_lowercase();
        return wrong(format!("has upper case, which browsers do not send; write `{lower}`"));
    }
    if host.is_empty() || !origin.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong("is no origin; write it like `https://shop.example`".into());
    }
    Ok(())
}

pub(super) fn check_names(field: &'static str, names: &[String]) -> Result<(), CorsError> {
    match names.iter().find(|name| !is_token(name.as_bytes())) {
        None => Ok(()),
        Some(name) => {
            let mend =
                format!("has `{name}`, which is not the name of a field; give one at a time");
            Err(CorsError::new(field, mend))
        }
    }
}

/// A mistake in a [`Cors`](super::Cors): which field, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsError {
    field: &'static str,
    mend: String,
}

impl CorsError {
    pub(super) fn new(field: &'static str, mend: String) -> Self {
        Self { field, mend }
    }

    /// The field, as in `cors.origin`.
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for CorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.mend)
    }
}

impl std::error::Error for CorsError {}
