//! Connectors: their platforms, and what each plugin says of its configuration.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
    tls::{self, Trust},
};
use crate::clients::connect::{Client, Plugin};
use shared::{
    Finding, Severity,
    api::CheckGroup,
    config::Pipeline,
    connector::{Flavour, Kind, Settings},
    ksql, launch, path,
    render::connector_config,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// A plugin may connect to its database to judge a configuration.
const VALIDATE_LIMIT: Duration = Duration::from_secs(70);
const CONNECT_PORT: u16 = 8083;

/// Whose API a connector is made through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Platform {
    Worker,
    Cloud,
}

impl Platform {
    fn of(open: &Pipeline, index: usize) -> Option<Self> {
        let flavour = Flavour::parse(&open.connectors.get(index)?.flavour)?;
        Some(if flavour == Flavour::ConfluentCloud { Self::Cloud } else { Self::Worker })
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Worker => "connect",
            Self::Cloud => "cloud",
        }
    }
}

/// What a platform has, for its connectors.
#[derive(Default)]
struct Seen {
    client: OnceLock<Client>,
    plugins: OnceLock<Vec<Plugin>>,
}

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    for platform in [Platform::Worker, Platform::Cloud] {
        let own: Vec<usize> = (0..site.open.connectors.len()).filter(|i| Platform::of(&site.open, *i) == Some(platform)).collect();
        if let Some(first) = own.first() {
            let subject = add_platform(plan, site, platform, *first);
            let seen = Arc::new(Seen::default());
            add_login(plan, site, &seen, platform, *first, &subject);
            for index in own {
                add_connector(plan, site, &seen, platform, index);
            }
        }
    }
}

/// The way to the platform; gives its name for people.
fn add_platform(plan: &mut Plan, site: &Arc<Site>, platform: Platform, first: usize) -> String {
    let (url, path, mut trust) = match platform {
        Platform::Worker => {
            let worker = site.open.connect.clone().unwrap_or_default();
            let trust = Trust {
                ca: worker.ca.0,
                adds_ca: true,
                cert: worker.cert.0,
                key: worker.key.0.into(),
                ca_path: "connect.ca".to_owned(),
                ..Trust::default()
            };
            (worker.url, "connect.url", trust)
        }
        Platform::Cloud => {
            let cloud = site.open.confluent_cloud.clone().unwrap_or_default();
            (cloud.base_url().to_owned(), "confluent_cloud.url", Trust { ca_path: "confluent_cloud.url".to_owned(), ..Trust::default() })
        }
    };
    trust.address_path = path.to_owned();
    let subject = match Client::of_connector(&site.open, first) {
        Ok(client) => client.place(),
        Err(_) if platform == Platform::Cloud => "Confluent Cloud".to_owned(),
        Err(_) => "Kafka Connect".to_owned(),
    };
    if let Some(endpoint) = Endpoint::of_url(&url, CONNECT_PORT).filter(|endpoint| !network::is_proxied(endpoint)) {
        network::add(plan, &Way { prefix: platform.prefix(), subject: &subject, path, endpoints: vec![endpoint.clone()] });
        if url.trim().starts_with("https") {
            tls::add(plan, platform.prefix(), &subject, endpoint, trust);
        }
    }
    subject
}

fn add_login(plan: &mut Plan, site: &Arc<Site>, seen: &Arc<Seen>, platform: Platform, first: usize, subject: &str) {
    let prefix = platform.prefix();
    let about = About {
        id: format!("{prefix}.login"),
        group: CheckGroup::Connection,
        subject,
        title: "Login and plugins",
        needs: vec![format!("{prefix}.tcp"), format!("{prefix}.tls")],
        limit: LIMIT,
    };
    let (site, seen) = (Arc::clone(site), Arc::clone(seen));
    plan.add(about, move |_| async move {
        let mut findings = if platform == Platform::Cloud { wrong_ids(&site.open) } else { Vec::new() };
        let client = match Client::of_connector(&site.open, first) {
            Ok(client) => client,
            Err(finding) => return Outcome::failed(*finding),
        };
        let answer = async { Ok((client.version().await?, client.plugins().await?)) };
        match answer.await.map_err(|error: crate::clients::http::RemoteError| error.finding()) {
            Ok((version, plugins)) => {
                let detail = format!("{version}, {}", counted(plugins.len(), "plugin"));
                let _ = (seen.client.set(client), seen.plugins.set(plugins));
                Outcome::with(detail, findings)
            }
            Err(finding) => {
                findings.push(finding);
                Outcome::with("", findings)
            }
        }
    });
}

