//! Finding a property by the words that a form, a manual or a person uses for it.

use super::suggestion;
use crate::connector::{Class, Property};

/// The properties that all words are about, the closest first: by key or label, then by what they do. A key that is wrong
/// but known for what was meant counts as the right one. No words find everything.
#[must_use]
pub fn search<'c>(class: &'c Class, words: &str) -> Vec<&'c Property> {
    let wanted = words.trim().to_lowercase();
    let meant = suggestion::by_habit(class, &wanted);
    let mut found: Vec<(u8, &Property)> = class
        .properties
        .iter()
        .filter_map(|property| {
            let names = [property.key.to_lowercase(), property.label.to_lowercase()];
            let rank = if names.contains(&wanted) || meant == Some(property.key) {
                0
            } else if names.iter().any(|name| name.contains(&wanted)) {
                1
            } else if has_all(&names.join(" "), &wanted) {
                2
            } else if has_all(&format!("{} {}", names.join(" "), property.doc.to_lowercase()), &wanted) {
                3
            } else {
                return None;
            };
            Some((rank, property))
        })
        .collect();
    // stable: within a rank the catalogue's order stays
    found.sort_by_key(|&(rank, _)| rank);
    found.into_iter().map(|(_, property)| property).collect()
}

/// Whether every word begins one of the text's words: `on` is not in `connector`.
fn has_all(text: &str, words: &str) -> bool {
    let parts =
        |text: &str| -> Vec<String> { text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect() };
    let has = parts(text);
    parts(words).iter().all(|word| has.iter().any(|own| own.starts_with(word.as_str())))
}
