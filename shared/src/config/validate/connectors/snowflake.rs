//! Snowflake: the account's URL, ingestion, buffers, deletes, and the names of tables.

use super::key_format::{Format, Side, to_avro};
use super::{Site, at, deletes_arrive};
use crate::connector::{TopicMap, clean, stored_name};
use crate::{Finding, Fix};
use std::collections::HashMap;

const URL: &str = "snowflake.url.name";
const METHOD: &str = "snowflake.ingestion.method";
const SCHEMATIZATION: &str = "snowflake.enable.schematization";
const MAP: &str = "snowflake.topic2table.map";
const NULLS: &str = "behavior.on.null.values";

/// What a Snowflake connector is told, as far as several rules ask for it.
pub(super) struct Snowflake {
    /// Version 4 of the connector, which streams and nothing else.
    is_v4: bool,
    is_streaming: bool,
    /// Whether fields become columns.
    pub schematization: bool,
}

impl Snowflake {
    pub(super) fn of(site: &Site<'_>) -> Self {
        let is_v4 = site.get("connector.class").is_some_and(|class| class.ends_with("SnowflakeStreamingSinkConnector"));
        Self {
            is_v4,
            is_streaming: is_v4 || site.word(METHOD).as_deref() == Some("snowpipe_streaming"),
            schematization: site.word(SCHEMATIZATION).map_or(is_v4, |word| word == "true"),
        }
    }

    /// Version 3 makes text columns of decimals.
    pub(super) fn writes_decimals_as_text(&self) -> bool {
        self.schematization && !self.is_v4
    }
}

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let snowflake = Snowflake::of(site);
    check_url(site, findings);
    check_ingestion(site, &snowflake, findings);
    check_buffers(site, &snowflake, findings);
    check_deletes(site, findings);
    check_proxy(site, findings);
    check_name_case(site, findings);
    check_map(site, &snowflake, findings);
    if site.topics_regex.is_none() {
        let topics: Vec<&str> = site.topics.iter().map(String::as_str).collect();
        check_tables_of(site, &topics, findings);
    }
}

/// `^(https?://)?(([\w\d-]+)(\.[\w\d-]+){2,})(:\d+)?/?$`
fn check_url(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(url) = site.get(URL) else { return };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(&url);
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let is_host = host.split('.').count() >= 3 && host.split('.').all(is_label);
    let is_port = port.is_none_or(|port| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()));
    if !(is_host && is_port) {
        let finding = Finding::error(at(URL), "snowflake-url-invalid", "This is not the URL of a Snowflake account.")
            .hint("Give `account.region.cloud.snowflakecomputing.com`.");
        // a link copied from the browser has a path after the host
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        let is_account = host.ends_with(".snowflakecomputing.com") && host.split('.').all(is_label);
        findings.push(if is_account { finding.fix(Fix::new("Keep the host").set(at(URL), host)) } else { finding });
    } else if host.contains('_') {
        let better = url.replace('_', "-");
        findings.push(
            Finding::warning(at(URL), "snowflake-url-underscore", "Host names have no `_`: certificates do not match it.")
                .hint("Use `-` in place of `_`.")
                .fix(Fix::new("Write `-`").set(at(URL), better)),
        );
    }
}

fn check_ingestion(site: &Site<'_>, snowflake: &Snowflake, findings: &mut Vec<Finding>) {
    const ROLE: &str = "snowflake.role.name";
    if snowflake.is_streaming && site.get(ROLE).is_none() {
        findings.push(
            Finding::error(at(ROLE), "snowflake-role-missing", "Snowpipe Streaming needs a role.")
                .hint("Give the role that owns the tables, for example `TICDC_ROLE`."),
        );
    }
    if !snowflake.schematization {
        return;
    }
    if !snowflake.is_streaming {
        let message = "Schematization needs Snowpipe Streaming; with file-based Snowpipe the connector refuses it.";
        findings.push(
            Finding::error(at(SCHEMATIZATION), "schematization-needs-streaming", message)
                .hint(format!("Set `{METHOD}` to `SNOWPIPE_STREAMING`."))
                .fix(Fix::new("Use Snowpipe Streaming").set(at(METHOD), "SNOWPIPE_STREAMING")),
        );
    }
    for side in [Side::Key, Side::Value] {
        let word = site.word(side.property(site)).unwrap_or_default();
        let is_text = word.contains("string") || word.contains("bytearray") || word == "bytes";
        if Format::of(site, side) == Format::Primitive && (is_text || word.is_empty()) {
            let message = "Schematization needs fields; text and bytes have none.";
            let finding = Finding::error(at(side.property(site)), "schematization-needs-schema", message);
            findings.push(finding.hint("Read it as Avro.").fix(to_avro(site, side)));
        }
    }
}

fn check_buffers(site: &Site<'_>, snowflake: &Snowflake, findings: &mut Vec<Finding>) {
    let least_flush = if snowflake.is_streaming { 1 } else { 10 };
    let count = site.is_cloud().then_some(("buffer.count.records", 10_000, "records"));
    for (key, least, unit) in [Some(("buffer.flush.time", least_flush, "seconds")), count].into_iter().flatten() {
        if site.get(key).and_then(|text| text.parse::<i64>().ok()).is_some_and(|value| value < least) {
            findings.push(
                Finding::error(at(key), "snowflake-buffer-too-small", format!("`{key}` must be at least {least} {unit}."))
                    .fix(Fix::new(format!("Set it to {least}")).set(at(key), least.to_string())),
            );
        }
    }
}

