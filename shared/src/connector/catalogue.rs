//! All plugins.

use super::{Class, Flavour, Kind};

/// The plugin for a target in a flavour; `None` when there is none (Snowflake has no Aiven or Debezium sink).
#[must_use]
pub fn class(kind: Kind, flavour: Flavour) -> Option<&'static Class> {
    let _ = (kind, flavour);
    None
}
