//! Which topics the changefeed's rows can go to, as far as the document alone tells.

use crate::config::Pipeline;
use crate::dispatch::{MAX_TOPIC_BYTES, TableFilter, TopicExpression};

/// What a topic's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Rows may go there.
    Changefeed,
    /// The sink URI's topic, to which the dispatchers send no table.
    Fallback,
    /// The changefeed has nothing to do with it.
    Foreign,
}

pub(super) struct Topics<'a> {
    /// `None` when a dispatcher does not compile: then nothing is certain.
    expressions: Option<Vec<TopicExpression>>,
    fallback: &'a str,
}

impl<'a> Topics<'a> {
    pub fn of(pipeline: &'a Pipeline) -> Self {
        Self { expressions: expressions(pipeline), fallback: &pipeline.kafka.topic }
    }

    pub fn origin(&self, topic: &str) -> Origin {
        match &self.expressions {
            None => Origin::Changefeed,
            Some(expressions) if expressions.iter().any(|expression| can_be(expression, topic, self.fallback)) => Origin::Changefeed,
            Some(_) if topic == self.fallback => Origin::Fallback,
            Some(_) => Origin::Foreign,
        }
    }
}

/// Whether the changefeed's rows may go to that topic, as far as the document alone tells.
pub(crate) fn is_changefeed_topic(pipeline: &Pipeline, topic: &str) -> bool {
    Topics::of(pipeline).origin(topic) == Origin::Changefeed
}

/// Those of the dispatchers, up to the first that takes all tables; without one the default topic takes the rest.
fn expressions(pipeline: &Pipeline) -> Option<Vec<TopicExpression>> {
    let config = &pipeline.changefeed.config;
    let mut found = Vec::new();
    for dispatcher in &config.sink.dispatchers {
        found.push(TopicExpression::parse(&dispatcher.topic).ok()?);
        let matcher = TableFilter::parse(&dispatcher.matcher, config.case_sensitive.unwrap_or(false)).ok()?;
        if matcher.is_everything() {
            return Some(found);
        }
    }
    found.push(TopicExpression::Default);
    Some(found)
}

/// Whether some table's topic has this name.
fn can_be(expression: &TopicExpression, topic: &str, default: &str) -> bool {
    match expression {
        TopicExpression::Default => topic == default,
        TopicExpression::Fixed(fixed) => topic == fixed,
        // It may be the beginning of a longer name.
        TopicExpression::Template { prefix, .. } if topic.len() >= MAX_TOPIC_BYTES => topic.starts_with(prefix.as_str()),
        TopicExpression::Template { prefix, schema, middle, table, suffix } => {
            let Some(inner) = topic.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix(suffix.as_str())) else { return false };
            // A schema's and a table's name have at least one character each.
            let (least_before, least_after) = (usize::from(*schema), usize::from(*table));
            inner.match_indices(middle.as_str()).any(|(at, _)| at >= least_before && inner.len() - at - middle.len() >= least_after)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::Dispatcher;

    fn origin(dispatchers: &[(&str, &str)], topic: &str) -> Origin {
        let mut pipeline = Pipeline::named("p");
        pipeline.kafka.topic = "meta".to_owned();
        pipeline.changefeed.config.sink.dispatchers = dispatchers
            .iter()
            .map(|(matcher, topic)| Dispatcher {
                matcher: vec![(*matcher).to_owned()],
                topic: (*topic).to_owned(),
                ..Dispatcher::default()
            })
            .collect();
        Topics::of(&pipeline).origin(topic)
    }

    #[test]
    fn a_topic_is_one_that_a_dispatcher_can_name() {
        use Origin::{Changefeed, Fallback, Foreign};
        let template = [("*.*", "tidb_{schema}_{table}")];
        for (dispatchers, topic, expect) in [
            (&template[..], "tidb_tpcc_orders", Changefeed),
            (&template, "tidb_tpcc", Foreign),
            (&template, "tidb__orders", Foreign),
            (&template, "tidb_a_", Foreign),
            (&template, "orders", Foreign),
            (&template, "meta", Fallback),
            (&[("a.b", "tidb_{schema}_{table}")], "meta", Changefeed),
            (&[("*.*", "")], "meta", Changefeed),
            (&[("a.b", "fixed"), ("*.*", "x-{schema}{table}-y")], "fixed", Changefeed),
            (&[("a.b", "fixed"), ("*.*", "x-{schema}{table}-y")], "x-ab-y", Changefeed),
            (&[("a.b", "fixed"), ("*.*", "x-{schema}{table}-y")], "x-a-y", Foreign),
            (&[("*.*", "fixed"), ("a.b", "never")], "never", Foreign),
            (&[("*.*", "{broken}")], "anything", Changefeed),
            (&[], "meta", Changefeed),
        ] {
            assert_eq!(origin(dispatchers, topic), expect, "{dispatchers:?} {topic}");
        }
        assert_eq!(origin(&template, &format!("tidb_{}", "a".repeat(244))), Changefeed);
    }
}
