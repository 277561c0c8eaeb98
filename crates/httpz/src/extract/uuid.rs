//! UUIDs as path parameters.

use ::uuid::Uuid;

use super::FromParam;
use super::param::{required, unreadable};
use crate::Result;

/// As it is written in RFC 9562, with its hyphens; no other spelling, so that each has one address.
///
/// ```
/// use httpz::prelude::*;
/// use uuid::Uuid;
///
/// #[get("/orders/:id")]
/// fn show(id: Uuid) -> String {
///     id.to_string()
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![show])));
/// # client.get(&show::url(Uuid::from_u128(7))).text("00000000-0000-0000-0000-000000000007");
/// ```
impl<'b> FromParam<'b> for Uuid {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        let text = required(text, name)?;
        let id = Self::try_parse(text).ok().filter(|_| text.len() == 36);
        id.ok_or_else(|| unreadable(text, name, "a UUID"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_spelling() {
        for (text, expected) in [
            ("67e55044-10b1-426f-9247-bb680e5fe0c8", true),
            ("67E55044-10B1-426F-9247-BB680E5FE0C8", true),
            ("67e5504410b1426f9247bb680e5fe0c8", false),
            ("{67e55044-10b1-426f-9247-bb680e5fe0c8}", false),
            ("urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8", false),
            ("67e55044-10b1-426f-9247-bb680e5fe0cx", false),
        ] {
            assert_eq!(Uuid::from_param(Some(text), "id").is_ok(), expected, "{text}");
        }
    }
}
