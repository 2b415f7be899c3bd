//! Kafka: the way to it, the login, and whether its topics are or can be what the changefeed needs.

use super::{
    Site, counted,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
    network::{self, Endpoint, Way},
    tls::{self, Trust},
};
use crate::clients::kafka_admin::{KafkaAdmin, Right, TopicFacts};
use futures::future::join_all;
use shared::{
    Finding, api::CheckGroup, config::Target, connector::Settings, dispatch::Router, finding::has_errors, sink_uri::KafkaOptions,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// One call to the brokers.
const CALL_LIMIT: Duration = Duration::from_secs(10);
/// Several calls, one after the other.
const TOPICS_LIMIT: Duration = Duration::from_secs(45);
/// TiCDC's default for topics that it makes.
const DEFAULT_PARTITIONS: u32 = 3;
/// More names than these are counted, not shown.
const SHOWN: usize = 5;
/// Topics whose right Write is tried.
const MOST_WRITES: usize = 3;
/// For one of them.
const WRITE_LIMIT: Duration = Duration::from_secs(5);

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>) {
    let brokers = &site.open.kafka.brokers;
    let endpoints: Vec<Endpoint> = brokers.iter().filter_map(|broker| Endpoint::parse(broker)).collect();
    if endpoints.is_empty() {
        return;
    }
    let subject = format!("Kafka {}", brokers.join(", "));
    network::add(plan, &Way { prefix: "kafka", subject: &subject, path: "kafka.brokers", endpoints: endpoints.clone() });
    if site.options.enable_tls {
        add_tls(plan, site, &subject, endpoints.clone());
    }
    let about = |step: &str, title, needs: &[&str], limit| About {
        id: format!("kafka.{step}"),
        group: CheckGroup::Connection,
        subject: &subject,
        title,
        needs: ids(needs),
        limit,
    };
    let title = match &site.options.sasl {
        Some(sasl) => format!("Login with {}", sasl.mechanism.name()),
        None => "Answer of the brokers".to_owned(),
    };
    let own = Arc::clone(site);
    plan.add(about("login", title.as_str(), &["kafka.tcp", "kafka.tls"], CALL_LIMIT + Duration::from_secs(5)), move |_| async move {
        log_in(&own, &endpoints).await
    });
    let own = Arc::clone(site);
    plan.add(
        about("advertised", "Addresses that the brokers give", &["kafka.login"], LIMIT),
        move |_| async move { reach_all(&own).await },
    );
    let own = Arc::clone(site);
    let needs = ["kafka.login", "source.login"];
    plan.add(about("topics", "Topics, there or to be made", &needs, TOPICS_LIMIT), move |_| async move { check_topics(&own).await });
    let own = Arc::clone(site);
    plan.add(about("rights", "Rights on the topics", &["kafka.topics"], TOPICS_LIMIT), move |_| async move { check_rights(&own).await });
    // brokers that ask for no login know nobody to refuse
    if site.options.sasl.is_some() || site.options.cert.is_some() {
        let own = Arc::clone(site);
        let about = about("write", "Right to write, without a record", &["kafka.topics"], TOPICS_LIMIT);
        plan.add(about, move |_| async move { check_writing(&own).await });
    }
}

