//! Guesses what was meant where arguments and the parameters of the paths do not come together.
//!
//! `args` has told them apart and collects the errors; here is what they say. A slip is told once: the name
//! that was probably meant counts as taken.

use quote::quote;
use syn::{Ident, Pat, PatType, Type};

use super::Reading;
use crate::answer::Answer;
use crate::{spell, types};

impl Reading<'_> {
    /// Says of each stray what was probably meant. The slip explains why a parameter has no argument:
    /// one mistake, one message.
    pub(super) fn report_strays(&mut self) {
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

    /// Says of each parameter without an argument what to write, or which argument was probably meant.
    pub(super) fn report_missing_params(&mut self) {
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
}

/// What is written here in place of an argument that other libraries have; only names that nobody gives to
/// something that is read from a request.
///
/// Most who write one have no such type in scope. Then this is all they are told, and not that there is none.
pub(super) fn elsewhere(input: &PatType, ty: &Type) -> Option<String> {
    let (word, shown) = (types::last_word(ty), types::shown(ty));
    if word == "WebSocketUpgrade" || word == "WebSocket" && shown.ends_with('>') {
        let text = "a socket is accepted by the handler: take `req: &Request, res: &mut Response` and write \
                    `WebSocket::accept(req, res).await?`";
        return Some(text.to_owned());
    }
    if word != "State" && word != "Extension" && !shown.starts_with("web::Data<") {
        return None;
    }
    let inner = shown[..shown.len() - 1].split_once('<').filter(|_| shown.ends_with('>'))?.1;
    let name = match &*input.pat {
        Pat::TupleStruct(pattern) => pattern.elems.first().map(|name| quote!(#name).to_string()),
        Pat::Ident(name) => Some(name.ident.to_string()),
        _ => None,
    };
    let name = name.unwrap_or_else(|| "…".to_owned());
    Some(format!(
        "what the application or a guard has is lent by its type: write `{name}: &{inner}`"
    ))
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
