//! Newest messages of a pipeline's topics, read back from Kafka: what consumers see, not what we meant to send.

use super::{Studio, StudioError, blocking};
use crate::{
    clients::topic_reader::{RawMessage, read_tail},
    engine::{connect, error::EngineError, sink::kafka},
};
use apache_avro::{Schema, reader::datum::GenericDatumReader, schema::DecimalSchema, types::Value as Avro};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use shared::{Finding, api::TopicMessage, sink_uri::KafkaOptions};
use std::{collections::HashMap, sync::Arc, time::Duration};

const LIMIT: Duration = Duration::from_secs(5);

impl Studio {
    /// The newest `limit` messages of a topic, newest first, decoded through the registry.
    pub async fn messages(&self, name: &str, topic: &str, limit: usize) -> Result<Vec<TopicMessage>, StudioError> {
        let record = self.record(name).await?;
        let store = Arc::clone(&self.store);
        let open = blocking(move || store.unseal(&record.document))
            .await
            .map_err(|(path, error)| StudioError::Invalid(vec![Finding::error(path, "secret-missing", error.to_string())]))?;
        let options = KafkaOptions::from_pipeline(&open).map_err(StudioError::Invalid)?;
        let config = kafka::client_config(&open.kafka.brokers, &options);
        let wanted = topic.to_owned();
        let raw = blocking(move || read_tail(config, &wanted, limit, LIMIT)).await?.messages;

        let registry = connect::registry(&open)?;
        let mut schemas: HashMap<u32, Result<Arc<Schema>, String>> = HashMap::new();
        for id in raw.iter().flat_map(|m| [&m.key, &m.value]).filter_map(|b| schema_id(b.as_deref()?)) {
            if let std::collections::hash_map::Entry::Vacant(slot) = schemas.entry(id) {
                let schema = match registry.schema(id).await.map_err(EngineError::from) {
                    Ok(text) => Schema::parse_str(&text).map(Arc::new).map_err(|e| format!("schema {id} is not Avro: {e}")),
                    Err(error) => Err(error.finding.message),
                };
                slot.insert(schema);
            }
        }
        Ok(raw.into_iter().map(|message| decode(topic, message, &schemas)).collect())
    }
}

/// Confluent's wire format: a zero byte, then the id.
fn schema_id(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0, a, b, c, d, ..] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

type Schemas = HashMap<u32, Result<Arc<Schema>, String>>;

fn decode(topic: &str, message: RawMessage, schemas: &Schemas) -> TopicMessage {
    let part = |bytes: Option<&[u8]>| -> (Option<Value>, Option<u32>, Option<String>) {
        let Some(bytes) = bytes.filter(|b| !b.is_empty()) else { return (None, None, None) };
        let Some(id) = schema_id(bytes) else { return (None, None, Some("it does not begin with a schema id".to_owned())) };
        let decoded = match schemas.get(&id) {
            Some(Ok(schema)) => GenericDatumReader::builder(schema)
                .build()
                .and_then(|reader| reader.read_value(&mut &bytes[5..]))
                .map(|value| to_json(value, schema))
                .map_err(|e| format!("it does not fit schema {id}: {e}")),
            Some(Err(error)) => Err(error.clone()),
            None => Err(format!("schema {id} is not known")),
        };
        match decoded {
            Ok(json) => (Some(json), Some(id), None),
            Err(error) => (None, Some(id), Some(error)),
        }
    };
    let (key, key_schema_id, key_error) = part(message.key.as_deref());
    let (value, value_schema_id, value_error) = part(message.value.as_deref());
    let error = key_error.map(|e| format!("key: {e}")).or(value_error.map(|e| format!("value: {e}")));
    TopicMessage {
        topic: topic.to_owned(),
        partition: message.partition,
        offset: message.offset,
        timestamp_ms: message.timestamp_ms,
        key,
        value,
        tombstone: message.value.is_none(),
        key_schema_id,
        value_schema_id,
        value_bytes: message.value.map_or(0, |v| v.len() as u64),
        error,
    }
}

/// Avro as the JSON of row events: decimals as text, bytes as base64.
fn to_json(value: Avro, schema: &Schema) -> Value {
    match (value, schema) {
        (Avro::Null, _) => Value::Null,
        (Avro::Boolean(v), _) => v.into(),
        (Avro::Int(v), _) => v.into(),
        (Avro::Long(v), _) => v.into(),
        (Avro::Float(v), _) => json!(v),
        (Avro::Double(v), _) => json!(v),
        (Avro::String(v), _) => v.into(),
        (Avro::Bytes(v), _) => json!({ "base64": STANDARD.encode(v) }),
        (Avro::Decimal(v), Schema::Decimal(DecimalSchema { scale, .. })) => {
            Vec::<u8>::try_from(v).map_or(Value::Null, |bytes| decimal_text(&bytes, *scale).into())
        }
        (Avro::Union(branch, inner), Schema::Union(union)) => {
            union.variants().get(branch as usize).map_or(Value::Null, |schema| to_json(*inner, schema))
        }
        (Avro::Record(fields), Schema::Record(record)) => {
            let object: Map<String, Value> =
                fields.into_iter().zip(&record.fields).map(|((name, value), field)| (name, to_json(value, &field.schema))).collect();
            Value::Object(object)
        }
        // Nothing else is in what TiCDC writes.
        (other, _) => format!("{other:?}").into(),
    }
}

/// Unscaled big-endian two's complement as decimal text.
fn decimal_text(bytes: &[u8], scale: usize) -> String {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (sum, overflow);
        }
    }
    // Long division by ten, digit by digit: values have 65 digits at most.
    let mut digits = Vec::new();
    while magnitude.iter().any(|b| *b != 0) {
        let mut rest = 0_u16;
        for byte in &mut magnitude {
            let part = rest << 8 | u16::from(*byte);
            *byte = u8::try_from(part / 10).expect("a remainder below ten keeps the quotient in a byte");
            rest = part % 10;
        }
        digits.push(b'0' + u8::try_from(rest).expect("below ten"));
    }
    while digits.len() <= scale {
        digits.push(b'0');
    }
    if scale > 0 {
        digits.insert(scale, b'.');
    }
    if negative {
        digits.push(b'-');
    }
    digits.iter().rev().map(|d| char::from(*d)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_read_as_they_are_written() {
        for (bytes, scale, text) in [
            (&[0x30, 0x39][..], 2, "123.45"),
            (&[0x00], 2, "0.00"),
            (&[0xff], 2, "-0.01"),
            (&[0xff, 0x01], 0, "-255"),
            (&[0x00, 0x8b, 0x18, 0xbd, 0x31], 4, "233365.4321"),
            (&[0x80], 0, "-128"),
        ] {
            assert_eq!(decimal_text(bytes, scale), text);
        }
    }
}
