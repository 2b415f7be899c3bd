//! What is wrong with the page's own settings, and said before anything runs.

use super::{golden, the_pages_document};
use shared::Finding;
use shared::config::{validate, validate_tables};
use shared::fixtures::TPCC_DDL;
use shared::schema::ddl::parse_create_tables;

fn lines(title: &str, findings: &[Finding]) -> String {
    let lines: String = findings.iter().map(|f| format!("{:?} {} {}\n", f.severity, f.code, f.path).to_lowercase()).collect();
    format!("# {title}\n{lines}")
}

#[test]
fn the_pages_settings_are_found_fault_with() {
    let pipeline = the_pages_document();
    let tables = parse_create_tables(TPCC_DDL, "tpcc").unwrap();
    let (alone, with_tables) = (validate(&pipeline), validate_tables(&pipeline, &tables));
    golden::check(
        "findings.txt",
        &format!("{}\n{}", lines("Of the document alone", &alone), lines("With the tables of TPC-C", &with_tables)),
    );
    let shown = format!("{alone:?} {with_tables:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("MIIEv"), "a finding shows a secret");
}
