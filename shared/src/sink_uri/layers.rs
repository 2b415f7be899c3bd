//! The two places of a Kafka option, merged: the sink URI's parameters over `sink.kafka-config`.
//!
//! TiCDC merges with a rule that surprises: a falsy value of the URI (`false`, `0`, empty) never replaces a value of the
//! file. Source: `pingcap/ticdc` pkg/sink/kafka/options.go, pkg/sink/codec/common/config.go.

use crate::Finding;
use crate::config::Pipeline;
use serde_json::{Map, Value};

pub(super) const URI_PATH: &str = "kafka.params";
pub(super) const SINK_PATH: &str = "changefeed.config.sink";
pub(super) const FILE_PATH: &str = "changefeed.config.sink.kafka-config";

/// A value in effect and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub value: T,
    pub path: String,
}

/// Which section of the file a name is in.
#[derive(Clone, Copy)]
pub(super) enum Section {
    /// `[sink]` itself, whose types are checked with the document's.
    Sink,
    Kafka,
    Codec,
}

/// Reads options from both places and collects what is wrong with them.
pub(super) struct Layers<'a> {
    uri: &'a Map<String, Value>,
    sink: &'a Map<String, Value>,
    kafka: Option<&'a Map<String, Value>>,
    codec: Option<&'a Map<String, Value>>,
    pub findings: Vec<Finding>,
}

impl<'a> Layers<'a> {
    pub(super) fn of(pipeline: &'a Pipeline) -> Self {
        let sink = &pipeline.changefeed.config.sink.extra;
        let kafka = sink.get("kafka-config").and_then(Value::as_object);
        let codec = kafka.and_then(|config| config.get("codec-config")).and_then(Value::as_object);
        Self { uri: &pipeline.kafka.params, sink, kafka, codec, findings: Vec::new() }
    }

    pub(super) fn error(&mut self, path: &str, code: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::error(path, code, message).hint(hint));
    }

    pub(super) fn warning(&mut self, path: &str, code: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::warning(path, code, message).hint(hint));
    }

    /// A whole number. Text that is none is an error; empty text is 0, as in Go's form decoding.
    pub(super) fn integer(&mut self, section: Section, name: &str) -> Option<Setting<i64>> {
        self.merged(section, name, "a whole number", integer_text, Value::as_i64)
    }

    /// As [`Self::integer`], from the URI alone.
    pub(super) fn uri_integer(&mut self, name: &str) -> Option<Setting<i64>> {
        self.uri_value(name, "a whole number", integer_text)
    }

    /// A boolean in any of Go's spellings; empty text is false.
    pub(super) fn boolean(&mut self, section: Section, name: &str) -> Option<Setting<bool>> {
        self.merged(section, name, "`true` or `false`", boolean_text, Value::as_bool)
    }

    /// Whether a boolean is on in the URI, whatever the file says. A text that is none counts as off, and is reported elsewhere.
    pub(super) fn is_on_in_uri(&self, name: &str) -> bool {
        match self.uri.get(name) {
            Some(Value::String(text)) => boolean_text(text) == Some(true),
            other => other.and_then(Value::as_bool) == Some(true),
        }
    }

    pub(super) fn text(&mut self, section: Section, name: &str) -> Option<Setting<String>> {
        self.any_text(section, name).filter(|setting| !setting.value.is_empty())
    }

    /// As [`Self::text`], for an option that is not taken for absent when it is empty.
    pub(super) fn any_text(&mut self, section: Section, name: &str) -> Option<Setting<String>> {
        self.merged(section, name, "text", |text| Some(text.to_owned()), |value| value.as_str().map(str::to_owned))
    }

    /// Text of the file alone.
    pub(super) fn file_text(&mut self, name: &str) -> Option<String> {
        self.file_setting(Section::Kafka, name, "text", |value| value.as_str().map(str::to_owned))
            .map(|s| s.value)
            .filter(|v| !v.is_empty())
    }

    /// A boolean of the file alone.
    pub(super) fn file_boolean(&mut self, name: &str) -> bool {
        self.file_setting(Section::Kafka, name, "`true` or `false`", Value::as_bool).is_some_and(|setting| setting.value)
    }

    pub(super) fn file_value(&self, name: &str) -> Option<&'a Value> {
        self.kafka?.get(name)
    }

    fn merged<T: Default + PartialEq>(
        &mut self,
        section: Section,
        name: &str,
        what: &str,
        from_text: fn(&str) -> Option<T>,
        from_value: fn(&Value) -> Option<T>,
    ) -> Option<Setting<T>> {
        let file = self.file_setting(section, name, what, from_value);
        let uri = self.uri_value(name, what, from_text);
        let falsy = |setting: &Setting<T>| setting.value == T::default();
        match (uri, file) {
            (Some(uri), Some(file)) if falsy(&uri) && !falsy(&file) => {
                self.warning(
                    &uri.path,
                    "param-does-not-override",
                    format!("`{name}` of the sink URI is empty, 0 or false: it does not replace the value of `sink.kafka-config`."),
                    format!("Change `{}` instead.", file.path),
                );
                Some(file)
            }
            (Some(uri), Some(file)) => {
                if uri.value != file.value {
                    self.warning(
                        &uri.path,
                        "param-overrides-file",
                        format!("`{name}` of the sink URI and of the configuration differ: the sink URI wins."),
                        format!("Remove `{}`, or this parameter.", file.path),
                    );
                }
                Some(uri)
            }
            (uri, file) => uri.or(file),
        }
    }

    fn uri_value<T>(&mut self, name: &str, what: &str, from_text: fn(&str) -> Option<T>) -> Option<Setting<T>> {
        let path = format!("{URI_PATH}.{name}");
        let text = match self.uri.get(name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let value = from_text(&text);
        if value.is_none() {
            self.error(
                &path,
                "param-invalid-syntax",
                format!("`{name}` has invalid syntax: `{text}` is not {what}."),
                format!("Give {what}."),
            );
        }
        Some(Setting { value: value?, path })
    }

    fn file_setting<T>(&mut self, section: Section, name: &str, what: &str, from_value: fn(&Value) -> Option<T>) -> Option<Setting<T>> {
        let (map, prefix) = match section {
            Section::Sink => (Some(self.sink), SINK_PATH.to_owned()),
            Section::Kafka => (self.kafka, FILE_PATH.to_owned()),
            Section::Codec => (self.codec, format!("{FILE_PATH}.codec-config")),
        };
        let path = format!("{prefix}.{name}");
        let value = from_value(map?.get(name)?);
        if value.is_none() && !matches!(section, Section::Sink) {
            self.error(&path, "wrong-type", format!("`{name}` must be {what}."), format!("Give {what}."));
        }
        Some(Setting { value: value?, path })
    }
}

fn integer_text(text: &str) -> Option<i64> {
    if text.is_empty() { Some(0) } else { text.parse().ok() }
}

fn boolean_text(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}
