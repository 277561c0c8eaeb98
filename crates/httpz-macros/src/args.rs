//! Decides what each argument of a handler is, and that none is missing.
//!
//! Path parameters are found by name, everything else by type; so the order of arguments is free.
//! Types are told apart by their last word: a macro sees words, not meanings.

mod strays;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, FnArg, Ident, Pat, PatType, Receiver, ReceiverKind, Result, Type};

use crate::answer::Answer;
use crate::function::Function;
use crate::types;

/// What an argument is.
pub(crate) enum Arg {
    /// The path parameter of this name.
    Param { name: String, ty: Type },
    /// `&Request`
    Request,
    /// `&mut Response`
    Response,
    /// `&T` or `&mut T` of the context.
    Context { ty: Type, mutable: bool },
    /// Anything that is read from the request. `takes_body` is `None` where the name of the type does not
    /// say.
    Extracted { ty: Type, how: How, takes_body: Option<bool> },
}

/// How a value is read from the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// At once.
    Now,
    /// Perhaps by waiting: the type says.
    Later,
    /// Perhaps by waiting, and what goes wrong makes it `None`.
    LaterOption,
    /// Perhaps by waiting, and what goes wrong is handed over.
    LaterResult,
}

impl How {
    /// The trait that reads it.
    pub(crate) fn kind(self) -> Ident {
        let name = match self {
            Self::Now => "FromRequest",
            Self::Later | Self::LaterOption | Self::LaterResult => "AsyncFromRequest",
        };
        Ident::new(name, Span::call_site())
    }
}

/// Extractors that take the body, which only one argument can.
const BODY: [&str; 4] = ["Json", "Form", "Bytes", ON_DEMAND];

/// The one of them that is handed over unread.
pub(crate) const ON_DEMAND: &str = "Body";

/// The message for a `'static` in an argument: no request lives that long.
const NOT_STATIC: &str = "what a handler is lent lives as long as the request: leave `'static` out";

/// Extractors of ours that read at once, from the head.
const HEAD: [&str; 3] = ["Query", "Header", "Cookies"];

/// Goes around an extractor, and reads what that reads.
const AROUND: &str = "Valid";

/// The extractor that an argument is by its name, be there something around it or not.
fn extractor(ty: &Type) -> String {
    let word = types::last_word(ty);
    let within = types::first_argument(ty).filter(|_| word == AROUND).map(types::last_word);
    let is_known = |word: &String| BODY.contains(&word.as_str()) || HEAD.contains(&word.as_str());
    within.filter(is_known).unwrap_or(word)
}

/// What the arguments of this function are, for these paths.
///
/// # Errors
///
/// All mistakes, each with one message.
pub(crate) fn classify(function: &Function<'_>, answers: &[Answer]) -> Result<Vec<Arg>> {
    let mut reading = Reading::new(function, answers);
    let mut args = Vec::new();
    for input in &function.sig.inputs {
        args.push(match input {
            FnArg::Typed(input) => reading.arg(input),
            FnArg::Receiver(receiver) => reading.receiver(receiver),
        });
    }
    reading.report_strays();
    reading.report_missing_params();
    reading.check_one_mut_context(&args);
    match reading.errors {
        None => Ok(args),
        Some(error) => Err(error),
    }
}

/// The state of reading one function's arguments.
struct Reading<'a> {
    function: &'a Function<'a>,
    answers: &'a [Answer],
    /// The names of the patterns, and whether an argument has taken each.
    params: Vec<(String, bool)>,
    /// The first argument that takes the body.
    body: Option<String>,
    /// Does an argument take the response?
    has_response: bool,
    /// The names of the arguments so far, as they are written.
    seen: Vec<String>,
    /// Arguments of primitive types that no path names.
    strays: Vec<(PatType, String)>,
    /// Arguments of types that only the compiler knows.
    own: Vec<(PatType, String)>,
    errors: Option<Error>,
}

