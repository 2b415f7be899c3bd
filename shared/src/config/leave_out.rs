//! Leaving a table out on one click.

use super::Pipeline;
use crate::dispatch::{TableFilter, exclusion};

/// Appends the rule that excludes exactly this table; nothing when the filter leaves it out already.
pub fn leave_out(pipeline: &mut Pipeline, schema: &str, table: &str) {
    let config = &mut pipeline.changefeed.config;
    let rules = &mut config.filter.rules;
    // no rules mean `*.*`, which an exclusion alone would not
    if rules.is_empty() {
        rules.push("*.*".to_owned());
    }
    let case_sensitive = config.case_sensitive.unwrap_or(false);
    let is_in = TableFilter::parse(rules, case_sensitive).map_or(true, |filter| filter.matches(schema, table));
    if is_in {
        rules.push(exclusion(schema, table));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_left_out_once() {
        let mut pipeline = Pipeline::named("p");
        for _ in 0..2 {
            leave_out(&mut pipeline, "tpcc", "history");
        }
        leave_out(&mut pipeline, "a-b", "c");
        assert_eq!(pipeline.changefeed.config.filter.rules, ["*.*", "!tpcc.history", "!`a-b`.c"]);
    }
}
