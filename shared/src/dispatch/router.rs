//! The router: from a table to its topic, subjects and partition rule. Built once per pipeline.

use super::filter::{FoldedName, TableFilter, is_system_schema};
use super::partition::{PartitionPlan, PartitionRule};
use super::topic::{TopicError, TopicExpression};
use crate::Finding;
use crate::avro::{key_subject, value_subject};
use crate::config::{Dispatcher, Pipeline};
use crate::schema::TableModel;
use crate::ticdc::Protocol;

const DISPATCHERS: &str = "changefeed.config.sink.dispatchers";

/// Filter and dispatchers of a pipeline, compiled.
#[derive(Clone, Debug)]
pub struct Router {
    filter: TableFilter,
    dispatchers: Vec<Compiled>,
    default_topic: String,
    case_sensitive: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub matcher: TableFilter,
    pub topic: TopicExpression,
    pub partition: PartitionRule,
}

/// Where the rows of one table go.
#[derive(Clone, Debug)]
pub struct Route {
    pub topic: String,
    pub key_subject: String,
    pub value_subject: String,
    pub partition: PartitionPlan,
    /// `table`, `ts`, `index-value` or `columns`.
    pub partition_rule: String,
    /// Positions of the handle key's columns, in table order; empty for a table without one.
    pub key_columns: Vec<usize>,
}

impl Router {
    /// Compiles the document's `filter.rules` (none is `*.*`) and dispatchers (an implicit `*.*` with the default topic
    /// and partition ends the list). Matchers obey `case-sensitive`, as the filter does.
    ///
    /// # Errors
    /// All findings of rules, matchers, topic expressions and partition settings, with their paths in the document.
    pub fn new(pipeline: &Pipeline) -> Result<Self, Vec<Finding>> {
        let config = &pipeline.changefeed.config;
        let case_sensitive = config.case_sensitive.unwrap_or(false);
        // its topics have one table each; a protocol that is missing or misspelt was meant to be Avro
        let is_avro = Protocol::of(pipeline).is_none_or(Protocol::needs_registry);
        let mut findings = Vec::new();
        let filter = compile_filter(&config.filter.rules, case_sensitive).map_err(|bad| findings.extend(bad)).ok();
        let mut dispatchers = Vec::with_capacity(config.sink.dispatchers.len());
        for (i, dispatcher) in config.sink.dispatchers.iter().enumerate() {
            match compile_dispatcher(dispatcher, case_sensitive, is_avro) {
                Ok(compiled) => dispatchers.push(compiled),
                Err(bad) => findings.extend(bad.into_iter().map(|f| f.below(&format!("{DISPATCHERS}[{i}]")))),
            }
        }
        match filter {
            Some(filter) if findings.is_empty() => {
                Ok(Self { filter, dispatchers, default_topic: pipeline.kafka.topic.clone(), case_sensitive })
            }
            _ => Err(findings),
        }
    }

    /// Whether the filter lets the table in; system schemas never are.
    #[must_use]
    pub fn wants(&self, schema: &str, table: &str) -> bool {
        !is_system_schema(schema) && self.filter.matches(schema, table)
    }

    /// The route of a table, wanted or not: the first dispatcher whose matcher matches decides.
    ///
    /// # Errors
    /// Findings when the dispatcher names an index or column that the table does not have, or there is no default topic.
    pub fn route(&self, table: &TableModel) -> Result<Route, Vec<Finding>> {
        let (_, chosen) = self.place(table);
        let path = chosen.map_or_else(String::new, |i| format!("{DISPATCHERS}[{i}]"));
        let topic = self.topic(chosen, table);
        if topic.is_empty() {
            return Err(vec![
                Finding::error(
                    "kafka.topic",
                    "topic-missing",
                    format!("Table `{}` goes to the default topic, which is not set.", table.qualified()),
                )
                .hint("Set `kafka.topic`."),
            ]);
        }
        let rule = self.rule(chosen);
        let partition = rule.plan(table).map_err(|finding| vec![finding.below(&path)])?;
        Ok(Route {
            key_subject: key_subject(&topic),
            value_subject: value_subject(&topic),
            topic,
            partition,
            partition_rule: rule.name().to_owned(),
            key_columns: table.handle_key().map_or_else(Vec::new, |key| key.columns),
        })
    }