/// Ids and keys of Confluent Cloud tell by their looks what they are; a wrong one is answered with no more than 401 or 404.
fn wrong_ids(open: &Pipeline) -> Vec<Finding> {
    let Some(cloud) = &open.confluent_cloud else { return Vec::new() };
    let mut findings = Vec::new();
    for (key, value, prefix, command) in [
        ("environment", &cloud.environment, "env-", "confluent environment list"),
        ("cluster", &cloud.cluster, "lkc-", "confluent kafka cluster list"),
    ] {
        if !value.trim().is_empty() && !value.trim().starts_with(prefix) {
            let message = format!("`{value}` is no id for `{key}`: it begins with `{prefix}`.");
            findings.push(
                Finding::error(format!("confluent_cloud.{key}"), "confluent-id-invalid", message).hint(format!("`{command}` shows it.")),
            );
        }
    }
    let key = cloud.api_key.trim();
    if key.starts_with("lkc-") {
        let message = "This is a cluster's id. Managing connectors needs a Cloud API key.";
        findings.push(
            Finding::error("confluent_cloud.api_key", "confluent-cloud-key-needed", message)
                .hint("Make one with `confluent api-key create --resource cloud`."),
        );
    }
    // the launch's own words: a global key opens both, and the login that follows tells which it is
    findings.extend(shared::launch::cloud_key_finding(open));
    findings
}

fn add_connector(plan: &mut Plan, site: &Arc<Site>, seen: &Arc<Seen>, platform: Platform, index: usize) {
    let name = site.open.connectors[index].name.clone();
    let subject = format!("Connector {name}");
    let prefix = platform.prefix();
    let about = |step: &str, title, needs: Vec<String>, limit| About {
        id: format!("connector.{name}.{step}"),
        group: CheckGroup::Connection,
        subject: &subject,
        title,
        needs,
        limit,
    };
    let (own, known) = (Arc::clone(site), Arc::clone(seen));
    plan.add(about("plugin", "Plugin", vec![format!("{prefix}.login")], LIMIT), move |_| async move {
        let (settings_class, plugins) = (class(&own.open, index), known.plugins.get());
        find_plugin(&settings_class, plugins.map_or(&[][..], Vec::as_slice), index)
    });
    let (own, known) = (Arc::clone(site), Arc::clone(seen));
    let needs = vec![format!("connector.{name}.plugin")];
    plan.add(about("config", "The plugin's judgement of the configuration", needs, VALIDATE_LIMIT), move |_| async move {
        match known.client.get() {
            Some(client) => validate(&own, client, index).await,
            None => Outcome::skipped("there is no login"),
        }
    });
    let own = Arc::clone(site);
    plan.add(about("topics", "Topics that it reads", ids(&["kafka.topics"]), LIMIT), move |_| async move { check_topics(&own, index) });
    let (own, known) = (Arc::clone(site), Arc::clone(seen));
    plan.add(about("name", "Name, free or its own", vec![format!("{prefix}.login")], LIMIT), move |_| async move {
        match known.client.get() {
            Some(client) => check_name(&own, client, index).await,
            None => Outcome::skipped("there is no login"),
        }
    });
}

fn class(open: &Pipeline, index: usize) -> String {
    Settings::of(open, &open.connectors[index]).sent("connector.class").unwrap_or_default()
}

fn find_plugin(class: &str, plugins: &[Plugin], index: usize) -> Outcome {
    // A worker takes the class's last part for the class, with or without `Connector` at its end.
    let plain = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        last.strip_suffix("Connector").unwrap_or(last).to_owned()
    };
    let found = plugins
        .iter()
        .find(|plugin| plugin.class == class)
        .or_else(|| plugins.iter().find(|plugin| !class.contains('.') && plain(&plugin.class) == plain(class)));
    match found {
        Some(plugin) => Outcome::ok(match &plugin.version {
            Some(version) => format!("{class} {version}"),
            None => class.to_owned(),
        }),
        None => {
            let message = format!("The plugin `{class}` is not there.");
            let near: Vec<&str> = plugins.iter().map(|plugin| plugin.class.as_str()).filter(|other| shares_word(other, class)).collect();
            let near = if near.is_empty() { String::new() } else { format!(" There is `{}`.", near.join("`, `")) };
            let hint =
                format!("Put it into a folder of `plugin.path` on every worker and restart them, or choose another `flavour`.{near}");
            let path = path::join(&format!("connectors[{index}].config"), "connector.class");
            Outcome::failed(Finding::error(path, "connector-plugin-missing", message).hint(hint))
        }
    }
}

/// Of the same family: `jdbc`, `snowflake`.
fn shares_word(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    ["jdbc", "snowflake", "sqlserver", "mysql", "postgres"].iter().any(|word| a.contains(word) && b.contains(word))
}

