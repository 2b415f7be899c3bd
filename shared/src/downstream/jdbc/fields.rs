//! Which of a record's fields become columns, and which of them are the primary key.

use super::settings::{JdbcSettings, KeyMode};
use crate::downstream::connect::{ConnectType, Field, Struct};

/// Columns that `pk.mode=kafka` makes when no names are given: topic, partition, offset.
pub(super) const KAFKA_COLUMNS: [&str; 3] = ["__connect_topic", "__connect_partition", "__connect_offset"];

/// The columns of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fields {
    pub keys: Vec<String>,
    pub others: Vec<String>,
    /// In the order of `CREATE TABLE`: as in the value, then fields that only the key has. With whether it is a key.
    pub all: Vec<(Field, bool)>,
}

impl Fields {
    /// # Errors
    /// The connector refuses such records, and why.
    pub fn of(settings: &JdbcSettings, key: Option<&Struct>, value: Option<&Struct>) -> Result<Self, String> {
        let key_fields = key_fields(settings, key, value)?;
        let keys: Vec<String> = key_fields.iter().map(|field| field.name.clone()).collect();
        let wanted = |field: &&Field| !keys.contains(&field.name) && (settings.fields.is_empty() || settings.fields.contains(&field.name));
        let other_fields: Vec<&Field> = value.iter().flat_map(|value| &value.fields).filter(wanted).collect();
        let others = other_fields.iter().map(|field| field.name.clone()).collect();

        let mut rest = key_fields;
        let mut all = Vec::with_capacity(rest.len() + other_fields.len());
        for name in KAFKA_COLUMNS.into_iter().chain(value.iter().flat_map(|value| &value.fields).map(|field| field.name.as_str())) {
            if let Some(at) = rest.iter().position(|field| field.name == name) {
                all.push((rest.remove(at), true));
            } else if let Some(field) = other_fields.iter().find(|field| field.name == name) {
                all.push(((*field).clone(), false));
            }
        }
        rest.sort_by(|a, b| a.name.cmp(&b.name));
        all.extend(rest.into_iter().map(|field| (field, true)));
        if all.is_empty() {
            return Err("no fields found using key and value schemas".to_owned());
        }
        Ok(Self { keys, others, all })
    }
}

fn key_fields(settings: &JdbcSettings, key: Option<&Struct>, value: Option<&Struct>) -> Result<Vec<Field>, String> {
    let (part, whose) = match settings.key {
        KeyMode::None => return Ok(Vec::new()),
        KeyMode::Kafka => {
            let given: Vec<&str> = settings.key_fields.iter().map(String::as_str).collect();
            let names = if given.is_empty() { KAFKA_COLUMNS.to_vec() } else { given };
            let [topic, partition, offset] = names.as_slice() else {
                return Err(format!("pk.mode=kafka takes no pk.fields or exactly three, and there are {}", names.len()));
            };
            return Ok(vec![
                Field::plain(topic, ConnectType::String),
                Field::plain(partition, ConnectType::Int32),
                Field::plain(offset, ConnectType::Int64),
            ]);
        }
        KeyMode::RecordKey => (key, "key"),
        KeyMode::RecordValue => (value, "value"),
    };
    let part = part.ok_or_else(|| format!("pk.mode takes the primary key from the record's {whose}, which is missing"))?;
    if settings.key_fields.is_empty() {
        return Ok(part.fields.clone());
    }
    let find = |name: &String| {
        part.field(name).cloned().ok_or_else(|| format!("the record's {whose} has no field `{name}`, which pk.fields names"))
    };
    settings.key_fields.iter().map(find).collect()
}
