//! Where a secret is, and text that does not show itself.

use super::REDACTED;
use serde::{Deserialize, Serialize};

/// Where a secret's value is.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// Environment variable of the studio's process.
    Env(String),
    /// File, read when needed; one trailing line break is dropped.
    File(String),
    /// The studio's sealed store.
    Store(String),
    /// The value itself, as pasted; moved to the store on save.
    Inline(String),
}

impl SecretRef {
    /// `env:NAME`, `file:PATH`, `store:NAME`; anything else is the secret itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("env", name)) if is_env_name(name) => Self::Env(name.to_owned()),
            Some(("file", path)) if !path.is_empty() => Self::File(path.to_owned()),
            Some(("store", name)) if !name.is_empty() => Self::Store(name.to_owned()),
            _ => Self::Inline(text.to_owned()),
        }
    }

    #[must_use]
    pub fn is_inline(&self) -> bool {
        matches!(self, Self::Inline(_))
    }
}

fn is_env_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl std::fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Store(name) => write!(f, "store:{name}"),
            Self::Inline(_) => f.write_str(REDACTED),
        }
    }
}

/// A document's secret field: a reference or an inline value. It is part of the document (the browser sends it, once),
/// so it serialises as it is; it never shows in `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(pub String);

impl SecretText {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn reference(&self) -> SecretRef {
        SecretRef::parse(&self.0)
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.reference(), f)
    }
}
