//! The systems that saved pipelines name, with everything that runs there, whoever made it.

use super::{Place, actions, changefeed, changefeed_id, connector, places, statement};
use crate::{
    clients::{connect, ksqldb::QueryListing, ticdc::ChangefeedId},
    studio::{Studio, StudioError},
};
use shared::{
    Finding,
    api::{ActOnItems, ActionResult, Cluster, ClusterDetail, ClusterItem, ClusterKind, ClusterNode, PartKind, PartStatus},
    config::Pipeline,
    explain,
    launch::Part,
    operate,
};

const KINDS: [(ClusterKind, &str); 4] = [
    (ClusterKind::Ticdc, "ticdc"),
    (ClusterKind::KafkaConnect, "kafka-connect"),
    (ClusterKind::ConfluentCloud, "confluent-cloud"),
    (ClusterKind::Ksqldb, "ksqldb"),
];

/// A cluster as one pipeline reaches it.
pub(super) struct Reached {
    pub cluster: Cluster,
    /// Secrets are values.
    pub open: Pipeline,
    /// Secrets are references.
    pub document: Pipeline,
    /// All saved documents that name the same cluster.
    documents: Vec<Pipeline>,
}

impl Studio {
    /// Every system that a saved pipeline names, by kind and address.
    ///
    /// # Errors
    /// The store fails.
    pub async fn clusters(&self) -> Result<Vec<Cluster>, StudioError> {
        let documents: Vec<Pipeline> = self.records().await?.into_iter().map(|record| record.document).collect();
        Ok(clusters_of(&documents))
    }

    /// A cluster and what runs there. What cannot be asked is a finding.
    ///
    /// # Errors
    /// There is no such cluster, or a secret of its pipeline cannot be had.
    pub async fn cluster(&self, id: &str) -> Result<ClusterDetail, StudioError> {
        let reached = self.reached(id).await?;
        let mut detail = ClusterDetail {
            cluster: reached.cluster.clone(),
            version: String::new(),
            nodes: Vec::new(),
            items: Vec::new(),
            findings: Vec::new(),
        };
        let asked = match detail.cluster.kind {
            ClusterKind::Ticdc => ticdc(&reached, &mut detail).await,
            ClusterKind::KafkaConnect | ClusterKind::ConfluentCloud => connectors(&reached, &mut detail).await,
            ClusterKind::Ksqldb => queries(&reached, &mut detail).await,
        };
        detail.findings.extend(asked.err().map(|finding| *finding));
        Ok(detail)
    }

    /// One action on many items, one after the other: a failure does not keep the others from it.
    ///
    /// # Errors
    /// As [`Studio::cluster`].
    pub async fn act_on_items(&self, id: &str, wanted: &ActOnItems) -> Result<Vec<ActionResult>, StudioError> {
        let reached = self.reached(id).await?;
        let mut results = Vec::with_capacity(wanted.items.len());
        for item in &wanted.items {
            let finding = act_on_item(&reached, item, wanted).await.err().map(|finding| *finding);
            results.push(ActionResult { item: item.clone(), finding });
        }
        Ok(results)
    }

    pub(super) async fn reached(&self, id: &str) -> Result<Reached, StudioError> {
        let missing = || StudioError::NoSuchCluster(id.to_owned());
        let (word, name) = id.split_once('@').ok_or_else(missing)?;
        let kind = KINDS.iter().find(|(_, own)| *own == word).map(|(kind, _)| *kind).ok_or_else(missing)?;
        let documents: Vec<Pipeline> = self.records().await?.into_iter().map(|record| record.document).collect();
        let own =
            documents.iter().find(|document| document.name == name).and_then(|document| address(document, kind)).ok_or_else(missing)?;
        let cluster =
            clusters_of(&documents).into_iter().find(|cluster| cluster.kind == kind && cluster.pipelines.iter().any(|own| own == name));
        let cluster = Cluster { id: id.to_owned(), ..cluster.ok_or_else(missing)? };
        let opened = self.opened(name).await?;
        let documents = documents.into_iter().filter(|document| address(document, kind).is_some_and(|other| other == own)).collect();
        Ok(Reached { cluster, open: opened.open, document: opened.record.document, documents })
    }
}

