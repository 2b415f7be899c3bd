//! The systems that a document names: the engine, and what runs connectors and statements.

use shared::{
    config::{self, ChangefeedSpec, ConfluentCloud, Delivery, Pipeline, PoisonRows, Service, SourceKind, Target},
    figures,
};

/// Targets, their words in the document, and for people.
pub const TARGETS: [(Target, &str, &str); 3] = [
    (Target::Native, "native", "this studio's engine"),
    (Target::Ticdc, "ticdc", "a TiCDC cluster"),
    (Target::Export, "export", "nothing: files only"),
];

pub fn target_word(target: Target) -> &'static str {
    TARGETS.into_iter().find(|(one, ..)| *one == target).map_or("", |(_, word, _)| word)
}

pub fn target_of(word: &str) -> Target {
    TARGETS.into_iter().find(|(_, one, _)| *one == word).map_or(Target::Native, |(target, ..)| target)
}

/// Words of `engine.delivery`, and for people.
pub const DELIVERIES: [(&str, &str); 2] = [("at-least-once", "at least once, as TiCDC"), ("exactly-once", "exactly once")];

pub fn delivery_word(document: &Pipeline) -> &'static str {
    match document.engine.delivery {
        Delivery::AtLeastOnce => DELIVERIES[0].0,
        Delivery::ExactlyOnce => DELIVERIES[1].0,
    }
}

pub fn set_delivery(document: &mut Pipeline, word: &str) {
    document.engine.delivery = if word == DELIVERIES[1].0 { Delivery::ExactlyOnce } else { Delivery::AtLeastOnce };
}

/// Words of `source.tls`, and for people.
pub const SOURCE_TLS: [(&str, &str); 4] = [
    ("off", "off: the way is trusted"),
    ("verify", "verify authority and host name"),
    ("verify-ca", "verify the authority only"),
    ("skip-verify", "encrypt, verify nothing"),
];

/// The word that holds: files without one turn verification on.
pub fn source_tls_word(document: &Pipeline) -> String {
    let source = &document.source;
    if source.tls.is_empty() { source.tls_mode().word().to_owned() } else { source.tls.clone() }
}

/// Whether the system's authorities and a password are all that TLS needs.
pub fn has_plain_source_tls(document: &Pipeline) -> bool {
    let source = &document.source;
    source.ca.is_empty() && source.cert.is_empty() && source.key.is_empty()
}

/// Words of `engine.poison_rows`, and for people.
pub const POISON_ROWS: [(&str, &str); 2] = [("stop", "stops the pipeline"), ("dead-letter", "goes to a dead letter topic")];

pub fn poison_word(document: &Pipeline) -> &'static str {
    match document.engine.poison_rows {
        PoisonRows::Stop => POISON_ROWS[0].0,
        PoisonRows::DeadLetter => POISON_ROWS[1].0,
    }
}

pub fn set_poison_rows(document: &mut Pipeline, word: &str) {
    document.engine.poison_rows = if word == POISON_ROWS[1].0 { PoisonRows::DeadLetter } else { PoisonRows::Stop };
}

/// Another source, and an engine that can read it.
pub fn set_source_kind(document: &mut Pipeline, kind: SourceKind) {
    config::set_source_kind(document, kind);
    let target = &mut document.changefeed.target;
    match (kind == SourceKind::Tidb, *target) {
        (true, Target::Native) => *target = Target::Ticdc,
        (false, Target::Ticdc) => *target = Target::Native,
        _ => {}
    }
}

/// Whether the changefeed has a keyspace or an id of its own.
pub fn has_ticdc_names(spec: &ChangefeedSpec) -> bool {
    !spec.ticdc_keyspace.is_empty() || !spec.id.is_empty()
}

/// Whether there is more to launch than our own engine.
pub fn has_remote_parts(document: &Pipeline) -> bool {
    document.changefeed.target == Target::Ticdc || !document.connectors.is_empty() || !document.ksqldb.is_empty()
}

/// Whether our own engine runs it.
pub fn is_native(document: &Pipeline) -> bool {
    document.changefeed.target == Target::Native
}

/// Who runs it, for people.
pub fn engine_text(document: &Pipeline) -> String {
    let spec = &document.changefeed;
    match spec.target {
        Target::Native => "this studio's engine".to_owned(),
        Target::Ticdc if spec.ticdc_server.is_empty() => "a TiCDC cluster".to_owned(),
        Target::Ticdc => format!("TiCDC at {}", spec.ticdc_server),
        Target::Export => "nothing: files only".to_owned(),
    }
}

/// What reads the topics, for people; empty when nothing does.
pub fn downstream_text(document: &Pipeline) -> String {
    let counted = [(document.connectors.len(), "connector"), (document.ksqldb.len(), "ksqlDB statement list")];
    counted
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| figures::counted(count as u64, noun))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A system of the document with fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    Connect,
    Ksqldb,
}

impl ServiceKind {
    /// Its table in the document.
    pub fn key(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Ksqldb => "ksqldb_server",
        }
    }

    /// Whether something of the document runs there, or it is named.
    pub fn is_wanted(self, document: &Pipeline) -> bool {
        match self {
            Self::Connect => document.connect.is_some() || document.connectors.iter().any(|one| one.flavour.starts_with("kafka-connect")),
            Self::Ksqldb => document.ksqldb_server.is_some() || !document.ksqldb.is_empty(),
        }
    }

    pub fn of(self, document: &Pipeline) -> Option<&Service> {
        match self {
            Self::Connect => document.connect.as_ref(),
            Self::Ksqldb => document.ksqldb_server.as_ref(),
        }
    }

    /// Changes it; one that became empty is taken out of the document.
    pub fn change(self, document: &mut Pipeline, change: impl FnOnce(&mut Service)) {
        let slot = match self {
            Self::Connect => &mut document.connect,
            Self::Ksqldb => &mut document.ksqldb_server,
        };
        change_or_drop(slot, change);
    }
}

/// Whether a connector of the document runs on Confluent Cloud, or it is named.
pub fn wants_confluent_cloud(document: &Pipeline) -> bool {
    document.confluent_cloud.is_some() || document.connectors.iter().any(|one| one.flavour.is_empty() || one.flavour == "confluent-cloud")
}

/// Changes the access to Confluent Cloud; when it became empty it is taken out of the document.
pub fn change_confluent_cloud(document: &mut Pipeline, change: impl FnOnce(&mut ConfluentCloud)) {
    change_or_drop(&mut document.confluent_cloud, change);
}

fn change_or_drop<T: Default + PartialEq>(slot: &mut Option<T>, change: impl FnOnce(&mut T)) {
    change(slot.get_or_insert_default());
    if *slot == Some(T::default()) {
        *slot = None;
    }
}
