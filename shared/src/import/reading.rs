//! The notes that a recogniser takes: facts, findings and changes, always together.

use super::change::{Change, Slot};
use super::pasted::{Pasted, has_placeholder, variable};
use super::understood::{Fact, Kind, Understood};
use crate::Finding;
use crate::secret::{self, is_secret_key};
use crate::sink_uri::{RegistryUrl, is_known_param};
use serde_json::{Map, Value};

/// How a secret stood in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// As it is.
    Raw,
    /// In a URL, whose encoding was undone.
    Url,
}

#[derive(Default)]
pub(super) struct Reading {
    pub facts: Vec<Fact>,
    pub findings: Vec<Finding>,
    pub changes: Vec<Change>,
}

impl Reading {
    pub(super) fn finish(self, kind: Kind, title: &str) -> Understood {
        Understood::new(kind, title, self.facts, self.findings, self.changes)
    }

    pub(super) fn fact(&mut self, label: &str, value: impl Into<String>, path: &str) {
        self.facts.push(Fact { label: label.to_owned(), value: shortened(&value.into()), path: path.to_owned() });
    }

    /// A text that is no secret; a manual's placeholder is left out.
    pub(super) fn text(&mut self, slot: Slot, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if has_placeholder(text) {
            return self.placeholder(slot.label(), slot.path());
        }
        self.fact(slot.label(), text, slot.path());
        self.changes.push(Change::Text(slot, text.to_owned()));
    }

    /// The value to take for a secret, with its fact; `None` when the text does not have it.
    pub(super) fn secret(&mut self, label: &str, path: &str, text: &str, layer: Layer) -> Option<String> {
        match Pasted::secret(text) {
            Pasted::Unknown => {
                self.fact(label, "not in the text", path);
                self.masked(path, label);
                None
            }
            Pasted::Variable(name) => {
                let reference = format!("env:{name}");
                self.fact(label, reference.as_str(), path);
                Some(reference)
            }
            Pasted::Value(value) => {
                self.fact(label, lengths(&value), path);
                if secret::decoded(&value).is_some() {
                    self.findings.push(encoded(path, label, layer));
                }
                Some(value)
            }
        }
    }

    fn masked(&mut self, path: &str, label: &str) {
        let finding =
            Finding::warning(path, "import-secret-masked", format!("{label}: the text has a mask in its place, so it stays unknown."));
        self.findings.push(finding.hint("Give the secret itself: a mask is never taken for it."));
    }

    fn placeholder(&mut self, label: &str, path: &str) {
        let finding = Finding::warning(path, "import-placeholder", format!("{label}: the text has a manual's placeholder in its place."));
        self.findings.push(finding.hint("Put your own value there."));
    }

