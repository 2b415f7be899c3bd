//! The TiCDC cluster that is to run the changefeed: reached, healthy, new enough, and free of one of the same name.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    network::{self, Endpoint, Way},
    tls::{self, Trust},
};
use crate::clients::ticdc::{ChangefeedId, Client, Liveness, ServerStatus};
use shared::{
    Finding, Severity,
    api::CheckGroup,
    config::{self, Pipeline, StartFrom, Target},
    render::open_api_body,
    ticdc::{Architecture, Release, Version},
};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

const SERVER: &str = "changefeed.ticdc_server";
const PORT: u16 = 8300;
/// TiCDC reads all schemas of the cluster for it.
const TABLES_LIMIT: Duration = Duration::from_secs(65);
/// More names than these are counted, not shown.
const SHOWN: usize = 5;

/// What the first check found, for the others.
#[derive(Default)]
struct Seen {
    client: OnceLock<Client>,
    status: OnceLock<ServerStatus>,
}

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    let changefeed = &site.open.changefeed;
    if changefeed.target != Target::Ticdc || changefeed.ticdc_server.trim().is_empty() {
        return;
    }
    let endpoint = Endpoint::of_url(&changefeed.ticdc_server, PORT);
    let subject = endpoint.as_ref().map_or_else(|| "TiCDC".to_owned(), |endpoint| format!("TiCDC {endpoint}"));
    if let Some(endpoint) = endpoint.filter(|endpoint| !network::is_proxied(endpoint)) {
        network::add(plan, &Way { prefix: "ticdc", subject: &subject, path: SERVER, endpoints: vec![endpoint.clone()] });
        if changefeed.ticdc_server.trim().starts_with("https") {
            let trust = Trust {
                ca: changefeed.ticdc_ca.0.clone(),
                adds_ca: true,
                cert: changefeed.ticdc_cert.0.clone(),
                key: changefeed.ticdc_key.0.clone().into(),
                address_path: SERVER.to_owned(),
                ca_path: "changefeed.ticdc_ca".to_owned(),
                ..Trust::default()
            };
            tls::add(plan, "ticdc", &subject, endpoint, trust);
        }
    }
    let seen = Arc::new(Seen::default());
    let about = |step: &str, title, needs: &[&str], limit| About {
        id: format!("ticdc.{step}"),
        group: CheckGroup::Connection,
        subject: &subject,
        title,
        needs: super::ids(needs),
        limit,
    };
    let (own, found) = (Arc::clone(site), Arc::clone(&seen));
    plan.add(about("login", "Answer and version", &["ticdc.tcp", "ticdc.tls"], LIMIT), move |_| async move { log_in(&own, &found).await });
    let needs = ["ticdc.login"];
    let (own, found) = (Arc::clone(site), Arc::clone(&seen));
    plan.add(about("options", "Options that this version knows", &needs, LIMIT), move |_| async move {
        let Some(status) = found.status.get().cloned() else { return Outcome::skipped("the version is not known") };
        Outcome::with("", super::off_thread(move || too_new(&own.open, &status)).await)
    });
    let found = Arc::clone(&seen);
    plan.add(about("health", "Owner and health of the cluster", &needs, LIMIT), move |_| async move {
        let Some(client) = found.client.get() else { return Outcome::skipped("there is no login") };
        match futures::join!(client.health(), client.captures()) {
            (Ok(()), Ok(nodes)) => Outcome::ok(counted(nodes.len(), "node")),
            (Err(error), _) | (_, Err(error)) => Outcome::failed(error.finding()),
        }
    });
    let (own, found) = (Arc::clone(site), Arc::clone(&seen));
    plan.add(about("id", "Changefeed id, free", &needs, LIMIT), move |_| async move {
        match found.client.get() {
            Some(client) => check_id(&own.open, client).await,
            None => Outcome::skipped("there is no login"),
        }
    });
    let (own, found) = (Arc::clone(site), Arc::clone(&seen));
    plan.add(about("start", "Start, within the cluster's time", &needs, LIMIT), move |_| async move {
        match found.client.get() {
            Some(client) => check_start(&own.open, client).await,
            None => Outcome::skipped("there is no login"),
        }
    });
    let (own, found) = (Arc::clone(site), Arc::clone(&seen));
    plan.add(about("tables", "Tables that TiCDC would replicate", &["ticdc.health"], TABLES_LIMIT), move |_| async move {
        match found.client.get() {
            Some(client) => check_tables(&own.open, client).await,
            None => Outcome::skipped("there is no login"),
        }
    });
}