/// Kafka's TLS files are paths on the machine that runs the changefeed: with TiCDC that is another one.
fn add_tls(plan: &mut Plan, site: &Arc<Site>, subject: &str, endpoints: Vec<Endpoint>) {
    let about = About {
        id: "kafka.tls".to_owned(),
        group: CheckGroup::Connection,
        subject,
        title: "TLS handshake",
        needs: ids(&["kafka.tcp"]),
        limit: LIMIT,
    };
    let own = Arc::clone(site);
    plan.add(about, move |_| async move {
        let trust = match trust(&own).await {
            Ok(trust) => trust,
            Err(outcome) => return *outcome,
        };
        let tried = join_all(endpoints.iter().map(|endpoint| tls::handshake(endpoint, &trust))).await;
        let (mut details, mut findings, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for (endpoint, one) in endpoints.iter().zip(tried) {
            match one {
                Ok(agreed) => {
                    details.push(format!("{endpoint}: {}", agreed.detail));
                    findings.extend(agreed.findings);
                }
                Err(finding) => refused.push(finding),
            }
        }
        // An address that cannot be reached was told before; one that cannot be trusted stops every client that meets it.
        if !details.is_empty() {
            refused.retain(|finding| finding.code != "port-unreachable");
        }
        findings.extend(refused);
        Outcome::with(details.join("; "), findings)
    });
}

async fn trust(site: &Site) -> Result<Trust, Box<Outcome>> {
    let mut trust = Trust {
        is_not_verified: site.options.insecure_skip_verify,
        address_path: "kafka.brokers".to_owned(),
        ca_path: "kafka.params.ca".to_owned(),
        ..Trust::default()
    };
    let files = [("ca", &site.options.ca), ("cert", &site.options.cert), ("key", &site.options.key)];
    for (name, path) in files {
        let Some(path) = path else { continue };
        match tokio::fs::read_to_string(path).await {
            Ok(text) if name == "ca" => trust.ca = text,
            Ok(text) if name == "cert" => trust.cert = text,
            Ok(text) => trust.key = text.into(),
            Err(error) if site.open.changefeed.target == Target::Native => {
                let message = format!("The file `{path}` cannot be read: {error}.");
                let hint = "It has to be on this machine, which runs the changefeed.";
                return Err(Box::new(Outcome::failed(
                    Finding::error(format!("kafka.params.{name}"), "tls-file-unreadable", message).hint(hint),
                )));
            }
            Err(_) => return Err(Box::new(Outcome::skipped("the TLS files are on TiCDC's machines"))),
        }
    }
    Ok(trust)
}

fn admin(site: &Site) -> Result<KafkaAdmin, Box<Outcome>> {
    KafkaOptions::from_pipeline(&site.open).map_err(|_| Box::new(Outcome::skipped("the Kafka settings have errors of their own")))?;
    KafkaAdmin::with_timeout(&site.open.kafka.brokers, &site.options, CALL_LIMIT).map_err(|error| Box::new(Outcome::failed(*error.finding)))
}

async fn log_in(site: &Site, endpoints: &[Endpoint]) -> Outcome {
    let admin = match admin(site) {
        Ok(admin) => admin,
        Err(outcome) => return *outcome,
    };
    match admin.cluster().await {
        Ok(cluster) => {
            Outcome::ok(format!("{}, {} visible", counted(cluster.brokers.len(), "broker"), counted(cluster.visible_topics, "topic")))
        }
        Err(error) => {
            let mut finding = *error.finding;
            // A port with TLS hangs up on plain words, and a client sees no more than that.
            if !site.options.enable_tls && finding.code == "kafka-unreachable" && speaks_tls(endpoints).await {
                finding =
                    Finding::error("kafka.params.enable-tls", "kafka-tls", "The brokers speak TLS on this port, and `enable-tls` is off.")
                        .hint("Set `enable-tls = true`.");
            }
            Outcome::failed(finding)
        }
    }
}

async fn speaks_tls(endpoints: &[Endpoint]) -> bool {
    let lax = Trust { is_not_verified: true, ..Trust::default() };
    match endpoints.first() {
        Some(endpoint) => tls::handshake(endpoint, &lax).await.is_ok(),
        None => false,
    }
}

/// Clients talk to the addresses that brokers advertise, whatever they were bootstrapped with.
async fn reach_all(site: &Site) -> Outcome {
    let cluster = match admin(site) {
        Ok(admin) => admin.cluster().await,
        Err(outcome) => return *outcome,
    };
    let brokers = match cluster {
        Ok(cluster) => cluster.brokers,
        Err(error) => return Outcome::failed(*error.finding),
    };
    let tried = join_all(brokers.iter().filter_map(|broker| {
        let endpoint = Endpoint::parse(broker)?;
        Some(async move { (broker, network::reach(&endpoint).await) })
    }))
    .await;
    let findings = tried
        .into_iter()
        .filter_map(|(broker, reached)| {
            let why = reached.err()?;
            let message = format!("A broker says that it is reached at `{broker}`, and from here it is not: {why}.");
            let hint = "Set the broker's `advertised.listeners` to an address that its clients can reach, or run where that address can be reached.";
            Some(Finding::error("kafka.brokers", "broker-advertised-unreachable", message).hint(hint))
        })
        .collect();
    let shown: Vec<&str> = brokers.iter().take(SHOWN).map(String::as_str).collect();
    let more = brokers.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Outcome::with(format!("{}{more}", shown.join(", ")), findings)
}

/// The changefeed's own topics; of a TiDB source only those that have fixed names are known.
pub(super) fn own_topics(site: &Site) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    if !site.open.kafka.topic.is_empty() {
        topics.insert(site.open.kafka.topic.clone());
    }
    if let Ok(router) = Router::new(&site.open) {
        let wanted = site.tables().iter().filter(|table| router.wants(&table.schema, &table.name) && table.ineligible().is_none());
        topics.extend(wanted.filter_map(|table| router.route(table).ok()).map(|route| route.topic));
    }
    topics
}

/// Topics that connectors name.
fn read_topics(site: &Site) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    for connector in &site.open.connectors {
        let listed = Settings::of(&site.open, connector).get("topics").unwrap_or_default();
        topics.extend(listed.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned));
    }
    topics
}

