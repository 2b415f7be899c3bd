//! Secrets in rendered text: their values when they are asked for, else placeholders in the shell's form.

use super::connectors::is_exported;
use crate::config::Pipeline;
use crate::secret::SecretRef;
use crate::sink_uri::{RegistryUrl, SinkUri};
use std::collections::{BTreeMap, HashMap};

/// Gives the value of a reference, for the path it stands at; `None` when it cannot be had.
pub type Resolve<'a> = &'a dyn Fn(&str, &SecretRef) -> Option<String>;

/// How secrets are written.
#[derive(Clone, Copy)]
pub struct Secrets<'a>(Values<'a>);

#[derive(Clone, Copy)]
enum Values<'a> {
    /// None: placeholders for everything, inline secrets included.
    Placeholders,
    /// What stands in the document, whatever it looks like.
    Opened,
    /// By path and reference.
    Resolved(Resolve<'a>),
}

/// Ends the name of a placeholder that has to hold a percent-encoded value.
const ENCODED_SUFFIX: &str = "_URLENCODED";

impl<'a> Secrets<'a> {
    /// Placeholders such as `${CONFLUENT_SECRET}`: the text can be shown and committed.
    #[must_use]
    pub fn placeholders() -> Self {
        Self(Values::Placeholders)
    }

    /// Of a document whose references were replaced by values before: each text is the secret itself, even one that begins
    /// like a reference.
    #[must_use]
    pub fn opened() -> Self {
        Self(Values::Opened)
    }

    /// The values, as `resolve` gives them for a path and reference; inline secrets are their own value and are not asked
    /// for. A reference without a value stays a placeholder.
    #[must_use]
    pub fn inline(resolve: Resolve<'a>) -> Self {
        Self(Values::Resolved(resolve))
    }

    /// Whether values are asked for at all.
    pub(super) fn is_inline(self) -> bool {
        !matches!(self.0, Values::Placeholders)
    }

    fn value(self, path: &str, text: &str) -> Option<String> {
        match (self.0, SecretRef::parse(text)) {
            (Values::Placeholders, _) => None,
            (Values::Opened, _) => Some(text.to_owned()),
            (Values::Resolved(_), SecretRef::Inline(value)) => Some(value),
            (Values::Resolved(resolve), reference) => resolve(path, &reference),
        }
    }
}

/// A document whose secrets are ready to be written: values, or marks that become placeholders.
///
/// Marks are made of characters that no encoding changes, so that a rendered text can be searched for them afterwards,
/// wherever they ended up.
pub(super) struct Prepared {
    pub pipeline: Pipeline,
    /// Mark to placeholder name, e.g. `CONFLUENT_SECRET`.
    marks: BTreeMap<String, String>,
}

/// A placeholder of a rendered text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placeholder {
    /// `CONFLUENT_SECRET`
    pub name: String,
    /// Where the secret is: its path in the document.
    pub path: String,
}

impl Prepared {
    pub(super) fn new(pipeline: &Pipeline, secrets: Secrets<'_>) -> Self {
        let mut pipeline = pipeline.clone();
        // credentials inside URLs are secrets too: give them fields of their own first
        pipeline.normalise();
        let mut marks = BTreeMap::new();
        let exported = exported_connectors(&pipeline);
        for_each_named(&mut pipeline, &mut |path, text, name| {
            let value = if is_rendered(path, &exported) { secrets.value(path, text) } else { None };
            *text = value.unwrap_or_else(|| {
                let mark = format!("z~placeholder.{}~z", marks.len());
                marks.insert(mark.clone(), name);
                mark
            });
        });
        Self { pipeline, marks }
    }

    /// Marks become `${NAME}`.
    pub(super) fn fill(&self, text: &str) -> String {
        self.replace(text, |name| format!("${{{name}}}"))
    }

    /// Marks become `${NAME_URLENCODED}`: in a URL the placeholder has to hold the encoded value.
    pub(super) fn fill_url(&self, text: &str) -> String {
        self.replace(text, |name| format!("${{{name}{ENCODED_SUFFIX}}}"))
    }

    /// The placeholder's name, when the text is nothing but its mark.
    pub(super) fn placeholder_of(&self, text: &str) -> Option<&str> {
        self.marks.get(text).map(String::as_str)
    }

    fn replace(&self, text: &str, write: impl Fn(&str) -> String) -> String {
        self.marks.iter().fold(text.to_owned(), |text, (mark, name)| text.replace(mark, &write(name)))
    }

    /// The sink URI with values or placeholders.
    pub(super) fn sink_uri(&self) -> String {
        self.fill_url(&SinkUri::from_pipeline(&self.pipeline).render())
    }

    /// The registry's URL with credentials or placeholders; `None` when there is no registry or its URL cannot be read.
    pub(super) fn registry_url(&self) -> Option<String> {
        let registry = self.pipeline.schema_registry.as_ref().filter(|registry| !registry.url.is_empty())?;
        Some(self.fill_url(&RegistryUrl::from_registry(registry).ok()?.render()))
    }
}

/// The placeholders that stay in a bundle, for its README.
pub(super) fn placeholders(pipeline: &Pipeline, secrets: Secrets<'_>) -> Vec<Placeholder> {
    secret_values(pipeline, secrets).into_iter().filter(|(_, value)| value.is_none()).map(|(placeholder, _)| placeholder).collect()
}

