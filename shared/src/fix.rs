//! Fixes: what a finding's button does to the document.

use crate::config::{ParseError, Pipeline, from_json, leave_out};
use crate::path::{Step, parse};
use crate::secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A mechanical way out of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fix {
    /// What the button says, e.g. `Set it to 3`.
    pub label: String,
    /// Made one after the other; either all of them or none.
    pub edits: Vec<Edit>,
}

/// One change of the document. Paths as in [`crate::path`].
///
/// A value that is in the document already is moved, never repeated here: it may be a secret, and findings hold none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Edit {
    /// Puts a value at `path`, in place of the one there. Tables on the way are made; the index one past a list's end
    /// appends to it.
    Set { path: String, value: Value },
    /// Takes the value at `path` away; nothing to take is as good.
    Remove { path: String },
    /// Takes the value at `from` and puts it at `path`.
    Move { from: String, path: String },
    /// Makes of the pasted text at `path` the secret that was meant: without the white space, quotes and percent signs that
    /// came along; of a Snowflake key the one line that a connector takes.
    CleanSecret { path: String },
    /// Leaves this table out of the filter.
    LeaveOut { schema: String, table: String },
}

/// Why a fix cannot be made; the document is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document has changed since the finding, or the path is none.
    #[error("the document has no place `{path}` for this change")]
    NoPlace { path: String },
    #[error("the change would leave no valid document")]
    Document(#[from] ParseError),
    /// The document has no JSON form; its maps' keys are all text, so this is not seen in practice.
    #[error("the document cannot be changed")]
    Unserialisable(#[from] serde_json::Error),
}

impl Fix {
    /// A fix without edits yet; see [`Self::set`], [`Self::remove`], [`Self::rename`].
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), edits: Vec::new() }
    }

    /// Also sets a value.
    #[must_use]
    pub fn set(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.edits.push(Edit::Set { path: path.into(), value: value.into() });
        self
    }

    /// Also removes a value.
    #[must_use]
    pub fn remove(mut self, path: impl Into<String>) -> Self {
        self.edits.push(Edit::Remove { path: path.into() });
        self
    }

    /// Also moves a value to another place, as when a key is renamed.
    #[must_use]
    pub fn rename(mut self, from: impl Into<String>, path: impl Into<String>) -> Self {
        self.edits.push(Edit::Move { from: from.into(), path: path.into() });
        self
    }

    /// Also cleans a pasted secret.
    #[must_use]
    pub fn clean_secret(mut self, path: impl Into<String>) -> Self {
        self.edits.push(Edit::CleanSecret { path: path.into() });
        self
    }

    /// Also leaves a table out of the filter.
    #[must_use]
    pub fn leave_out(mut self, schema: &str, table: &str) -> Self {
        self.edits.push(Edit::LeaveOut { schema: schema.to_owned(), table: table.to_owned() });
        self
    }

    /// The same fix, its paths put below `prefix`.
    pub(crate) fn below(mut self, prefix: &str) -> Self {
        for edit in &mut self.edits {
            match edit {
                Edit::Set { path, .. } | Edit::Remove { path } | Edit::CleanSecret { path } => *path = crate::path::below(prefix, path),
                Edit::Move { from, path } => {
                    *from = crate::path::below(prefix, from);
                    *path = crate::path::below(prefix, path);
                }
                Edit::LeaveOut { .. } => {}
            }
        }
        self
    }
}

/// Makes a fix's edits in a document.
///
/// # Errors
/// When one of them has no place or leaves no document; then none is made.
pub fn apply(pipeline: &mut Pipeline, fix: &Fix) -> Result<(), Error> {
    let mut value = serde_json::to_value(&*pipeline)?;
    for edit in &fix.edits {
        match edit {
            Edit::Set { path, value: new } => set(&mut value, path, new.clone())?,
            Edit::Remove { path } => _ = take(&mut value, path)?,
            Edit::Move { from, path } => {
                let moved = take(&mut value, from)?.ok_or_else(|| no_place(from))?;
                set(&mut value, path, moved)?;
            }
            Edit::CleanSecret { path } => {
                let text = value_at(&value, path).and_then(Value::as_str).ok_or_else(|| no_place(path))?;
                if let Some(clean) = secret::cleaned(text) {
                    set(&mut value, path, clean.into())?;
                }
            }
            Edit::LeaveOut { schema, table } => {
                let mut changed = from_json(value)?;
                leave_out(&mut changed, schema, table);
                value = serde_json::to_value(&changed)?;
            }
        }
    }
    *pipeline = from_json(value)?;
    Ok(())
}

fn no_place(path: &str) -> Error {
    Error::NoPlace { path: path.to_owned() }
}

/// A path's steps to the table or list that holds its value, and the last step.
fn split(path: &str) -> Result<(Vec<Step>, Step), Error> {
    let mut steps = parse(path).ok_or_else(|| no_place(path))?;
    let last = steps.pop().ok_or_else(|| no_place(path))?;
    Ok((steps, last))
}

