//! Subjects of a topic.

/// The subject of a topic's keys: dots become underscores, whatever the topic keeps.
pub(super) fn key_subject(topic: &str) -> String {
    format!("{}-key", topic.replace('.', "_"))
}

/// The subject of a topic's values.
pub(super) fn value_subject(topic: &str) -> String {
    format!("{}-value", topic.replace('.', "_"))
}
