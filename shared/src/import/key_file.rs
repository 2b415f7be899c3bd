//! API keys as Confluent's console and command line hand them out, and addresses pasted along with them.

use super::change::{ApiKey, Change, KeyKind};
use super::reading::{Layer, Reading, count};
use super::understood::{API_SECRET, Kind, Understood};
use super::{MOST_PARTS, uri};
use crate::Finding;

/// Bytes of the longest key that is shown; Confluent's have 16.
const LONGEST_KEY: usize = 32;

/// Reads key files and addresses line by line; `None` when there is neither.
pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    let mut reader = Reader::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        reader.line(line);
        // one too many, which is told there
        if reader.found.len() > MOST_PARTS {
            break;
        }
    }
    reader.finish()
}

/// A key as JSON: `confluent api-key create -o json`.
pub(super) fn from_json(value: &serde_json::Map<String, serde_json::Value>) -> Option<Understood> {
    let text = |names: &[&str]| names.iter().find_map(|name| value.get(*name)?.as_str()).unwrap_or_default().to_owned();
    let file = KeyFile {
        resource: text(&["resource", "resource_id", "resource_type"]),
        key: text(&["api_key", "key"]),
        secret: text(&["api_secret", "secret"]),
        bootstrap: text(&["bootstrap_server", "bootstrap_servers"]),
        endpoint: text(&["endpoint"]),
    };
    (value.contains_key("api_key") || value.contains_key("api_secret")).then(|| file.understood())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Resource,
    Key,
    Secret,
    Bootstrap,
    Endpoint,
}

impl Label {
    fn of(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "api key" | "key" => Self::Key,
            "api secret" | "secret" => Self::Secret,
            "bootstrap server" | "bootstrap servers" | "bootstrap" => Self::Bootstrap,
            "resource" | "resource id" | "resource type" => Self::Resource,
            "endpoint" | "schema registry endpoint" | "stream governance api endpoint" | "schema registry url" => Self::Endpoint,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Reader {
    file: KeyFile,
    /// A label whose value is on a later line.
    pending: Option<Label>,
    found: Vec<Understood>,
    passed_over: usize,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(resource) = header(line) {
            self.close();
            self.file.resource = resource.to_owned();
            return;
        }
        // the command line draws a box: | API Key | ABCD |
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [name, value] = cells[..]
            && line.starts_with('|')
            && let Some(label) = Label::of(name)
        {
            self.set(label, value);
            return;
        }
        let labelled = line.split_once(':').and_then(|(name, value)| Some((Label::of(name)?, value.trim())));
        match (labelled, self.pending.take()) {
            (Some((label, "")), _) => self.pending = Some(label),
            (Some((label, value)), _) => self.set(label, value),
            (None, Some(label)) => self.set(label, line),
            (None, None) => match uri::recognise_line(line) {
                Some(understood) => {
                    self.close();
                    self.found.push(understood);
                }
                None => self.passed_over += usize::from(line.chars().any(char::is_alphanumeric)),
            },
        }
    }

    fn set(&mut self, label: Label, value: &str) {
        if label == Label::Key && !self.file.key.is_empty() {
            self.close();
        }
        let field = match label {
            Label::Resource => &mut self.file.resource,
            Label::Key => &mut self.file.key,
            Label::Secret => &mut self.file.secret,
            Label::Bootstrap => &mut self.file.bootstrap,
            Label::Endpoint => &mut self.file.endpoint,
        };
        value.clone_into(field);
    }

    /// Ends the key file that is being read.
    fn close(&mut self) {
        let file = std::mem::take(&mut self.file);
        if !file.is_empty() {
            self.found.push(file.understood());
        }
    }

    fn finish(mut self) -> Option<Vec<Understood>> {
        self.close();
        if let Some(last) = self.found.last_mut() {
            let mut reading = Reading::default();
            reading.passed_over(self.passed_over);
            last.findings.extend(reading.findings);
        }
        (!self.found.is_empty()).then_some(self.found)
    }
}

/// The resource in `=== Confluent Cloud API key: lkc-7m2q9z ===`.
fn header(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('=')?.trim_matches('=').trim();
    let (title, resource) = inner.split_once(':')?;
    title.to_ascii_lowercase().ends_with("api key").then(|| resource.trim())
}

#[derive(Default)]
struct KeyFile {
    resource: String,
    key: String,
    secret: String,
    bootstrap: String,
    endpoint: String,
}

impl KeyFile {
    fn is_empty(&self) -> bool {
        [&self.key, &self.secret, &self.bootstrap, &self.endpoint].iter().all(|text| text.is_empty())
    }

