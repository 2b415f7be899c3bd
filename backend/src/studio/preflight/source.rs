//! The source: reached, logged in to, set up to be read, and its tables.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
};
use crate::engine::connect;
use shared::{
    api::{CheckGroup, TableListing},
    config::SourceKind,
    dispatch::Router,
};
use std::{sync::Arc, time::Duration};

/// `SHOW CREATE TABLE` of thousands of tables takes its time.
const TABLES_LIMIT: Duration = Duration::from_secs(60);
const MYSQL_PORT: u16 = 3306;
const PD_PORT: u16 = 2379;

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    let source = &site.open.source;
    match source.kind {
        SourceKind::Tidb => {
            let endpoints: Vec<Endpoint> = source.pd.iter().filter_map(|pd| Endpoint::of_url(pd, PD_PORT)).collect();
            if !endpoints.is_empty() {
                let subject = format!("TiDB, PD {}", source.pd.join(", "));
                network::add(plan, &Way { prefix: "source", subject: &subject, path: "source.pd", endpoints });
            }
        }
        SourceKind::Mysql => {
            let endpoint = Endpoint::of_url(&source.url, MYSQL_PORT);
            let subject = endpoint.as_ref().map_or_else(|| "Source".to_owned(), |endpoint| format!("Source {endpoint}"));
            if let Some(endpoint) = endpoint {
                network::add(plan, &Way { prefix: "source", subject: &subject, path: "source.url", endpoints: vec![endpoint] });
            }
            add_inspection(plan, site, &subject);
        }
        SourceKind::Tpcc => add_inspection(plan, site, "TPC-C workload"),
    }
}

fn add_inspection(plan: &mut Plan, site: &Arc<Site>, subject: &str) {
    let about = |step: &str, title, needs: &[&str], limit| About {
        id: format!("source.{step}"),
        group: CheckGroup::Connection,
        subject,
        title,
        needs: ids(needs),
        limit,
    };
    let own = Arc::clone(site);
    let title = if site.open.source.kind == SourceKind::Tpcc { "Tables of the workload" } else { "Login and definitions of tables" };
    plan.add(about("login", title, &["source.tcp"], TABLES_LIMIT), move |_| async move {
        let inspect = match connect::inspect(&own.open) {
            Ok(inspect) => inspect,
            Err(error) => return Outcome::failed(*error.finding),
        };
        match inspect.tables().await {
            Ok((server, listings)) => read_tables(&own, &server, listings).await,
            Err(error) => Outcome::failed(*error.finding),
        }
    });
    let own = Arc::clone(site);
    plan.add(about("settings", "Settings and rights for replication", &["source.login"], LIMIT), move |_| async move {
        match connect::inspect(&own.open) {
            Ok(inspect) => Outcome::with("", inspect.check().await),
            Err(error) => Outcome::failed(*error.finding),
        }
    });
}

/// Keeps the tables for the checks that need them.
async fn read_tables(site: &Arc<Site>, server: &str, listings: Vec<TableListing>) -> Outcome {
    let (models, unreadable) = super::off_thread(move || super::super::check::models(&listings)).await;
    let matched = Router::new(&site.open).map(|router| models.iter().filter(|table| router.wants(&table.schema, &table.name)).count());
    let shown = matched.map_or_else(|_| String::new(), |n| format!(", the filter lets {n} in"));
    let detail = format!("{server}: {}{shown}", counted(models.len(), "table"));
    let _ = site.tables.set(models);
    Outcome::with(detail, unreadable)
}
