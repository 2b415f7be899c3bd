//! ksqlDB: the way to it, the login, whether it is new enough for the statements, and what stands in their way.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
    tls::{self, Trust},
};
use crate::clients::ksqldb::Client;
use shared::{
    Finding,
    api::CheckGroup,
    config::Pipeline,
    ksql::{self, SeenTopic},
};
use std::{collections::HashSet, sync::Arc};

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    if site.open.ksqldb.is_empty() && site.open.ksqldb_server.is_none() {
        return;
    }
    let server = site.open.ksqldb_server.clone().unwrap_or_default();
    let endpoint = Endpoint::of_url(&server.url, 8088);
    let subject = endpoint.as_ref().map_or_else(|| "ksqlDB".to_owned(), |endpoint| format!("ksqlDB {endpoint}"));
    if let Some(endpoint) = endpoint.filter(|endpoint| !network::is_proxied(endpoint)) {
        network::add(plan, &Way { prefix: "ksqldb", subject: &subject, path: "ksqldb_server.url", endpoints: vec![endpoint.clone()] });
        if server.url.trim().starts_with("https") {
            let trust = Trust {
                ca: server.ca.0.clone(),
                adds_ca: true,
                cert: server.cert.0.clone(),
                key: server.key.0.clone().into(),
                address_path: "ksqldb_server.url".to_owned(),
                ca_path: "ksqldb_server.ca".to_owned(),
                ..Trust::default()
            };
            tls::add(plan, "ksqldb", &subject, endpoint, trust);
        }
    }
    let about = |step: &str, title, needs: &[&str]| About {
        id: format!("ksqldb.{step}"),
        group: CheckGroup::Connection,
        subject: &subject,
        title,
        needs: ids(needs),
        limit: LIMIT,
    };
    let own = Arc::clone(site);
    plan.add(about("login", "Login and version", &["ksqldb.tcp", "ksqldb.tls"]), move |_| async move { log_in(&own).await });
    let own = Arc::clone(site);
    plan.add(about("objects", "Streams and tables that are there", &["ksqldb.login"]), move |_| async move { look(&own).await });
    let own = Arc::clone(site);
    let needs = ["kafka.topics", "registry.login"];
    plan.add(about("needs", "Topics and subjects for the statements", &needs), move |_| async move { check_needs(&own).await });
}

async fn log_in(site: &Site) -> Outcome {
    let client = match Client::of_pipeline(&site.open) {
        Ok(client) => client,
        Err(finding) => return Outcome::failed(*finding),
    };
    match client.info().await {
        Ok(info) => {
            let findings = too_old(&site.open, &info.version);
            let status = if info.status.is_empty() { String::new() } else { format!(", {}", info.status) };
            let _ = site.ksqldb.set(client);
            Outcome::with(format!("ksqlDB {}{status}", info.version), findings)
        }
        Err(error) => Outcome::failed(error.finding()),
    }
}

/// A version as `major.minor`.
type Minor = (u32, u32);

/// A word that statements use, what it stands for, and the first version that knows it.
struct Since {
    word: &'static str,
    what: &'static str,
    /// ksqlDB's own number.
    own: Minor,
    /// Confluent Platform's.
    platform: Minor,
}

const SINCE: [Since; 4] = [
    Since { word: "KEY_FORMAT", what: "formats of keys", own: (0, 15), platform: (6, 2) },
    Since { word: "BYTES", what: "the type BYTES", own: (0, 22), platform: (7, 1) },
    Since { word: "SOURCE", what: "SOURCE streams and tables", own: (0, 22), platform: (7, 1) },
    Since { word: "KEY_SCHEMA_ID", what: "schema ids", own: (0, 24), platform: (7, 2) },
];

/// Statements that the server is too old for, as far as words tell. A version that cannot be read says nothing.
fn too_old(pipeline: &Pipeline, version: &str) -> Vec<Finding> {
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (numbers.next(), numbers.next()) else { return Vec::new() };
    let mut findings = Vec::new();
    for (i, entry) in pipeline.ksqldb.iter().enumerate() {
        let is_own = !entry.sql.trim().is_empty();
        // A generated statement can be told by its table only; that it names the key's format is enough here.
        let sql = if is_own { Some(entry.sql.clone()) } else { ksql::generate(pipeline, entry, None).ok() };
        let words = words(&sql.unwrap_or_default());
        for Since { word, what, own, platform } in SINCE {
            let first = if major == 0 { own } else { platform };
            if words.contains(word) && (major, minor) < first {
                let path = format!("ksqldb[{i}].{}", if is_own { "sql" } else { "topic" });
                let message = format!("ksqlDB {version} is older than {what}, which came with {}.{}.", first.0, first.1);
                findings
                    .push(Finding::warning(path, "ksqldb-too-old", message).hint("Upgrade the server, or write the statement without it."));
            }
        }
    }
    findings
}

