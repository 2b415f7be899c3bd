//! Anything that runs on a cluster, as a pipeline document.

use super::clusters::Reached;
use super::{changefeed, statement};
use crate::studio::{Studio, StudioError};
use serde_json::json;
use shared::{
    Finding,
    api::{ClusterKind, OpenedItem},
    config::{KsqlStatement, Pipeline, without_typed_secrets},
    drift,
};

impl Studio {
    /// An item of a cluster as a document that would make the same one, reached as the cluster is. No secret is in it.
    ///
    /// # Errors
    /// There is no such cluster or item, or its system refuses.
    pub async fn open_item(&self, cluster: &str, item: &str) -> Result<OpenedItem, StudioError> {
        let reached = self.reached(cluster).await?;
        let opened = match reached.cluster.kind {
            ClusterKind::Ticdc => changefeed_item(&reached, item).await,
            ClusterKind::KafkaConnect | ClusterKind::ConfluentCloud => connector_item(&reached, item).await,
            ClusterKind::Ksqldb => query_item(&reached, item).await,
        };
        let (document, findings) = opened.map_err(StudioError::Refused)?.ok_or_else(|| StudioError::NoSuchItem(item.to_owned()))?;
        Ok(OpenedItem { document: Box::new(document), findings })
    }
}

type Opened = Result<Option<(Pipeline, Vec<Finding>)>, Box<Finding>>;

async fn changefeed_item(reached: &Reached, item: &str) -> Opened {
    let found =
        changefeed::client(&reached.open)?.changefeed(&reached.changefeed(item)).await.map_err(|error| changefeed::finding(&error))?;
    let Some(found) = found else { return Ok(None) };
    let info = json!({
        "id": found.id.id,
        "state": found.state.name(),
        "sink_uri": found.sink_uri,
        "config": found.config,
        "start_ts": found.start_ts,
        "checkpoint_ts": found.checkpoint_ts,
        "target_ts": found.target_ts,
        "creator_version": found.creator_version,
    });
    let (mut document, findings) = drift::open_changefeed(&info);
    let (own, from) = (&mut document.changefeed, &reached.document.changefeed);
    for (to, text) in [
        (&mut own.ticdc_server, &from.ticdc_server),
        (&mut own.ticdc_user, &from.ticdc_user),
        (&mut own.ticdc_keyspace, &from.ticdc_keyspace),
        (&mut own.ticdc_architecture, &from.ticdc_architecture),
    ] {
        to.clone_from(text);
    }
    // references: the same secrets open the same cluster
    for (to, text) in [
        (&mut own.ticdc_password, &from.ticdc_password),
        (&mut own.ticdc_ca, &from.ticdc_ca),
        (&mut own.ticdc_cert, &from.ticdc_cert),
        (&mut own.ticdc_key, &from.ticdc_key),
    ] {
        to.clone_from(text);
    }
    Ok(Some((document, findings)))
}

async fn connector_item(reached: &Reached, item: &str) -> Opened {
    let config = reached.connect()?.config(item).await.map_err(|error| Box::new(error.finding()))?;
    Ok(config.map(|config| {
        let (mut document, findings) = drift::open_connector(item, &config);
        match reached.cluster.kind {
            ClusterKind::ConfluentCloud => document.confluent_cloud.clone_from(&reached.document.confluent_cloud),
            _ => document.connect.clone_from(&reached.document.connect),
        }
        (document, findings)
    }))
}

/// The statements of what the query fills.
async fn query_item(reached: &Reached, item: &str) -> Opened {
    let client = statement::client(&reached.open)?;
    let failed = |error: crate::clients::http::RemoteError| Box::new(error.finding());
    let queries = client.queries().await.map_err(failed)?;
    let Some(query) = queries.into_iter().find(|query| query.id == item) else { return Ok(None) };
    let mut sql = Vec::new();
    for sink in &query.sinks {
        sql.extend(
            client.describe(sink).await.map_err(failed)?.map(|described| described.statement).filter(|statement| !statement.is_empty()),
        );
    }
    if sql.is_empty() {
        sql.push(query.sql);
    }
    let mut document = Pipeline::named("opened");
    document.ksqldb_server.clone_from(&reached.document.ksqldb_server);
    document.ksqldb.push(KsqlStatement { name: item.to_owned(), sql: sql.join("\n\n"), ..KsqlStatement::default() });
    let (document, dropped) = without_typed_secrets(&document);
    let findings = (dropped > 0).then(|| {
        let message = "The statement holds a secret: it was not taken over.";
        Finding::warning("ksqldb[0].sql", "opened-secret-left-out", message).hint("Enter it again, or refer to it as `env:NAME`.")
    });
    Ok(Some((document, findings.into_iter().collect())))
}
