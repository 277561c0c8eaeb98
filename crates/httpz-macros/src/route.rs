//! A function and its route attributes, read together and found sound.

use syn::{Error, LitStr, Path, Result};

use crate::answer::Answer;
use crate::args::{self, Arg};
use crate::attribute::{Attribute, Options, Unread};
use crate::function::Function;

/// A function that is a route.
pub(crate) struct Route<'a> {
    /// The path by which httpz is known.
    pub(crate) httpz: Path,
    pub(crate) function: Function<'a>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) options: Options,
    pub(crate) args: Vec<Arg>,
}

impl<'a> Route<'a> {
    /// Reads the attributes and the function, and finds all mistakes.
    pub(crate) fn read(httpz: Path, attributes: &[Unread], function: Function<'a>) -> Result<Self> {
        let (mut paths, mut options) = (Vec::new(), Options::default());
        for unread in attributes {
            let attribute = Attribute::read(unread)?;
            options.merge(attribute.options)?;
            paths.push((attribute.method, attribute.paths));
        }
        let answers = answers(paths, &options)?;
        function.check()?;
        if let Some((_, span)) = options.timeout
            && function.sig.asyncness.is_none()
        {
            let text =
                "a sync handler cannot be cut off: make it an `async fn`, or leave `timeout` out";
            return Err(Error::new(span, text));
        }
        if let Some(span) = options.must_finish
            && function.sig.asyncness.is_none()
        {
            let text = "a sync handler always runs to its end: leave `must_finish` out";
            return Err(Error::new(span, text));
        }
        let args = args::classify(&function, &answers)?;
        Ok(Self { httpz, function, answers, options, args })
    }

    /// What tables and documents call it.
    pub(crate) fn name(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => self.function.name(),
        }
    }
}

/// One answer for each path of each attribute, with the prefix that they share.
fn answers(paths: Vec<(String, Vec<LitStr>)>, options: &Options) -> Result<Vec<Answer>> {
    let mut answers: Vec<Answer> = Vec::new();
    for (method, paths) in paths {
        for path in paths {
            let answer = Answer::new(path, options.under.clone(), method.clone())?;
            if answers.iter().any(|other| other.shape() == answer.shape()) {
                let text =
                    "this function answers the same requests twice: leave one of the paths out";
                return Err(Error::new(answer.path.span(), text));
            }
            answers.push(answer);
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::Item;
    use crate::method::Verb;
    use proc_macro2::Span;
    use quote::quote;

    /// What is said of this function, for `#[get("/:name")]`.
    fn told(function: &str) -> Option<String> {
        let Item { attrs, vis, sig, .. } = &syn::parse_str(function).unwrap();
        let verb = Verb::of("get").unwrap();
        let get = Unread { verb, tokens: quote!("/:name"), span: Span::call_site() };
        let function = Function { attrs, vis, sig, owner: None };
        Route::read(crate::facade::usual(), &[get], function).err().map(|error| error.to_string())
    }

    /// Mistakes that `tests/ui` cannot pin to one message, since the compiler adds its own.
    #[test]
    fn stops_before_the_compiler_would_say_more() {
        for (function, expected) in [
            ("fn show(name: &str) {}", None),
            ("fn show(name: str) {}", Some("a text is lent: write `&str`, or `String` to keep it")),
            ("fn show(name: &str, body: [u8]) {}", Some("bytes are lent: write `&[u8]`")),
        ] {
            assert_eq!(told(function).as_deref(), expected, "{function}");
        }
    }
}
