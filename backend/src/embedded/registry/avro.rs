//! Schemas as clients send them.

use shared::avro::AvroSchema;

/// A valid schema, in the form in which schemas are compared.
///
/// # Errors
/// What is wrong with the schema, for a person.
pub(super) fn parse(text: &str) -> Result<AvroSchema, String> {
    apache_avro::Schema::parse_str(text).map_err(|e| e.to_string())?;
    AvroSchema::parse(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_no_schema_is_refused_with_a_reason() {
        for text in ["", "{", r#"{"type":"recrd","name":"x"}"#, r#"{"type":"record","name":"a-b","fields":[]}"#, "\"unknown\"", "7"] {
            assert!(!parse(text).unwrap_err().is_empty(), "{text}");
        }
    }
}
