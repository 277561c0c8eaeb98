//! What the types of a handler say about its requests and answers. Feature `openapi`.
//!
//! Without it `undescribed` stands in this place.
//!
//! A route macro knows types by their tokens only. It writes `Of::<T>::input(describer)` for each, and
//! the compiler decides: a type that is described here has a function of that name of its own, any
//! other has that of the trait [`Unknown`], which says nothing.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::Status;
use crate::header::FromHeader;
use crate::sse::{EventStream, Subscription};
use crate::{Body, Bytes, Chunks, Content, Form, Header, Html, HttpError, Json, Query, Redirect};

/// Describes a route, as its macro wrote it.
pub type Describe = fn(&mut Describer);

/// Gathers what is known about one operation.
#[derive(Debug)]
pub struct Describer {
    pub(crate) schemas: SchemaGenerator,
    pub(crate) parameters: Vec<Value>,
    pub(crate) body: Option<Value>,
    pub(crate) answers: Map<String, Value>,
    /// Is a request refused without the input that is described?
    pub(crate) needed: bool,
}

impl Describer {
    pub(crate) fn new(schemas: SchemaGenerator) -> Self {
        let (parameters, answers) = (Vec::new(), Map::new());
        Self { schemas, parameters, body: None, answers, needed: true }
    }

    /// Says of the inputs that follow whether requests need them.
    pub fn needs(&mut self, needed: bool) {
        self.needed = needed;
    }

    fn parameter(&mut self, place: &str, name: &str, required: bool, schema: &Value) {
        let parameter =
            json!({ "name": name, "in": place, "required": required, "schema": schema });
        self.parameters.push(parameter);
    }

    /// The properties of an object, each a parameter of the query.
    fn query(&mut self, object: &Schema) {
        let properties = object.get("properties").and_then(Value::as_object);
        let needed = |name: &str| {
            let list = object.get("required").and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|other| other == name))
        };
        for (name, schema) in properties.into_iter().flatten() {
            self.parameter("query", name, self.needed && needed(name), schema);
        }
    }

    pub(crate) fn body(&mut self, content_type: &str, schema: &Value) {
        let content = json!({ content_type: { "schema": schema } });
        self.body = Some(json!({ "required": self.needed, "content": content }));
    }

    /// A body that may be anything, and may be absent.
    fn bytes(&mut self) {
        self.needed = false;
        self.body("application/octet-stream", &json!({}));
    }

    pub(crate) fn answer(&mut self, status: &str, text: &str, content: Option<Value>) {
        let mut answer = json!({ "description": text });
        if let Some(content) = content {
            answer["content"] = content;
        }
        self.answers.entry(status).or_insert(answer);
    }

    /// There may be nothing to answer with.
    #[doc(hidden)]
    pub fn none(&mut self) {
        self.answer("404", Status::NOT_FOUND.reason(), Some(problem()));
    }

    fn schema<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }
}

/// A type to be described.
#[derive(Debug)]
pub struct Of<T>(PhantomData<T>);

impl<T: JsonSchema> Of<T> {
    /// A parameter of the path.
    pub fn param(describer: &mut Describer, name: &str) {
        let schema = describer.schema::<T>();
        describer.parameter("path", name, true, &schema);
    }
}

impl<T: JsonSchema> Of<Json<T>> {
    /// A body that is JSON.
    pub fn input(describer: &mut Describer) {
        let schema = describer.schema::<T>();
        describer.body("application/json", &schema);
    }

    /// An answer that is JSON.
    pub fn output(describer: &mut Describer, status: &str) {
        let schema = describer.schema::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        describer.answer(status, "the value", Some(content));
    }
}

impl<T: JsonSchema> Of<Query<T>> {
    /// Parameters of the query.
    pub fn input(describer: &mut Describer) {
        let object = T::json_schema(&mut describer.schemas);
        describer.query(&object);
    }
}

impl<T: JsonSchema> Of<Form<T>> {
    /// A body that is a form.
    pub fn input(describer: &mut Describer) {
        let schema = describer.schema::<T>();
        describer.body("application/x-www-form-urlencoded", &schema);
    }
}

