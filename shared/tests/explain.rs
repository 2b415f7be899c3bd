//! Every known error has a sample that is recognised as that, and `docs/TROUBLESHOOTING.md` is the tables' print.
//!
//! `UPDATE_DOCS=1 cargo test -p shared --test explain` writes the file anew. Samples: `@` and an entry's title, then the text.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use shared::connector::classes;
use shared::explain::{Entry, MAX_EXPLANATIONS, System, entries, explain};
use shared::path::{Step, parse};
use shared::ticdc;
use std::{collections::BTreeSet, env, fs, path::Path};

const HEAD: &str = "# Troubleshooting

What TiCDC, Kafka, the Schema Registry, Connect, the databases and ksqlDB say when something is wrong, what it means and which
field of the document mends it. Generated from `shared/src/explain`; a test keeps it so.

\"You see\" has the code, or parts of the message; `…` stands for anything between them. Paste the message itself into the studio to
find its row. `connectors[0]` and `ksqldb[0]` stand for the connector or statement in question.
";

fn samples() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("explain/samples.txt");
    text.split("\n@ ").map(|block| block.trim_start_matches("@ ").split_once('\n').unwrap()).collect()
}

fn first(text: &str) -> Option<&'static str> {
    explain(text).first().map(|explanation| explanation.title)
}

#[test]
fn every_sample_is_recognised_as_its_entry() {
    let wrong: Vec<_> =
        samples().into_iter().filter(|(title, text)| first(text) != Some(title)).map(|(title, text)| (title, first(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_entry_has_a_sample_and_a_title_of_its_own() {
    let titles: BTreeSet<&str> = entries().map(|(_, entry)| entry.title).collect();
    assert_eq!(titles.len(), entries().count(), "a title is there twice");
    let samples: BTreeSet<&str> = samples().into_iter().map(|(title, _)| title).collect();
    assert!(titles == samples, "without sample: {:?}; unknown: {:?}", &titles - &samples, &samples - &titles);
}

#[test]
fn entries_are_well_formed() {
    for (_, entry) in entries() {
        let title = entry.title;
        assert!(!entry.code.text().is_empty() || !entry.seen.is_empty(), "{title}: nothing to recognise it by");
        assert!(!title.ends_with('.') && entry.cause.ends_with('.') && entry.fix.ends_with('.'), "{title}");
        for fragments in entry.seen {
            assert!(fragments.iter().map(|fragment| fragment.len()).sum::<usize>() >= 5, "{title}: {fragments:?} is in too many texts");
            assert!(
                fragments.iter().all(|fragment| *fragment == fragment.to_ascii_lowercase() && !fragment.contains('\n')),
                "{title}: {fragments:?}"
            );
        }
    }
}

/// The field exists: as a parameter of TiCDC, as a property of a connector, or in the document's own shape.
#[test]
fn every_path_leads_somewhere() {
    let parts = ["source", "changefeed", "kafka", "schema_registry", "connect", "confluent_cloud", "connectors", "ksqldb"];
    for (_, Entry { title, path, .. }) in entries().filter(|(_, entry)| !entry.path.is_empty()) {
        let steps = parse(path).unwrap();
        assert!(matches!(&steps[0], Step::Key(key) if parts.contains(&key.as_str())), "{title}: {path}");
        if let Some(name) = path.strip_prefix("kafka.params.") {
            assert!(ticdc::by_param(name).is_some(), "{title}: {path}");
        }
        if let Some(name) = path.strip_prefix("changefeed.config.") {
            let name = name.replace("dispatchers", "dispatchers[].topic").replace("event-filters", "event-filters[].matcher");
            let name = name.replace("column-selectors", "column-selectors[].matcher");
            assert!(name == "sink" || ticdc::by_path(&name).is_some(), "{title}: {path}");
        }
        if let (Some(Step::Key(property)), true) = (steps.get(3), path.starts_with("connectors[0].config.")) {
            assert!(classes().iter().any(|class| class.knows(property)), "{title}: {path}");
        }
    }
}

#[test]
fn texts_without_a_known_error_give_nothing() {
    for text in [
        "",
        "Über allen Gipfeln ist Ruh,\nin allen Wipfeln spürest du\nkaum einen Hauch;",
        "[2026/01/02 03:04:05.678 +00:00] [INFO] [server.go:120] [\"TiCDC is running\"] [version=v8.5.4]",
        "INFO Kafka version: 3.7.0 (org.apache.kafka.common.utils.AppInfoParser)",
        "40401 orders were shipped, 1062 came back, and 0018 was lost",
        "{\"name\":\"orders\",\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"}]}",
        "config.providers = []\n\tconnector.client.config.override.policy = All",
        "topic tidb_tpcc_orders of connector orders already exists",
        "SELECT o_id FROM orders WHERE o_state = 'new'",
    ] {
        assert_eq!(explain(text), vec![], "{text}");
    }
}

#[test]
fn what_is_more_exact_comes_first() {
    let text =
        "[CDC:ErrSinkURIInvalid]sink uri invalid 'x': [CDC:ErrKafkaInvalidConfig]kafka config invalid: unknown SASL mechanism: plane";
    let titles: Vec<_> = explain(text).into_iter().map(|explanation| explanation.title).collect();
    assert_eq!(titles, ["The SASL mechanism is unknown to TiCDC", "A Kafka option is refused", "The sink URI is refused"]);
    let everything: String = samples().into_iter().map(|(_, text)| format!("{text}\n")).collect();
    assert_eq!(explain(&everything).len(), MAX_EXPLANATIONS);
}

#[test]
fn the_cause_in_a_trace_comes_before_what_it_stopped() {
    let trace = "ERROR WorkerSinkTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed
org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler
\tat org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator.execAndHandleError(RetryWithToleranceOperator.java:230)
Caused by: org.apache.kafka.connect.errors.DataException: Failed to deserialize data for topic a.b.c to Avro:
Caused by: io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Subject 'a.b.c-value' not found.; error code: 40401";
    let titles: Vec<_> = explain(trace).into_iter().map(|explanation| explanation.title).collect();
    let expected = [
        "The subject is not there",
        "A record cannot be read as Avro",
        "The tolerance for errors is exceeded",
        "A task died of an exception",
    ];
    assert_eq!(titles, expected);
    assert_eq!(explain(trace)[0].code, "40401");
}

#[test]
fn a_number_is_a_code_only_where_codes_stand() {
    for (text, expected) in [
        ("ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction", None),
        ("Msg 1205, Level 13, State 51", Some("The statement was a deadlock's victim")),
        ("SR code 40401)", Some("The subject is not there")),
        ("390144 rows were read", None),
        ("390144 (08004): no reason given", Some("Snowflake refuses the key's token")),
        ("ErrDispatcherFailed", Some("A dispatcher cannot work")),
        ("MyErrDispatcherFailedAgain", None),
    ] {
        assert_eq!(first(text), expected, "{text}");
    }
}

#[test]
fn long_texts_take_no_long_time() {
    for piece in ["http://a@b ", "password=\"a\",", "40401 ", "x509: ", "\\u00", "\n", "%3a%2f%2f", "password'"] {
        let _ = explain(&piece.repeat((256 << 10) / piece.len()));
    }
}

#[test]
fn colours_escapes_and_lines_around_do_not_matter() {
    let trace = r#"{"tasks":[{"id":0,"trace":"org.apache.kafka.connect.errors.ConnectException: x\n\tat a.B.c(B.java:1)\nCaused by: \u0027Need exactly one PK column defined since the key schema for records is a primitive type\u0027"}]}"#;
    let found = explain(trace);
    assert_eq!(found[0].title, "A primitive key needs one column");
    assert_eq!(found[0].path, "connectors[0].config.\"pk.fields\"");
    assert!(found[0].quote.starts_with("Caused by: 'Need exactly one"), "{}", found[0].quote);
    let red = "\u{1b}[31m[ERROR]\u{1b}[0m kafka: client has \u{1b}[1mrun\u{1b}[0m out of available brokers to talk to";
    assert_eq!(first(red), Some("No broker can be used"));
}

#[test]
fn one_line_must_hold_all_fragments() {
    assert_eq!(explain("dial tcp: lookup h\nhas no such hostess: no such host\n"), vec![]);
}

/// As people print it.
fn manual() -> String {
    let mut text = HEAD.to_owned();
    for system in System::ALL {
        text.push_str(&format!("\n## {}\n\n| What it is | You see | Cause | What to do | Field |\n|---|---|---|---|---|\n", system.name()));
        text.extend(entries().filter(|(of, _)| *of == system).map(|(_, entry)| row(entry)));
    }
    text
}

fn row(entry: &Entry) -> String {
    let code = Some(entry.code.text()).filter(|code| !code.is_empty()).map(|code| format!("`{code}`"));
    let seen = entry.seen.iter().map(|fragments| fragments.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" … "));
    let seen: Vec<String> = code.into_iter().chain(seen).collect();
    let path = if entry.path.is_empty() { String::new() } else { format!("`{}`", entry.path) };
    format!("| {} | {} | {} | {} | {path} |\n", entry.title, seen.join("<br>"), entry.cause, entry.fix)
}

