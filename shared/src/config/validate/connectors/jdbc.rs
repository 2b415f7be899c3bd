//! The JDBC family: SQL Server, MySQL, Postgres. Keys, deletes, names of tables, and the connection.

use super::{Site, at, deletes_arrive, list};
use crate::connector::{Flavour, Kind};
use crate::{Finding, Fix};
use std::net::IpAddr;

/// A JDBC sink's settings that rules look at; property names differ from plugin to plugin.
pub(super) struct Jdbc {
    pub deletes: bool,
    /// Lower case; `none` when it is not given.
    pub key_mode: String,
    pub key_fields: Vec<String>,
    /// Lower case; `insert` when it is not given.
    pub insert_mode: String,
    pub auto_create: bool,
    pub table_format: Option<String>,
    /// The property of the same name in this plugin.
    pub keys: Keys,
}

/// What this plugin calls its properties.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    pub key_mode: &'static str,
    pub key_fields: &'static str,
    pub table_format: &'static str,
}

const CONFLUENT: Keys = Keys { key_mode: "pk.mode", key_fields: "pk.fields", table_format: "table.name.format" };
const DEBEZIUM: Keys = Keys { key_mode: "primary.key.mode", key_fields: "primary.key.fields", table_format: "collection.name.format" };

impl Jdbc {
    /// `None` for a connector without JDBC.
    pub(super) fn of(site: &Site<'_>) -> Option<Self> {
        site.settings.kind.filter(|kind| kind.is_jdbc())?;
        let is_debezium = site.settings.flavour == Some(Flavour::Debezium);
        let mut keys = if is_debezium { DEBEZIUM } else { CONFLUENT };
        if is_debezium && site.settings.written(keys.table_format).is_none() && site.settings.written(CONFLUENT.table_format).is_some() {
            // its name in older versions
            keys.table_format = CONFLUENT.table_format;
        }
        Some(Self {
            deletes: site.settings.is_on("delete.enabled"),
            key_mode: site.word(keys.key_mode).unwrap_or_else(|| "none".to_owned()),
            key_fields: list(&site.get(keys.key_fields).unwrap_or_default()),
            insert_mode: site.word("insert.mode").unwrap_or_else(|| "insert".to_owned()),
            auto_create: if is_debezium {
                site.word("schema.evolution").as_deref() == Some("basic")
            } else {
                site.settings.is_on("auto.create")
            },
            table_format: site.settings.get(keys.table_format),
            keys,
        })
    }

    /// The change that takes the primary key from the record's key: all of its fields.
    fn use_record_key(&self, fix: Fix) -> Fix {
        fix.set(at(self.keys.key_mode), "record_key").remove(at(self.keys.key_fields))
    }
}

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(jdbc) = Jdbc::of(site) else { return };
    check_keys(&jdbc, findings);
    check_changes(site, &jdbc, findings);
    check_table_names(site, &jdbc, findings);
    check_field_lists(site, findings);
    if site.is_cloud() {
        check_host(site, findings);
        check_tls(site, findings);
    }
    if site.is_sql_server() && jdbc.insert_mode == "upsert" && site.settings.flavour != Some(Flavour::Debezium) {
        check_tasks(site, findings);
    }
}

/// Where the primary key comes from.
fn check_keys(jdbc: &Jdbc, findings: &mut Vec<Finding>) {
    let (mode_key, fields_key) = (jdbc.keys.key_mode, jdbc.keys.key_fields);
    let record_key = || jdbc.use_record_key(Fix::new("Use the record's key"));
    let mode = jdbc.key_mode.as_str();
    let is_upsert = jdbc.insert_mode == "upsert";
    if jdbc.deletes && mode != "record_key" {
        let message = format!("Deletes need `{mode_key}=record_key`: a delete has a key and no value.");
        let finding = Finding::error(at(mode_key), "deletes-need-record-key", message);
        findings.push(finding.hint(format!("Set `{mode_key}` to `record_key`.")).fix(record_key()));
    } else if mode == "none" && (is_upsert || jdbc.insert_mode == "update") {
        let message = format!("`insert.mode={}` finds a row by its primary key, and there is none.", jdbc.insert_mode);
        let finding = Finding::error(at(mode_key), "upsert-needs-key", message);
        findings.push(finding.hint(format!("Set `{mode_key}` to `record_key`.")).fix(record_key()));
    }
    match mode {
        "kafka" => {
            if !matches!(jdbc.key_fields.len(), 0 | 3) {
                let message = "With `kafka` the key is topic, partition and offset: give three names, or none.";
                let fix = Fix::new("Use the default names").remove(at(fields_key));
                findings.push(Finding::error(at(fields_key), "kafka-key-fields", message).fix(fix));
            }
            if is_upsert {
                let message = "The key is the record's place in Kafka: every update becomes a new row.";
                let finding = Finding::warning(at(mode_key), "kafka-key-with-upsert", message);
                findings.push(finding.hint("Use `record_key`.").fix(record_key()));
            }
        }
        "record_value" if jdbc.key_fields.is_empty() => {
            let message = format!("Without `{fields_key}` all columns become the primary key: an update becomes a new row.");
            let finding = Finding::warning(at(fields_key), "record-value-without-fields", message);
            findings.push(finding.hint("Name the key's columns, or use `record_key`.").fix(record_key()));
        }
        _ => {}
    }
}