    /// Whether the table is wanted, and the dispatcher that decides for it; `None` is the implicit last one.
    pub(super) fn place(&self, table: &TableModel) -> (bool, Option<usize>) {
        let name = FoldedName::new(&table.schema, &table.name, self.case_sensitive);
        (!is_system_schema(&table.schema) && self.filter.matches_folded(&name), self.choose(&name))
    }

    fn choose(&self, name: &FoldedName<'_>) -> Option<usize> {
        self.dispatchers.iter().position(|dispatcher| dispatcher.matcher.matches_folded(name))
    }

    pub(super) fn topic(&self, chosen: Option<usize>, table: &TableModel) -> String {
        match chosen.and_then(|i| self.dispatchers.get(i)) {
            Some(dispatcher) => dispatcher.topic.topic(&table.schema, &table.name, &self.default_topic),
            None => self.default_topic.clone(),
        }
    }

    pub(super) fn rule(&self, chosen: Option<usize>) -> &PartitionRule {
        chosen.and_then(|i| self.dispatchers.get(i)).map_or(&PartitionRule::Table, |dispatcher| &dispatcher.partition)
    }

    /// Whether the topic is chosen table by table, rather than shared by all tables of the dispatcher.
    pub(super) fn is_per_table(&self, chosen: Option<usize>) -> bool {
        chosen.and_then(|i| self.dispatchers.get(i)).is_some_and(|dispatcher| dispatcher.topic.is_per_table())
    }
}

fn compile_filter(rules: &[String], case_sensitive: bool) -> Result<TableFilter, Vec<Finding>> {
    let everything = ["*.*".to_owned()];
    let rules = if rules.is_empty() { &everything[..] } else { rules };
    TableFilter::parse(rules, case_sensitive)
        .map_err(|findings| findings.into_iter().map(|f| f.below("changefeed.config.filter.rules")).collect())
}

/// Findings are relative to the dispatcher.
fn compile_dispatcher(dispatcher: &Dispatcher, case_sensitive: bool, is_avro: bool) -> Result<Compiled, Vec<Finding>> {
    let mut findings = Vec::new();
    let matcher = TableFilter::parse(&dispatcher.matcher, case_sensitive)
        .map_err(|bad| findings.extend(bad.into_iter().map(|f| f.below("matcher"))))
        .ok();
    let topic = TopicExpression::parse(&dispatcher.topic)
        .and_then(|topic| if is_avro { topic.for_avro() } else { Ok(topic) })
        .map_err(|error| findings.push(topic_finding(&dispatcher.topic, error)))
        .ok();
    if !dispatcher.partition.is_empty() && !dispatcher.dispatcher.is_empty() {
        findings.push(
            Finding::error("dispatcher", "dispatcher-and-partition", "`dispatcher` and `partition` are both set.")
                .hint("`dispatcher` is the old spelling: keep `partition` only."),
        );
    }
    match (matcher, topic) {
        (Some(matcher), Some(topic)) if findings.is_empty() => Ok(Compiled { matcher, topic, partition: PartitionRule::of(dispatcher) }),
        _ => Err(findings),
    }
}

fn topic_finding(expression: &str, error: TopicError) -> Finding {
    let (code, message) = match error {
        TopicError::Invalid => ("topic-expression-invalid", format!("The topic expression `{expression}` is not valid: {error}.")),
        TopicError::AvroNeedsBoth => {
            ("topic-not-per-table", format!("The topic expression `{expression}` would put several tables into one topic."))
        }
    };
    Finding::error("topic", code, message).hint("Avro needs one topic per table: use `tidb_{schema}_{table}`.")
}

#[cfg(test)]
mod tests;
