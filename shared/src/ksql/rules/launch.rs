//! What must be there before the document's statements are run. Asking brokers and registry is the caller's; what the
//! answers mean is here.

use super::statement::Formats;
use super::topics::{Origin, Topics};
use super::{Fields, creates};
use crate::Finding;
use crate::config::Pipeline;
use crate::ksql::Create;

/// One stream or table over a topic of the changefeed, and what it asks of the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Where findings of it point to: `ksqldb[0].sql`, or a generated entry's `topic`.
    pub path: String,
    /// The stream or table, as ksqlDB stores its name.
    pub name: String,
    pub topic: String,
    /// Subjects that ksqlDB reads, or makes when they are not there, dots of the topic included.
    pub subjects: Vec<String>,
    /// As the statement says; `None`, as it should be, when it says nothing.
    pub partitions: Option<String>,
    pub replicas: Option<String>,
}

/// A topic as the brokers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenTopic {
    pub partitions: u32,
    pub replicas: u32,
}

/// What the document's statements need, in their order. Empty for statements that cannot be read, which
/// [`validate`](crate::config::validate) tells, and for topics that are not the changefeed's.
#[must_use]
pub fn needs(pipeline: &Pipeline) -> Vec<Need> {
    let topics = Topics::of(pipeline);
    let mut found = Vec::new();
    for (i, entry) in pipeline.ksqldb.iter().enumerate() {
        let path = format!("ksqldb[{i}].{}", Fields::of(entry).topic);
        let creates = creates(pipeline, entry).unwrap_or_default();
        found.extend(creates.iter().filter(|create| !create.has_query).filter_map(|create| need(create, &topics, &path)));
    }
    found
}

fn need(create: &Create, topics: &Topics<'_>, path: &str) -> Option<Need> {
    let topic = create.property("KAFKA_TOPIC").filter(|topic| topics.origin(topic) == Origin::Changefeed)?;
    let formats = Formats::of(create);
    let mut subjects = Vec::with_capacity(2);
    if formats.key == "AVRO" {
        subjects.push(format!("{topic}-key"));
    }
    if formats.infers_value() {
        subjects.push(format!("{topic}-value"));
    }
    let count = |name| create.property(name).map(str::to_owned);
    Some(Need {
        path: path.to_owned(),
        name: create.name.stored(),
        topic: topic.to_owned(),
        subjects,
        partitions: count("PARTITIONS"),
        replicas: count("REPLICAS"),
    })
}

impl Need {
    /// What stands in the way. `topic`: `None` when it is not there; `has_subject` answers for each of `subjects`.
    #[must_use]
    pub fn check(&self, topic: Option<SeenTopic>, has_subject: impl Fn(&str) -> bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let hint = "Start the changefeed, and run the statement when the topic has its first row.";
        match topic {
            None => {
                let message = format!("The topic `{}` of `{}` does not exist yet.", self.topic, self.name);
                findings.push(Finding::error(&self.path, "ksql-topic-absent", message).hint(hint));
            }
            Some(seen) => {
                for (property, given, count) in
                    [("PARTITIONS", &self.partitions, seen.partitions), ("REPLICAS", &self.replicas, seen.replicas)]
                {
                    if let Some(given) = given.as_ref().filter(|given| given.parse() != Ok(count)) {
                        let message = format!("`{property}={given}` does not fit: the topic `{}` has {count}.", self.topic);
                        let hint = format!("Remove `{property}`.");
                        findings.push(Finding::error(&self.path, "ksql-partitions-differ", message).hint(hint));
                    }
                }
            }
        }
        if let Some(subject) = self.subjects.iter().find(|subject| !has_subject(subject)) {
            let message = format!(
                "The registry has no subject `{subject}` yet: `{}` would find no columns, or register a schema of ksqlDB's, \
                 and TiCDC's would be refused.",
                self.name
            );
            findings.push(Finding::error(&self.path, "ksql-subject-missing", message).hint(hint));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{Dispatcher, KsqlStatement};

    fn needs_of(sql: &str) -> Vec<Need> {
        let mut pipeline = Pipeline::named("p");
        let topic = "tidb_{schema}_{table}".to_owned();
        pipeline.changefeed.config.sink.dispatchers = vec![Dispatcher { matcher: vec!["*.*".to_owned()], topic, ..Dispatcher::default() }];
        pipeline.ksqldb = vec![
            KsqlStatement { name: "t".to_owned(), statement: "table".to_owned(), topic: "tidb_a_b".to_owned(), ..KsqlStatement::default() },
            KsqlStatement { sql: sql.to_owned(), ..KsqlStatement::default() },
        ];
        needs(&pipeline)
    }

    const STREAM: &str = "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='tidb_a_c', PARTITIONS=3, VALUE_FORMAT='AVRO')";

    #[test]
    fn only_the_changefeed_s_topics_are_needed() {
        let needs = needs_of(&format!("{STREAM}; CREATE STREAM o WITH (KAFKA_TOPIC='other', FORMAT='AVRO'); CREATE TABLE u AS SELECT 1"));
        let shown: Vec<String> = needs.iter().map(|need| format!("{} {} {:?}", need.path, need.name, need.subjects)).collect();
        assert_eq!(shown, [r#"ksqldb[0].topic t ["tidb_a_b-key", "tidb_a_b-value"]"#, r#"ksqldb[1].sql S ["tidb_a_c-value"]"#]);
        assert_eq!(needs[1].partitions.as_deref(), Some("3"));
    }

    #[test]
    fn what_is_not_there_or_differs_stands_in_the_way() {
        let needs = needs_of(STREAM);
        let topic = |partitions| Some(SeenTopic { partitions, replicas: 1 });
        for (need, topic, has_subjects, expect) in [
            (&needs[0], topic(6), true, &[][..]),
            (&needs[0], topic(6), false, &["ksql-subject-missing"]),
            (&needs[0], None, false, &["ksql-topic-absent", "ksql-subject-missing"]),
            (&needs[1], topic(3), true, &[]),
            (&needs[1], topic(6), true, &["ksql-partitions-differ"]),
        ] {
            let codes: Vec<String> = need.check(topic, |_| has_subjects).into_iter().map(|finding| finding.code).collect();
            assert_eq!(codes, expect, "{}", need.name);
        }
        let findings = needs[0].check(topic(6), |subject| subject.ends_with("-key"));
        assert!(findings[0].message.contains("`tidb_a_b-value`"), "{}", findings[0].message);
    }
}