impl<'a> Reading<'a> {
    fn new(function: &'a Function<'a>, answers: &'a [Answer]) -> Self {
        let mut params: Vec<(String, bool)> = Vec::new();
        for (name, _) in answers.iter().flat_map(|answer| answer.pattern.names()) {
            if !params.iter().any(|(other, _)| other == name) {
                params.push((name.to_owned(), false));
            }
        }
        Self {
            function,
            answers,
            params,
            body: None,
            has_response: false,
            seen: Vec::new(),
            strays: Vec::new(),
            own: Vec::new(),
            errors: None,
        }
    }

    fn error(&mut self, at: impl ToTokens, text: impl std::fmt::Display) {
        let error = Error::new_spanned(at, text);
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    fn receiver(&mut self, receiver: &Receiver) -> Arg {
        let mutable = match &receiver.kind {
            ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
            _ => {
                self.error(receiver, "an action is lent its type: write `&self`, or `&mut self`");
                false
            }
        };
        let owner = self.function.owner.expect("a free function with a receiver was refused");
        Arg::Context { ty: owner.clone(), mutable }
    }

    fn arg(&mut self, input: &PatType) -> Arg {
        let ty = types::bare(&input.ty);
        let ty = match self.function.owner {
            Some(owner) => types::without_self(ty, owner),
            None => ty.clone(),
        };
        if let Some(cfg) = input.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            let text = "an argument is there or it is not: put the `cfg` on two functions";
            self.error(cfg, text);
        }
        if let Type::Reference(reference) = types::inner(&ty)
            && let Some(lifetime) =
                reference.lifetime.as_ref().filter(|name| name.ident == "static")
        {
            self.error(lifetime, NOT_STATIC);
        }
        if types::has_impl(&ty) {
            self.error(&ty, "a route cannot be generic: write the type in place of `impl …`");
        }
        match &ty {
            Type::Reference(reference) => match types::last_word(&reference.elem).as_str() {
                "Request" => {
                    if reference.mutability.is_some() {
                        self.error(&ty, "the request is lent: write `&Request`");
                    }
                    return Arg::Request;
                }
                "Response" => {
                    if reference.mutability.is_none() {
                        self.error(
                            &ty,
                            "the response is there to be changed: write `&mut Response`",
                        );
                    }
                    if std::mem::replace(&mut self.has_response, true) {
                        self.error(&ty, "the response is lent once: take this one out");
                    }
                    return Arg::Response;
                }
                _ => {}
            },
            Type::Slice(_) => {
                self.error(&ty, format!("bytes are lent: write `&{}`", types::shown(&ty)))
            }
            Type::Path(_) if types::last_word(&ty) == "str" => {
                self.error(&ty, "a text is lent: write `&str`, or `String` to keep it");
            }
            _ => {}
        }
        let name = match &*input.pat {
            Pat::Ident(ident) => ident.ident.to_string(),
            _ => String::new(),
        };
        let arg = match self.param(&name) {
            Some(param) => self.taken(input, param, ty, &name),
            None => self.by_type(input, ty, &name),
        };
        self.seen.push(name);
        arg
    }

    /// The path parameter that an argument of this name takes: `_id` leaves `:id` unused.
    fn param(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.params.iter().position(|(param, _)| *param == name);
        let name = name.strip_prefix("r#").unwrap_or(name);
        find(name).or_else(|| find(name.trim_start_matches('_')))
    }

    fn taken(&mut self, input: &PatType, param: usize, ty: Type, written: &str) -> Arg {
        let (name, taken) = &mut self.params[param];
        let name = name.clone();
        // Two arguments of one name are the compiler's to refuse.
        if std::mem::replace(taken, true) && !self.seen.iter().any(|seen| seen == written) {
            let text = format!("`:{name}` has an argument already: take this one out");
            self.error(input, text);
        }
        let absent = self.answers.iter().find(|answer| !answer.names(&name));
        if let Some(answer) = absent
            && !types::is_optional(&ty)
        {
            let text = format!(
                "`:{name}` is not in this path: make the argument `{name}: Option<{}>`, or add it to \
                 the path",
                types::shown(&ty)
            );
            self.error(&answer.path, text);
        }
        Arg::Param { name, ty }
    }