fn set(document: &mut Value, path: &str, new: Value) -> Result<(), Error> {
    let (steps, last) = split(path)?;
    let mut holder = document;
    for (i, step) in steps.iter().enumerate() {
        let next = steps.get(i + 1).unwrap_or(&last);
        holder = match (step, holder) {
            (Step::Key(key), Value::Object(map)) => map.entry(key.as_str()).or_insert_with(|| match next {
                Step::Key(_) => Value::Object(Map::new()),
                Step::Index(_) => Value::Array(Vec::new()),
            }),
            (Step::Index(index), Value::Array(items)) => items.get_mut(*index).ok_or_else(|| no_place(path))?,
            _ => return Err(no_place(path)),
        };
    }
    match (last, holder) {
        (Step::Key(key), Value::Object(map)) => {
            map.insert(key, new);
        }
        (Step::Index(index), Value::Array(items)) if index == items.len() => items.push(new),
        (Step::Index(index), Value::Array(items)) => *items.get_mut(index).ok_or_else(|| no_place(path))? = new,
        _ => return Err(no_place(path)),
    }
    Ok(())
}

/// The value at a path, if there is one.
pub(crate) fn value_at<'v>(document: &'v Value, path: &str) -> Option<&'v Value> {
    parse(path)?.into_iter().try_fold(document, |holder, step| match step {
        Step::Key(key) => holder.get(key),
        Step::Index(index) => holder.get(index),
    })
}

fn take(document: &mut Value, path: &str) -> Result<Option<Value>, Error> {
    let (steps, last) = split(path)?;
    let mut holder = document;
    for step in steps {
        let next = match step {
            Step::Key(key) => holder.get_mut(key),
            Step::Index(index) => holder.get_mut(index),
        };
        let Some(next) = next else { return Ok(None) };
        holder = next;
    }
    Ok(match (last, holder) {
        (Step::Key(key), Value::Object(map)) => map.shift_remove(&key),
        (Step::Index(index), Value::Array(items)) if index < items.len() => Some(items.remove(index)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Finding;
    use crate::config::{Connector, parse, render};

    fn document() -> Pipeline {
        let mut pipeline = Pipeline::named("p");
        pipeline.kafka.brokers = vec!["a:9092".to_owned(), "b:9092".to_owned()];
        pipeline.connectors.push(Connector { name: "c".to_owned(), ..Connector::default() });
        pipeline.connectors[0].config.insert("pasword".to_owned(), "sesame".into());
        pipeline.connectors[0].config.insert("insert.mode".to_owned(), "INSERT".into());
        pipeline
    }

    #[test]
    fn values_are_set_removed_and_moved_at_their_paths() {
        let mut pipeline = document();
        let fix = Fix::new("Do it")
            .set(r#"connectors[0].config."insert.mode""#, "UPSERT")
            .rename("connectors[0].config.pasword", r#"connectors[0].config."connection.password""#)
            .set("kafka.params.replication-factor", 3)
            .set("changefeed.config.filter.rules[0]", "*.*")
            .set("schema_registry.url", "http://r:8081")
            .set("kafka.brokers[2]", "c:9092")
            .remove("kafka.brokers[0]")
            .remove("kafka.params.not-there")
            .remove("nor.this[7].one")
            .set("kafka.params.sasl-password", "a%2Bb")
            .clean_secret("kafka.params.sasl-password")
            .leave_out("app", "log");
        apply(&mut pipeline, &fix).unwrap();
        assert_eq!(pipeline.connectors[0].config["insert.mode"], "UPSERT");
        assert_eq!(pipeline.connectors[0].config["connection.password"], "sesame");
        assert!(!pipeline.connectors[0].config.contains_key("pasword"));
        assert_eq!(pipeline.kafka.params["replication-factor"], 3);
        assert_eq!(pipeline.changefeed.config.filter.rules, ["*.*", "!app.log"]);
        assert_eq!(pipeline.kafka.params["sasl-password"], "a+b");
        assert_eq!(pipeline.schema_registry.as_ref().unwrap().url, "http://r:8081");
        assert_eq!(pipeline.kafka.brokers, ["b:9092", "c:9092"]);
        // and the rest of the document is what it was
        assert_eq!(parse(&render(&pipeline)).unwrap(), pipeline);
    }

    #[test]
    fn a_fix_that_cannot_be_made_changes_nothing() {
        for bad in [
            Fix::new("").set("kafka.brokers[9]", "x"),
            Fix::new("").set("kafka.brokers.x", "x"),
            Fix::new("").set("connectors[3].name", "x"),
            Fix::new("").set("", "x"),
            Fix::new("").set("a..b", "x"),
            Fix::new("").rename("kafka.params.nothing", "kafka.params.something"),
            Fix::new("").set("kafka.brokers", 7),
            Fix::new("").clean_secret("kafka.params.nothing"),
            Fix::new("").remove("name"),
        ] {
            let mut pipeline = document();
            let fix = Fix { edits: [Fix::new("").set("name", "q").edits, bad.edits].concat(), ..bad };
            assert!(apply(&mut pipeline, &fix).is_err(), "{fix:?}");
            assert_eq!(pipeline, document(), "{fix:?}");
        }
    }

    #[test]
    fn a_fix_travels_with_its_finding() {
        let plain = Finding::error("topic", "a-code", "Bad.");
        assert!(!serde_json::to_string(&plain).unwrap().contains("fix"));
        let finding = plain.fix(Fix::new("Rename it").rename("topc", "topic").set("[0]", 1)).below("kafka");
        assert_eq!(
            serde_json::to_value(&finding).unwrap()["fix"],
            serde_json::json!({"label": "Rename it", "edits": [
                {"op": "move", "from": "kafka.topc", "path": "kafka.topic"},
                {"op": "set", "path": "kafka[0]", "value": 1},
            ]})
        );
        let text = serde_json::to_string(&finding).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
    }
}