async fn check_topics(site: &Site) -> Outcome {
    let admin = match admin(site) {
        Ok(admin) => admin,
        Err(outcome) => return *outcome,
    };
    let own = own_topics(site);
    let all: BTreeSet<String> = own.iter().cloned().chain(read_topics(site)).chain(needed_by_ksql(site)).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    let (topics, cluster) = match futures::join!(admin.topics(&names), admin.cluster()) {
        (Ok(topics), Ok(cluster)) => (topics, cluster),
        (Err(error), _) | (_, Err(error)) => return Outcome::failed(*error.finding),
    };
    let mut findings = Vec::new();
    let missing: Vec<&str> = own.iter().map(String::as_str).filter(|name| topics[*name].is_none()).collect();
    for (name, facts) in own.iter().filter_map(|name| Some((name, topics[name].as_ref()?))) {
        findings.extend(misfits(site, name, facts));
    }
    if !missing.is_empty() {
        findings.extend(missing_topics(site, &admin, &missing, cluster.brokers.len()).await);
    }
    let detail = format!(
        "{} there, {} to be made",
        counted(own.len() - missing.len(), "topic"),
        if missing.is_empty() { "none".to_owned() } else { missing.len().to_string() }
    );
    let _ = site.topics.set(topics);
    Outcome::with(detail, findings)
}

fn needed_by_ksql(site: &Site) -> Vec<String> {
    shared::ksql::needs(&site.open).into_iter().map(|need| need.topic).collect()
}

/// What an existing topic has against the document.
fn misfits(site: &Site, name: &str, facts: &TopicFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let wanted = site.options.partition_num.and_then(|n| u32::try_from(n).ok());
    if let Some(wanted) = wanted.filter(|wanted| name == site.open.kafka.topic && *wanted > facts.partitions) {
        let message =
            format!("Topic `{name}` has {}, and `partition-num` asks for {wanted}.", counted(facts.partitions as usize, "partition"));
        findings.push(
            Finding::error("kafka.params.partition-num", "too-few-partitions", message)
                .hint("Lower `partition-num`, leave it out, or add partitions to the topic."),
        );
    }
    if let Some(insync) = facts.min_insync.filter(|insync| site.options.required_acks == -1 && *insync > facts.replication) {
        let message =
            format!("Topic `{name}` has {} copies and `min.insync.replicas={insync}`: no row can be acknowledged.", facts.replication);
        findings.push(
            Finding::error("kafka.params.required-acks", "topic-never-acknowledges", message)
                .hint("Lower the topic's `min.insync.replicas`, or give it more replicas."),
        );
    }
    let limit = facts.max_message_bytes.and_then(|bytes| usize::try_from(bytes).ok());
    if let Some(limit) = limit.filter(|limit| *limit < site.options.max_message_bytes) {
        let message =
            format!("Topic `{name}` takes messages up to {limit} bytes, `max-message-bytes` is {}.", site.options.max_message_bytes);
        let is_asked_for = site.open.kafka.param("max-message-bytes").is_some();
        let finding = if is_asked_for {
            Finding::warning("kafka.params.max-message-bytes", "topic-message-limit", message)
        } else {
            Finding::info("kafka.params.max-message-bytes", "topic-message-limit", message)
        };
        findings.push(finding.hint("Larger rows stop the changefeed: raise the topic's `max.message.bytes`, or lower the option to be told of the limit that holds."));
    }
    findings
}

async fn missing_topics(site: &Site, admin: &KafkaAdmin, missing: &[&str], brokers: usize) -> Vec<Finding> {
    let shown = missing.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(SHOWN);
    let shown = if more > 0 { format!("{shown} and {more} more") } else { shown };
    if !site.options.auto_create_topic {
        let message = format!("These topics do not exist, and `auto-create-topic` is off: {shown}.");
        let hint = "Create them, or set `auto-create-topic = true`.";
        return vec![Finding::error("kafka.params.auto-create-topic", "topic-missing", message).hint(hint)];
    }
    let copies = u32::try_from(site.options.replication_factor).unwrap_or(1);
    if copies as usize > brokers {
        let message = format!("`replication-factor` is {copies}, and the cluster has {}.", counted(brokers, "broker"));
        let hint = "Set it to what the cluster has brokers for (Confluent Cloud: 3).";
        return vec![Finding::error("kafka.params.replication-factor", "replication-exceeds-brokers", message).hint(hint)];
    }
    let partitions = site.options.partition_num.and_then(|n| u32::try_from(n).ok()).unwrap_or(DEFAULT_PARTITIONS);
    let rights = match admin.may_create(missing, partitions, copies).await {
        Ok(rights) => rights,
        Err(error) => return vec![*error.finding],
    };
    let mut findings: Vec<Finding> = rights.into_iter().filter_map(|(topic, right)| not_creatable(&topic, right, copies)).collect();
    if has_errors(&findings) {
        findings.truncate(SHOWN);
    }
    findings
}