/// Every secret that has a place in the rendered files, with its value when it is asked for and can be had.
pub(super) fn secret_values(pipeline: &Pipeline, secrets: Secrets<'_>) -> Vec<(Placeholder, Option<String>)> {
    let mut found = Vec::new();
    let mut pipeline = pipeline.clone();
    pipeline.normalise();
    let exported = exported_connectors(&pipeline);
    for_each_named(&mut pipeline, &mut |path, text, name| {
        if is_rendered(path, &exported) {
            let placeholder = Placeholder { name, path: path.to_owned() };
            found.push((placeholder, secrets.value(path, text)));
        }
    });
    found.sort();
    found.dedup();
    found
}

/// How the paths of exported connectors' secrets begin.
fn exported_connectors(pipeline: &Pipeline) -> Vec<String> {
    let exported = pipeline.connectors.iter().enumerate().filter(|(_, connector)| is_exported(connector));
    exported.map(|(index, _)| format!("connectors[{index}].")).collect()
}

/// Whether a secret has a place in the rendered files; the source's own, and those of connectors without files, have none.
fn is_rendered(path: &str, exported: &[String]) -> bool {
    ["kafka.", "schema_registry.", "changefeed.config.", "ksqldb["].iter().any(|part| path.starts_with(part))
        || exported.iter().any(|part| path.starts_with(part))
}

/// Visits every secret with its path and the name of its placeholder, which no other secret has: a reference is one secret
/// wherever it stands, a pasted one is that of its path.
fn for_each_named(pipeline: &mut Pipeline, visit: &mut dyn FnMut(&str, &mut String, String)) {
    // a variable that the document names is taken, wherever it is named
    let mut owners: HashMap<String, String> = HashMap::new();
    pipeline.for_each_secret(&mut |_, text| {
        if let SecretRef::Env(name) = SecretRef::parse(text) {
            owners.insert(name, text.clone());
        }
    });
    pipeline.for_each_secret(&mut |path, text| {
        let owner = if SecretRef::parse(text).is_inline() { path } else { text.as_str() };
        let first = placeholder_name(path, text);
        let mut names = std::iter::once(first.clone()).chain((2..).map(|number| format!("{first}_{number}")));
        let name = names.find(|name| owners.get(name).is_none_or(|own| own == owner)).unwrap_or(first);
        owners.insert(name.clone(), owner.to_owned());
        visit(path, text, name);
    });
}

/// An environment variable's own name; for the rest a name made of the reference, or of the path for a pasted secret.
fn placeholder_name(path: &str, text: &str) -> String {
    match SecretRef::parse(text) {
        SecretRef::Env(name) => name,
        SecretRef::Store(name) => upper(&name),
        SecretRef::File(file) => upper(file.rsplit(['/', '\\']).next().unwrap_or(&file)),
        // `connectors[0].config."connection.password"` is CONNECTORS_0_CONNECTION_PASSWORD
        SecretRef::Inline(_) => upper(&path.strip_prefix("kafka.params.").unwrap_or(path).replace("].config.", ".").replace('"', "")),
    }
}

fn upper(text: &str) -> String {
    let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let name = name.trim_matches('_');
    match name.chars().next() {
        None => "SECRET".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("SECRET_{name}"),
        Some(_) => name.to_owned(),
    }
}

/// A copy of the document that can be committed: pasted secrets become references to environment variables.
#[must_use]
pub fn with_references(pipeline: &Pipeline) -> Pipeline {
    let mut pipeline = pipeline.clone();
    pipeline.normalise();
    for_each_named(&mut pipeline, &mut |_, text, name| {
        if SecretRef::parse(text).is_inline() {
            *text = format!("env:{name}");
        }
    });
    pipeline
}

/// What [`with_references`] turns into environment variables: paths and the variables' names.
#[must_use]
pub fn new_references(pipeline: &Pipeline) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pipeline = pipeline.clone();
    pipeline.normalise();
    for_each_named(&mut pipeline, &mut |path, text, name| {
        if SecretRef::parse(text).is_inline() {
            found.push((path.to_owned(), name));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_two_secrets_have_one_name() {
        let mut pipeline = Pipeline::named("p");
        for (key, text) in [
            ("sasl-password", "pasted"),
            ("sasl_password", "pasted too"),
            ("old-password", "env:SASL_PASSWORD_2"),
            ("a-password", "store:a-b"),
            ("b-password", "store:a_b"),
            ("c-password", "store:a-b"),
            ("d-password", "file:/run/a_b"),
            ("e-password", "env:A_B_2"),
        ] {
            pipeline.kafka.params.insert(key.to_owned(), json!(text));
        }
        let mut names = Vec::new();
        for_each_named(&mut pipeline, &mut |_, _, name| names.push(name));
        assert_eq!(names, ["SASL_PASSWORD", "SASL_PASSWORD_3", "SASL_PASSWORD_2", "A_B", "A_B_3", "A_B", "A_B_4", "A_B_2"]);
    }

    #[test]
    fn placeholders_are_names_a_shell_takes() {
        for (path, text, expected) in [
            ("kafka.params.sasl-password", "store:confluent-cluster-secret", "CONFLUENT_CLUSTER_SECRET"),
            ("schema_registry.password", "env:SR_SECRET", "SR_SECRET"),
            ("schema_registry.password", "file:/run/secrets/sr.key", "SR_KEY"),
            ("kafka.params.sasl-password", "pasted", "SASL_PASSWORD"),
            ("schema_registry.password", "pasted", "SCHEMA_REGISTRY_PASSWORD"),
            (r#"connectors[0].config."connection.password""#, "pasted", "CONNECTORS_0_CONNECTION_PASSWORD"),
            ("x", "store:1é", "SECRET_1"),
        ] {
            assert_eq!(placeholder_name(path, text), expected);
        }
    }
}
