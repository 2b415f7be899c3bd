//! Losses for people: what several columns lose alike is told once.

use super::Loss;
use serde::Serialize;

/// One loss, and the columns that share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LossGroup {
    /// In the table's order; empty for the whole table.
    pub columns: Vec<String>,
    pub what: String,
    pub remedy: String,
}

/// The whole table's losses first, then those of columns, in the order of their first one.
#[must_use]
pub fn grouped(losses: Vec<Loss>) -> Vec<LossGroup> {
    let mut groups: Vec<LossGroup> = Vec::new();
    for loss in losses {
        match (groups.iter_mut().find(|group| group.what == loss.what && group.remedy == loss.remedy), loss.column) {
            (Some(group), Some(column)) if !group.columns.is_empty() => group.columns.push(column),
            (_, column) => groups.push(LossGroup { columns: column.into_iter().collect(), what: loss.what, remedy: loss.remedy }),
        }
    }
    groups.sort_by_key(|group| !group.columns.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_lose_the_same_are_told_once_after_the_table() {
        let loss = |column: Option<&str>, what: &str| Loss {
            column: column.map(str::to_owned),
            code: "code",
            what: what.to_owned(),
            remedy: "r".to_owned(),
        };
        let losses = vec![loss(Some("a"), "text"), loss(Some("b"), "date"), loss(None, "text"), loss(Some("c"), "text")];
        let found: Vec<(String, String)> = grouped(losses).into_iter().map(|group| (group.columns.join(","), group.what)).collect();
        let expect = [("", "text"), ("a,c", "text"), ("b", "date")].map(|(columns, what)| (columns.to_owned(), what.to_owned()));
        assert_eq!(found, expect);
    }
}
