//! What a person would type instead of pressing the page's button, for each step of a launch. Every command stands by itself:
//! files that it reads are written by it. Secrets are placeholders for the shell to fill in.

mod curl;

use super::changefeed_toml::changefeed_toml;
use super::client_properties::java_client_properties;
use super::commands::{CONFIG_FILE, DEFAULT_SERVER, cdc_cli, tiup_ctl};
use super::connectors::{connector_cli_config, connector_request, file_names};
use super::open_api::open_api_request;
use super::secrets::{Prepared, Secrets};
use super::shell::{quoted, word};
use crate::api::Equivalent;
use crate::config::{ChangefeedSpec, Pipeline, Service};
use crate::connector::Flavour;
use crate::secret::SecretText;
use crate::sink_uri::KafkaOptions;
use crate::ticdc::{Architecture, NEWEST, Release, Version};
use curl::{Curl, pem_file};
use serde_json::json;

/// The first release whose `cdc cli` talks to a TiCDC server. Before, it went to PD, and only through `tiup ctl`.
const FIRST_WITH_SERVER: Version = Version::new(6, 2, 0);

/// The first release with Open API v2.
const FIRST_WITH_V2: Version = Version::new(6, 5, 0);

/// The changefeed on our own engine: this program's command line.
pub(crate) fn native_changefeed(pipeline: &Pipeline) -> Vec<Equivalent> {
    let file = quoted(&format!("{}.toml", pipeline.name));
    vec![equivalent("changefeed-studio", format!("changefeed-studio run {file}"))]
}

/// Commands that create the changefeed on TiCDC; those that the document's release does not have are left out.
pub(crate) fn ticdc_changefeed(pipeline: &Pipeline) -> Vec<Equivalent> {
    let version = Release::of(&pipeline.changefeed).version;
    let is_before = |first| version.is_some_and(|version| version < first);
    let config = write_file(CONFIG_FILE, &changefeed_toml(pipeline, Secrets::placeholders()));
    let mut found = Vec::new();
    if !is_before(FIRST_WITH_SERVER) {
        let command = with_options(cdc_cli(pipeline, Secrets::placeholders()), pipeline);
        let tiup = command.replacen("cdc cli", &format!("tiup {} cli", quoted(&format!("cdc:{}", tag(&pipeline.changefeed)))), 1);
        found.push(equivalent("cdc cli", format!("{config}\n{command}")));
        found.push(equivalent("tiup cdc", format!("{config}\n{tiup}")));
    }
    found.push(equivalent("tiup ctl", format!("{config}\n{}", with_options(tiup_ctl(pipeline, Secrets::placeholders()), pipeline))));
    if !is_before(FIRST_WITH_V2) {
        found.push(equivalent("curl", create_request(pipeline)));
    }
    found.push(equivalent("tiup playground", playground(&pipeline.changefeed)));
    found
}

/// A look at each topic, and at the subjects that have to be registered.
pub(crate) fn see_topics(pipeline: &Pipeline, topics: &[String], subjects: &[String]) -> Vec<Equivalent> {
    const PROPERTIES: &str = "client-java.properties";
    let (options, _) = KafkaOptions::read(pipeline);
    let is_plain = options.sasl.is_none() && !options.enable_tls;
    let mut lines = Vec::new();
    if !is_plain {
        lines.push(write_file(PROPERTIES, &java_client_properties(pipeline, Secrets::placeholders())));
    }
    let login = if is_plain { String::new() } else { format!(" --consumer.config {PROPERTIES}") };
    let brokers = quoted(&pipeline.kafka.brokers.join(","));
    lines.extend(topics.iter().map(|topic| {
        let topic = quoted(topic);
        format!("kafka-console-consumer.sh --bootstrap-server {brokers}{login} --topic {topic} --from-beginning --max-messages 1")
    }));
    let mut found = vec![equivalent("kafka-console-consumer", lines.join("\n"))];
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    if let Some(registry) = prepared.pipeline.schema_registry.as_ref().filter(|registry| !registry.url.is_empty() && !subjects.is_empty()) {
        let base = registry.url.trim_end_matches('/');
        let look = |subject: &String| {
            let curl = Curl::get(&format!("{base}/subjects/{}/versions", percent(subject)));
            curl.login(&registry.user, &registry.password).render(&prepared)
        };
        found.push(equivalent("curl", subjects.iter().map(look).collect::<Vec<_>>().join("\n")));
    }
    found
}

/// A statement list of ksqlDB. `sql` as it stands in a document whose secrets are references.
pub(crate) fn run_statement(pipeline: &Pipeline, statement: usize, generated: Option<&str>) -> Vec<Equivalent> {
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let Some(server) = &prepared.pipeline.ksqldb_server else { return Vec::new() };
    let Some(entry) = prepared.pipeline.ksqldb.get(statement) else { return Vec::new() };
    let sql = generated.unwrap_or(entry.sql.trim());
    let body = json!({ "ksql": sql, "streamsProperties": { "auto.offset.reset": "earliest" } }).to_string();
    let url = server.url.trim_end_matches('/');
    let curl =
        Curl::post(&format!("{url}/ksql"), &body)
            .header("Accept: application/vnd.ksql.v1+json")
            .service(server, pipeline, |document| document.ksqldb_server.as_ref());
    let login = match (server.user.as_str(), server.password.is_empty()) {
        ("", _) | (_, true) => String::new(),
        (user, false) => format!("--user {} --password {} ", quoted(user), word(&prepared.fill(&server.password.0))),
    };
    let cli = format!("ksql {login}--execute {} -- {}", word(&prepared.fill(sql)), quoted(url));
    vec![equivalent("curl", curl.render(&prepared)), equivalent("ksql", cli)]
}

