//! Values as they come out of a paste: the value itself, a variable, or no value at all.

use crate::secret::REDACTED;

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
        if is_masked(text) {
            Self::Unknown
        } else if let Some(name) = variable(text) {
            Self::Variable(name.strip_suffix(ENCODED_SUFFIX).filter(|name| !name.is_empty()).unwrap_or(name).to_owned())
        } else {
            Self::Value(text.to_owned())
        }
    }
}

/// Whether a text only stands for a secret: `****`, `xxxxx`, `<api-secret>`, `REDACTED`.
fn is_masked(text: &str) -> bool {
    let text = text.trim();
    let made_of = |mask: &[char], least: usize| text.chars().count() >= least && text.chars().all(|c| mask.contains(&c));
    text == REDACTED
        || made_of(&['*', '•', '●', '·', '.', '…'], 3)
        || made_of(&['x', 'X'], 4)
        || text.contains("*****")
        || is_placeholder(text)
        || ["redacted", "[redacted]", "[hidden]", "(sensitive value)", "(sensitive)"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text is what manuals write where the reader's own value belongs: `<broker_endpoint>`, `{{name}}`, `YOUR_KEY`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        let name = text.trim().strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c))
    };
    between("<", ">") || between("{{", "}}") || text.starts_with("YOUR_")
}

/// Whether a text has a placeholder anywhere: `https://<endpoint>:443`.
pub(super) fn has_placeholder(text: &str) -> bool {
    let inside = |open: &str, close: &str| {
        let name = text.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(name, _)| name);
        name.is_some_and(|name| is_placeholder(&format!("{open}{name}{close}")))
    };
    is_placeholder(text) || inside("<", ">") || inside("{{", "}}")
}

/// The name in `${NAME}` or `$NAME`, when that is all of the text.
pub(super) fn variable(text: &str) -> Option<&str> {
    let rest = text.trim().strip_prefix('$')?;
    let name = rest.strip_prefix('{').map_or(Some(rest), |inner| inner.strip_suffix('}'))?;
    let fits =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    fits.then_some(name)
}

/// The text with one layer of percent-encoding less, when it looks as if it had one: `%2B` and the like in it.
pub(super) fn decoded_once_more(text: &str) -> Option<String> {
    const SIGNS: [&str; 6] = ["%2b", "%2f", "%3d", "%25", "%26", "%40"];
    let lower = text.to_ascii_lowercase();
    if !SIGNS.iter().any(|sign| lower.contains(sign)) {
        return None;
    }
    percent_encoding::percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
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
    fn a_second_layer_of_encoding_is_seen() {
        assert_eq!(decoded_once_more("a%2Bb%3D").as_deref(), Some("a+b="));
        assert_eq!(decoded_once_more("100%"), None);
        assert_eq!(decoded_once_more("a+b"), None);
        assert!(has_placeholder("https://<endpoint>:443") && has_placeholder("https://{{ SR_ENDPOINT }}"));
        assert!(!has_placeholder("a<b") && !has_placeholder("{schema}_{table}"));
    }
}
