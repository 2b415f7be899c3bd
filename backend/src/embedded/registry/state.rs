//! What a registry knows, and the rules of ids, versions and deletion. Pure: reads give answers, changes give a list of
//! [`Change`]s that the store makes durable before it applies them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use shared::avro::AvroSchema;
use shared::avro::compatibility::{self, Earlier, Level};

use super::avro;
use super::error::{ApiError, Result};

/// The language a schema is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Kind {
    #[default]
    Avro,
    Json,
    Protobuf,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Json => "JSON",
            Self::Protobuf => "PROTOBUF",
        }
    }
}

/// Whether a subject takes registrations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Mode {
    #[default]
    Readwrite,
    Readonly,
    /// Set for all subjects, it also holds for those with a mode of their own.
    ReadonlyOverride,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredSchema {
    pub kind: Kind,
    /// As it was first registered.
    pub text: String,
    /// Equal for equal schemas: see [`AvroSchema::key`].
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub id: u32,
    /// Soft-deleted: kept, but not seen unless asked for.
    pub deleted: bool,
}

/// Of a subject, or of all subjects without their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub compatibility: Option<Level>,
    pub mode: Option<Mode>,
}

/// The name under which the settings of all subjects are kept; no subject has it, since subjects are not empty.
pub(super) const GLOBAL: &str = "";

/// One row put, or removed when it is `None`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Schema(u32, StoredSchema),
    Version(String, u32, Option<Version>),
    Settings(String, Option<Settings>),
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub schemas: BTreeMap<u32, StoredSchema>,
    pub subjects: BTreeMap<String, BTreeMap<u32, Version>>,
    pub settings: BTreeMap<String, Settings>,
    ids: HashMap<(&'static str, String), u32>,
}

/// A schema on its way in: understood, not yet known.
pub(super) struct Candidate {
    pub kind: Kind,
    pub text: String,
    key: String,
    avro: Option<AvroSchema>,
}

impl Candidate {
    /// # Errors
    /// 42201 when it is not a schema.
    pub fn parse(kind: Kind, text: String) -> Result<Self> {
        let invalid = |details: &str| ApiError::invalid_schema(&text, kind.name(), details);
        let (key, avro) = match kind {
            Kind::Avro => {
                let schema = avro::parse(&text).map_err(|details| invalid(&details))?;
                (schema.key(), Some(schema))
            }
            Kind::Json => (serde_json::from_str::<serde_json::Value>(&text).map_err(|e| invalid(&e.to_string()))?.to_string(), None),
            Kind::Protobuf if text.trim().is_empty() => return Err(invalid("it is empty")),
            Kind::Protobuf => (text.clone(), None),
        };
        Ok(Self { kind, text, key, avro })
    }
}