    pub(super) fn brokers<'t>(&mut self, brokers: impl IntoIterator<Item = &'t str>) {
        let mut taken: Vec<String> = Vec::new();
        for broker in brokers {
            let broker = broker.trim();
            // the console shows it with the listener's name, Java's configurations too
            let broker = broker.split_once("://").map_or(broker, |(_, rest)| rest).trim_end_matches('/');
            if has_placeholder(broker) {
                self.placeholder("Bootstrap servers", "kafka.brokers");
            } else if broker.starts_with("psrc-") {
                let finding = Finding::error("kafka.brokers", "import-wrong-slot", "A Schema Registry's endpoint was given as a broker.");
                self.findings.push(finding.hint("Brokers of Confluent Cloud are `pkc-…:9092`."));
            } else if !broker.is_empty() {
                taken.push(broker.to_owned());
            }
        }
        if !taken.is_empty() {
            self.fact("Bootstrap servers", taken.join(", "), "kafka.brokers");
            self.changes.push(Change::Brokers(taken));
        }
    }

    /// A parameter of the sink URI. Text that says a number or a boolean becomes one where the parameter is one.
    pub(super) fn param(&mut self, name: &str, text: &str, layer: Layer) {
        let path = format!("kafka.params.{name}");
        if is_secret_key(name) {
            if let Some(value) = self.secret(name, &path, text, layer) {
                self.changes.push(Change::Param(name.to_owned(), Value::String(value)));
            }
        } else if has_placeholder(text) {
            self.placeholder(name, &path);
        } else {
            // what nobody knows may be anything, also a misspelt secret
            let shown = if is_known_param(name) { text.to_owned() } else { count(text) };
            self.fact(name, shown, &path);
            self.changes.push(Change::Param(name.to_owned(), typed(name, text)));
        }
    }

    /// A parameter whose name may be a piece of a secret: it is taken, and only its length is shown.
    pub(super) fn nameless_param(&mut self, name: &str, text: &str, layer: Layer) {
        const LABEL: &str = "Parameter that is not known";
        const PATH: &str = "kafka.params";
        let value = if is_secret_key(name) {
            self.secret(LABEL, PATH, text, layer)
        } else {
            self.fact(LABEL, count(text), PATH);
            Some(text.to_owned())
        };
        self.changes.extend(value.map(|value| Change::Param(name.to_owned(), Value::String(value))));
    }

    /// A registry's URL, with credentials or without. `false` when it cannot be read; there is a finding then.
    pub(super) fn registry(&mut self, text: &str) -> bool {
        let url = match RegistryUrl::parse(text) {
            Ok(url) => url,
            Err(_) if has_placeholder(text) => {
                self.placeholder(Slot::RegistryUrl.label(), Slot::RegistryUrl.path());
                return false;
            }
            Err(finding) => {
                self.findings.push(finding.below(Slot::RegistryUrl.path()));
                return false;
            }
        };
        let is_variable = url.password.as_deref().is_some_and(|password| variable(password).is_some());
        if RegistryUrl::has_raw_credentials(text) && !is_variable && !has_placeholder(text) {
            let message =
                "The registry URL's credentials hold a character that has to be percent-encoded: TiCDC refuses the URL as it stands.";
            let finding = Finding::warning(Slot::RegistryUrl.path(), "import-registry-unencoded", message);
            self.findings.push(finding.hint("It was read as it was meant, and is encoded wherever a URL needs it."));
        }
        let name = url.host.split(':').next().unwrap_or_default();
        if name.starts_with("lsrc-") {
            let message = "`lsrc-…` is the registry's id, not its endpoint.";
            let finding = Finding::error(Slot::RegistryUrl.path(), "import-wrong-slot", message);
            self.findings.push(finding.hint("Copy the endpoint (`https://psrc-…`) from the environment's page in the console."));
        } else {
            self.text(Slot::RegistryUrl, &url.base());
        }
        if let Some(user) = &url.user {
            self.text(Slot::RegistryUser, user);
        }
        if let Some(password) = url.password.filter(|password| !password.is_empty()) {
            self.text_secret(Slot::RegistryPassword, &password, Layer::Url);
        }
        true
    }

    pub(super) fn text_secret(&mut self, slot: Slot, text: &str, layer: Layer) {
        if let Some(value) = self.secret(slot.label(), slot.path(), text, layer) {
            self.changes.push(Change::Text(slot, value));
        }
    }

    /// Leaves masked secrets out of a table, and turns variables into references. Gives the names of the masked ones that
    /// stood in the table itself.
    pub(super) fn clean_secrets(&mut self, map: &mut Map<String, Value>, path: &str) -> Vec<String> {
        let mut masked = Vec::new();
        for (key, value) in map.iter_mut() {
            let path = format!("{path}.{key}");
            match value {
                Value::Object(inner) => {
                    self.clean_secrets(inner, &path);
                }
                Value::Array(items) => {
                    for (i, item) in items.iter_mut().enumerate() {
                        if let Value::Object(inner) = item {
                            self.clean_secrets(inner, &format!("{path}[{i}]"));
                        }
                    }
                }
                Value::String(text) if is_secret_key(key) && !text.is_empty() => match Pasted::secret(secret_part(key, text)) {
                    Pasted::Unknown => masked.push(key.clone()),
                    // a reference is all of a value or nothing; user and password of the document's registry are implied
                    Pasted::Variable(_) if secret_part(key, text).len() < text.len() => masked.push(key.clone()),
                    Pasted::Variable(name) => *text = format!("env:{name}"),
                    Pasted::Value(value) => {
                        if secret::decoded(&value).is_some() {
                            self.findings.push(encoded(&path, key, Layer::Raw));
                        }
                    }
                },
                _ => {}
            }
        }
        for key in &masked {
            map.shift_remove(key);
            self.masked(&format!("{path}.{key}"), key);
        }
        masked
    }

    /// Lines that say nothing.
    pub(super) fn passed_over(&mut self, lines: usize) {
        let lines = match lines {
            0 => return,
            1 => "1 line was".to_owned(),
            n => format!("{n} lines were"),
        };
        self.findings.push(Finding::info("", "import-lines-passed-over", format!("{lines} not understood and passed over.")));
    }

    /// Something in the text that a document has no place for.
    pub(super) fn not_taken(&mut self, what: &str, why: &str) {
        self.findings.push(Finding::info("", "import-not-taken", format!("`{}` was not taken: {why}", shortened(what))));
    }
}

