//! What is wrong with the page's own settings, and said before anything runs.

use super::{golden, the_pages_document};
use shared::config::{Pipeline, validate, validate_tables};
use shared::fixtures::TPCC_DDL;
use shared::schema::ddl::parse_create_tables;
use shared::{Finding, Fix, fix};

fn lines(title: &str, findings: &[Finding]) -> String {
    let lines: String = findings.iter().map(|f| format!("{:?} {} {}\n", f.severity, f.code, f.path).to_lowercase()).collect();
    format!("# {title}\n{lines}")
}

/// Of the document alone, then with the tables.
fn found(pipeline: &Pipeline) -> [Vec<Finding>; 2] {
    let tables = parse_create_tables(TPCC_DDL, "tpcc").expect("the fixture is read");
    [validate(pipeline), validate_tables(pipeline, &tables)]
}

fn written([alone, with_tables]: &[Vec<Finding>; 2]) -> String {
    format!("{}\n{}", lines("Of the document alone", alone), lines("With the tables of TPC-C", with_tables))
}

#[test]
fn the_pages_settings_are_found_fault_with() {
    let findings = found(&the_pages_document());
    golden::check("findings.txt", &written(&findings));
    let shown = format!("{findings:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("MIIEv"), "a finding shows a secret");
}

#[test]
fn what_is_offered_repairs_them() {
    let mut pipeline = the_pages_document();
    let offered: Vec<Fix> = found(&pipeline).into_iter().flatten().filter_map(|finding| finding.fix).map(|fix| *fix).collect();
    for fix in &offered {
        fix::apply(&mut pipeline, fix).unwrap();
    }
    let labels: String = offered.iter().map(|fix| format!("{}\n", fix.label)).collect();
    golden::check("findings-after-fixes.txt", &format!("# Done\n{labels}\n{}", written(&found(&pipeline))));
}
