//! TOML: our own pipeline document, or TiCDC's changefeed configuration.

use super::change::Change;
use super::changefeed;
use super::pasted::Pasted;
use super::reading::Reading;
use super::understood::{Kind, Understood};
use crate::Finding;
use crate::config::{Pipeline, from_json, is_changefeed_key, parse, read_toml};
use serde_json::{Map, Value};

/// A text that is TOML as a whole and has keys of one of the two.
pub(super) fn recognise_toml(text: &str) -> Option<Vec<Understood>> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    // reading a long text to find that it is something else takes its time
    if !first.starts_with('[') && !first.contains('=') {
        return None;
    }
    let table = read_toml(text).ok()?;
    if is_document(&table) {
        // read again, for the lines in its findings
        return Some(vec![read_document(parse(text).map_err(|error| error.findings))]);
    }
    if !table.keys().any(|key| is_changefeed_key(key)) {
        return None;
    }
    let mut reading = Reading::default();
    changefeed::config(table, &mut reading);
    Some(vec![reading.finish(Kind::ChangefeedToml, "TiCDC changefeed configuration")])
}

/// A text with the tables of one of the two in it that is not TOML: the finding has line and column.
pub(super) fn recognise_broken_toml(text: &str) -> Option<Vec<Understood>> {
    const SECTIONS: [&str; 10] =
        ["sink", "filter", "mounter", "scheduler", "integrity", "consistent", "source", "changefeed", "kafka", "connectors"];
    let section = |line: &str| {
        line.trim().strip_prefix('[').map(|rest| rest.trim_matches(['[', ']']).split('.').next().unwrap_or_default().to_owned())
    };
    let sections: Vec<String> = text.lines().filter_map(section).filter(|name| SECTIONS.contains(&name.as_str())).collect();
    if sections.is_empty() {
        return None;
    }
    let finding = read_toml(text).err()?;
    let ours = sections.iter().any(|name| ["source", "changefeed", "kafka", "connectors"].contains(&name.as_str()));
    let (kind, title) =
        if ours { (Kind::PipelineDocument, "Pipeline document") } else { (Kind::ChangefeedToml, "TiCDC changefeed configuration") };
    Some(vec![Understood::new(kind, title, Vec::new(), vec![finding], Vec::new())])
}

/// Our document in its JSON form.
pub(super) fn document_from_json(map: &Map<String, Value>) -> Option<Understood> {
    is_document(map).then(|| read_document(from_json(Value::Object(map.clone())).map_err(|error| error.findings)))
}

fn is_document(map: &Map<String, Value>) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| map.contains_key(*key));
    (has(&["version"]) && has(&["name"]) && has(&["source", "changefeed", "kafka"])) || (has(&["kafka"]) && has(&["changefeed", "source"]))
}

fn read_document(read: Result<Pipeline, Vec<Finding>>) -> Understood {
    let mut reading = Reading::default();
    match read {
        Ok(mut pipeline) => {
            facts(&pipeline, &mut reading);
            let mut masked = Vec::new();
            pipeline.for_each_secret(&mut |path, text| {
                if Pasted::secret(text) == Pasted::Unknown {
                    text.clear();
                    masked.push(path.to_owned());
                }
            });
            for path in masked {
                let message = format!("`{path}`: the text has a mask in its place, so it stays unknown.");
                let finding = Finding::warning(path, "import-secret-masked", message);
                reading.findings.push(finding.hint("Give the secret itself: a mask is never taken for it."));
            }
            reading.changes.push(Change::Document(Box::new(pipeline)));
        }
        Err(findings) => reading.findings.extend(findings),
    }
    reading.finish(Kind::PipelineDocument, "Pipeline document")
}

fn facts(pipeline: &Pipeline, reading: &mut Reading) {
    reading.fact("Name", pipeline.name.as_str(), "name");
    if !pipeline.kafka.brokers.is_empty() {
        reading.fact("Bootstrap servers", pipeline.kafka.brokers.join(", "), "kafka.brokers");
    }
    if !pipeline.changefeed.config.filter.rules.is_empty() {
        reading.fact("Filter rules", pipeline.changefeed.config.filter.rules.join(", "), "changefeed.config.filter.rules");
    }
    for (label, count, path) in [
        ("Dispatchers", pipeline.changefeed.config.sink.dispatchers.len(), "changefeed.config.sink.dispatchers"),
        ("Connectors", pipeline.connectors.len(), "connectors"),
        ("ksqlDB statements", pipeline.ksqldb.len(), "ksqldb"),
    ] {
        if count > 0 {
            reading.fact(label, count.to_string(), path);
        }
    }
}