#[test]
fn the_manual_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TROUBLESHOOTING.md");
    let wanted = manual();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let first = found.lines().zip(wanted.lines()).find(|(found, wanted)| found != wanted);
    assert!(found == wanted, "docs/TROUBLESHOOTING.md differs: run this test with UPDATE_DOCS=1; first difference: {first:?}");
}

proptest! {
    #[test]
    fn any_text_is_taken(text in any::<String>(), noise in "[ -~\\u{1b}\\n\\\\\"u0]{0,80}", at in any::<prop::sample::Index>()) {
        prop_assert!(explain(&text).iter().all(|explanation| !explanation.quote.is_empty()));
        let samples = samples();
        let (_, sample) = at.get(&samples);
        let text = format!("{noise}\n{sample}");
        prop_assert!(explain(&text).len() <= MAX_EXPLANATIONS);
    }

    #[test]
    fn no_secret_of_a_sample_comes_out(secret in "[A-Za-z0-9+/=&;,.%-]{8,40}Z9q", at in any::<prop::sample::Index>()) {
        let samples = samples();
        let (title, sample) = at.get(&samples);
        let line = sample.lines().next_back().unwrap();
        for around in [
            format!("{line} sink-uri=kafka://h:9092/t?sasl-user=K&sasl-password={secret} end"),
            format!("connection https://user:{secret}@host/ {line}"),
            format!("password={secret} {line}"),
            format!("{{\"connection.password\":\"{secret}\"}} {line}"),
        ] {
            let found = explain(&around);
            prop_assert!(!format!("{found:?}").contains("Z9q"), "{title}: {around}");
        }
    }
}