impl<E: HttpError> Of<E> {
    /// What can go wrong.
    pub fn errors(describer: &mut Describer) {
        for (status, text) in E::CASES {
            let text = text.unwrap_or_else(|| Status(*status).reason());
            let status = status.to_string();
            let before = describer.answers.remove(&status);
            let text = match before.as_ref().and_then(|answer| answer["description"].as_str()) {
                Some(before) if before.split("; ").any(|part| part == text) => before.to_owned(),
                Some(before) => format!("{before}; {text}"),
                None => text.to_owned(),
            };
            describer.answer(&status, &text, Some(problem()));
        }
    }
}

/// Fields that are described elsewhere, or by security schemes (OpenAPI 3.1 §4.8.12).
const NO_PARAMETERS: [&str; 3] = ["accept", "authorization", "content-type"];

impl<'b, T: FromHeader<'b>> Of<Header<T>> {
    /// A field of the request.
    pub fn input(describer: &mut Describer) {
        if !NO_PARAMETERS.iter().any(|name| name.eq_ignore_ascii_case(T::NAME)) {
            describer.parameter("header", T::NAME, describer.needed, &json!({ "type": "string" }));
        }
    }
}

/// Bodies as they come.
macro_rules! bytes {
    ($($ty:ty),*) => {$(
        impl Of<$ty> {
            /// A body of any content type.
            pub fn input(describer: &mut Describer) {
                describer.bytes();
            }
        }
    )*};
}

bytes! { &[u8], Bytes, Body<'_> }

/// Answers of one content type each, whatever is in them.
macro_rules! contents {
    ($($ty:ty $(, $param:ident)?: $content_type:literal $kind:literal;)*) => {$(
        impl$(<$param>)? Of<$ty> {
            /// An answer of this content type.
            pub fn output(describer: &mut Describer, status: &str) {
                let content = json!({ $content_type: { "schema": { "type": "string" } } });
                describer.answer(status, $kind, Some(content));
            }
        }
    )*};
}

contents! {
    &str: "text/plain" "text";
    String: "text/plain" "text";
    &String: "text/plain" "text";
    Cow<'_, str>: "text/plain" "text";
    Box<str>: "text/plain" "text";
    &[u8]: "application/octet-stream" "bytes";
    Vec<u8>: "application/octet-stream" "bytes";
    Bytes: "application/octet-stream" "bytes";
    Content: "application/octet-stream" "bytes";
    Chunks: "application/octet-stream" "bytes, piece by piece";
    Subscription: "text/event-stream" "events, for as long as the connection lasts";
    EventStream<F>, F: "text/event-stream" "events, for as long as the connection lasts";
    Html<T>, T: "text/html" "a page";
}

impl Of<Redirect> {
    /// Somewhere else.
    pub fn output(describer: &mut Describer, _: &str) {
        describer.answer("3XX", "it is elsewhere", None);
    }
}

impl Of<Status> {
    /// A status that is only known when it is there.
    pub fn output(describer: &mut Describer, _: &str) {
        describer.answer("2XX", "done", None);
    }
}

/// What is said about types that say nothing of themselves.
pub trait Unknown {
    /// A parameter of the path: text, as far as anybody knows.
    fn param(describer: &mut Describer, name: &str) {
        describer.parameter("path", name, true, &json!({ "type": "string" }));
    }

    /// Nothing is known about what it takes.
    fn input(_: &mut Describer) {}

    /// An answer of which nothing is known.
    fn output(describer: &mut Describer, status: &str) {
        describer.answer(status, "done", None);
    }

    /// Nothing is known about what can go wrong.
    fn errors(_: &mut Describer) {}
}

impl<T> Unknown for Of<T> {}

/// The content of an answer that tells what went wrong (RFC 9457).
pub(crate) fn problem() -> Value {
    json!({
        "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
        "text/plain": { "schema": { "type": "string" } },
    })
}

/// What a route macro knows about a function, with its types.
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    (
        params { $($name:literal: $param:ty;)* }
        inputs { $($needed:literal $input:ty;)* }
        output { $status:literal $output:ty }
        errors { $($error:ty)? $(; $none:ident)? }
    ) => {
        ::core::option::Option::Some({
            fn describe(describer: &mut $crate::__private::described::Describer) {
                #[allow(unused_imports, reason = "needed where a type says nothing of itself")]
                use $crate::__private::described::{Of, Unknown as _};
                $(<Of<$param>>::param(describer, $name);)*
                $(
                    describer.needs($needed);
                    <Of<$input>>::input(describer);
                )*
                <Of<$output>>::output(describer, $status);
                $(<Of<$error>>::errors(describer);)?
                $(describer.$none();)?
            }
            describe
        })
    };
}
