//! A page's text as its path: the text itself is bundled.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

use crate::bundled;
use crate::text::Source;

pub(crate) fn serialize<S: Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&source.path)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
    let path = String::deserialize(deserializer)?;
    let text = bundled::file(&path).ok_or_else(|| D::Error::custom(format!("`{path}` is not bundled")))?;
    Ok(Source::new(path, text))
}
