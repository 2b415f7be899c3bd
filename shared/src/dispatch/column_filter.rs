//! Column patterns of a column selector: which columns of a table are sent.

use super::filter::{Problem, lower};
use super::pattern::Pattern;
use crate::Finding;

/// A list of column patterns, compiled. The last one that matches decides, `!` leaves out, no match is out. Case never
/// counts. Source: `pingcap/tidb` pkg/util/table-filter column filter.
#[derive(Clone, Debug)]
pub struct ColumnFilter(Vec<(bool, Pattern)>);

impl ColumnFilter {
    /// # Errors
    /// One finding per bad pattern, its path `[index]`, code `column-pattern-invalid`.
    pub fn parse(patterns: &[String]) -> Result<Self, Vec<Finding>> {
        let mut compiled = Vec::with_capacity(patterns.len());
        let mut findings = Vec::new();
        for (index, text) in patterns.iter().enumerate() {
            match parse_one(text) {
                Ok(pattern) => compiled.extend(pattern),
                Err(problem) => {
                    let message = format!("The column pattern `{text}` is not valid: {}.", problem.cause);
                    findings.push(Finding::error(format!("[{index}]"), "column-pattern-invalid", message).hint(problem.hint));
                }
            }
        }
        if findings.is_empty() { Ok(Self(compiled)) } else { Err(findings) }
    }

    /// Whether a column of that name is sent.
    #[must_use]
    pub fn keeps(&self, column: &str) -> bool {
        let name = lower(column);
        self.0.iter().rev().find(|(_, pattern)| pattern.matches(&name)).is_some_and(|(positive, _)| *positive)
    }
}

/// `None` for an empty pattern or a comment.
fn parse_one(text: &str) -> Result<Option<(bool, Pattern)>, Problem> {
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (positive, body) = text.strip_prefix('!').map_or((true, text), |body| (false, body));
    match Pattern::parse(body, false)? {
        (pattern, "") => Ok(Some((positive, pattern))),
        _ => Err(Problem::new("something follows the column's name", "A pattern names a column alone, without table: `co*`, `!ssn`.")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kept<'c>(patterns: &[&str], columns: &[&'c str]) -> Vec<&'c str> {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let filter = ColumnFilter::parse(&patterns).unwrap();
        columns.iter().copied().filter(|column| filter.keeps(column)).collect()
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let columns = ["a", "b", "Col1", "col2", "ssn"];
        assert_eq!(kept(&["*", "!a"], &columns), ["b", "Col1", "col2", "ssn"]);
        assert_eq!(kept(&["co*", "!col2"], &columns), ["Col1"]);
        assert_eq!(kept(&["co?1", "SSN"], &columns), ["Col1", "ssn"]);
        assert_eq!(kept(&["!a", "*"], &columns), columns);
        assert!(kept(&["!a"], &columns).is_empty() && kept(&[], &columns).is_empty());
    }

    #[test]
    fn what_is_no_column_is_refused() {
        for pattern in ["app.t", "a b", "`a", "[", "/(?=x)/"] {
            let findings = ColumnFilter::parse(&["*".to_owned(), pattern.to_owned()]).unwrap_err();
            assert_eq!((findings[0].path.as_str(), findings[0].code.as_str()), ("[1]", "column-pattern-invalid"), "{pattern}");
        }
    }
}
