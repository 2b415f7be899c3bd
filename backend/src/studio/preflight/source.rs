//! The source: reached, logged in to, set up to be read, and its tables.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
    tls::{self, Opening, Trust},
};
use crate::{
    clients::http::{Http, Options, RemoteErrorKind},
    engine::connect,
};
use shared::{
    Finding,
    api::{CheckGroup, TableListing},
    config::{Source, SourceKind, SourceTls, StartFrom},
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
                add_history(plan, site, &subject);
            }
        }
        SourceKind::Mysql => {
            let endpoint = Endpoint::of_url(&source.url, MYSQL_PORT);
            let subject = endpoint.as_ref().map_or_else(|| "Source".to_owned(), |endpoint| format!("Source {endpoint}"));
            if let Some(endpoint) = endpoint {
                let endpoints = vec![endpoint.clone()];
                network::add(plan, &Way { prefix: "source", subject: &subject, path: "source.url", endpoints });
                if source.tls_mode() != SourceTls::Off {
                    tls::add(plan, "source", &subject, endpoint, trust(source));
                }
            }
            add_inspection(plan, site, &subject);
        }
        SourceKind::Tpcc => add_inspection(plan, site, "TPC-C workload"),
    }
}

/// As the engine's own connections.
fn trust(source: &Source) -> Trust {
    let mode = source.tls_mode();
    Trust {
        ca: source.ca.0.clone(),
        cert: source.cert.0.clone(),
        key: source.key.0.clone().into(),
        is_not_verified: mode == SourceTls::SkipVerify,
        takes_any_name: mode != SourceTls::Verify,
        opening: Opening::Mysql,
        address_path: "source.url".to_owned(),
        ca_path: "source.ca".to_owned(),
        ..Trust::default()
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
    plan.add(about("login", title, &["source.tcp", "source.tls"], TABLES_LIMIT), move |_| async move {
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

/// How far back a changefeed may start is PD's to say.
fn add_history(plan: &mut Plan, site: &Arc<Site>, subject: &str) {
    let about = About {
        id: "source.gc".to_owned(),
        group: CheckGroup::Connection,
        subject,
        title: "History that garbage collection has left",
        needs: ids(&["source.tcp"]),
        limit: LIMIT,
    };
    let own = Arc::clone(site);
    plan.add(about, move |_| async move { check_history(&own).await });
}

async fn check_history(site: &Site) -> Outcome {
    let source = &site.open.source;
    // PD with TLS wants to see a certificate.
    let usable = |pd: &&String| pd.trim().starts_with("http://") || !source.cert.is_empty();
    let Some(url) = source.pd.iter().find(usable) else {
        return Outcome::skipped("PD asks for a certificate, and the document has no `source.cert`");
    };
    let options = Options {
        system: "PD",
        path: "source.pd",
        url: url.clone(),
        ca: source.ca.0.clone(),
        cert: source.cert.0.clone(),
        key: source.key.0.clone().into(),
        ..Options::default()
    };
    let answer = match Http::new(options) {
        Ok(http) => http.get::<serde_json::Value>("/pd/api/v1/gc/safepoint").await,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let safepoint = match answer {
        Ok(answer) => answer["gc_safe_point"].as_u64().filter(|tso| *tso > 0),
        Err(error) if error.kind == RemoteErrorKind::NotFound => None,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let Some(safepoint) = safepoint else { return Outcome::skipped("this PD does not tell") };
    let start = StartFrom::parse(&source.start).ok().and_then(|start| start.tso());
    let since = super::time_of(safepoint);
    match start {
        Some(start) if start <= safepoint => {
            let message =
                format!("The start {} lies before what garbage collection has left: history begins at {since}.", super::time_of(start));
            let hint = "Start later, or at `now`. Before a next time raise `tidb_gc_life_time`: collected history does not come back.";
            Outcome::failed(Finding::error("source.start", "start-before-gc", message).hint(hint))
        }
        _ => Outcome::ok(format!("back to {since}")),
    }
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
