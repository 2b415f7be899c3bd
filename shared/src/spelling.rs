//! "Did you mean": the nearest known word to a mistyped one.

/// Bytes of a word that can be a mistyped one: no known word has half of them.
const LONGEST: usize = 128;

/// The closest of `known` to `word`, when it is close enough to be what was meant: the same word in another spelling
/// (case, `_` for `-`), or at most a third of its letters away.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '.'], "-");
    let wanted = plain(word);
    // what is pasted by mistake may be a megabyte, and the distance takes letters times letters
    if wanted.len() > LONGEST {
        return None;
    }
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The sentence for a finding's hint; empty when nothing is near.
#[must_use]
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or_else(String::new, |candidate| format!("Did you mean `{candidate}`?"))
}

/// The word that a hint of [`did_you_mean`] suggests.
#[must_use]
pub fn suggested(hint: &str) -> Option<&str> {
    hint.strip_prefix("Did you mean `")?.strip_suffix("`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let known = ["partition-num", "replication-factor", "sasl-password", "protocol"];
        assert_eq!(nearest("partition_num", known), Some("partition-num"));
        assert_eq!(nearest("Protocol", known), Some("protocol"));
        assert_eq!(nearest("sasl-pasword", known), Some("sasl-password"));
        assert_eq!(nearest("keep-connection-alive", known), None);
        assert_eq!(did_you_mean("x", known), "");
        assert_eq!(suggested(&did_you_mean("Protocol", known)), Some("protocol"));
        assert_eq!(suggested("Remove it."), None);
    }
}
