//! Values of path parameters.

use super::numbers::Number;
use crate::{Error, Result};

/// A value that a path parameter can be read as.
///
/// A text is decoded and nothing more: it may be `..`, have slashes, even at its beginning, and line ends.
/// Look at it before you use it as the name of a file.
///
/// Numbers, `bool`, `char`, `&str`, `String`, and with the feature `uuid` a `Uuid`; `Option` of them for
/// a parameter that not every route of the handler has, `Result` for one that the handler refuses itself.
/// An enum derives it, each variant being its name in lower case with hyphens, or what `#[param("…")]`
/// says:
///
/// ```
/// #[derive(httpz::FromParam, Debug, PartialEq)]
/// enum Colour {
///     Red,
///     DarkRed, // /colours/dark-red
///     #[param("off")]
///     None,
/// }
/// # use httpz::FromParam;
/// # assert_eq!(Colour::from_param(Some("dark-red"), "colour")?, Colour::DarkRed);
/// # assert_eq!(Colour::from_param(Some("off"), "colour")?, Colour::None);
/// # let error = Colour::from_param(Some("blue"), "colour").expect_err("there is no such variant");
/// # assert_eq!(error.message(),
/// #     "path parameter `colour` is not one of `red`, `dark-red`, `off`: `blue`");
/// # Ok::<(), httpz::Error>(())
/// ```
///
/// A struct that implements `FromStr` derives it as well:
///
/// ```
/// #[derive(httpz::FromParam, Debug)]
/// struct Version(u32);
///
/// impl std::str::FromStr for Version {
///     type Err = &'static str;
///
///     fn from_str(text: &str) -> Result<Self, Self::Err> {
///         let number = text.strip_prefix('v').and_then(|number| number.parse().ok());
///         number.map(Self).ok_or("a version is written as v1, v2 and so on")
///     }
/// }
/// # use httpz::FromParam;
/// # assert_eq!(Version::from_param(Some("v3"), "version")?.0, 3);
/// # let error = Version::from_param(Some("3"), "version").expect_err("it has no `v`");
/// # assert_eq!(error.message(),
/// #     "path parameter `version`: a version is written as v1, v2 and so on");
/// # Ok::<(), httpz::Error>(())
/// ```
///
/// What `show::url(…)` writes of such a type is its `Display`; without one, `show::url("dark-red")` takes the
/// text.
///
/// Any other type implements the trait:
///
/// ```
/// use httpz::{Error, FromParam, Result};
///
/// struct Colour(u32);
///
/// impl<'b> FromParam<'b> for Colour {
///     fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
///         let text = <&str>::from_param(text, name)?;
///         let rgb = u32::from_str_radix(text, 16);
///         rgb.map(Self).map_err(|_| Error::status(400, format!("`{name}` is not a colour")))
///     }
/// }
/// # assert_eq!(Colour::from_param(Some("ff8800"), "colour")?.0, 0xff8800);
/// # assert_eq!(Colour::from_param(Some("red"), "colour").err().map(|error| error.code()), Some(400));
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a path parameter: derive `httpz::FromParam` for it, or take a number, `bool`, `char`, `&str` or `String`",
    label = "not a path parameter type",
    note = "with `#[derive(httpz::FromParam)]` an enum is read by the names of its variants, a struct by its `FromStr`; a type of another crate stands in such a struct, or is parsed from a `&str`; `Uuid` wants the feature `uuid`"
)]
pub trait FromParam<'b>: Sized {
    /// Reads it; `text` is decoded, and absent when the route has no parameter of this name.
    ///
    /// # Errors
    ///
    /// 400 with a text that names the parameter; 500 when the route has none of this name.
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self>;
}

#[inline]
pub(super) fn required<'b>(text: Option<&'b str>, name: &'static str) -> Result<&'b str> {
    text.ok_or_else(|| absent(name))
}

#[cold]
fn absent(name: &'static str) -> Error {
    let source = format!("the route has no path parameter `{name}`");
    Error::status(500, "Internal Server Error").with_source(source)
}

/// The message shows at most this much of what was sent.
const SHOWN: usize = 64;

#[cold]
pub(super) fn unreadable(text: &str, name: &str, what: &str) -> Error {
    let shown = &text[..text.floor_char_boundary(SHOWN)];
    let more = if shown.len() < text.len() { "…" } else { "" };
    Error::status(400, format!("path parameter `{name}` is not {what}: `{shown}{more}`"))
}

/// What is answered to a parameter whose `FromStr` refuses it; for the derive.
#[cold]
pub fn param_error(name: &str, error: &dyn std::fmt::Display) -> Error {
    Error::status(400, format!("path parameter `{name}`: {error}"))
}

/// The place of the text among the names of an enum; for the derive.
pub fn variant(text: Option<&str>, name: &'static str, names: &[&str]) -> Result<usize> {
    let text = required(text, name)?;
    names.iter().position(|other| *other == text).ok_or_else(|| {
        let what = format!("one of `{}`", names.join("`, `"));
        unreadable(text, name, &what)
    })
}

macro_rules! numbers {
    ($($type:ident)*) => {$(
        impl<'b> FromParam<'b> for $type {
            #[inline]
            fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
                let text = required(text, name)?;
                $type::read(text).ok_or_else(|| unreadable(text, name, $type::A_NAME))
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 }

impl<'b> FromParam<'b> for bool {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        match required(text, name)? {
            "true" => Ok(true),
            "false" => Ok(false),
            text => Err(unreadable(text, name, "`true` or `false`")),
        }
    }
}

impl<'b> FromParam<'b> for char {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        let text = required(text, name)?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => Ok(char),
            _ => Err(unreadable(text, name, "a single character")),
        }
    }
}

impl<'b> FromParam<'b> for &'b str {
    #[inline]
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        required(text, name)
    }
}

impl<'b> FromParam<'b> for String {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        required(text, name).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<'b, T: FromParam<'b>>(text: &'b str) -> (u16, String) {
        let error = T::from_param(Some(text), "id").err().expect("it is refused");
        (error.code(), error.message().to_owned())
    }

    #[test]
    fn says_which_parameter_is_not_what() {
        for (refused, expected) in [
            (refusal::<u64>("abc"), "path parameter `id` is not a u64: `abc`"),
            (refusal::<u8>("300"), "path parameter `id` is not a u8: `300`"),
            (refusal::<i32>("+1"), "path parameter `id` is not an i32: `+1`"),
            (refusal::<f64>("nan"), "path parameter `id` is not an f64: `nan`"),
            (refusal::<bool>("yes"), "path parameter `id` is not `true` or `false`: `yes`"),
            (refusal::<char>("ab"), "path parameter `id` is not a single character: `ab`"),
            (refusal::<Option<u8>>("x"), "path parameter `id` is not a u8: `x`"),
        ] {
            assert_eq!(refused, (400, expected.to_owned()));
        }
    }

    #[test]
    fn shows_a_long_value_in_part() {
        let (_, message) = refusal::<u8>(&"é".repeat(100));
        assert!(message.ends_with("é…`"), "{message}");
        assert!(message.len() < 120, "{message}");
    }

    #[test]
    fn a_parameter_the_route_lacks_is_the_servers_fault_unless_it_is_optional() {
        assert_eq!(u8::from_param(None, "id").unwrap_err().code(), 500);
        assert_eq!(Option::<u8>::from_param(None, "id").unwrap(), None);
        assert_eq!(Option::<&str>::from_param(Some("x"), "id").unwrap(), Some("x"));
    }
}
