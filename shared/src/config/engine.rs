//! How the studio's own engine runs a pipeline: what TiCDC's configuration has no word for.

use super::pipeline::Extra;
use serde::{Deserialize, Serialize};

/// `[engine]`: for `target = "native"` only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineSpec {
    /// Default [`Delivery::AtLeastOnce`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery: Delivery,
    /// Default [`PoisonRows::Stop`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub poison_rows: PoisonRows,
    /// With `poison_rows = "dead-letter"`. Default: the pipeline's name and `-dead-letters`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dead_letter_topic: String,
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often a change may arrive in Kafka.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// As TiCDC: after a restart the changes since the checkpoint are sent again.
    #[default]
    AtLeastOnce,
    /// Kafka transactions that hold changes and position together: a consumer with `isolation.level=read_committed` sees each
    /// change once.
    ExactlyOnce,
}

/// What becomes of a row that cannot be sent: its values do not fit its schema, or it is larger than a message may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoisonRows {
    /// The pipeline stops before it, and a person decides. Nothing is ever left out silently.
    #[default]
    Stop,
    /// It goes to a dead letter topic as JSON with the reason, is counted, and the pipeline goes on.
    DeadLetter,
}

impl EngineSpec {
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The dead letter topic of a pipeline of that name; `None` when rows that cannot be sent stop it.
    #[must_use]
    pub fn dead_letters(&self, pipeline: &str) -> Option<String> {
        match (self.poison_rows, self.dead_letter_topic.as_str()) {
            (PoisonRows::Stop, _) => None,
            (PoisonRows::DeadLetter, "") => Some(format!("{pipeline}-dead-letters")),
            (PoisonRows::DeadLetter, topic) => Some(topic.to_owned()),
        }
    }
}

/// By reference, as serde's `skip_serializing_if` passes it.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