async fn log_in(site: &Site, seen: &Seen) -> Outcome {
    let client = match Client::of_pipeline(&site.open) {
        Ok(client) => client,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let status = match client.status().await {
        Ok(status) => status,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let mut findings = Vec::new();
    if status.liveness != Liveness::Alive {
        let message = "This node is shutting down: it answers, and takes no work.";
        findings.push(Finding::warning(SERVER, "ticdc-node-stopping", message).hint("Name another node of the cluster."));
    }
    findings.extend(differs(&site.open, &status));
    let architecture = match status.architecture {
        Some(Architecture::New) => ", new architecture",
        Some(Architecture::Classic) => ", classic architecture",
        None => "",
    };
    let owner = if status.is_owner { ", the owner" } else { "" };
    let detail = format!("TiCDC {}{architecture}{owner}", status.version);
    let _ = (seen.client.set(client), seen.status.set(status));
    Outcome::with(detail, findings)
}

/// The document's version and architecture decide which options are offered and how they are read.
fn differs(open: &Pipeline, status: &ServerStatus) -> Option<Finding> {
    let release = Release::of(&open.changefeed);
    let actual = Version::parse(&status.version);
    if let (Some(said), Some(actual)) = (release.version, actual)
        && said != actual
    {
        let message = format!("The document is for TiCDC {said}, and the server is {}.", status.version);
        let hint = format!(
            "Set `changefeed.ticdc_version = \"{}\"`: options and defaults differ between versions.",
            status.version.trim_start_matches('v')
        );
        return Some(Finding::warning("changefeed.ticdc_version", "ticdc-version-differs", message).hint(hint));
    }
    if let (Some(said), Some(actual)) = (release.architecture, status.architecture)
        && said != actual
    {
        let name = |architecture| if architecture == Architecture::New { "new" } else { "classic" };
        let message =
            format!("The document is for the {} architecture of TiCDC, and the server runs the {} one.", name(said), name(actual));
        let hint = format!("Set `changefeed.ticdc_architecture = \"{}\"`.", name(actual));
        return Some(Finding::warning("changefeed.ticdc_architecture", "ticdc-architecture-differs", message).hint(hint));
    }
    None
}

/// What the validator would say if the document named the server's own release.
fn too_new(open: &Pipeline, status: &ServerStatus) -> Vec<Finding> {
    let mut own = open.clone();
    status.version.trim_start_matches('v').clone_into(&mut own.changefeed.ticdc_version);
    if let Some(architecture) = status.architecture {
        if architecture == Architecture::New { "new" } else { "classic" }.clone_into(&mut own.changefeed.ticdc_architecture);
    }
    let known: Vec<(String, String)> = config::validate(open).into_iter().map(|finding| (finding.path, finding.code)).collect();
    let mut findings = config::validate(&own);
    findings.retain(|finding| {
        let is_new = !known.iter().any(|(path, code)| *path == finding.path && *code == finding.code);
        is_new && finding.severity > Severity::Info
    });
    findings
}

async fn check_id(open: &Pipeline, client: &Client) -> Outcome {
    let changefeed = &open.changefeed;
    let id = if changefeed.id.is_empty() { &open.name } else { &changefeed.id };
    let id = ChangefeedId { keyspace: changefeed.ticdc_keyspace.clone(), id: id.clone() };
    match client.changefeed(&id).await {
        Ok(None) => Outcome::ok(format!("`{id}`")),
        Ok(Some(there)) => {
            let message = format!("TiCDC has a changefeed `{id}` already, in the state {}.", there.state.name());
            let hint = "When it is this pipeline's, the launch leaves it as it is; otherwise choose another id.";
            Outcome::with("", vec![Finding::warning("changefeed.id", "changefeed-exists", message).hint(hint)])
        }
        Err(error) => Outcome::failed(error.finding()),
    }
}

async fn check_start(open: &Pipeline, client: &Client) -> Outcome {
    let Some(start) = StartFrom::parse(&open.source.start).ok().and_then(|start| start.tso()) else {
        return Outcome::ok("now");
    };
    match client.tso().await {
        Ok(now) if start > now => {
            let message = format!("The start {} is later than the cluster's now, {}.", super::time_of(start), super::time_of(now));
            let hint = "TiCDC refuses a start in the future: start at `now`, or at a time that has been.";
            Outcome::failed(Finding::error("source.start", "start-in-future", message).hint(hint))
        }
        Ok(_) => Outcome::ok(super::time_of(start)),
        Err(error) => Outcome::failed(error.finding()),
    }
}

async fn check_tables(open: &Pipeline, client: &Client) -> Outcome {
    let tables = match client.verify_tables(&open_api_body(open)).await {
        Ok(tables) => tables,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let mut findings = Vec::new();
    if !tables.ineligible.is_empty() {
        let shown: Vec<String> = tables.ineligible.iter().take(SHOWN).map(|table| format!("`{}.{}`", table.schema, table.table)).collect();
        let more = tables.ineligible.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("TiCDC finds no usable key on {}{more}.", shown.join(", "));
        let is_left_out = open.changefeed.config.ignore_ineligible_table == Some(true);
        let (severity, hint) = if is_left_out {
            (Severity::Warning, "They are left out, as `ignore-ineligible-table` says.")
        } else {
            (Severity::Error, "Give them a primary key, leave them out of `filter.rules`, or set `ignore-ineligible-table = true`.")
        };
        findings.push(Finding::new(severity, "changefeed.config.filter.rules", "table-without-key", message).hint(hint));
    }
    if tables.eligible.is_empty() && tables.ineligible.is_empty() {
        let message = "The filter lets no table of the cluster in.";
        findings.push(
            Finding::warning("changefeed.config.filter.rules", "no-table-matches", message)
                .hint("Look at the rules and at the names of the schemas."),
        );
    }
    Outcome::with(counted(tables.eligible.len(), "table"), findings)
}