async fn act_on_item(reached: &Reached, item: &str, wanted: &ActOnItems) -> Result<(), Box<Finding>> {
    match reached.cluster.kind {
        ClusterKind::Ticdc => actions::on_changefeed(&changefeed::client(&reached.open)?, &reached.changefeed(item), wanted.action).await,
        ClusterKind::KafkaConnect | ClusterKind::ConfluentCloud => actions::on_connector(&reached.connect()?, item, wanted.action).await,
        ClusterKind::Ksqldb => actions::on_query(&statement::client(&reached.open)?, item, wanted.action, "ksqldb_server").await,
    }
}

impl Reached {
    pub(super) fn changefeed(&self, id: &str) -> ChangefeedId {
        ChangefeedId { keyspace: self.open.changefeed.ticdc_keyspace.clone(), id: id.to_owned() }
    }

    pub(super) fn connect(&self) -> Result<connect::Client, Box<Finding>> {
        let client = match self.cluster.kind {
            ClusterKind::ConfluentCloud => connect::Client::confluent_cloud(&self.open),
            _ => connect::Client::worker(&self.open),
        };
        client.map_err(|error| Box::new(error.finding()))
    }

    /// The saved pipeline and the index of the part that is this item.
    fn owner(&self, is_it: impl Fn(&Pipeline, &Place) -> bool) -> Option<(&Pipeline, Place)> {
        self.documents.iter().find_map(|document| {
            let place = places(document).into_iter().find(|place| is_it(document, place))?;
            Some((document, place))
        })
    }

    fn item(&self, id: &str, kind: PartKind, owner: Option<(&Pipeline, Place)>, told: impl FnOnce(&Place) -> PartStatus) -> ClusterItem {
        let pipeline = owner.as_ref().map(|(document, _)| document.name.clone());
        let place = owner.map(|(_, place)| place).unwrap_or_else(|| {
            let (word, part) = match kind {
                PartKind::Changefeed => ("changefeed".to_owned(), Part::Changefeed),
                PartKind::Connector => (format!("connector:{id}"), Part::Connector(0)),
                PartKind::KsqlStatement => (format!("ksqldb:{id}"), Part::Statement(0)),
            };
            Place { id: word, name: id.to_owned(), place: self.cluster.place.clone(), part }
        });
        let mut status = told(&place);
        if pipeline.is_none() {
            // there is no document for a finding to point into
            status.findings.iter_mut().for_each(|finding| finding.path.clear());
        }
        ClusterItem { id: id.to_owned(), status, pipeline }
    }
}

async fn ticdc(reached: &Reached, detail: &mut ClusterDetail) -> Result<(), Box<Finding>> {
    let client = changefeed::client(&reached.open)?;
    let status = client.status().await.map_err(|error| changefeed::finding(&error))?;
    detail.version = format!("TiCDC {}", status.version);
    match client.captures().await {
        Ok(captures) => {
            let node = |capture: crate::clients::ticdc::Capture| ClusterNode {
                id: capture.id,
                address: capture.address,
                is_owner: capture.is_owner,
            };
            detail.nodes = captures.into_iter().map(node).collect();
        }
        Err(error) => detail.findings.push(error.finding()),
    }
    let changefeeds = client.changefeeds().await.map_err(|error| changefeed::finding(&error))?;
    detail.items = changefeeds
        .iter()
        .map(|found| {
            let is_it = |document: &Pipeline, place: &Place| {
                place.part == Part::Changefeed
                    && document.changefeed.target == shared::config::Target::Ticdc
                    && changefeed_id(document) == found.id.id
            };
            reached.item(&found.id.id, PartKind::Changefeed, reached.owner(is_it), |place| changefeed::told(found, place))
        })
        .collect();
    Ok(())
}

async fn connectors(reached: &Reached, detail: &mut ClusterDetail) -> Result<(), Box<Finding>> {
    let client = reached.connect()?;
    detail.version = client.version().await.map_err(|error| Box::new(error.finding()))?;
    let connectors = client.connectors().await.map_err(|error| Box::new(error.finding()))?;
    let workers = connectors.iter().flat_map(|found| found.tasks.iter().map(|task| task.worker.clone()).chain([found.worker.clone()]));
    let mut workers: Vec<String> = workers.filter(|worker| client.platform() == connect::Platform::Worker && !worker.is_empty()).collect();
    workers.sort();
    workers.dedup();
    detail.nodes = workers.into_iter().map(|worker| ClusterNode { id: worker.clone(), address: worker, is_owner: false }).collect();
    detail.items = connectors
        .iter()
        .map(|found| {
            let is_cloud = reached.cluster.kind == ClusterKind::ConfluentCloud;
            let is_it = |document: &Pipeline, place: &Place| match place.part {
                Part::Connector(index) => is_in_cloud(document, index) == is_cloud && connector::name(document, index) == found.name,
                _ => false,
            };
            let owner = reached.owner(is_it);
            let path = match owner.as_ref().map(|(_, place)| &place.part) {
                Some(Part::Connector(index)) => format!("connectors[{index}]"),
                _ => String::new(),
            };
            reached.item(&found.name, PartKind::Connector, owner, |place| connector::told(found, place, &path))
        })
        .collect();
    Ok(())
}

