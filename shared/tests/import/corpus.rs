//! One sample of everything that is recognised.

use super::{corpus_file, pasted_into};
use shared::config::Pipeline;
use shared::import::{Kind, recognise};

/// File, what it is, and the codes of all findings, those of applying it to an empty document included.
pub(crate) const SAMPLES: [(&str, Kind, &[&str]); 27] = [
    ("key-cluster.txt", Kind::ConfluentKeyFile, &["import-implied", "import-implied", "import-implied"]),
    ("key-registry.txt", Kind::ConfluentKeyFile, &["import-registry-endpoint-missing"]),
    ("key-ksqldb.txt", Kind::ConfluentKeyFile, &[]),
    ("key-cli-table.txt", Kind::ConfluentKeyFile, &["import-lines-passed-over", "import-key-unclassified"]),
    ("key-cli.json", Kind::ConfluentKeyFile, &["import-key-unclassified"]),
    ("client-java.properties", Kind::ClientProperties, &[]),
    (
        "console-template.properties",
        Kind::LibrdkafkaConfig,
        &["import-placeholder", "import-secret-masked", "import-placeholder", "import-placeholder", "import-secret-masked"],
    ),
    ("librdkafka.properties", Kind::LibrdkafkaConfig, &[]),
    ("librdkafka.json", Kind::LibrdkafkaConfig, &[]),
    ("sink-uri.txt", Kind::SinkUri, &[]),
    ("sink-uri-encoded-twice.txt", Kind::SinkUri, &["unknown-param", "import-double-encoded"]),
    ("registry-url.txt", Kind::RegistryUrl, &[]),
    ("cdc-cli.sh", Kind::CdcCli, &["import-config-file", "import-not-taken", "import-source-tidb"]),
    ("tiup-ctl.sh", Kind::TiupCtl, &["import-source-tidb"]),
    ("cdc-cli-answer.txt", Kind::OpenApiJson, &["import-secret-masked", "import-checkpoint", "import-not-taken", "import-source-tidb"]),
    ("page.md", Kind::TiupCtl, &["import-placeholder", "import-secret-masked", "import-source-tidb"]),
    ("curl.sh", Kind::OpenApiJson, &["import-source-tidb"]),
    ("changefeed.toml", Kind::ChangefeedToml, &[]),
    ("changefeed-broken.toml", Kind::ChangefeedToml, &["document-unreadable"]),
    ("open-api-info.json", Kind::OpenApiJson, &["import-secret-masked", "import-checkpoint", "import-not-taken", "import-source-tidb"]),
    ("connector-cloud.json", Kind::ConnectorJson, &[]),
    ("connectors-expanded.json", Kind::ConnectorJson, &["import-not-taken", "import-secret-masked"]),
    ("connector.tf", Kind::Terraform, &[]),
    ("statements.ksql", Kind::KsqlStatements, &[]),
    ("tables.sql", Kind::CreateTable, &[]),
    ("pipeline.toml", Kind::PipelineDocument, &[]),
    ("pipeline.json", Kind::PipelineDocument, &[]),
];

#[test]
fn every_sample_is_recognised_with_its_findings() {
    for (file, kind, expected) in SAMPLES {
        let text = corpus_file(&format!("import/{file}"));
        let understood = recognise(&text);
        assert_eq!(understood.kind, kind, "{file}");
        let (_, findings) = pasted_into(Pipeline::named("p"), &text);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{file}: {findings:?}");
        assert!(!understood.facts.is_empty() || file.contains("broken"), "{file} shows nothing");
    }
    assert_eq!(recognise(&corpus_file("import/prose.txt")).kind, Kind::Unknown);
}

#[test]
fn no_secret_of_a_sample_is_shown() {
    for (file, ..) in SAMPLES {
        let text = corpus_file(&format!("import/{file}"));
        let understood = recognise(&text);
        let (_, findings) = pasted_into(Pipeline::named("p"), &text);
        let shown = format!("{understood:?} {findings:?}");
        assert!(!shown.contains("hunter2"), "{file}: {shown}");
    }
}

#[test]
fn the_list_of_samples_is_complete() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/import");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, SAMPLES.len() + 1, "a file is not in the list (the prose is apart)");
}
