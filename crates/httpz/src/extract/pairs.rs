//! Reads any deserialisable type from decoded pairs of names and values.
//!
//! The pairs are sorted by name, so that the values of a repeated name stand together; then the
//! type is fed as from a map: a sequence takes all values of a name, everything else exactly one. A type
//! that is a sequence itself takes the pairs as they came.
//! What is refused is said with the name of the parameter, because serde knows only types.

use std::fmt;

use httpz_core::message::excerpt;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use smallvec::SmallVec;

use super::numbers::Number;
use crate::{Error, Pairs, Result};

type Pair<'de> = (&'de str, &'de str);

/// Reads a `T` from pairs that came in a `kind`: "query" or "form".
pub(super) fn read<'de, T: de::Deserialize<'de>>(pairs: Pairs<'de>, kind: &str) -> Result<T> {
    let mut sorted: SmallVec<[Pair<'de>; 16]> = pairs.iter().collect();
    // A stable sort: the values of one name stay in the order they came.
    sorted.sort_by_key(|&(name, _)| name);
    T::deserialize(Map { all: pairs, rest: &sorted, values: &[] })
        .map_err(|refusal| refusal.told(kind))
}

/// What is wrong with the pairs.
#[derive(Debug)]
struct Refusal {
    text: String,
    /// The name of the parameter, once it is known.
    name: Option<String>,
}

impl Refusal {
    fn named(mut self, name: &str) -> Self {
        self.name.get_or_insert_with(|| excerpt(name).into_owned());
        self
    }

    #[cold]
    fn told(self, kind: &str) -> Error {
        Error::status(
            400,
            match self.name {
                Some(name) => format!("{kind} parameter `{name}`: {}", self.text),
                None => format!("{kind}: {}", self.text),
            },
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self { text: excerpt(&text.to_string()).into_owned(), name: None }
    }
}

/// All pairs, as a map from names to their values.
struct Map<'p, 'de> {
    /// The pairs as they came.
    all: Pairs<'de>,
    /// The pairs whose names have not been given out.
    rest: &'p [Pair<'de>],
    /// The pairs of the name that was given out last.
    values: &'p [Pair<'de>],
}

impl<'de> Deserializer<'de> for Map<'_, 'de> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.rest {
            [] => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(List(self.all.iter()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Map<'_, 'de> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refusal> {
        let Some(&(name, _)) = self.rest.first() else { return Ok(None) };
        let same = self.rest.iter().take_while(|(other, _)| *other == name).count();
        (self.values, self.rest) = self.rest.split_at(same);
        seed.deserialize(Values(&[(name, name)])).map(Some).map_err(|refusal| refusal.named(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let name = self.values.first().map_or("", |&(name, _)| name);
        seed.deserialize(Values(self.values)).map_err(|refusal| refusal.named(name))
    }
}

/// All pairs in the order they came, each a sequence of name and value.
struct List<I>(I);

impl<'de, I: Iterator<Item = Pair<'de>>> SeqAccess<'de> for List<I> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some((name, value)) = self.0.next() else { return Ok(None) };
        let pair = Values(&[(name, name), (name, value)]);
        seed.deserialize(pair).map(Some).map_err(|refusal| refusal.named(name))
    }
}

/// The values of one name.
struct Values<'p, 'de>(&'p [Pair<'de>]);

impl<'de> Values<'_, 'de> {
    /// The value, where there may be only one.
    fn one(&self) -> Result<&'de str, Refusal> {
        match self.0 {
            [(_, value)] => Ok(value),
            [] => Err(de::Error::custom("has no value")),
            _ => Err(de::Error::custom("given more than once")),
        }
    }

    fn number<N: Number>(&self) -> Result<N, Refusal> {
        let text = self.one()?;
        N::read(text).ok_or_else(|| {
            de::Error::custom(format_args!("`{}` is not {}", text.escape_debug(), N::A_NAME))
        })
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            visitor.$visit(self.number()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Values<'_, 'de> {
    type Error = Refusal;

    numbers! {
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32
        deserialize_u64 visit_u64 deserialize_u128 visit_u128
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_i128 visit_i128
        deserialize_f32 visit_f32 deserialize_f64 visit_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            [_] => visitor.visit_borrowed_str(self.one()?),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_borrowed_str(self.one()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_borrowed_bytes(self.one()?.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.one()? {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            text => Err(de::Error::custom(format_args!(
                "`{}` is not `true` or `false`",
                text.escape_debug()
            ))),
        }
    }

    /// A form sends the fields that were left empty as well; for an option they are absent.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            [(_, "")] => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(self)
    }

    /// The variant without fields that has this name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let text: StrDeserializer<'de, Refusal> = self.one()?.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    /// A parameter that nobody asked for may be repeated.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        unit_struct tuple_struct map struct
    }
}

impl<'de> SeqAccess<'de> for Values<'_, 'de> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some((first, rest)) = self.0.split_at_checked(1) else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(Values(first)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

#[cfg(test)]
mod tests;
