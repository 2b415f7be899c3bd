//! Regular expressions over topics, as Connect has them.

use regex::Regex;

/// Java's regular expressions over the whole of a topic, as far as they are ours too. What only Java has is taken to be fine and
/// to match nothing: `None`.
///
/// # Errors
/// What is wrong with it, for the end of a sentence.
pub(crate) fn topic_regex(pattern: &str) -> Result<Option<Regex>, String> {
    match Regex::new(&format!("^(?:{pattern})$")) {
        Ok(regex) => Ok(Some(regex)),
        Err(_) if ["(?=", "(?!", "(?<=", "(?<!", "(?>", "*+", "++", "?+", "\\1", "\\2", "\\Q"].iter().any(|own| pattern.contains(own)) => {
            Ok(None)
        }
        Err(error) => {
            let text = error.to_string();
            Err(text.lines().last().unwrap_or_default().trim_start_matches("error: ").trim_end_matches('.').to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_are_matched_against_whole_topics() {
        let regex = topic_regex("a|b.*").unwrap().unwrap();
        assert!(regex.is_match("a") && regex.is_match("bc") && !regex.is_match("ac") && !regex.is_match("xb"));
        assert!(topic_regex("(?!x)a").unwrap().is_none());
        assert!(topic_regex("a(").is_err());
    }
}