fn check_deletes(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let behaviour = site.word(NULLS).unwrap_or_else(|| if site.is_cloud() { "ignore" } else { "default" }.to_owned());
    if behaviour == "ignore" && deletes_arrive(site.pipeline) {
        findings.push(
            Finding::warning(
                at(NULLS),
                "snowflake-deletes-dropped",
                "Deletes will not reach Snowflake: records without value are dropped.",
            )
            .hint("Set `DEFAULT`: a delete then is a row with its key and empty content.")
            .fix(Fix::new("Keep deletes").set(at(NULLS), "DEFAULT")),
        );
    }
}

/// Host and port, user and password: both or neither. Confluent Cloud and Snowflake's own connector name them differently.
fn check_proxy(site: &Site<'_>, findings: &mut Vec<Finding>) {
    for [first, second] in [
        ["snowflake.https.proxyHost", "snowflake.https.proxyPort"],
        ["snowflake.https.proxyUser", "snowflake.https.proxyPassword"],
        ["jvm.proxy.host", "jvm.proxy.port"],
        ["jvm.proxy.username", "jvm.proxy.password"],
    ] {
        let (given, missing) = match (site.get(first), site.get(second)) {
            (Some(_), None) => (first, second),
            (None, Some(_)) => (second, first),
            _ => continue,
        };
        let message = format!("`{given}` needs `{missing}`.");
        findings.push(Finding::error(at(missing), "snowflake-proxy-incomplete", message).hint("Give both, or neither."));
    }
}

/// Unquoted names are upper case in Snowflake, whatever the case they are written in.
fn check_name_case(site: &Site<'_>, findings: &mut Vec<Finding>) {
    for key in ["snowflake.database.name", "snowflake.schema.name"] {
        let Some(name) = site.get(key).filter(|name| name.contains(|c: char| c.is_lowercase() || c == '"')) else { continue };
        let upper = name.replace('"', "").to_uppercase();
        findings.push(
            Finding::warning(
                at(key),
                "snowflake-name-case",
                format!("Unquoted names are upper-cased: `{name}` is looked up as `{upper}`."),
            )
            .hint("Create the object without quotes, or it is not found.")
            .fix(Fix::new(format!("Write `{upper}`")).set(at(key), upper)),
        );
    }
}

fn check_map(site: &Site<'_>, snowflake: &Snowflake, findings: &mut Vec<Finding>) {
    let text = site.get(MAP).unwrap_or_default();
    let (map, mut problems) = TopicMap::parse(&text, snowflake.is_v4);
    for topic in &site.topics {
        let matching = map.ambiguous(topic);
        if !matching.is_empty() && problems.is_empty() {
            problems.push(format!("`{topic}` is matched by several entries: `{}`", matching.join("`, `")));
        }
    }
    for problem in problems {
        let message = format!("The map of topics to tables is refused: {problem}.");
        findings.push(
            Finding::error(at(MAP), "topic-map-invalid", message)
                .hint("Write `topic:TABLE,topic:TABLE`; a table is letters, digits, `_` and `$`, two at least."),
        );
    }
    let lower: Vec<&str> = map.tables().filter(|table| !table.starts_with('"') && table.contains(|c: char| c.is_lowercase())).collect();
    if let Some(first) = lower.first() {
        let message = format!("Unquoted names are upper-cased: the table `{first}` is `{}` in Snowflake.", first.to_uppercase());
        let finding = Finding::warning(at(MAP), "snowflake-name-case", message).hint("Create the tables without quotes.");
        // only tables change case, and topics keep theirs
        let pair = |pair: &str| match pair.split_once(':') {
            Some((topic, table)) if !table.contains('"') => format!("{topic}:{}", table.to_uppercase()),
            _ => pair.to_owned(),
        };
        let upper = text.split(',').map(pair).collect::<Vec<_>>().join(",");
        findings.push(finding.fix(Fix::new("Write them in upper case").set(at(MAP), upper)));
    }
}

/// The tables that these topics go to: made-up names, and several topics in one.
pub(super) fn check_tables_of(site: &Site<'_>, topics: &[&str], findings: &mut Vec<Finding>) {
    let text = site.get(MAP).unwrap_or_default();
    let (map, _) = TopicMap::parse(&text, true);
    let mut by_table: HashMap<String, &str> = HashMap::with_capacity(topics.len());
    for topic in topics {
        let table = map.table_name(topic);
        if table.generated {
            let entry = format!("{topic}:{}", clean(topic));
            let longer = if text.is_empty() { entry } else { format!("{},{entry}", text.trim_end_matches(',')) };
            findings.push(
                Finding::warning(at(MAP), "snowflake-table-generated", format!("The topic `{topic}` gets the table `{}`.", table.stored))
                    .hint("Give it a name in the map of topics to tables.")
                    .fix(Fix::new(format!("Call it `{}`", stored_name(&clean(topic)))).set(at(MAP), longer)),
            );
        }
        if let Some(other) = by_table.insert(table.stored.clone(), topic).filter(|other| other != topic) {
            let message = format!("The topics `{other}` and `{topic}` go to one table, `{}`.", table.stored);
            findings.push(Finding::warning(at(MAP), "snowflake-table-shared", message).hint("Give each a table of its own."));
        }
    }
}
