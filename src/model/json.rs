//! JSON in which every key stands once: which of two values counts would depend on who reads it.
//!
//! Invariant: depth is bounded by the parser, memory by the keys of the objects that are open.

use std::{collections::HashSet, fmt};

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads an object; the reason is where and why it is none.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    unique(bytes)?;
    serde_json::from_slice(bytes).map_err(|reason| reason.to_string())
}

/// Checks that the text is JSON and that no object in it has a key twice.
pub fn unique(bytes: &[u8]) -> Result<(), String> {
    let checked: Result<Unique, _> = serde_json::from_slice(bytes);
    checked.map(drop).map_err(|reason| reason.to_string())
}

/// Any value, forgotten once its keys are checked.
struct Unique;

impl<'de> serde::Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Keys)
    }
}

struct Keys;

macro_rules! scalars {
    ($($visit:ident: $type:ty),*) => {
        $(fn $visit<E: Error>(self, _: $type) -> Result<Unique, E> {
            Ok(Unique)
        })*
    };
}

impl<'de> Visitor<'de> for Keys {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E: Error>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
        while list.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if keys.contains(&key) {
                map.next_value::<IgnoredAny>()?;
                return Err(Error::custom(format!("{key:?} stands there twice")));
            }
            keys.insert(key);
            map.next_value::<Unique>()?;
        }
        Ok(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_at_every_depth() {
        for good in [
            "{}",
            r#"{"a":1,"b":{"a":2},"c":[{"a":1.5},{"a":null},true,"x",-3]}"#,
        ] {
            assert_eq!(unique(good.as_bytes()), Ok(()));
        }
        for (bad, says) in [
            (r#"{"a":1,"a":1}"#, r#""a" stands there twice"#),
            (r#"[{"b":{"a":1,"\u0061":2}}]"#, r#""a" stands there twice"#),
            (&"[".repeat(1 << 20), "recursion limit"),
            ("{", "EOF"),
        ] {
            let reason = unique(bad.as_bytes()).unwrap_err();
            assert!(reason.contains(says), "{reason}");
        }
        assert!(object(b"[]").is_err());
    }
}
