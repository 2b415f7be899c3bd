//! Words that SQL keeps for itself.

/// Whether a name cannot stand in a statement without quotes: a reserved word of SQL Server, MySQL or Postgres that
/// people use as a name, or a character that no bare name has.
pub(super) fn needs_quotes(name: &str) -> bool {
    let is_bare = name.chars().enumerate().all(|(i, c)| c == '_' || c.is_ascii_alphabetic() || (i > 0 && c.is_ascii_digit()));
    !is_bare || WORDS.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

/// Sorted.
const WORDS: [&str; 104] = [
    "add",
    "all",
    "alter",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "authorization",
    "backup",
    "begin",
    "between",
    "both",
    "break",
    "by",
    "cascade",
    "case",
    "check",
    "close",
    "collate",
    "column",
    "commit",
    "condition",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "cursor",
    "database",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exec",
    "exists",
    "external",
    "fetch",
    "file",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "grant",
    "group",
    "having",
    "identity",
    "in",
    "index",
    "inner",
    "insert",
    "interval",
    "into",
    "is",
    "join",
    "key",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "of",
    "off",
    "offset",
    "on",
    "open",
    "option",
    "or",
    "order",
    "outer",
    "percent",
    "plan",
    "primary",
    "procedure",
    "public",
    "rank",
    "read",
    "references",
    "right",
    "rule",
    "schema",
    "select",
    "set",
    "table",
    "to",
    "trigger",
    "union",
    "unique",
    "update",
    "user",
    "values",
    "when",
    "where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_and_odd_names_need_quotes() {
        assert!(WORDS.is_sorted());
        for name in ["order", "User", "a-b", "1st", "größe", ""] {
            assert!(needs_quotes(name) || name.is_empty(), "{name}");
        }
        for name in ["o_id", "orders", "_x1"] {
            assert!(!needs_quotes(name), "{name}");
        }
    }
}
