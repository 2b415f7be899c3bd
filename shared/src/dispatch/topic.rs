//! Topic expressions. Source: `pingcap/ticdc` downstreamadapter/sink/eventrouter/topic/expression.go.

/// Longest name of a Kafka topic, in bytes.
pub const MAX_TOPIC_BYTES: usize = 249;

/// How a dispatcher names the topic of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicExpression {
    /// Empty expression: the sink URI's topic.
    Default,
    /// No placeholder: taken as it is, not even shortened.
    Fixed(String),
    /// At least one of `{schema}` and `{table}`, in this order.
    Template { prefix: String, schema: bool, middle: String, table: bool, suffix: String },
}

/// Why an expression is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    #[error("only letters, digits, `.`, `_`, `-` and one `{{schema}}` before one `{{table}}` may stand in a topic expression")]
    Invalid,
    #[error("with Avro a topic expression holds both `{{schema}}` and `{{table}}`, in this order")]
    AvroNeedsBoth,
}

/// Characters of a topic name; they are ASCII, so bytes and characters count alike.
fn is_topic_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Whether Kafka accepts the name.
#[must_use]
pub fn is_legal_topic(topic: &str) -> bool {
    !matches!(topic, "" | "." | "..") && topic.len() <= MAX_TOPIC_BYTES && topic.chars().all(is_topic_char)
}

impl TopicExpression {
    /// Reads an expression for any protocol; see [`Self::for_avro`].
    ///
    /// # Errors
    /// [`TopicError::Invalid`].
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        if text.is_empty() {
            return Ok(Self::Default);
        }
        let (before_table, suffix, table) = match text.split_once("{table}") {
            Some((before, after)) => (before, after, true),
            None => (text, "", false),
        };
        let (prefix, middle, schema) = match before_table.split_once("{schema}") {
            Some((before, after)) => (before, after, true),
            None => (before_table, "", false),
        };
        if ![prefix, middle, suffix].iter().all(|part| part.chars().all(is_topic_char)) {
            return Err(TopicError::Invalid);
        }
        Ok(if schema || table {
            Self::Template { prefix: prefix.to_owned(), schema, middle: middle.to_owned(), table, suffix: suffix.to_owned() }
        } else {
            Self::Fixed(text.to_owned())
        })
    }

    /// The same expression when Avro can use it: no placeholder, or both.
    ///
    /// # Errors
    /// [`TopicError::AvroNeedsBoth`].
    pub fn for_avro(self) -> Result<Self, TopicError> {
        match self {
            Self::Template { schema, table, .. } if !(schema && table) => Err(TopicError::AvroNeedsBoth),
            fine => Ok(fine),
        }
    }

    /// Whether two tables may get two topics.
    #[must_use]
    pub fn is_per_table(&self) -> bool {
        matches!(self, Self::Template { .. })
    }

    /// The topic of a table; `default` is the sink URI's.
    #[must_use]
    pub fn topic(&self, schema_name: &str, table_name: &str, default: &str) -> String {
        match self {
            Self::Default => default.to_owned(),
            Self::Fixed(topic) => topic.clone(),
            Self::Template { prefix, schema, middle, table, suffix } => {
                let mut topic = String::with_capacity(prefix.len() + schema_name.len() + middle.len() + table_name.len() + suffix.len());
                topic.push_str(prefix);
                if *schema {
                    push_clean(schema_name, &mut topic);
                }
                topic.push_str(middle);
                if *table {
                    push_clean(table_name, &mut topic);
                }
                topic.push_str(suffix);
                topic.truncate(MAX_TOPIC_BYTES);
                match topic.as_str() {
                    "." => "_".to_owned(),
                    ".." => "__".to_owned(),
                    _ => topic,
                }
            }
        }
    }
}

/// One `_` for each code point that a topic cannot hold.
fn push_clean(name: &str, topic: &mut String) {
    topic.extend(name.chars().map(|c| if is_topic_char(c) { c } else { '_' }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn expressions_give_the_topics_of_the_vectors() {
        for (expression, schema, table, topic) in [
            ("{schema}", "abc", "", "abc"),
            ("abc{schema}", "DEF", "", "abcDEF"),
            ("abc_def{schema}", "!@#$%^&*()_+.{}", "", "abc_def____________.__"),
            ("abc{schema}def", "你好", "", "abc__def"),
            ("{schema}_{table}", "hello", "world", "hello_world"),
            ("{schema}_{table}", "hello", "!@#$%^&*", "hello_________"),
            ("{schema}_{table}", "()_+.{}", "world", "____.___world"),
            ("ab.-c_{schema}_{table}_de.-f", "hello", "WORLD", "ab.-c_hello_WORLD_de.-f"),
            ("abc_{schema}de._-{table}_fhi", "hello", "world", "abc_hellode._-world_fhi"),
            ("{schema}_{table}", "你好", "世界", "_____"),
            ("{schema}", ".", "", "_"),
            ("{schema}", "..", "", "__"),
            ("prefix_{table}", "test", "table1", "prefix_table1"),
            ("prefix_{schema}", "test", "table1", "prefix_test"),
            ("", "a", "b", "default-topic"),
            ("orders", "a", "b", "orders"),
        ] {
            let parsed = TopicExpression::parse(expression).unwrap();
            assert_eq!(parsed.topic(schema, table, "default-topic"), topic, "{expression}");
        }
    }

    #[test]
    fn expressions_outside_the_grammar_are_refused() {
        for expression in [
            "{{{{schema}",
            "你好{schema}",
            "{schema}}}}}",
            "{xxx}",
            "abc{sch}",
            "{sch}_{tab}",
            "%invalid{schema}",
            "{schema}!@#$%^&*()+{}你好{table}",
            "{table}_{schema}",
            "{schema}{schema}",
            "{schema}{table}{table}",
        ] {
            assert_eq!(TopicExpression::parse(expression), Err(TopicError::Invalid), "{expression}");
        }
    }

    #[test]
    fn avro_wants_both_placeholders_or_none() {
        for expression in ["{schema}", "{table}", "p_{table}"] {
            assert_eq!(
                TopicExpression::parse(expression).and_then(TopicExpression::for_avro),
                Err(TopicError::AvroNeedsBoth),
                "{expression}"
            );
        }
        for expression in ["{schema}{table}", "p-{schema}_{table}.s", "orders", ""] {
            assert!(TopicExpression::parse(expression).and_then(TopicExpression::for_avro).is_ok(), "{expression}");
        }
    }

    #[test]
    fn a_long_topic_is_cut_at_249_bytes() {
        let long = "a".repeat(150);
        let topic = TopicExpression::parse("{schema}_{table}").unwrap().topic(&long, &long, "");
        assert_eq!(topic, format!("{}_{}", "a".repeat(150), "a".repeat(98)));
    }

    proptest! {
        #[test]
        fn every_template_gives_a_legal_topic(expression in r"[a-c._\-]{0,4}\{schema\}[a-c._\-]{0,4}\{table\}[a-c._\-]{0,4}", schema in ".{1,200}", table in ".{1,200}") {
            let topic = TopicExpression::parse(&expression).unwrap().topic(&schema, &table, "");
            prop_assert!(is_legal_topic(&topic), "{topic}");
        }

        #[test]
        fn any_text_is_an_expression_or_an_error(text in ".{0,40}") {
            let _ = TopicExpression::parse(&text);
        }
    }
}