    fn by_type(&mut self, input: &PatType, ty: Type, name: &str) -> Arg {
        let (wrapper, inner) = unwrapped(&ty);
        let word = extractor(inner);
        match inner {
            Type::Reference(reference) => {
                let word = types::last_word(&reference.elem);
                if word == "str" {
                    return self.stray(input, ty, name);
                }
                if is_bytes(&reference.elem) {
                    self.take_body(&ty, "&[u8]");
                    return Arg::Extracted { ty, how: How::Now, takes_body: Some(true) };
                }
                if BODY.contains(&word.as_str()) || HEAD.contains(&word.as_str()) {
                    let text = format!("what is read from a request is owned: write `{word}<…>`");
                    self.error(&ty, text);
                } else if types::is_fallible(&ty) {
                    let text = format!(
                        "what a handler is lent is always there: write `{}`",
                        types::shown(inner)
                    );
                    self.error(&ty, text);
                }
                return Arg::Context {
                    ty: (*reference.elem).clone(),
                    mutable: reference.mutability.is_some(),
                };
            }
            _ if word == "Request" => self.error(&ty, "the request is lent: write `&Request`"),
            _ if word == "Response" => {
                self.error(&ty, "the response is lent: write `&mut Response`")
            }
            _ if types::comes_from_paths_only(&word) => return self.stray(input, ty, name),
            _ if BODY.contains(&word.as_str()) => self.take_body(&ty, &word),
            _ => {
                if let Some(text) = strays::elsewhere(input, inner) {
                    self.error(input, text);
                }
            }
        }
        let takes_body = match word.as_str() {
            word if BODY.contains(&word) => Some(true),
            word if HEAD.contains(&word) => Some(false),
            _ => None,
        };
        match takes_body {
            None => self.own.push((input.clone(), name.to_owned())),
            Some(_) => {
                if let Some(lifetime) = types::static_lifetime(inner) {
                    self.error(lifetime, NOT_STATIC);
                }
            }
        }
        let waits = self.function.sig.asyncness.is_some() && takes_body.is_none();
        let (how, ty) = match (waits, wrapper) {
            (false, _) => (How::Now, ty.clone()),
            (true, Wrapper::None) => (How::Later, ty.clone()),
            (true, Wrapper::Option) => (How::LaterOption, inner.clone()),
            (true, Wrapper::Result) => (How::LaterResult, inner.clone()),
        };
        Arg::Extracted { ty, how, takes_body }
    }

    fn take_body(&mut self, ty: &Type, word: &str) {
        match self.body.clone() {
            Some(first) => {
                let text = format!(
                    "a request has one body, and `{first}` takes it already: read both from one type"
                );
                self.error(ty, text);
            }
            None => self.body = Some(word.to_owned()),
        }
    }

    fn stray(&mut self, input: &PatType, ty: Type, name: &str) -> Arg {
        self.strays.push((input.clone(), name.trim_start_matches('_').to_owned()));
        Arg::Extracted { ty, how: How::Now, takes_body: Some(false) }
    }

    /// Refuses a context lent by `&mut` beside another.
    fn check_one_mut_context(&mut self, args: &[Arg]) {
        let contexts = args.iter().filter(|arg| matches!(arg, Arg::Context { .. })).count();
        let mutable =
            self.function.sig.inputs.iter().zip(args).find_map(|(input, arg)| match arg {
                Arg::Context { mutable: true, .. } => Some(input),
                _ => None,
            });
        if let Some(input) = mutable
            && contexts > 1
        {
            let text =
                "a context lent by `&mut` is lent once: take one `&mut T`, or several by `&`";
            match input {
                FnArg::Typed(input) => self.error(&input.ty, text),
                FnArg::Receiver(receiver) => self.error(receiver, text),
            }
        }
    }
}

/// What an argument's type is wrapped in.
enum Wrapper {
    None,
    Option,
    Result,
}

/// The `T` of `Option<T>` and `Result<T, …>`.
fn unwrapped(ty: &Type) -> (Wrapper, &Type) {
    match types::wrapped(ty) {
        Some(inner) if types::last_word(ty) == "Option" => (Wrapper::Option, inner),
        Some(inner) => (Wrapper::Result, inner),
        None => (Wrapper::None, types::bare(ty)),
    }
}

/// `[u8]`
fn is_bytes(ty: &Type) -> bool {
    matches!(ty, Type::Slice(slice) if types::last_word(&slice.elem) == "u8")
}
