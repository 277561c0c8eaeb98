//! Values that keep rules of their own, checked before the handler sees them.
//!
//! What the rules are, types say by the derive of `garde`. Here it is only asked, and what is broken is told: in words
//! for people, and as a list for programs.

#[cfg(feature = "openapi")]
mod described;

use std::fmt::Write;

use garde::{Report, Validate};
use httpz_core::message::excerpt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Error, Form, FromRequest, Json, Query, Request, Result, Takes};

/// How many broken rules are told, since a long list may break as many.
const MOST: usize = 32;

/// A `Json`, `Query` or `Form` whose value keeps the rules of its type.
///
/// One that does not is answered with 422 and a text that names the fields; a problem report has them as the list
/// `errors`, too, which an `on_error` finds in [`Error::members`]. What cannot be read at all is answered as without
/// it, and [`Option`] and [`Result`] around it hand both to the handler. At most 32 broken rules are told, and of a path
/// or a text of more than 1 KiB its beginning and its end.
///
/// The rules are those of the crate `garde`, which is to be added beside this one: `cargo add garde@0.23 --features
/// derive`. It looks at every element of a list before anything is told, however long the list may be by another rule;
/// so give routes whose lists have rules inside a small `limit`.
///
/// ```
/// use garde::Validate;
/// use httpz::ext::validation::Valid;
/// use httpz::prelude::*;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, Validate)]
/// struct NewUser {
///     #[garde(length(min = 3))]
///     name: String,
///     #[garde(range(min = 18))]
///     age: u8,
/// }
///
/// #[post("/users")]
/// fn create(Valid(Json(new)): Valid<Json<NewUser>>) -> (Status, String) {
///     (Status::CREATED, new.name)
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![create])));
/// # client.post("/users", json!({ "name": "Ann", "age": 18 })).status(201).text("Ann");
/// # let reply = client.post("/users", json!({ "name": "Al", "age": 17 })).status(422);
/// # reply.text("not valid: age: lower than 18; name: length is lower than 3");
/// ```
///
/// In a test that calls the handler the value is as good as you make it: `create(Valid(Json(new)))`.
///
/// Rules with a context (`#[garde(context(…))]`) need what only a handler has: there, take the `Json` alone and ask
/// `new.validate_with(&context)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid<E>(pub E);

/// An extractor that has a value in it.
#[diagnostic::on_unimplemented(
    message = "`Valid` goes around an extractor, and `{Self}` is none that it knows",
    label = "neither `Json<…>` nor `Query<…>` nor `Form<…>`",
    note = "write `Valid<Json<T>>`, `Valid<Query<T>>` or `Valid<Form<T>>`, or implement `httpz::ext::validation::Holds` for an extractor of your own"
)]
pub trait Holds<'b>: FromRequest<'b> {
    /// The value.
    type Value;

    /// Lends it.
    fn value(&self) -> &Self::Value;
}

impl<'b, T: Deserialize<'b>> Holds<'b> for Json<T> {
    type Value = T;

    fn value(&self) -> &T {
        &self.0
    }
}

impl<'b, T: Deserialize<'b>> Holds<'b> for Query<T> {
    type Value = T;

    fn value(&self) -> &T {
        &self.0
    }
}

impl<'b, T: Deserialize<'b>> Holds<'b> for Form<T> {
    type Value = T;

    fn value(&self) -> &T {
        &self.0
    }
}

/// A type that says what is valid: every [`garde::Validate`] without a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what is valid",
    label = "a `{Self}` has no rules",
    note = "write `#[derive(garde::Validate)]` on it, with `#[garde(…)]` on each field (`cargo add garde@0.23 --features derive`); rules with a context are asked in the handler, `value.validate_with(&context)`"
)]
pub trait Rules {
    /// Which of them are broken.
    ///
    /// # Errors
    ///
    /// All that are.
    fn check(&self) -> Result<(), Report>;
}

#[diagnostic::do_not_recommend]
impl<T: Validate<Context = ()>> Rules for T {
    fn check(&self) -> Result<(), Report> {
        self.validate()
    }
}

impl<'b, E: Holds<'b, Value: Rules>> FromRequest<'b> for Valid<E> {
    const TAKES: Takes = E::TAKES;

    fn from_request(req: &'b Request) -> Result<Self> {
        let found = E::from_request(req)?;
        match found.value().check() {
            Ok(()) => Ok(Self(found)),
            Err(report) => Err(invalid(&report)),
        }
    }
}

/// What a value is answered with that breaks rules.
#[cold]
fn invalid(report: &Report) -> Error {
    let mut text = String::from("not valid");
    let mut errors = Vec::new();
    for (at, (path, error)) in report.iter().take(MOST).enumerate() {
        // Keys of maps are in it, as the client has written them, and in each path below them once more.
        let path = path.to_string();
        let (path, detail) = (excerpt(&path), excerpt(error.message()));
        // Writing to a string cannot fail.
        let _ = write!(text, "{} ", if at == 0 { ":" } else { ";" });
        if !path.is_empty() {
            let _ = write!(text, "{path}: ");
        }
        text.push_str(&detail);
        errors.push(json!({ "field": path, "detail": detail }));
    }
    let more = report.iter().count().saturating_sub(MOST);
    if more > 0 {
        let _ = write!(text, "; and {more} more");
    }
    Error::status(422, text).with_member("errors", Value::Array(errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_what_is_wrong_are_told_in_part() {
        let mut report = Report::new();
        for n in 0..MOST + 2 {
            report.append(garde::Path::new("list").join(n).join("id"), garde::Error::new("is odd"));
        }
        let error = invalid(&report);
        let text = error.message();
        assert!(text.starts_with("not valid: list[0].id: is odd; list[1].id: is odd;"), "{text}");
        assert!(text.ends_with("; list[31].id: is odd; and 2 more"), "{text}");
        let (_, errors) = error.members().next().unwrap();
        assert_eq!(errors.as_array().unwrap().len(), MOST);
        assert_eq!(errors[0], json!({ "field": "list[0].id", "detail": "is odd" }));
    }

    /// Each was told twice, with the whole key: 64 MB in answer to one.
    #[test]
    fn long_keys_are_told_in_part() {
        let mut report = Report::new();
        let map = garde::Path::new("map").join("k".repeat(1 << 20));
        for n in 0..MOST {
            report.append(map.join(n), garde::Error::new("x".repeat(1 << 20)));
        }
        let error = invalid(&report);
        let (_, errors) = error.members().next().unwrap();
        assert!(error.message().len() + errors.to_string().len() < 2 * MOST * 2200);
        let field = errors[7]["field"].as_str().unwrap();
        assert!(field.starts_with("map.kkk") && field.ends_with("kk[7]"), "{field}");
    }

    #[test]
    fn a_rule_of_the_whole_value_has_no_field() {
        let mut report = Report::new();
        report.append(garde::Path::empty(), garde::Error::new("ends before it begins"));
        let error = invalid(&report);
        assert_eq!((error.code(), error.message()), (422, "not valid: ends before it begins"));
    }
}
