//! Checks: what can be said of a document, and what only a connection can say.

use super::{Studio, StudioError, blocking};
use crate::{
    engine::{connect, error::EngineError, sink::kafka},
    store::Store,
};
use shared::{
    Finding, Severity,
    api::{CheckRequest, TableListing, TablesAnswer},
    config::{self, Pipeline},
    finding::has_errors,
    schema::{TableModel, ddl},
    sink_uri::KafkaOptions,
};
use std::{sync::Arc, time::Duration};

/// Long enough for a TLS handshake across the world, short enough for a person who waits.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

impl Studio {
    /// All findings of a document that need not be saved.
    pub async fn check(&self, request: CheckRequest) -> Result<Vec<Finding>, StudioError> {
        let document = match super::save::document(request.pipeline) {
            Ok(document) => document,
            Err(StudioError::Unreadable(findings)) => return Ok(findings),
            Err(error) => return Err(error),
        };
        Ok(check(&self.store, document, request.connect).await)
    }

    /// The tables of a document's source.
    pub async fn tables(&self, mut document: Pipeline) -> Result<TablesAnswer, StudioError> {
        document.normalise();
        let open = unseal(&self.store, document).await.map_err(|finding| StudioError::Invalid(vec![finding]))?;
        let (server, tables) = within_limit("source.url", connect::inspect(&open)?.tables()).await?;
        Ok(TablesAnswer { tables, server })
    }
}

/// As [`Studio::check`], for the command line too.
pub async fn check(store: &Arc<Store>, mut document: Pipeline, connect: bool) -> Vec<Finding> {
    document.normalise();
    let mut findings = config::validate(&document);
    if !connect {
        return findings;
    }
    let open = match unseal(store, document).await {
        Ok(open) => open,
        Err(finding) => {
            findings.push(finding);
            return findings;
        }
    };
    let (source, kafka, registry) = tokio::join!(source(&open), kafka(&open), registry(&open));
    for live in [source, kafka, registry] {
        findings.extend(live);
    }
    findings
}

pub(super) async fn unseal(store: &Arc<Store>, document: Pipeline) -> Result<Pipeline, Finding> {
    let store = Arc::clone(store);
    blocking(move || store.unseal(&document)).await.map_err(|(path, error)| {
        Finding::error(path, "secret-missing", error.to_string()).hint("Enter the secret again, or set what the reference names.")
    })
}

async fn source(open: &Pipeline) -> Vec<Finding> {
    let inspect = match connect::inspect(open) {
        Ok(inspect) => inspect,
        Err(error) => return vec![*error.finding],
    };
    let (server, tables) = match within_limit("source.url", inspect.tables()).await {
        Ok(answer) => answer,
        Err(error) => return vec![*error.finding],
    };
    let mut findings = inspect.check().await;
    let (models, unreadable) = models(&tables);
    findings.extend(unreadable);
    findings.extend(config::validate_tables(open, &models));
    if !has_errors(&findings) {
        let matched = tables.len();
        findings.push(Finding::info("source", "source-ok", format!("{server} answers; {matched} tables are there")));
    }
    findings
}

/// The tables as models; those whose text is not understood as findings.
pub(super) fn models(tables: &[TableListing]) -> (Vec<TableModel>, Vec<Finding>) {
    let mut models = Vec::new();
    let mut findings = Vec::new();
    for table in tables {
        match ddl::parse_create_table(&table.ddl, &table.schema) {
            Ok(model) => models.push(model),
            Err(error) => findings.push(Finding::new(
                Severity::Warning,
                "source",
                "table-not-understood",
                format!("the definition of `{}.{}` is not understood: {error}", table.schema, table.name),
            )),
        }
    }
    (models, findings)
}

async fn kafka(open: &Pipeline) -> Vec<Finding> {
    let options = match KafkaOptions::from_pipeline(open) {
        Ok(options) => options,
        Err(findings) => return findings,
    };
    let brokers = open.kafka.brokers.clone();
    match blocking(move || kafka::probe(&brokers, &options, CONNECT_LIMIT)).await {
        Ok(1) => vec![Finding::info("kafka", "kafka-ok", "Kafka answers: 1 broker")],
        Ok(n) => vec![Finding::info("kafka", "kafka-ok", format!("Kafka answers: {n} brokers"))],
        Err(error) => vec![*error.finding],
    }
}

async fn registry(open: &Pipeline) -> Vec<Finding> {
    let client = match connect::registry(open) {
        Ok(client) => client,
        Err(error) => return vec![*error.finding],
    };
    let ping = async { client.ping().await.map_err(EngineError::from) };
    match within_limit("schema_registry.url", ping).await {
        Ok(_) => vec![Finding::info("schema_registry", "registry-ok", "the Schema Registry answers")],
        Err(error) => vec![*error.finding],
    }
}

async fn within_limit<T>(path: &str, work: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
    match tokio::time::timeout(CONNECT_LIMIT + Duration::from_secs(5), work).await {
        Ok(result) => result,
        Err(_) => Err(EngineError::new(
            crate::engine::error::ErrorKind::Transient,
            Finding::error(path, "no-answer", "no answer within 15 s").hint("Check the address and that nothing drops the packets."),
        )),
    }
}
