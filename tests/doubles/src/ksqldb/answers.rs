//! The shapes of ksqlDB's answers.

use super::catalog::{Catalog, Command, ObjectKind, Query, SourceObject};
use serde_json::{Value, json};

pub(super) fn command_status(command: &Command) -> Value {
    let mut status = json!({"status": command.status, "message": command.message});
    if let Some(id) = &command.query_id {
        status["queryId"] = json!(id);
    }
    status
}

pub(super) fn current_status(text: &str, id: &str, command: &Command, number: u64) -> Value {
    json!({
        "@type": "currentStatus", "statementText": text, "commandId": id, "commandStatus": command_status(command),
        "commandSequenceNumber": number, "warnings": [],
    })
}

pub(super) fn warning(text: &str, message: &str) -> Value {
    json!({"@type": "warning_entity", "statementText": text, "message": message, "warnings": []})
}

pub(super) fn connector(text: &str, name: &str, is_sink: bool) -> Value {
    let kind = if is_sink { "sink" } else { "source" };
    json!({
        "@type": "connector_info", "statementText": text, "warnings": [],
        "info": {"name": name, "type": kind, "tasks": [], "config": {"name": name}},
    })
}

pub(super) fn drop_connector(text: &str, name: &str) -> Value {
    json!({"@type": "drop_connector", "statementText": text, "connectorName": name, "warnings": []})
}

pub(super) fn error(code: u32, message: &str) -> Value {
    json!({"@type": "generic_error", "error_code": code, "message": message})
}

pub(super) fn statement_error(code: u32, message: &str, text: &str, entities: &[Value]) -> Value {
    json!({"@type": "statement_error", "error_code": code, "message": message, "statementText": text, "entities": entities})
}

/// `state` has two words only, as on a real server: what is paused shows in `statusCount` alone.
fn query(query: &Query) -> Value {
    let state = if query.state == "ERROR" { "ERROR" } else { "RUNNING" };
    json!({
        "queryString": query.sql, "sinks": [query.into], "sinkKafkaTopics": [query.into], "id": query.id, "queryType": "PERSISTENT",
        "statusCount": {query.state.clone(): 1}, "state": state,
    })
}

fn source(object: &SourceObject) -> Value {
    json!({
        "type": object.kind.word().to_uppercase(), "name": object.name, "topic": object.topic, "keyFormat": object.key_format,
        "valueFormat": object.value_format, "isWindowed": false,
    })
}

/// A type's text as a schema object: simple types, `DECIMAL` and the first level of the others.
fn schema(sql_type: &str) -> Value {
    let (word, inner) = match sql_type.find(['(', '<']) {
        Some(at) => (&sql_type[..at], &sql_type[at + 1..sql_type.len() - 1]),
        None => (sql_type, ""),
    };
    let mut schema = json!({"type": word, "fields": null, "memberSchema": null});
    match word {
        "DECIMAL" => {
            let numbers: Vec<u32> = inner.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            schema["parameters"] = json!({"precision": numbers[0], "scale": numbers.get(1).copied().unwrap_or(0)});
        }
        "STRUCT" => {
            let field = |part: &str| {
                let (name, sql_type) = part.trim().trim_start_matches('`').split_once(['`', ' '])?;
                Some(json!({"name": name, "schema": {"type": sql_type.trim(), "fields": null, "memberSchema": null}}))
            };
            schema["fields"] = Value::Array(inner.split(',').filter_map(field).collect());
        }
        _ => {}
    }
    schema
}

pub(super) fn description(catalog: &Catalog, text: &str, object: &SourceObject) -> Value {
    let fields: Vec<Value> = object
        .columns
        .iter()
        .map(|(name, sql_type, is_key)| {
            let mut field = json!({"name": name, "schema": schema(sql_type)});
            if *is_key {
                field["type"] = json!("KEY");
            }
            field
        })
        .collect();
    let queries = |which: fn(&Query) -> &str| catalog.queries.iter().filter(|q| which(q) == object.name).map(query).collect::<Vec<_>>();
    json!({
        "@type": "sourceDescription", "statementText": text, "warnings": [],
        "sourceDescription": {
            "name": object.name, "windowType": null, "readQueries": queries(|q| &q.from), "writeQueries": queries(|q| &q.into),
            "fields": fields, "type": object.kind.word().to_uppercase(), "timestamp": "", "statistics": "", "errorStats": "",
            "extended": false, "keyFormat": object.key_format, "valueFormat": object.value_format, "topic": object.topic,
            "partitions": 0, "replication": 0, "statement": object.statement, "queryOffsetSummaries": [],
            "sourceConstraints": object.reads.iter().collect::<Vec<_>>(),
        },
    })
}

pub(super) fn list(catalog: &Catalog, text: &str, what: &str) -> Result<Value, String> {
    let sources = |kind: ObjectKind| catalog.objects.iter().filter(|o| o.kind == kind).map(source).collect::<Vec<_>>();
    let (kind, member, items) = match what {
        "STREAMS" => ("streams", "streams", sources(ObjectKind::Stream)),
        "TABLES" => ("tables", "tables", sources(ObjectKind::Table)),
        "QUERIES" => ("queries", "queries", catalog.queries.iter().map(query).collect()),
        "TOPICS" => {
            let topic = |t: &super::Topic| json!({"name": t.name, "replicaInfo": vec![t.replicas; t.partitions as usize]});
            ("kafka_topics", "topics", catalog.topics.iter().map(topic).collect())
        }
        "CONNECTORS" => {
            let connector = |c: &super::catalog::Connector| json!({"name": c.name, "type": if c.is_sink { "sink" } else { "source" }, "state": "RUNNING (1/1 tasks RUNNING)"});
            ("connector_list", "connectors", catalog.connectors.iter().map(connector).collect())
        }
        _ => return Err(format!("line 1:6: mismatched input '{what}'")),
    };
    Ok(json!({"@type": kind, "statementText": text, member: items, "warnings": []}))
}
