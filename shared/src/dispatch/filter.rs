//! Table filters: `filter.rules` and every `matcher` share one grammar.
//! Source: `pingcap/tidb` pkg/util/table-filter, `pingcap/ticdc` pkg/filter.

use super::pattern::Pattern;
use crate::Finding;
use std::borrow::Cow;

/// Schemas that no changefeed ever replicates, lower case. Source: `pingcap/ticdc` pkg/filter.
const SYSTEM_SCHEMAS: [&str; 10] = [
    "mysql",
    "information_schema",
    "performance_schema",
    "metrics_schema",
    "sys",
    "dm_heartbeat",
    "inspection_schema",
    "tidb_cdc",
    "lightning_task_info",
    "workload_schema",
];

/// Whether TiCDC excludes this schema whatever the rules say.
#[must_use]
pub fn is_system_schema(schema: &str) -> bool {
    SYSTEM_SCHEMAS.iter().any(|name| name.eq_ignore_ascii_case(schema))
}

/// Rules, compiled. They are tried from the last to the first; the first that matches decides, none means "no".
#[derive(Clone, Debug)]
pub struct TableFilter {
    rules: Vec<Rule>,
    case_sensitive: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    positive: bool,
    schema: Pattern,
    table: Pattern,
}

/// A table's name in the case that filters compare.
pub(super) struct FoldedName<'a> {
    schema: Cow<'a, str>,
    table: Cow<'a, str>,
}

impl<'a> FoldedName<'a> {
    pub(super) fn new(schema: &'a str, table: &'a str, case_sensitive: bool) -> Self {
        if case_sensitive {
            Self { schema: Cow::Borrowed(schema), table: Cow::Borrowed(table) }
        } else {
            Self { schema: lower(schema), table: lower(table) }
        }
    }
}

impl TableFilter {
    /// Compiles rules; spaces around a rule, empty rules and `#` comments are skipped.
    ///
    /// # Errors
    /// One finding per bad rule, its path `[index]`, code `filter-rule-invalid`.
    pub fn parse(rules: &[String], case_sensitive: bool) -> Result<Self, Vec<Finding>> {
        let mut compiled = Vec::with_capacity(rules.len());
        let mut findings = Vec::new();
        for (index, text) in rules.iter().enumerate() {
            match Rule::parse(text, case_sensitive) {
                Ok(rule) => compiled.extend(rule),
                Err(problem) => findings.push(
                    Finding::error(
                        format!("[{index}]"),
                        "filter-rule-invalid",
                        format!("The rule `{text}` is not valid: {}.", problem.cause),
                    )
                    .hint(problem.hint),
                ),
            }
        }
        if findings.is_empty() { Ok(Self { rules: compiled, case_sensitive }) } else { Err(findings) }
    }

    /// Whether the table is in.
    #[must_use]
    pub fn matches(&self, schema: &str, table: &str) -> bool {
        self.matches_folded(&FoldedName::new(schema, table, self.case_sensitive))
    }

    pub(super) fn matches_folded(&self, name: &FoldedName<'_>) -> bool {
        self.rules
            .iter()
            .rev()
            .find(|rule| rule.schema.matches(&name.schema) && rule.table.matches(&name.table))
            .is_some_and(|r| r.positive)
    }

    /// Whether at most one table can ever match: one positive rule, both parts literal.
    #[must_use]
    pub fn is_single_table(&self) -> bool {
        let mut positive = self.rules.iter().filter(|rule| rule.positive);
        match (positive.next(), positive.next()) {
            (None, _) => true,
            (Some(rule), None) => rule.schema.is_literal() && rule.table.is_literal(),
            _ => false,
        }
    }

    /// Whether every table matches, whatever its name: the last rule is `*.*`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.rules.last().is_some_and(|rule| rule.positive && rule.schema.is_everything() && rule.table.is_everything())
    }
}

/// What is wrong with a rule, and the way out.
pub(super) struct Problem {
    pub cause: String,
    pub hint: &'static str,
}

impl Problem {
    pub(super) fn new(cause: impl Into<String>, hint: &'static str) -> Self {
        Self { cause: cause.into(), hint }
    }
}

impl Rule {
    /// `None` for an empty rule or a comment.
    fn parse(text: &str, case_sensitive: bool) -> Result<Option<Self>, Problem> {
        let text = text.trim_matches([' ', '\t']);
        let (positive, body) = match text.chars().next() {
            None | Some('#') => return Ok(None),
            Some('@') => {
                return Err(Problem::new(
                    "`@` imports rules from a file of the TiCDC server, which is not supported",
                    "Write the rules of that file here.",
                ));
            }
            Some('!') => (false, &text[1..]),
            Some(_) => (true, text),
        };
        let (schema, rest) = Pattern::parse(body, case_sensitive)?;
        let Some(rest) = rest.strip_prefix('.') else {
            return Err(Problem::new(
                if rest.is_empty() { "there is no table pattern" } else { "there is no dot after the schema pattern" },
                "A rule is `schema.table`, for example `app.*`.",
            ));
        };
        let (table, rest) = Pattern::parse(rest, case_sensitive)?;
        if !rest.is_empty() {
            return Err(Problem::new(
                "there are characters after the table pattern",
                "A rule has one dot; put a name with a dot in back-ticks.",
            ));
        }
        Ok(Some(Self { positive, schema, table }))
    }
}

/// The rule that excludes exactly this table.
#[must_use]
pub fn exclusion(schema: &str, table: &str) -> String {
    format!("!{}.{}", literal(schema), literal(table))
}

fn literal(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

/// Lower case a code point at a time, as the filter of TiDB does (no context rules such as the final sigma's).
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
    }
}

#[cfg(test)]
mod tests;
