//! A YAML value in a form that can be read without a look at what comes next.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_yaml::{Number, Value};

#[derive(Serialize, Deserialize)]
enum Plain {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    String(String),
    Sequence(Vec<Plain>),
    Mapping(Vec<(Plain, Plain)>),
}

impl From<&Value> for Plain {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Self::Unsigned(number),
                (None, Some(number)) => Self::Signed(number),
                (None, None) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::String(text.clone()),
            Value::Sequence(values) => Self::Sequence(values.iter().map(Self::from).collect()),
            Value::Mapping(pairs) => Self::Mapping(pairs.iter().map(|(k, v)| (k.into(), v.into())).collect()),
            // Nothing in the catalog reads a tag.
            Value::Tagged(tagged) => Self::from(&tagged.value),
        }
    }
}

impl From<Plain> for Value {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Null => Self::Null,
            Plain::Bool(truth) => Self::Bool(truth),
            Plain::Unsigned(number) => Self::Number(number.into()),
            Plain::Signed(number) => Self::Number(number.into()),
            Plain::Float(number) => Self::Number(Number::from(number)),
            Plain::String(text) => Self::String(text),
            Plain::Sequence(values) => Self::Sequence(values.into_iter().map(Self::from).collect()),
            Plain::Mapping(pairs) => Self::Mapping(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect()),
        }
    }
}

pub(crate) fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    Plain::from(value).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Plain::deserialize(deserializer).map(Value::from)
}