/// Updates and deletes, which a changefeed sends and a sink of its own accord does not expect.
fn check_changes(site: &Site<'_>, jdbc: &Jdbc, findings: &mut Vec<Finding>) {
    if !jdbc.deletes && deletes_arrive(site.pipeline) {
        let message = if site.settings.flavour == Some(Flavour::Debezium) {
            "Deletes are dropped: rows deleted at the source stay in the target."
        } else {
            "The first delete stops the task: without `delete.enabled` a record without value is refused, and not sent to the dead letter queue."
        };
        let fix = jdbc.use_record_key(Fix::new("Apply deletes").set(at("delete.enabled"), "true"));
        findings.push(
            Finding::warning(at("delete.enabled"), "deletes-disabled", message)
                .hint(format!("Set `delete.enabled` to `true`, with `{}=record_key`.", jdbc.keys.key_mode))
                .fix(fix),
        );
    }
    let upsert = if site.is_cloud() { "UPSERT" } else { "upsert" };
    if jdbc.insert_mode == "insert" {
        let mut fix = Fix::new("Use upsert").set(at("insert.mode"), upsert);
        if jdbc.key_mode == "none" {
            fix = jdbc.use_record_key(fix);
        }
        findings.push(
            Finding::warning(
                at("insert.mode"),
                "insert-repeats-keys",
                "An update, or a row sent again, repeats its key: duplicate key error.",
            )
            .hint("Use `upsert`.")
            .fix(fix),
        );
    }
    let is_particular = matches!(site.settings.flavour, Some(Flavour::Confluent | Flavour::Aiven));
    if let Some(written) = site.settings.written("insert.mode").filter(|_| is_particular) {
        let (lower, upper) = (written.to_lowercase(), written.to_uppercase());
        if written != lower && written != upper {
            let message = format!("`{written}` mixes cases: the connector takes all lower or all upper case only.");
            let fix = Fix::new(format!("Write `{lower}`")).set(at("insert.mode"), lower);
            findings.push(Finding::error(at("insert.mode"), "insert-mode-case", message).fix(fix));
        }
    }
}

/// Debezium's sink takes one of its two lists.
fn check_field_lists(site: &Site<'_>, findings: &mut Vec<Finding>) {
    const EXCLUDED: &str = "field.exclude.list";
    let is_debezium = site.settings.flavour == Some(Flavour::Debezium);
    if is_debezium && site.get("field.include.list").is_some() && site.get(EXCLUDED).is_some() {
        let message = "`field.include.list` and `field.exclude.list` exclude one another: the task does not start with both.";
        findings.push(
            Finding::error(at(EXCLUDED), "field-lists-exclusive", message)
                .hint("Keep one of them.")
                .fix(Fix::new("Keep what is included").remove(at(EXCLUDED))),
        );
    }
}

fn check_table_names(site: &Site<'_>, jdbc: &Jdbc, findings: &mut Vec<Finding>) {
    let key = jdbc.keys.table_format;
    let Some(format) = &jdbc.table_format else { return };
    let path = at(key);
    let fix = Fix::new("Use the topic's name").set(path.clone(), "${topic}");
    if format.trim().is_empty() {
        findings.push(Finding::error(path, "table-name-format-invalid", format!("`{key}` is empty.")).fix(fix));
        return;
    }
    // Debezium knows other variables too
    let is_per_topic = format.contains("${topic}") || (site.settings.flavour == Some(Flavour::Debezium) && format.contains("${"));
    let is_mapped = site.settings.flavour == Some(Flavour::Aiven) && site.get("topics.to.tables.mapping").is_some();
    if site.has_many_topics() && !is_per_topic && !is_mapped {
        let finding = Finding::error(path.clone(), "table-name-shared", "All topics would share one table.");
        findings.push(finding.hint("Put `${topic}` into the name.").fix(fix));
    }
    if site.settings.flavour == Some(Flavour::Debezium) {
        return;
    }
    let Some(parts) = split_name(&format.replace("${topic}", site.topics.first().map_or("topic", String::as_str)), site.settings.kind)
    else {
        let message = format!("`{format}` is no table name: an unbalanced quote, or a dot with nothing after it.");
        findings.push(Finding::error(path, "table-name-format-invalid", message).hint("For example `dbname.dbo.${topic}`."));
        return;
    };
    if parts == 2 && site.is_sql_server() {
        let message = format!("`{format}` has two parts, which are read as database.table, not schema.table.");
        let mut finding =
            Finding::warning(path.clone(), "table-name-database", message).hint("Write `database.schema.table`, or put the dot in `[ ]`.");
        if let Some(database) = site.get("db.name") {
            let full = format!("{database}.{format}");
            finding = finding.fix(Fix::new(format!("Write `{full}`")).set(path, full));
        }
        findings.push(finding);
    }
}

