//! One path of one attribute: which requests a function answers.

use httpz_router::Pattern;
use syn::{Error, LitStr, Result};

/// One path of one attribute.
pub(crate) struct Answer {
    /// The path, as it is written.
    pub(crate) path: LitStr,
    /// The prefix of its group, as `under` says it.
    pub(crate) under: Option<LitStr>,
    /// The path with that prefix.
    pub(crate) whole: String,
    /// The whole path, parsed; an empty one counts as `/`.
    pub(crate) pattern: Pattern,
    /// What the path matches in its group.
    shape: String,
    /// The method, as it stands in a request; `*` for all.
    pub(crate) method: String,
}

impl Answer {
    /// # Errors
    ///
    /// Mistakes of the whole path; its parts have been checked by themselves.
    pub(crate) fn new(path: LitStr, under: Option<LitStr>, method: String) -> Result<Self> {
        let own = path.value();
        let whole = match &under {
            Some(prefix) => prefix.value().trim_end_matches('/').to_owned() + &own,
            None => own.clone(),
        };
        let parse = |text: &str| {
            let text = if text.is_empty() { "/" } else { text };
            Pattern::parse(text).map_err(|error| Error::new(path.span(), error))
        };
        let pattern = parse(&whole)?;
        let shape = match under {
            _ if own.is_empty() => own,
            None => pattern.shape(),
            Some(_) => parse(&own)?.shape(),
        };
        Ok(Self { path, under, whole, pattern, shape, method })
    }

    /// What it answers, as a number (FNV-1a): equal for routes that answer the same requests.
    pub(crate) fn shape(&self) -> u64 {
        let bytes = self.method.bytes().chain(self.shape.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Do requests of this method come with a body?
    pub(crate) fn has_body(&self) -> bool {
        !["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"].contains(&self.method.as_str())
    }

    /// The text that has the parameter of this name, which is one of its whole path.
    pub(crate) fn text_with(&self, name: &str) -> &LitStr {
        let names = |text: &LitStr| {
            let pattern = Pattern::parse(&text.value());
            pattern.is_ok_and(|pattern| pattern.names().any(|(other, _)| other == name))
        };
        self.under.as_ref().filter(|under| names(under)).unwrap_or(&self.path)
    }

    /// Does its whole path have a parameter of this name?
    pub(crate) fn names(&self, name: &str) -> bool {
        self.pattern.names().any(|(other, _)| other == name)
    }
}
