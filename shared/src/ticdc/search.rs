//! Finding an option by what one remembers of it: a part of its name, what Confluent's console calls it, a word of its
//! description.

use super::key::ConfigKey;
use super::keys::all;

/// The options that hold every word, the best first; nothing for no words. Case does not count, nor whether a name is
/// written with `-`, `_` or `.`.
#[must_use]
pub fn search(words: &str) -> Vec<&'static ConfigKey> {
    let words: Vec<String> = words.split_whitespace().map(plain).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, &ConfigKey)> = all().filter_map(|key| Some((score(key, &words)?, key))).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, key)| key).collect()
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace(['_', '.'], "-")
}

/// `None` when a word is nowhere.
fn score(key: &ConfigKey, words: &[String]) -> Option<u32> {
    let also = plain(key.also);
    let doc = plain(key.doc);
    let section = plain(key.section);
    words.iter().map(|word| score_word(key.name, &also, &section, &doc, word)).sum()
}

/// Where a word can be found and what it is worth there: as a whole part, as the beginning of one, inside one.
fn score_word(name: &str, also: &str, section: &str, doc: &str, word: &str) -> Option<u32> {
    const NAME: &[char] = &['-'];
    const TEXT: &[char] = &[' ', ',', ';', ':', '`', '(', ')'];
    if name == word {
        return Some(100);
    }
    [(name, NAME, [40, 30, 12]), (also, TEXT, [35, 25, 10]), (section, NAME, [15, 14, 9]), (doc, TEXT, [8, 6, 3])]
        .into_iter()
        .filter_map(|(text, separators, [whole, beginning, inside])| {
            let mut parts = text.split(separators).filter(|part| !part.is_empty());
            if parts.clone().any(|part| part == word) {
                Some(whole)
            } else if parts.any(|part| part.starts_with(word)) {
                Some(beginning)
            } else {
                text.contains(word).then_some(inside)
            }
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(words: &str) -> Option<&'static str> {
        search(words).first().map(|key| key.name)
    }

    #[test]
    fn an_option_is_found_by_its_name_other_tools_names_and_its_description() {
        for (words, name) in [
            ("partition-num", "partition-num"),
            ("partition_num", "partition-num"),
            ("COMPRESSION", "compression"),
            ("acks", "required-acks"),
            ("API key", "sasl-user"),
            ("kafka.api.secret", "sasl-password"),
            ("schema.registry.url", "schema-registry"),
            ("security.protocol", "enable-tls"),
            ("max.request.size", "max-message-bytes"),
            ("kerberos keytab", "sasl-gssapi-keytab-path"),
            ("linger.ms", "performance-mode"),
            ("tombstones", "avro-include-before-value"),
            ("table.include.list", "rules"),
        ] {
            let found: Vec<&str> = search(words).iter().map(|key| key.name).collect();
            assert_eq!(found.first(), Some(&name), "{words}: {found:?}");
        }
    }

    #[test]
    fn every_word_has_to_fit() {
        assert!(search("avro").len() > search("avro decimal").len());
        assert_eq!(first("decimal avro mode"), Some("avro-decimal-handling-mode"));
        assert!(search("").is_empty() && search("   ").is_empty() && search("partition zebra").is_empty());
    }
}
