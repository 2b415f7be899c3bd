#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn filter(rules: &[&str], case_sensitive: bool) -> TableFilter {
    let rules: Vec<String> = rules.iter().map(|&r| r.to_owned()).collect();
    TableFilter::parse(&rules, case_sensitive).unwrap_or_else(|f| panic!("{rules:?}: {f:?}"))
}

#[test]
fn the_examples_of_the_reference_match_as_written() {
    // rules, case sensitive, tables that match, tables that do not
    type Case = (&'static [&'static str], bool, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);
    let cases: &[Case] = &[
        (&["*.*", "!foo1.*"], false, &[("foo", "t")], &[("foo1", "t")]),
        (&["/^foo/.*", r"!/^foo/./^sbtest-\d/"], false, &[("foo", "sbtest"), ("foo1", "abc")], &[("foo1", "sbtest-1")]),
        (
            &["db*.*", "!*.cfg*", "*.cfgsample"],
            false,
            &[("db1", "a"), ("db1", "cfgsample"), ("else", "cfgsample")],
            &[("db1", "cfg1"), ("else", "a")],
        ),
        (&["[!a-z].[^a-z]"], false, &[("!", "z"), ("!", "^")], &[("!", "9")]),
        (&["BAR.*"], false, &[("bar", "t"), ("BAR", "t")], &[]),
        (&["BAR.*"], true, &[("BAR", "t")], &[("bar", "t")]),
        (&["p_123$.45"], false, &[("p_123$", "45")], &[]),
        (&["中文.表名"], false, &[("中文", "表名")], &[]),
        (&["/a/./b/"], false, &[("xax", "ybz")], &[("x", "b")]),
        (&["!a.b"], false, &[], &[("a", "b"), ("c", "d")]),
        (&["  a.b\t", "", "# a comment"], false, &[("a", "b")], &[("a", "c")]),
        (&["`a.b`.\"c\"\"d\""], false, &[("a.b", "c\"d")], &[("a.b", "cd")]),
        (&[r"a\-b.c\.d"], false, &[("a-b", "c.d")], &[("ab", "c.d")]),
        (&["a?.t*t"], false, &[("ab", "tt"), ("a中", "txyt")], &[("a", "tt"), ("ab", "t")]),
        (&["/[A-C]/./x/"], false, &[("b", "X")], &[("d", "x")]),
        (&["[A-C].*"], true, &[("B", "t")], &[("b", "t")]),
    ];
    for (rules, case_sensitive, yes, no) in cases {
        let filter = filter(rules, *case_sensitive);
        for (schema, table) in *yes {
            assert!(filter.matches(schema, table), "{rules:?} should match {schema}.{table}");
        }
        for (schema, table) in *no {
            assert!(!filter.matches(schema, table), "{rules:?} should not match {schema}.{table}");
        }
    }
}

#[test]
fn invalid_rules_are_findings_at_their_index() {
    let bad = [
        "a.b.c",
        "a%b.c",
        r"a\tb.c",
        "[].*",
        "[.*",
        "db",
        "db.",
        ".t",
        "`db`*.*",
        "/db.*",
        "`db.*",
        r"db\",
        "/(?=x)/.*",
        r"/(a)\1/.*",
        "@rules.txt",
        "!",
        "[z-a].*",
        "a b.c",
    ];
    for rule in bad {
        let findings = TableFilter::parse(&["*.*".to_owned(), rule.to_owned()], false).expect_err(rule);
        assert_eq!(findings.len(), 1, "{rule}");
        assert_eq!((findings[0].path.as_str(), findings[0].code.as_str()), ("[1]", "filter-rule-invalid"), "{rule}");
    }
}

#[test]
fn an_exclusion_names_exactly_its_table() {
    for (schema, table) in [("tpcc", "history"), ("a-b", "c.d"), ("x`y", "*"), ("中文", "表名")] {
        let filter = filter(&["*.*", &exclusion(schema, table)], true);
        assert!(!filter.matches(schema, table));
        assert!(filter.matches(schema, "another"));
    }
    assert_eq!(exclusion("tpcc", "history"), "!tpcc.history");
}

#[test]
fn one_literal_rule_is_a_single_table() {
    assert!(filter(&["a.b", "!a.c"], false).is_single_table());
    assert!(!filter(&["a.*"], false).is_single_table());
    assert!(!filter(&["a.b", "a.c"], false).is_single_table());
    assert!(filter(&["*.*"], false).is_everything());
    assert!(!filter(&["*.*", "!a.b"], false).is_everything());
}

proptest! {
    #[test]
    fn any_text_is_a_rule_or_a_finding(rule in ".{0,24}", schema in ".{0,8}", table in ".{0,8}") {
        if let Ok(filter) = TableFilter::parse(&[rule], false) {
            let _ = filter.matches(&schema, &table);
        }
    }

    #[test]
    fn rule_like_text_never_panics(rule in r#"[!/\\\[\]a-c.*?^`"(){}|+:,\-&~0-9dwsbQE]{0,24}"#) {
        if let Ok(filter) = TableFilter::parse(&[rule], true) {
            let _ = filter.matches("abc", "b-1");
        }
    }

    #[test]
    fn a_quoted_name_matches_itself(schema in "[^\n]{1,12}", table in "[^\n]{1,12}") {
        let rule = exclusion(&schema, &table).replacen('!', "", 1);
        prop_assume!(!rule.starts_with(['#', '@', '!', ' ', '\t']));
        let filter = TableFilter::parse(&[rule], true).unwrap();
        prop_assert!(filter.matches(&schema, &table));
    }
}