/// Bare words in upper case, what is between quotes left out.
fn words(sql: &str) -> HashSet<String> {
    let mut bare = String::with_capacity(sql.len());
    let mut quote = None;
    for c in sql.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '`' | '"') => {
                quote = Some(c);
                bare.push(' ');
            }
            None => bare.push(c.to_ascii_uppercase()),
        }
    }
    bare.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Names that the statements would make and that are taken.
async fn look(site: &Site) -> Outcome {
    let Some(client) = site.ksqldb.get() else { return Outcome::skipped("there is no login") };
    let objects = match client.objects().await {
        Ok(objects) => objects,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let mut findings = Vec::new();
    for (i, entry) in site.open.ksqldb.iter().enumerate() {
        let is_own = !entry.sql.trim().is_empty();
        let sql = if is_own { entry.sql.clone() } else { ksql::generate(&site.open, entry, None).unwrap_or_default() };
        for statement in ksql::parse(&sql).unwrap_or_default() {
            let ksql::StatementKind::Create(create) = statement.kind else { continue };
            let name = create.name.stored();
            let Some(there) = objects.iter().find(|object| object.name == name) else { continue };
            if create.object != there.kind || !(create.if_not_exists || create.or_replace) {
                let message =
                    format!("ksqlDB has a {} `{name}` over topic `{}` already.", there.kind.keyword().to_lowercase(), there.topic);
                let path = format!("ksqldb[{i}].{}", if is_own { "sql" } else { "name" });
                let hint = "When it is this pipeline's, the launch leaves it as it is; otherwise choose another name, or drop it.";
                findings.push(Finding::warning(path, "ksqldb-object-exists", message).hint(hint));
            }
        }
    }
    Outcome::with(
        format!(
            "{} there",
            match objects.len() {
                0 => "none".to_owned(),
                n => counted(n, "object"),
            }
        ),
        findings,
    )
}

/// What is not there yet is waited for by the launch; what is there and does not fit would be refused.
async fn check_needs(site: &Site) -> Outcome {
    let (Some(topics), Some(registry)) = (site.topics.get(), site.registry.get()) else {
        return Outcome::skipped("topics or registry are not known");
    };
    let needs = ksql::needs(&site.open);
    let subjects: HashSet<String> = match registry.subjects().await {
        Ok(subjects) => subjects.into_iter().collect(),
        Err(error) => return Outcome::failed(error.finding()),
    };
    let (mut findings, mut waits) = (Vec::new(), 0);
    for need in &needs {
        let seen = topics.get(&need.topic).and_then(Option::as_ref);
        let seen = seen.map(|facts| SeenTopic { partitions: facts.partitions, replicas: facts.replication });
        let against = need.check(seen, |subject| subjects.contains(subject));
        let (later, now): (Vec<Finding>, Vec<Finding>) = against.into_iter().partition(|finding| finding.code != "ksql-partitions-differ");
        waits += usize::from(!later.is_empty());
        findings.extend(now);
    }
    let detail = match (needs.len(), waits) {
        (0, _) => "no statement reads a topic of the changefeed".to_owned(),
        (_, 0) => "all there".to_owned(),
        (_, waits) => {
            format!("{} for the first row of their topics", counted(waits, "statement") + if waits == 1 { " waits" } else { " wait" })
        }
    };
    Outcome::with(detail, findings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::config::KsqlStatement;

    #[test]
    fn a_server_too_old_for_a_statement_is_told() {
        let mut pipeline = Pipeline::named("p");
        let sql = "CREATE TABLE `BYTES` (k STRUCT<a INT> PRIMARY KEY) WITH (KAFKA_TOPIC='SOURCE', KEY_FORMAT='AVRO')".to_owned();
        pipeline.ksqldb = vec![KsqlStatement { sql, ..KsqlStatement::default() }];
        for (version, expect) in [("0.10.2", 1), ("6.1.0", 1), ("0.29.0", 0), ("7.6.0-ccs", 0), ("v7.0.1", 0), ("unknown", 0)] {
            let findings = too_old(&pipeline, version);
            assert_eq!(findings.len(), expect, "{version}: {findings:?}");
        }
        assert!(too_old(&pipeline, "6.0.0")[0].message.contains("formats of keys, which came with 6.2"));
    }
}