fn not_creatable(topic: &str, right: Right, copies: u32) -> Option<Finding> {
    match right {
        Right::Granted => None,
        Right::Denied(why) => {
            let message = format!("This user may not create topic `{topic}`: {why}.");
            let hint = "Grant the right Create on the topics' prefix, or create the topics by hand.";
            Some(Finding::error("kafka.params.sasl-user", "kafka-forbidden", message).hint(hint))
        }
        Right::Impossible(why) => {
            let message = format!("The cluster would not create topic `{topic}` with {copies} copies: {why}.");
            let hint = "Change `replication-factor` or `partition-num` to what the cluster allows (Confluent Cloud: 3 copies).";
            Some(Finding::error("kafka.params.replication-factor", "topic-not-created", message).hint(hint))
        }
        Right::Unknown(why) => {
            let message = format!("Whether topic `{topic}` can be created is not known: {why}.");
            let hint = "The launch will tell; to be sure, create the topic by hand.";
            Some(Finding::warning("kafka.params.auto-create-topic", "right-unknown", message).hint(hint))
        }
    }
}

/// TiCDC reads the settings of topics at its start. Whether a user may write cannot be asked without writing.
async fn check_rights(site: &Site) -> Outcome {
    let admin = match admin(site) {
        Ok(admin) => admin,
        Err(outcome) => return *outcome,
    };
    let topics = site.topics.get();
    let there: Vec<&str> = own_topics(site)
        .iter()
        .filter_map(|name| topics?.get_key_value(name).filter(|(_, facts)| facts.is_some()).map(|(name, _)| name.as_str()))
        .collect();
    let rights = match admin.may_describe_configs(&there).await {
        Ok(rights) => rights,
        Err(error) => return Outcome::failed(*error.finding),
    };
    let denied: Vec<&str> = rights.iter().filter(|(_, right)| matches!(right, Right::Denied(_))).map(|(name, _)| name.as_str()).collect();
    let mut findings = Vec::new();
    if let Some(first) = denied.first() {
        let message = format!("This user may not read the settings of {}, `{first}` among them.", counted(denied.len(), "topic"));
        let hint = "Grant DescribeConfigs: TiCDC reads `max.message.bytes` and `min.insync.replicas` at its start.";
        findings.push(Finding::warning("kafka.params.sasl-user", "kafka-forbidden", message).hint(hint));
    }
    Outcome::with("Describe and, where topics are missing, Create were tried", findings)
}

/// Of a topic that is there, at most [`MOST_WRITES`]: a right is granted by prefix, so a few tell of all.
async fn check_writing(site: &Site) -> Outcome {
    let admin = match admin(site) {
        Ok(admin) => admin,
        Err(outcome) => return *outcome,
    };
    let topics = site.topics.get();
    let limit = |name: &str| topics?.get(name)?.as_ref().map(|facts| facts.max_message_bytes);
    let own = own_topics(site);
    let there: Vec<(&str, Option<u64>)> = own.iter().filter_map(|name| Some((name.as_str(), limit(name)?))).take(MOST_WRITES).collect();
    if there.is_empty() {
        return Outcome::skipped("none of the changefeed's topics is there yet");
    }
    let options = KafkaOptions { read_timeout: WRITE_LIMIT, ..site.options.clone() };
    let (mut allowed, mut unknown, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    for (topic, max_message_bytes) in there {
        match admin.may_write(&site.open.kafka.brokers, &options, topic, max_message_bytes).await {
            Right::Granted => allowed.push(format!("`{topic}`")),
            Right::Denied(why) => findings.push(not_writable(topic, &why)),
            Right::Impossible(why) | Right::Unknown(why) => {
                unknown.push(format!("`{topic}` ({why})"));
                // the next would not be known either, and a person waits
                break;
            }
        }
    }
    let told = [("may write to", allowed), ("not known of", unknown)].into_iter().filter(|(_, topics)| !topics.is_empty());
    let detail: Vec<String> = told.map(|(what, topics)| format!("{what} {}", topics.join(", "))).collect();
    Outcome::with(detail.join("; "), findings)
}

fn not_writable(topic: &str, why: &str) -> Finding {
    let message = format!("This user may not write to topic `{topic}`: {why}.");
    let hint = "Grant the right Write on the topics' prefix: `kafka-acls --add --producer --allow-principal User:NAME --topic PREFIX \
                --resource-pattern-type prefixed`, on Confluent Cloud the role `DeveloperWrite`.";
    Finding::error("kafka.params.sasl-user", "kafka-write-forbidden", message).hint(hint)
}