/// A connector on Confluent Cloud or a Connect worker.
pub(crate) fn create_connector(pipeline: &Pipeline, connector: usize) -> Vec<Equivalent> {
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let Some(request) = connector_request(pipeline, connector, Secrets::placeholders()) else { return Vec::new() };
    let is_cloud = pipeline.connectors.get(connector).is_some_and(|c| Flavour::parse(&c.flavour) == Some(Flavour::ConfluentCloud));
    if !is_cloud {
        let Some(worker) = &prepared.pipeline.connect else { return Vec::new() };
        let url = format!("{}/connectors", worker.url.trim_end_matches('/'));
        let curl = Curl::post(&url, request.trim_end()).service(worker, pipeline, |document| document.connect.as_ref());
        return vec![equivalent("curl", curl.render(&prepared))];
    }
    let Some(cloud) = &prepared.pipeline.confluent_cloud else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(config) = connector_cli_config(pipeline, connector, Secrets::placeholders()) {
        let name = file_names(pipeline).into_iter().nth(connector).unwrap_or_default();
        let file = format!("{name}.cli.json");
        let place = format!("--environment {} --cluster {}", quoted(&cloud.environment), quoted(&cloud.cluster));
        let command = format!("confluent connect cluster create {place} --config-file {}", quoted(&file));
        found.push(equivalent("confluent", format!("{}\n{command}", write_file(&file, &config))));
    }
    let url = format!(
        "{}/connect/v1/environments/{}/clusters/{}/connectors",
        cloud.base_url(),
        percent(&cloud.environment),
        percent(&cloud.cluster)
    );
    found.push(equivalent("curl", Curl::post(&url, request.trim_end()).login(&cloud.api_key, &cloud.api_secret).render(&prepared)));
    found
}

fn equivalent(tool: &str, command: String) -> Equivalent {
    Equivalent { tool: tool.to_owned(), command }
}

/// A file from the command line, its placeholders filled in by the shell.
fn write_file(name: &str, text: &str) -> String {
    format!("printf '%s' {} > {}", word(text), quoted(name))
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// `v8.5.4`, with what the document's own text has behind it.
fn tag(changefeed: &ChangefeedSpec) -> String {
    match changefeed.ticdc_version.trim_start_matches('v') {
        "" => NEWEST.to_string(),
        version => format!("v{version}"),
    }
}

/// Login, certificates and keyspace, which the exported command leaves to the environment.
fn with_options(command: String, pipeline: &Pipeline) -> String {
    let changefeed = &pipeline.changefeed;
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let mut options = Vec::new();
    for (name, secret) in [("ca", &changefeed.ticdc_ca), ("cert", &changefeed.ticdc_cert), ("key", &changefeed.ticdc_key)] {
        options.extend(pem_file(name, secret).map(|file| format!("--{name}={}", quoted(&file))));
    }
    if !changefeed.ticdc_user.is_empty() {
        options.push(format!("--user={}", quoted(&changefeed.ticdc_user)));
        options.push(format!("--password={}", word(&prepared.fill(&prepared.pipeline.changefeed.ticdc_password.0))));
    }
    if !changefeed.ticdc_keyspace.is_empty() {
        let name = if Release::of(changefeed).architecture == Some(Architecture::Classic) { "namespace" } else { "keyspace" };
        options.push(format!("--{name}={}", quoted(&changefeed.ticdc_keyspace)));
    }
    options.into_iter().fold(command, |command, option| format!("{command} \\\n  {option}"))
}

fn create_request(pipeline: &Pipeline) -> String {
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let changefeed = &prepared.pipeline.changefeed;
    let server = if changefeed.ticdc_server.is_empty() { DEFAULT_SERVER } else { changefeed.ticdc_server.trim_end_matches('/') };
    let keyspace = match (changefeed.ticdc_keyspace.as_str(), Release::of(changefeed).architecture) {
        ("", _) => String::new(),
        (name, Some(Architecture::Classic)) => format!("?namespace={}", percent(name)),
        (name, _) => format!("?keyspace={}", percent(name)),
    };
    let body = open_api_request(pipeline, Secrets::placeholders());
    let spec = &pipeline.changefeed;
    Curl::post(&format!("{server}/api/v2/changefeeds{keyspace}"), body.trim_end())
        .login(&changefeed.ticdc_user, &changefeed.ticdc_password)
        .certificates(&spec.ticdc_ca, &spec.ticdc_cert, &spec.ticdc_key)
        .render(&prepared)
}

/// A TiDB with TiCDC on this machine, of the release that the document is for: to try the changefeed on.
fn playground(changefeed: &ChangefeedSpec) -> String {
    let command = format!("tiup playground {} --db 1 --pd 1 --kv 1 --tiflash 0 --ticdc 1", quoted(&tag(changefeed)));
    if Release::of(changefeed).architecture != Some(Architecture::New) {
        return command;
    }
    // A server runs the classic architecture unless its configuration says otherwise.
    format!("{} --ticdc.config ticdc.toml", [write_file("ticdc.toml", "newarch = true\n"), command].join("\n"))
}

impl<'a> Curl<'a> {
    /// Login and certificates of a service. Secrets of `prepared` documents are marks; where a certificate lies is told by the
    /// `original`.
    fn service(self, prepared: &'a Service, original: &Pipeline, of: impl Fn(&Pipeline) -> Option<&Service>) -> Self {
        let empty = SecretText::default();
        let (ca, cert, key) = of(original).map_or((&empty, &empty, &empty), |service| (&service.ca, &service.cert, &service.key));
        self.login(&prepared.user, &prepared.password).certificates(ca, cert, key)
    }
}

#[cfg(test)]
mod tests;