async fn validate(site: &Site, client: &Client, index: usize) -> Outcome {
    let Some((_, config)) = connector_config(&site.open, index) else {
        return Outcome::skipped("the connector is not complete enough to be sent");
    };
    let validation = match client.validate(&config).await {
        Ok(validation) => validation,
        Err(error) => return Outcome::failed(error.finding()),
    };
    let mut findings = validation.findings(index);
    for finding in &mut findings {
        // The launch waits for the changefeed to make its topics before it makes the connector.
        if finding.path.ends_with(".topics") && finding.message.contains("not exist") {
            finding.severity = Severity::Info;
        }
    }
    findings.extend(unknown_to_plugins(site, index));
    let known = validation.properties.iter().filter(|verdict| config.contains_key(&verdict.name)).count();
    Outcome::with(
        format!(
            "{} looked at",
            match known {
                1 => "1 property".to_owned(),
                n => format!("{n} properties"),
            }
        ),
        findings,
    )
}

/// What only the target's database could tell, and what to look at there.
fn unknown_to_plugins(site: &Site, index: usize) -> Vec<Finding> {
    let settings = Settings::of(&site.open, &site.open.connectors[index]);
    let at = |key: &str| path::join(&format!("connectors[{index}].config"), key);
    let mut findings = Vec::new();
    match settings.kind {
        Some(Kind::Snowflake) if !settings.is_on("snowflake.enable.schematization") => {
            let message = "A table that is there before the connector needs the columns RECORD_METADATA and RECORD_CONTENT of the type VARIANT, and no other NOT NULL column.";
            findings.push(Finding::info(at("snowflake.topic2table.map"), "snowflake-table-columns", message));
        }
        Some(kind) if kind.is_jdbc() => {
            if !settings.is_on("auto.create") {
                let message = "The connector makes no tables (`auto.create` is off): each topic's table has to be there before.";
                findings.push(
                    Finding::info(at("auto.create"), "connector-tables-needed", message).hint("The export has a script that makes them."),
                );
            }
            if !settings.is_on("auto.evolve") {
                let message = "The connector adds no columns (`auto.evolve` is off): a column that the source gets stops it, until the table has it too.";
                findings.push(Finding::info(at("auto.evolve"), "connector-columns-fixed", message));
            }
        }
        _ => {}
    }
    findings
}

/// Confluent Cloud refuses a connector over a topic that is not there; those of the changefeed are waited for.
fn check_topics(site: &Site, index: usize) -> Outcome {
    let Some(topics) = site.topics.get() else { return Outcome::skipped("the topics are not known") };
    let settings = Settings::of(&site.open, &site.open.connectors[index]);
    let listed = settings.get("topics").unwrap_or_default();
    let awaited = to_come(site);
    let (mut there, mut later, mut findings) = (0, 0, Vec::new());
    for topic in listed.split(',').map(str::trim).filter(|topic| !topic.is_empty()) {
        match topics.get(topic) {
            Some(Some(_)) => there += 1,
            _ if awaited.contains(topic) => later += 1,
            _ => {
                let message = format!("Topic `{topic}` is not there, and nothing of this document makes it.");
                let hint = "Create the topic first, or correct its name: the changefeed's routing shows what its topics are called.";
                findings.push(Finding::error(format!("connectors[{index}].topics"), "connector-topic-absent", message).hint(hint));
            }
        }
    }
    if listed.trim().is_empty() {
        return Outcome::ok("told by a pattern");
    }
    Outcome::with(format!("{there} there, {later} to come from the changefeed or ksqlDB"), findings)
}

/// Topics that this document makes: the changefeed's, and those that statements write.
fn to_come(site: &Site) -> BTreeSet<String> {
    let mut topics = super::kafka::own_topics(site);
    if site.tables.get().is_none() {
        topics.extend(launch::awaited(&site.open, &[]).into_iter().map(|topic| topic.topic));
    }
    for statement in site.open.ksqldb.iter().flat_map(|entry| ksql::parse(&entry.sql).unwrap_or_default()) {
        if let ksql::StatementKind::Create(create) = statement.kind
            && create.has_query
        {
            topics.insert(create.property("KAFKA_TOPIC").map_or_else(|| create.name.stored(), str::to_owned));
        }
    }
    topics
}

async fn check_name(site: &Site, client: &Client, index: usize) -> Outcome {
    let name = &site.open.connectors[index].name;
    match client.status(name).await {
        Ok(None) => Outcome::ok("free"),
        Ok(Some(status)) => {
            let message = format!("There is a connector `{name}` already, in the state {}.", status.state.name());
            let hint = "When it is this pipeline's, the launch leaves it as it is; otherwise choose another name.";
            Outcome::with("", vec![Finding::warning(format!("connectors[{index}].name"), "connector-exists", message).hint(hint)])
        }
        Err(error) => Outcome::failed(error.finding()),
    }
}