    /// By the resource's prefix; without one by what stands beside the key.
    fn kind(&self) -> KeyKind {
        const PREFIXES: [(&str, KeyKind); 9] = [
            ("lkc-", KeyKind::Cluster),
            ("lsrc-", KeyKind::Registry),
            ("lksqlc-", KeyKind::Ksqldb),
            ("lfcp-", KeyKind::Flink),
            ("flink", KeyKind::Flink),
            ("cloud", KeyKind::Cloud),
            ("tableflow", KeyKind::Tableflow),
            ("global", KeyKind::Global),
            ("schema-registry", KeyKind::Registry),
        ];
        let resource = self.resource.to_ascii_lowercase();
        let by_prefix = PREFIXES.iter().find(|(prefix, _)| resource.starts_with(prefix)).map(|(_, kind)| *kind);
        by_prefix.unwrap_or_else(|| match (self.bootstrap.is_empty(), self.endpoint.contains("psrc-")) {
            (false, _) => KeyKind::Cluster,
            (true, true) => KeyKind::Registry,
            (true, false) => KeyKind::Unclassified,
        })
    }

    fn understood(self) -> Understood {
        let kind = self.kind();
        let mut reading = Reading::default();
        if !self.bootstrap.is_empty() {
            reading.brokers(self.bootstrap.split(','));
        }
        if self.endpoint.starts_with("http") && (kind == KeyKind::Registry || self.endpoint.contains("psrc-")) {
            reading.registry(&self.endpoint);
        } else if !self.endpoint.is_empty() && !self.endpoint.starts_with("http") {
            reading.brokers(self.endpoint.split(','));
        }
        if self.key.is_empty() && self.secret.is_empty() {
            return reading.finish(Kind::ConfluentKeyFile, "Endpoint of Confluent Cloud");
        }
        let [user_path, password_path] = kind.slot().map(|slot| [slot.user_path(), slot.password_path()]).unwrap_or_default();
        if self.key.is_empty() {
            incomplete(&mut reading, "API key", user_path);
        } else {
            // keys are short; a long one may be the secret in the wrong place
            let shown = if self.key.len() > LONGEST_KEY { count(&self.key) } else { self.key.clone() };
            reading.fact("API key", shown, user_path);
        }
        let secret = if self.secret.is_empty() {
            incomplete(&mut reading, API_SECRET, password_path);
            None
        } else {
            reading.secret(API_SECRET, password_path, &self.secret, Layer::Raw)
        };
        if !self.key.is_empty() {
            let resource = self.resource.clone();
            reading.changes.push(Change::Key(ApiKey { kind, resource, key: self.key, secret: secret.unwrap_or_default() }));
        }
        let resource = if self.resource.is_empty() { String::new() } else { format!(" ({})", self.resource) };
        reading.finish(Kind::ConfluentKeyFile, &format!("Confluent API key of {}{resource}", kind.name()))
    }
}

fn incomplete(reading: &mut Reading, what: &str, path: &str) {
    let finding = Finding::warning(path, "import-key-incomplete", format!("The key file has no {what}."));
    reading.findings.push(finding.hint("Paste the whole file. A secret is shown only once: make a new key if it is lost."));
}

#[cfg(test)]
mod tests;
