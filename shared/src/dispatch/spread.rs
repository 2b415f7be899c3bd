//! How a partition rule spreads a table's rows, tried on made-up ones.

use super::PartitionPlan;
use crate::sample;
use crate::schema::TableModel;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Made-up rows, counted by partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    pub rows: u32,
    /// Of the topic; at least 1.
    pub partitions: u32,
    /// Partitions that got rows, and how many.
    pub counts: BTreeMap<u32, u32>,
}

impl Spread {
    /// Sends `rows` inserts that differ in the deciding columns ([`sample::inserts`]) to `partitions` partitions (0 counts
    /// as 1).
    #[must_use]
    pub fn of(table: &Arc<TableModel>, plan: &PartitionPlan, partitions: u32, rows: u32) -> Self {
        let varied: Vec<usize> = plan.columns().collect();
        let (mut counts, mut scratch) = (BTreeMap::new(), Vec::new());
        for change in sample::inserts(table, &varied, rows) {
            *counts.entry(plan.partition(&change, partitions, &mut scratch)).or_default() += 1;
        }
        Self { rows, partitions: partitions.max(1), counts }
    }

    #[must_use]
    pub fn count(&self, partition: u32) -> u32 {
        self.counts.get(&partition).copied().unwrap_or_default()
    }

    /// Rows of the fullest partition.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.counts.values().copied().max().unwrap_or_default()
    }

    /// Rows of the emptiest partition.
    #[must_use]
    pub fn least(&self) -> u32 {
        let all_used = u32::try_from(self.counts.len()).is_ok_and(|used| used == self.partitions);
        if all_used { self.counts.values().copied().min().unwrap_or_default() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::Dispatcher;
    use crate::dispatch::PartitionRule;
    use crate::schema::ddl::parse_create_table;

    fn spread(rule: &str, columns: &[&str], partitions: u32) -> Spread {
        let table = parse_create_table("CREATE TABLE o (w INT, d INT, s ENUM('new','done'), PRIMARY KEY (w, d))", "s").unwrap();
        let dispatcher = Dispatcher {
            partition: rule.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            ..Dispatcher::default()
        };
        let plan = PartitionRule::of(&dispatcher).plan(&table).unwrap();
        Spread::of(&Arc::new(table), &plan, partitions, 200)
    }

    #[test]
    fn rules_spread_by_what_they_look_at() {
        for (rule, columns, partitions, used) in [
            ("index-value", &[][..], 3, 3),
            ("table", &[], 3, 1),
            ("ts", &[], 3, 3),
            // Two values cannot fill more than two partitions.
            ("columns", &["s"], 12, 2),
            ("index-value", &[], 0, 1),
        ] {
            let found = spread(rule, columns, partitions);
            assert_eq!(found.counts.len(), used, "{rule} {columns:?}: {found:?}");
            assert_eq!(found.counts.values().sum::<u32>(), 200);
        }
    }

    #[test]
    fn the_emptiest_partition_may_have_nothing() {
        let even = spread("index-value", &[], 3);
        assert!(even.least() > 40 && even.most() < 100, "{even:?}");
        let all_in_one = spread("table", &[], 3);
        assert_eq!((all_in_one.least(), all_in_one.most()), (0, 200));
    }
}