/// What of a value is secret: in `…basic.auth.user.info` a user stands before it.
fn secret_part<'t>(key: &str, text: &'t str) -> &'t str {
    let after_user = || text.split_once(':').map(|(_, password)| password);
    if key.ends_with("basic.auth.user.info") { after_user().unwrap_or(text) } else { text }
}

fn encoded(path: &str, label: &str, layer: Layer) -> Finding {
    match layer {
        Layer::Raw => Finding::warning(path, "import-secret-encoded", format!("{label} looks percent-encoded, where the raw secret belongs."))
            .hint("It is taken as it stands. Put the raw secret there, with `+` for `%2B`: it is encoded wherever a URL needs it."),
        Layer::Url => Finding::warning(
            path,
            "import-double-encoded",
            format!("{label} still has escapes such as `%2B` after decoding: it seems to be encoded twice, and is read with those escapes in it."),
        )
        .hint("Encode the secret once: `%252B` in a URL is read as `%2B`, `%2B` as `+`."),
    }
}

/// The length of a secret, and how long it would be with one layer of encoding less.
fn lengths(secret: &str) -> String {
    match secret::decoded(secret) {
        Some(decoded) => format!("{}, {} when decoded once more", count(secret), decoded.chars().count()),
        None => count(secret),
    }
}

pub(super) fn count(text: &str) -> String {
    match text.chars().count() {
        1 => "1 character".to_owned(),
        n => format!("{n} characters"),
    }
}

/// A value of any length, as a line that fits a dialog.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let line: String = text.chars().take(LONGEST + 1).map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

const NUMBERS: [&str; 6] = ["partition-num", "replication-factor", "max-message-bytes", "max-retry", "required-acks", "max-batch-size"];
const BOOLEANS: [&str; 10] = [
    "enable-tls",
    "auto-create-topic",
    "insecure-skip-verify",
    "sasl-gssapi-disable-pafxfast",
    "enable-tidb-extension",
    "avro-include-before-value",
    "avro-enable-watermark",
    "only-output-updated-columns",
    "content-compatible",
    "output-row-key",
];

/// The value as a person would write it in the document; text that would not come back the same stays text.
fn typed(name: &str, text: &str) -> Value {
    match text {
        "true" | "false" if BOOLEANS.contains(&name) => Value::Bool(text == "true"),
        _ if NUMBERS.contains(&name) => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::from(text),
        },
        _ => Value::from(text),
    }
}
