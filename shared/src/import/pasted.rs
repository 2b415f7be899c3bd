//! Values as they come out of a paste: the value itself, a variable, or no value at all.

use crate::secret::{is_masked, is_template};

/// How a pasted value is to be read.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Pasted {
    Value(String),
    /// `${NAME}`: the environment variable `NAME`, which holds the raw value.
    Variable(String),
    /// A mask, or a placeholder of a manual: nobody knows the value.
    Unknown,
}

/// Our own exports write a variable with this end where it has to hold a percent-encoded value.
const ENCODED_SUFFIX: &str = "_URLENCODED";

impl Pasted {
    /// Reads a secret.
    pub(super) fn secret(text: &str) -> Self {
        // a mask may leave the ends of what it hides
        if is_masked(text) || is_template(text) || text.contains("*****") {
            Self::Unknown
        } else if let Some(name) = variable(text) {
            Self::Variable(name.strip_suffix(ENCODED_SUFFIX).filter(|name| !name.is_empty()).unwrap_or(name).to_owned())
        } else {
            Self::Value(text.to_owned())
        }
    }
}

/// Whether a text has a placeholder anywhere: `https://<endpoint>:443`.
pub(super) fn has_placeholder(text: &str) -> bool {
    let inside = |open: &str, close: &str| {
        let name = text.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(name, _)| name);
        name.is_some_and(|name| is_template(&format!("{open}{name}{close}")))
    };
    is_template(text) || inside("<", ">") || inside("{{", "}}")
}

/// The name in `${NAME}` or `$NAME`, when that is all of the text.
pub(super) fn variable(text: &str) -> Option<&str> {
    let rest = text.trim().strip_prefix('$')?;
    let name = rest.strip_prefix('{').map_or(Some(rest), |inner| inner.strip_suffix('}'))?;
    let fits =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_and_variables_are_no_values() {
        for text in [
            "****",
            "****************",
            "xxxxx",
            "••••••",
            "<api-secret>",
            "<broker_api_secret>",
            "{{secret}}",
            "YOUR_API_SECRET",
            "[hidden]",
            "...",
        ] {
            assert!(Pasted::secret(text) == Pasted::Unknown, "{text}");
        }
        for (text, name) in [("${SR_URLENCODED}", "SR"), ("$SECRET", "SECRET"), ("${_a1}", "_a1"), ("${_URLENCODED}", "_URLENCODED")] {
            assert!(Pasted::secret(text) == Pasted::Variable(name.to_owned()), "{text}");
        }
        for text in ["k3+/x9Z==", "x", "xxx", "$", "${a b}", "$1", "a<b>c", "<<>>", "**", "pa$$word"] {
            assert!(Pasted::secret(text) == Pasted::Value(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn placeholders_are_seen_anywhere() {
        assert!(has_placeholder("https://<endpoint>:443") && has_placeholder("https://{{ SR_ENDPOINT }}"));
        assert!(!has_placeholder("a<b") && !has_placeholder("{schema}_{table}"));
    }
}