/// How many parts a table's name has; `None` when a quote is not closed or a part is empty.
fn split_name(name: &str, kind: Option<Kind>) -> Option<usize> {
    let (open, close) = match kind {
        Some(Kind::SqlServer) => ('[', ']'),
        Some(Kind::Mysql) => ('`', '`'),
        _ => ('"', '"'),
    };
    let (mut parts, mut length, mut is_quoted) = (1, 0, false);
    for c in name.chars() {
        match c {
            c if is_quoted && c == close => is_quoted = false,
            c if !is_quoted && c == open => is_quoted = true,
            c if !is_quoted && c == close => return None,
            '.' if !is_quoted && length == 0 => return None,
            '.' if !is_quoted => (parts, length) = (parts + 1, 0),
            _ => length += 1,
        }
    }
    (!is_quoted && length > 0).then_some(parts)
}

/// Confluent Cloud has the port and the database in fields of their own.
fn check_host(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(host) = site.get("connection.host") else { return };
    let is_ipv6 = host.parse::<IpAddr>().is_ok();
    if is_ipv6 || !(host.contains("jdbc:") || host.contains([':', '/', '\\'])) {
        return;
    }
    let message = "`connection.host` is a host alone: no `jdbc:`, port, path or instance.";
    let finding = Finding::error(at("connection.host"), "connection-host-invalid", message)
        .hint("The port goes into `connection.port`, the database into `db.name`.");
    let bare = host.trim_start_matches("jdbc:");
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    let bare = bare.split(['/', ';', '?']).next().unwrap_or_default();
    let (name, port) = bare.split_once(':').map_or((bare, None), |(name, port)| (name, Some(port)));
    let is_clear = !name.is_empty() && !name.contains(['\\', '@']) && port.is_none_or(|port| port.parse::<u16>().is_ok());
    findings.push(if is_clear {
        let fix = Fix::new("Take it apart").set(at("connection.host"), name);
        finding.fix(match port {
            Some(port) => fix.set(at("connection.port"), port),
            None => fix,
        })
    } else {
        finding
    });
}

fn check_tls(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let mode = site.word("ssl.mode").unwrap_or_else(|| "prefer".to_owned());
    let store = if site.settings.kind == Some(Kind::Postgres) { "ssl.rootcertfile" } else { "ssl.truststorefile" };
    if mode.starts_with("verify-") && site.get(store).is_none() {
        let message = format!("`ssl.mode={mode}` needs `{store}` to verify the server with.");
        findings.push(Finding::error(at(store), "ssl-without-truststore", message).hint("Give it, or use `ssl.mode=require`."));
    }
    if mode == "prefer" && site.is_sql_server() && site.get("connection.host").is_some_and(|host| is_public(&host)) {
        findings.push(
            Finding::warning(
                at("ssl.mode"),
                "ssl-not-encrypted",
                "`prefer` means no encryption here, and the server is not on a private address.",
            )
            .hint("Use `require`, or one of the `verify-…` modes.")
            .fix(Fix::new("Encrypt").set(at("ssl.mode"), "require")),
        );
    }
}

/// Whether the host may be reached over the open Internet. A name is taken to be public unless its ending says otherwise.
fn is_public(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local()),
        Ok(IpAddr::V6(ip)) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()),
        Err(_) => {
            let name = host.to_ascii_lowercase();
            name.contains('.')
                && ![".internal", ".local", ".lan", ".localdomain", ".corp", ".private"].iter().any(|own| name.ends_with(own))
        }
    }
}

/// Several tasks that merge into one table wait for each other's locks.
fn check_tasks(site: &Site<'_>, findings: &mut Vec<Finding>) {
    if site.get("tasks.max").and_then(|tasks| tasks.parse::<u64>().ok()).is_some_and(|tasks| tasks > 1) {
        let message = "Several tasks upsert into SQL Server: `MERGE … WITH (HOLDLOCK)` of two tasks often deadlock.";
        findings.push(
            Finding::warning(at("tasks.max"), "merge-deadlocks", message)
                .hint("Use one task, and one connector for each busy table.")
                .fix(Fix::new("Use one task").set(at("tasks.max"), "1")),
        );
    }
}
