//! Names in Avro and in the registry.

/// TiCDC's keyspace of the classic kernel: the first part of every record's namespace.
const KEYSPACE: &str = "default";

/// A name that Avro takes: every character outside `[A-Za-z0-9_]` becomes `_`, a leading digit gets one in front.
#[must_use]
pub fn sanitize(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 1);
    for (i, c) in name.chars().enumerate() {
        match c {
            'a'..='z' | 'A'..='Z' | '_' => out.push(c),
            '0'..='9' => {
                if i == 0 {
                    out.push('_');
                }
                out.push(c);
            }
            _ => out.push('_'),
        }
    }
    out
}

/// The namespace of a schema's records: `default.app`; without a schema just `default`.
#[must_use]
pub fn namespace(schema: &str) -> String {
    match schema {
        "" => KEYSPACE.to_owned(),
        schema => format!("{KEYSPACE}.{}", sanitize(schema)),
    }
}

/// The subject of a topic's keys: dots become underscores, whatever the topic keeps.
#[must_use]
pub fn key_subject(topic: &str) -> String {
    subject(topic, "-key")
}

/// The subject of a topic's values.
#[must_use]
pub fn value_subject(topic: &str) -> String {
    subject(topic, "-value")
}

fn subject(topic: &str, ending: &str) -> String {
    // One allocation: a page makes two hundred thousand of them at a keystroke.
    let mut subject = String::with_capacity(topic.len() + ending.len());
    for (i, part) in topic.split('.').enumerate() {
        if i > 0 {
            subject.push('_');
        }
        subject.push_str(part);
    }
    subject.push_str(ending);
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors 65 to 67: upstream's.
    #[test]
    fn names_are_made_fit_for_avro() {
        for (name, expect) in [
            ("A.B", "A_B"),
            ("columnNameWith中文", "columnNameWith__"),
            ("1ColumnNameStartWithNumber", "_1ColumnNameStartWithNumber"),
            ("N-amespace", "N_amespace"),
            ("S.chema", "S_chema"),
            ("1Namespace", "_1Namespace"),
            ("a-1", "a_1"),
            ("-a", "_a"),
            ("", ""),
        ] {
            assert_eq!(sanitize(name), expect, "{name}");
        }
        assert_eq!(namespace("1Schema"), "default._1Schema");
        assert_eq!(namespace("S.chema"), "default.S_chema");
        assert_eq!(namespace(""), "default");
    }

    /// Vector 70.
    #[test]
    fn subjects_have_no_dots() {
        assert_eq!(key_subject("tidb.app_orders"), "tidb_app_orders-key");
        assert_eq!(value_subject("tidb.app_orders"), "tidb_app_orders-value");
        assert_eq!(value_subject(".a..b."), "_a__b_-value");
    }
}
