//! Decides what each argument of a handler is, and that none is missing.
//!
//! Path parameters are found by name, everything else by type; so the order of arguments is free.
//! Types are told apart by their last word: a macro sees words, not meanings.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, FnArg, Ident, Pat, PatType, Receiver, ReceiverKind, Result, Type};

use crate::answer::Answer;
use crate::function::Function;
use crate::{spell, types};

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
    reading.tell_strays();
    reading.miss_params();
    reading.lend_context_once(&args);
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
        let word = types::last_word(inner);
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
            _ => {}
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

    /// Where the names of parameters are looked for.
    fn place(&self) -> String {
        match self.answers {
            [answer] => format!("in the path \"{}\"", answer.whole),
            _ => "in any of the paths".to_owned(),
        }
    }

    /// The parameters that no argument has taken.
    fn free(&self) -> Vec<String> {
        let free = self.params.iter().filter(|(_, taken)| !taken);
        free.map(|(name, _)| name.clone()).collect()
    }

    fn take(&mut self, name: &str) {
        for (param, taken) in &mut self.params {
            *taken |= param == name;
        }
    }

    /// Says of each stray what was probably meant. The slip explains why a parameter has no argument:
    /// one mistake, one message.
    fn tell_strays(&mut self) {
        let place = self.place();
        let is_under = self.answers.iter().any(|answer| answer.under.is_some());
        let source = match self.answers.iter().any(Answer::has_body) {
            true => {
                "from the query with `Query<…>` or from the body with `Json<…>`, `Form<…>`, `&[u8]` or \
                 `Body<'_>`"
            }
            false => "from the query with `Query<…>`",
        };
        let strays = std::mem::take(&mut self.strays);
        for (input, name) in &strays {
            let free = self.free();
            let close = spell::closest(name, free.iter().map(String::as_str));
            let meant = match (close, &strays[..], &free[..]) {
                (Some(close), ..) => Some(close),
                // The only one that is missing, whatever it is called.
                (None, [_], [only]) => Some(only.as_str()),
                _ => None,
            };
            let text = match meant {
                Some(meant) if name.is_empty() => {
                    self.take(meant);
                    format!(
                        "an argument of a path has the name that it has there: write `{meant}`, or \
                         `_{meant}` to leave it unused"
                    )
                }
                Some(meant) => {
                    self.take(meant);
                    format!("`{name}` is not {place}; did you mean `{meant}`?")
                }
                None if name.is_empty() => {
                    "an argument without a name is no path parameter: name it as in the path"
                        .to_owned()
                }
                None if is_under => {
                    format!(
                        "`{name}` is not {place}: add `:{name}` to the path, or take it {source}"
                    )
                }
                None => format!(
                    "`{name}` is not {place}: add `:{name}` to the path, take it {source}, or, if the \
                     prefix of a group has it, say so: `under = \"/…/:{name}\"`"
                ),
            };
            self.error(input, text);
        }
    }

    fn miss_params(&mut self) {
        if let Some((input, _)) = self.own.iter().find(|(input, _)| is_path(&input.ty)).cloned()
            && let free = self.free()
            && !free.is_empty()
        {
            let arguments: Vec<String> = free.iter().map(|name| format!("{name}: …")).collect();
            let text = format!(
                "a parameter of the path is an argument by its name: write `{}` in place of `Path<…>`",
                arguments.join(", ")
            );
            return self.error(input, text);
        }
        for name in self.free() {
            // A name of two letters is close to too many.
            let close = |(_, own): &&(PatType, String)| {
                own.len() > 2 && spell::closest(own, [name.as_str()].into_iter()).is_some()
            };
            if let Some((input, own)) = self.own.iter().find(close).cloned() {
                let text = format!("`{own}` is not {}; did you mean `{name}`?", self.place());
                self.error(input, text);
                continue;
            }
            let answer = self.answers.iter().find(|answer| answer.names(&name));
            let path = answer.expect("the name is one of theirs").text_with(&name);
            let function: &Ident = &self.function.sig.ident;
            let text = if is_argument_name(&name) {
                format!(
                    "`:{name}` has no argument: add `{name}: u64` (or `&str`, or any `FromParam` type) \
                     to `fn {function}`, or `_{name}: &str` to leave it unused"
                )
            } else {
                format!("`:{name}` cannot be the name of an argument: call it otherwise")
            };
            self.error(path, text);
        }
    }

    /// Refuses a context lent by `&mut` beside another.
    fn lend_context_once(&mut self, args: &[Arg]) {
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

/// The `Path<…>` of other libraries.
fn is_path(ty: &Type) -> bool {
    types::last_word(ty) == "Path" && types::shown(ty).ends_with('>')
}

/// Can a parameter of this name be taken by an argument?
fn is_argument_name(name: &str) -> bool {
    let raw = format!("r#{name}");
    syn::parse_str::<Ident>(name).or_else(|_| syn::parse_str::<Ident>(&raw)).is_ok()
}