fn is_in_cloud(document: &Pipeline, index: usize) -> bool {
    use shared::connector::Flavour;
    document.connectors.get(index).is_some_and(|connector| Flavour::parse(&connector.flavour) == Some(Flavour::ConfluentCloud))
}

async fn queries(reached: &Reached, detail: &mut ClusterDetail) -> Result<(), Box<Finding>> {
    let client = statement::client(&reached.open)?;
    let failed = |error: crate::clients::http::RemoteError| Box::new(error.finding());
    detail.version = format!("ksqlDB {}", client.info().await.map_err(failed)?.version);
    let queries = client.queries().await.map_err(failed)?;
    detail.items = queries.iter().map(|query| reached.query(query)).collect();
    Ok(())
}

impl Reached {
    fn query(&self, query: &QueryListing) -> ClusterItem {
        let is_it = |document: &Pipeline, place: &Place| match place.part {
            Part::Statement(index) => {
                statement::made(document, index).is_ok_and(|made| made.iter().any(|(name, _)| query.sinks.iter().any(|sink| sink == name)))
            }
            _ => false,
        };
        let state = operate::query_state(&query.state);
        let told = |place: &Place| {
            let mut actions = operate::actions(PartKind::KsqlStatement, state, false, false);
            // a push query is somebody's open page: it can be ended, not paused
            actions.retain(|action| query.kind != "PUSH" || *action == shared::api::PartAction::Remove);
            PartStatus { actions, ..super::blank(place, state, &query.state) }
        };
        let item = self.item(&query.id, PartKind::KsqlStatement, self.owner(is_it), told);
        ClusterItem { status: PartStatus { name: query.id.clone(), ..item.status }, ..item }
    }
}

fn clusters_of(documents: &[Pipeline]) -> Vec<Cluster> {
    let mut found: Vec<(String, Cluster)> = Vec::new();
    for (kind, word) in KINDS {
        for document in documents {
            let Some(address) = address(document, kind) else { continue };
            match found.iter_mut().find(|(own, cluster)| cluster.kind == kind && *own == address) {
                Some((_, cluster)) => cluster.pipelines.push(document.name.clone()),
                None => {
                    let place = explain::redact(&address);
                    let id = format!("{word}@{}", document.name);
                    found.push((address, Cluster { id, kind, place, pipelines: vec![document.name.clone()] }));
                }
            }
        }
    }
    found.into_iter().map(|(_, cluster)| cluster).collect()
}

/// Where a document has a cluster of that kind, spelt so that equal addresses are equal texts; `None`: it has none.
fn address(document: &Pipeline, kind: ClusterKind) -> Option<String> {
    let url = |url: &str| {
        let url = url.trim().trim_end_matches('/').to_ascii_lowercase();
        // credentials are no part of an address
        let plain = match url.split_once("://") {
            Some((scheme, rest)) => format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host)),
            None => url,
        };
        Some(plain).filter(|url| !url.is_empty())
    };
    match kind {
        ClusterKind::Ticdc => {
            let server = url(&document.changefeed.ticdc_server)?;
            let keyspace = document.changefeed.ticdc_keyspace.trim();
            Some(if keyspace.is_empty() { server } else { format!("{server} keyspace {keyspace}") })
        }
        ClusterKind::KafkaConnect => url(&document.connect.as_ref()?.url),
        ClusterKind::ConfluentCloud => {
            let cloud = document.confluent_cloud.as_ref().filter(|cloud| !cloud.cluster.is_empty())?;
            Some(format!("Confluent Cloud {} {}", cloud.environment.trim(), cloud.cluster.trim()))
        }
        ClusterKind::Ksqldb => url(&document.ksqldb_server.as_ref()?.url),
    }
}
