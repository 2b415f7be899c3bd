//! The Schema Registry: the way to it, the login, its mode and level, and a dry run of every schema.

use super::{
    Site, counted,
    graph::{About, LIMIT, Notes, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
    tls::{self, Trust},
};
use crate::{
    clients::schema_registry::{Client, Options, RegistryErrorKind, Retry},
    engine::error::EngineError,
};
use futures::{StreamExt, stream};
use shared::{Finding, api::CheckGroup, avro::TablePlan, config::Target, dispatch::Router};
use std::{sync::Arc, time::Duration};

const PATH: &str = "schema_registry.url";
/// Tables whose schemas are tried; with more, the first by name stand for the rest.
const MOST_TABLES: usize = 500;
/// Questions under way at once: Confluent Cloud allows 25 requests a second.
const AT_ONCE: usize = 8;
const SCHEMAS_LIMIT: Duration = Duration::from_secs(120);
/// Long enough for a hiccup, short enough for a person.
const RETRY: Retry = Retry { attempts: 2, first_delay: Duration::from_millis(300), longest_delay: Duration::from_secs(2) };

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    let Some(registry) = site.open.schema_registry.as_ref().filter(|registry| !registry.url.is_empty()) else { return };
    let Some(endpoint) = Endpoint::of_url(&registry.url, 443) else { return };
    let subject = format!("Schema Registry {endpoint}");
    if !network::is_proxied(&endpoint) {
        network::add(plan, &Way { prefix: "registry", subject: &subject, path: PATH, endpoints: vec![endpoint.clone()] });
        if registry.url.trim().starts_with("https") {
            let trust = Trust { address_path: PATH.to_owned(), ca_path: PATH.to_owned(), ..Trust::default() };
            tls::add(plan, "registry", &subject, endpoint, trust);
        }
    }
    let about = |step: &str, title, needs: &[&str], limit| About {
        id: format!("registry.{step}"),
        group: CheckGroup::Connection,
        subject: &subject,
        title,
        needs: ids(needs),
        limit,
    };
    let own = Arc::clone(site);
    plan.add(about("login", "Login", &["registry.tcp", "registry.tls"], LIMIT), move |_| async move { log_in(&own).await });
    let own = Arc::clone(site);
    plan.add(about("mode", "Mode and compatibility level", &["registry.login"], LIMIT), move |_| async move { check_mode(&own).await });
    let own = Arc::clone(site);
    let needs = ["registry.login", "source.login"];
    let title = "Dry run of every schema";
    plan.add(about("schemas", title, &needs, SCHEMAS_LIMIT), move |notes| async move { try_schemas(&own, &notes).await });
}

fn client(site: &Site) -> Result<Client, EngineError> {
    let registry = site.open.schema_registry.clone().unwrap_or_default();
    let password = (!registry.password.is_empty()).then(|| registry.password.0.clone().into());
    Ok(Client::with_retry(Options { url: registry.url, user: registry.user, password }, RETRY)?)
}

async fn log_in(site: &Site) -> Outcome {
    let client = match client(site) {
        Ok(client) => client,
        Err(error) => return Outcome::failed(*error.finding),
    };
    let ping = match client.ping().await {
        Ok(ping) => ping,
        Err(error) => return Outcome::failed(error.finding()),
    };
    // The front door may stand open where the rooms are locked.
    let subjects = match client.subjects().await {
        Ok(subjects) => subjects.len(),
        Err(error) => return Outcome::failed(error.finding()),
    };
    let mut findings = Vec::new();
    if !ping.accepted_by_ticdc && site.open.changefeed.target != Target::Native {
        let message =
            format!("The registry's base address answers {} and something else than `{{}}`: TiCDC does not start with it.", ping.status);
        let hint = "Give the address below which `/subjects` lies, without a path of a proxy or console.";
        findings.push(Finding::error(PATH, "registry-not-for-ticdc", message).hint(hint));
    }
    let _ = site.registry.set(client);
    Outcome::with(format!("{} visible", counted(subjects, "subject")), findings)
}

async fn check_mode(site: &Site) -> Outcome {
    let Some(client) = site.registry.get() else { return Outcome::skipped("there is no login") };
    let (mode, level) = futures::join!(client.mode(), client.global_compatibility());
    let mode = match mode {
        Ok(mode) => mode,
        // Reading the mode is a right of its own on Confluent Cloud.
        Err(error) if error.kind == RegistryErrorKind::Denied => None,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let level = level.unwrap_or_else(|_| "not told".to_owned());
    let mut findings = Vec::new();
    if let Some(mode) = mode.as_ref().filter(|mode| *mode != "READWRITE") {
        let message = format!("The registry is in mode {mode}: it registers no new schemas.");
        let hint = "Set it to READWRITE (`PUT /mode`), or use the registry that is written to.";
        findings.push(Finding::error(PATH, "registry-read-only", message).hint(hint));
    }
    Outcome::with(format!("mode {}, level {level}", mode.as_deref().unwrap_or("not told")), findings)
}

/// A schema and the subject it will be registered under.
struct Candidate {
    subject: String,
    schema: String,
}

/// Key and value of every table that the filter lets in.
fn candidates(site: &Site) -> (Vec<Candidate>, usize) {
    let Ok(router) = Router::new(&site.open) else { return (Vec::new(), 0) };
    let wanted = || site.tables().iter().filter(|table| router.wants(&table.schema, &table.name) && table.ineligible().is_none());
    let mut found = Vec::new();
    for table in wanted().take(MOST_TABLES) {
        // What cannot be routed or encoded is told with the tables.
        let (Ok(route), Ok(plan)) = (router.route(table), TablePlan::new(table, &site.options.avro)) else { continue };
        if let Some(schema) = plan.key_schema() {
            found.push(Candidate { subject: route.key_subject, schema: schema.to_owned() });
        }
        found.push(Candidate { subject: route.value_subject, schema: plan.value_schema().to_owned() });
    }
    (found, wanted().count())
}

async fn try_schemas(site: &Arc<Site>, notes: &Notes) -> Outcome {
    let Some(client) = site.registry.get() else { return Outcome::skipped("there is no login") };
    if site.tables.get().is_none() {
        return Outcome::skipped("the tables are known to TiCDC only");
    }
    let own = Arc::clone(site);
    let (candidates, tables) = super::off_thread(move || candidates(&own)).await;
    let total = candidates.len();
    let mut tried = stream::iter(candidates)
        .map(|candidate| async move {
            let answer = client.test_compatibility(&candidate.subject, &candidate.schema).await;
            (candidate.subject, answer)
        })
        .buffer_unordered(AT_ONCE);
    let (mut done, mut findings) = (0, Vec::new());
    while let Some((subject, answer)) = tried.next().await {
        done += 1;
        notes.say(format!("{done} of {total}: {subject}"));
        match answer {
            Ok(answer) => findings.extend(answer.finding(&subject)),
            // A right that is missing on one subject says nothing of the next; a registry that is gone does.
            Err(error) => {
                let is_over = error.kind == RegistryErrorKind::Unreachable;
                findings.push(error.finding());
                if is_over {
                    break;
                }
            }
        }
    }
    findings.sort_by(|a, b| a.message.cmp(&b.message));
    let bound = if tables > MOST_TABLES { format!(", of the first {MOST_TABLES} of {tables} tables") } else { String::new() };
    Outcome::with(format!("{} would be accepted{bound}", counted(done - findings.len(), "schema")), findings)
}
