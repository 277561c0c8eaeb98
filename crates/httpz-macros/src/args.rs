//! Decides what each argument of a handler is, and that none is missing.
//!
//! Path parameters are found by name, everything else by type; so the order of arguments is free.
//! Types are told apart by their last word: a macro sees words, not meanings.

use httpz_router::Pattern;
use syn::spanned::Spanned;
use syn::{Error, FnArg, Ident, ItemFn, LitStr, Pat, PatType, Result, Type};

use crate::spell;

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
    /// Anything that is read from the request.
    Extracted(Type),
}

/// Types that can only be path parameters.
const PRIMITIVE: [&str; 17] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32",
    "f64", "bool", "char", "String",
];

/// Extractors that take the body; a request has one.
const BODY: [&str; 4] = ["Json", "Form", "Bytes", "Body"];

/// What the arguments of this function are, for this pattern.
///
/// # Errors
///
/// All mistakes, each with one message.
pub(crate) fn classify(function: &ItemFn, path: &LitStr, pattern: &Pattern) -> Result<Vec<Arg>> {
    let mut reading = Reading {
        path,
        params: pattern.names().map(|(name, _)| (name.to_owned(), false)).collect(),
        body: None,
        errors: None,
    };
    let mut args = Vec::new();
    for input in &function.sig.inputs {
        if let FnArg::Typed(input) = input {
            args.push(reading.arg(input));
        }
    }
    reading.miss_params(&function.sig.ident);
    reading.lend_context_once(&args);
    match reading.errors {
        None => Ok(args),
        Some(error) => Err(error),
    }
}

/// The state of reading one function's arguments.
struct Reading<'a> {
    path: &'a LitStr,
    /// The names of the pattern, and whether an argument has taken each.
    params: Vec<(String, bool)>,
    /// The first argument that takes the body.
    body: Option<String>,
    errors: Option<Error>,
}

impl Reading<'_> {
    fn error(&mut self, span: proc_macro2::Span, text: String) {
        let error = Error::new(span, text);
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    fn arg(&mut self, input: &PatType) -> Arg {
        let name = match &*input.pat {
            Pat::Ident(ident) => plain_name(&ident.ident),
            _ => String::new(),
        };
        if let Some((_, taken)) = self.params.iter_mut().find(|(param, _)| *param == name) {
            *taken = true;
            return Arg::Param { name, ty: (*input.ty).clone() };
        }
        match &*input.ty {
            Type::Reference(reference) => match last_word(&reference.elem).as_str() {
                "Request" => {
                    if reference.mutability.is_some() {
                        self.error(input.ty.span(), "the request is lent: write `&Request`".into());
                    }
                    Arg::Request
                }
                "Response" => {
                    if reference.mutability.is_none() {
                        self.error(input.ty.span(), "write `&mut Response`".into());
                    }
                    Arg::Response
                }
                "str" => self.stray(input, &name),
                _ => Arg::Context {
                    ty: (*reference.elem).clone(),
                    mutable: reference.mutability.is_some(),
                },
            },
            ty => self.by_word(input, &name, &last_word(ty)),
        }
    }

    fn by_word(&mut self, input: &PatType, name: &str, word: &str) -> Arg {
        match word {
            "Request" => {
                self.error(input.ty.span(), "the request is lent: write `&Request`".into())
            }
            "Response" => self.error(input.ty.span(), "write `&mut Response`".into()),
            _ if PRIMITIVE.contains(&word) => return self.stray(input, name),
            _ if BODY.contains(&word) => match &self.body {
                Some(first) => {
                    let text = format!(
                        "a request has one body, and `{first}` takes it already: read both from one type"
                    );
                    self.error(input.ty.span(), text);
                }
                None => self.body = Some(word.to_owned()),
            },
            _ => {}
        }
        Arg::Extracted((*input.ty).clone())
    }

    /// An argument of a primitive type that the path does not name.
    fn stray(&mut self, input: &PatType, name: &str) -> Arg {
        let path = self.path.value();
        let free = self.params.iter().filter(|(_, taken)| !taken).map(|(param, _)| param.as_str());
        let text = match spell::closest(name, free) {
            Some(meant) => {
                let meant = meant.to_owned();
                // The slip explains why the parameter has no argument; one mistake, one message.
                for (param, taken) in &mut self.params {
                    *taken |= *param == meant;
                }
                format!("`{name}` is not in the path \"{path}\"; did you mean `{meant}`?")
            }
            None => format!(
                "`{name}` is not in the path \"{path}\": add `:{name}` to the path, or take it from the \
                 query with `Query<…>`"
            ),
        };
        self.error(input.span(), text);
        Arg::Extracted((*input.ty).clone())
    }

    fn miss_params(&mut self, function: &Ident) {
        let missing: Vec<String> =
            self.params.iter().filter(|(_, taken)| !taken).map(|(name, _)| name.clone()).collect();
        for name in missing {
            let text = format!(
                "`:{name}` has no argument: add `{name}: u64` (or `&str`, or any `FromParam` type) to \
                 `fn {function}`, or `_{name}: &str` to leave it unused"
            );
            self.error(self.path.span(), text);
        }
    }

    /// What is lent to be changed is lent once.
    fn lend_context_once(&mut self, args: &[Arg]) {
        let contexts = args.iter().filter(|arg| matches!(arg, Arg::Context { .. })).count();
        let mutable = args.iter().find_map(|arg| match arg {
            Arg::Context { ty, mutable: true } => Some(ty.span()),
            _ => None,
        });
        if let Some(span) = mutable
            && contexts > 1
        {
            let text =
                "a context lent by `&mut` is lent once: take one `&mut T`, or several by `&`";
            self.error(span, text.into());
        }
    }
}

/// An argument's name as the path knows it: `_id` leaves `:id` unused.
fn plain_name(ident: &Ident) -> String {
    let name = ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    name.trim_start_matches('_').to_owned()
}

/// The last word of a type's path: `Json` of `httpz::Json<T>`.
fn last_word(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
        }
        Type::Group(group) => last_word(&group.elem),
        Type::Paren(paren) => last_word(&paren.elem),
        _ => String::new(),
    }
}