impl State {
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Schema(id, schema) => {
                self.ids.insert((schema.kind.name(), schema.key.clone()), id);
                self.schemas.insert(id, schema);
            }
            Change::Version(subject, version, Some(row)) => {
                self.subjects.entry(subject).or_default().insert(version, row);
            }
            Change::Version(subject, version, None) => {
                if let Some(versions) = self.subjects.get_mut(&subject) {
                    versions.remove(&version);
                    if versions.is_empty() {
                        self.subjects.remove(&subject);
                    }
                }
            }
            Change::Settings(subject, Some(settings)) => drop(self.settings.insert(subject, settings)),
            Change::Settings(subject, None) => drop(self.settings.remove(&subject)),
        }
    }

    fn id_of(&self, candidate: &Candidate) -> Option<u32> {
        self.ids.get(&(candidate.kind.name(), candidate.key.clone())).copied()
    }

    /// Versions of a subject, oldest first; the soft-deleted ones too when asked for.
    pub fn versions(&self, subject: &str, deleted: bool) -> impl DoubleEndedIterator<Item = (u32, Version)> {
        let versions = self.subjects.get(subject).into_iter().flatten();
        versions.map(|(number, version)| (*number, *version)).filter(move |(_, version)| deleted || !version.deleted)
    }

    /// Whether anything is visible of the subject.
    ///
    /// # Errors
    /// 40401.
    pub fn require(&self, subject: &str, deleted: bool) -> Result<()> {
        self.versions(subject, deleted).next().map(drop).ok_or_else(|| ApiError::subject_not_found(subject))
    }

    pub fn level(&self, subject: &str) -> Level {
        self.setting(subject, |settings| settings.compatibility)
    }

    pub fn mode(&self, subject: &str) -> Mode {
        let global = self.settings.get(GLOBAL).and_then(|settings| settings.mode);
        if global == Some(Mode::ReadonlyOverride) {
            return Mode::ReadonlyOverride;
        }
        self.setting(subject, |settings| settings.mode)
    }

    fn setting<T: Default>(&self, subject: &str, of: impl Fn(&Settings) -> Option<T>) -> T {
        [subject, GLOBAL].into_iter().find_map(|name| self.settings.get(name).and_then(&of)).unwrap_or_default()
    }

    /// Registers: the same schema again changes nothing, a schema known under another subject keeps its id.
    ///
    /// # Errors
    /// 42205 in a read-only mode, 409 when an earlier version forbids it.
    pub fn register(&self, subject: &str, candidate: &Candidate) -> Result<(u32, Vec<Change>)> {
        let known = self.id_of(candidate);
        if let Some(id) = known
            && self.versions(subject, false).any(|(_, version)| version.id == id)
        {
            return Ok((id, Vec::new()));
        }
        if self.mode(subject) != Mode::Readwrite {
            return Err(ApiError::new(42205, format!("Subject {subject} in context is in read-only mode")));
        }
        let violations = self.violations(subject, candidate, None);
        if !violations.is_empty() {
            return Err(ApiError::incompatible(subject, &violations));
        }
        let id = known.unwrap_or_else(|| self.schemas.last_key_value().map_or(1, |(id, _)| id + 1));
        let number = self.versions(subject, true).next_back().map_or(1, |(number, _)| number + 1);
        let mut changes = vec![Change::Version(subject.to_owned(), number, Some(Version { id, deleted: false }))];
        if known.is_none() {
            let schema = StoredSchema { kind: candidate.kind, text: candidate.text.clone(), key: candidate.key.clone() };
            changes.push(Change::Schema(id, schema));
        }
        Ok((id, changes))
    }

    /// Why the candidate may not follow the subject's versions, or the one version asked about.
    pub fn violations(&self, subject: &str, candidate: &Candidate, only: Option<u32>) -> Vec<String> {
        let Some(avro) = &candidate.avro else { return Vec::new() };
        let compared: Vec<_> = (self.versions(subject, false).rev())
            .filter(|(number, _)| only.is_none_or(|only| only == *number))
            .filter_map(|(version, row)| Some(Earlier { version, text: &self.schemas.get(&row.id)?.text }))
            .collect();
        compatibility::violations(self.level(subject), avro, &compared)
    }

    /// The subject's version with this schema, the newest when there are several.
    ///
    /// # Errors
    /// 40401, 40403.
    pub fn look_up(&self, subject: &str, candidate: &Candidate, deleted: bool) -> Result<(u32, Version)> {
        self.require(subject, deleted)?;
        let id = self.id_of(candidate).ok_or_else(ApiError::schema_not_found)?;
        self.versions(subject, deleted).rev().find(|(_, version)| version.id == id).ok_or_else(ApiError::schema_not_found)
    }

    /// Live references to an id: `(subject, version)`.
    pub fn uses(&self, id: u32, deleted: bool) -> impl Iterator<Item = (&str, u32)> {
        let all = self.subjects.iter().flat_map(|(subject, versions)| versions.iter().map(move |row| (subject.as_str(), row)));
        all.filter(move |(_, (_, version))| version.id == id && (deleted || !version.deleted))
            .map(|(subject, (number, _))| (subject, *number))
    }

    /// # Errors
    /// 40401, 40404 when soft-deleted already, 40405 when a permanent delete comes before the soft one.
    pub fn delete_subject(&self, subject: &str, permanent: bool) -> Result<(Vec<u32>, Vec<Change>)> {
        self.require(subject, true)?;
        let live = self.require(subject, false).is_ok();
        match (permanent, live) {
            (false, false) => {
                let message = format!("Subject '{subject}' was soft deleted. Set permanent=true to delete permanently");
                Err(ApiError::new(40404, message))
            }
            (true, true) => {
                Err(ApiError::new(40405, format!("Subject '{subject}' was not deleted first before being permanently deleted")))
            }
            _ => {
                let rows: Vec<_> = self.versions(subject, permanent).collect();
                let mut changes: Vec<_> = rows.iter().map(|(number, row)| removal(subject, *number, *row, permanent)).collect();
                if self.settings.contains_key(subject) {
                    changes.push(Change::Settings(subject.to_owned(), None));
                }
                Ok((rows.iter().map(|(number, _)| *number).collect(), changes))
            }
        }
    }

    /// # Errors
    /// 40401, 40402, 40406 when soft-deleted already, 40407 when a permanent delete comes before the soft one.
    pub fn delete_version(&self, subject: &str, number: u32, permanent: bool) -> Result<Vec<Change>> {
        self.require(subject, true)?;
        let found = self.versions(subject, true).find(|(candidate, _)| *candidate == number);
        let (_, row) = found.ok_or_else(|| ApiError::version_not_found(number))?;
        match (permanent, row.deleted) {
            (false, true) => {
                let message = format!("Subject '{subject}' Version {number} was soft deleted. Set permanent=true to delete permanently");
                Err(ApiError::new(40406, message))
            }
            (true, false) => {
                let message = format!("Subject '{subject}' Version {number} was not deleted first before being permanently deleted");
                Err(ApiError::new(40407, message))
            }
            _ => Ok(vec![removal(subject, number, row, permanent)]),
        }
    }
}

fn removal(subject: &str, number: u32, row: Version, permanent: bool) -> Change {
    let after = (!permanent).then_some(Version { deleted: true, ..row });
    Change::Version(subject.to_owned(), number, after)
}
