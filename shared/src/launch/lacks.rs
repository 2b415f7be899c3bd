//! What a document lacks for a launch, although it is right.

use super::topics::is_unknown;
use crate::Finding;
use crate::config::{Pipeline, SourceKind, Target};
use crate::connector::Flavour;
use crate::schema::TableModel;

pub(super) fn findings(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<Finding> {
    let mut findings = Vec::new();
    changefeed(pipeline, &mut findings);
    if !pipeline.ksqldb.is_empty() && pipeline.ksqldb_server.as_ref().is_none_or(|server| server.url.is_empty()) {
        findings.push(
            Finding::error(
                "ksqldb_server.url",
                "launch-ksqldb-server-missing",
                "The document names no ksqlDB server to run its statements.",
            )
            .hint("Add `[ksqldb_server]` with its `url`, such as `http://ksqldb:8088`, or remove the statements."),
        );
    }
    let has = |wanted: bool| {
        pipeline
            .connectors
            .iter()
            .position(|connector| Flavour::parse(&connector.flavour).is_some_and(|flavour| (flavour == Flavour::ConfluentCloud) == wanted))
    };
    if let Some(first) = has(false)
        && pipeline.connect.as_ref().is_none_or(|worker| worker.url.is_empty())
    {
        let message = format!("The document names no Kafka Connect worker to run the connector `{}`.", pipeline.connectors[first].name);
        findings.push(
            Finding::error("connect.url", "launch-connect-missing", message)
                .hint("Add `[connect]` with the worker's `url`, such as `http://connect:8083`."),
        );
    }
    if let Some(first) = has(true) {
        cloud(pipeline, first, &mut findings);
    }
    for (i, connector) in pipeline.connectors.iter().enumerate() {
        if is_unknown(pipeline, connector, tables) {
            let message =
                format!("Which topics `{}` reads is told by a pattern: the launch does not wait for their first records.", connector.name);
            findings.push(
                Finding::info(format!("connectors[{i}].config.\"topics.regex\""), "launch-topics-unknown", message)
                    .hint("List the topics to have it wait, or let the studio reach the source: then it knows what the pattern matches."),
            );
        }
    }
    findings
}

fn changefeed(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    match pipeline.changefeed.target {
        Target::Native if pipeline.source.kind == SourceKind::Tidb => findings.push(
            Finding::error("source.kind", "launch-source-not-native", "This studio's engine does not read TiDB clusters.")
                .hint("Set `changefeed.target` to `ticdc` and name a TiCDC server, or use a MySQL-compatible source."),
        ),
        Target::Native | Target::Ticdc => {}
        Target::Export => findings.push(
            Finding::error("changefeed.target", "launch-target-export", "The target is `export`: nobody runs this changefeed.")
                .hint("Set it to `native` for this studio's engine, or to `ticdc`; or take the files and run the commands by hand."),
        ),
    }
}

fn cloud(pipeline: &Pipeline, first: usize, findings: &mut Vec<Finding>) {
    let Some(cloud) = &pipeline.confluent_cloud else {
        let message =
            format!("The document does not say where on Confluent Cloud the connector `{}` runs.", pipeline.connectors[first].name);
        findings.push(Finding::error("confluent_cloud", "launch-confluent-cloud-missing", message).hint(
            "Add `[confluent_cloud]` with `environment` (`env-…`), `cluster` (`lkc-…`), and a cloud API key as `api_key` and `api_secret`.",
        ));
        return;
    };
    for (key, is_empty, hint) in [
        ("environment", cloud.environment.is_empty(), "`confluent environment list` shows it: `env-…`."),
        ("cluster", cloud.cluster.is_empty(), "`confluent kafka cluster list` shows it: `lkc-…`."),
        ("api_key", cloud.api_key.is_empty(), "`confluent api-key create --resource cloud` makes one; the cluster's key does not do."),
        ("api_secret", cloud.api_secret.is_empty(), "It is shown once, when the key is made."),
    ] {
        if is_empty {
            let message = format!("Connectors on Confluent Cloud need `{key}`.");
            findings.push(Finding::error(format!("confluent_cloud.{key}"), "launch-confluent-cloud-incomplete", message).hint(hint));
        }
    }
    findings.extend(cloud_key_finding(pipeline));
}

/// Of a Cloud API key that is the brokers' too. No more than a warning: what the key is can only be seen from its use.
#[must_use]
pub fn cloud_key_finding(pipeline: &Pipeline) -> Option<Finding> {
    let key = pipeline.confluent_cloud.as_ref()?.api_key.trim();
    let is_same = !key.is_empty() && pipeline.kafka.param("sasl-user").is_some_and(|user| user == key);
    is_same.then(|| {
            Finding::warning(
                "confluent_cloud.api_key",
                "launch-cloud-key-is-cluster-key",
                "This is the key that Kafka is signed in to with. A cluster's key does not open Confluent Cloud's Connect API; only a global one opens both.",
            )
            .hint("Unless it is a global key, make a cloud key with `confluent api-key create --resource cloud`.")
    })
}
