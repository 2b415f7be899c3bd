//! The bridge to `shared`: the page's questions in the page's words. No rule is written here.

mod options;

pub use options::*;

use crate::browser;
use base64::Engine as _;
use shared::{
    Finding,
    api::TableListing,
    avro::TablePlan,
    config::{self, Connector, Pipeline},
    connector::{self, Class, Flavour, Settings},
    dispatch::{PreviewInPieces, Router},
    downstream::{self, Played},
    follow::{Follower, Outcome},
    ksql,
    render::{self, Secrets},
    row::{Op, RowChange},
    row_event::RowEvent,
    sample,
    schema::{TableModel, ddl},
    secret::snowflake_key,
    sink_uri::{KafkaOptions, SinkUri},
};
use std::{collections::BTreeSet, sync::Arc};

/// Codes of findings that the page can repair (`docs/FINDINGS.md`).
pub const CODE_SECRET_ENCODED: &str = "secret-looks-encoded";
/// The schema that unqualified names in pasted text belong to.
const PASTED_SCHEMA: &str = "test";
/// Partitions of a topic that TiCDC creates, unless `partition-num` says otherwise.
const DEFAULT_PARTITIONS: u32 = 3;
/// Stand for the ids that the registry will give.
const KEY_SCHEMA_ID: u32 = 1;
const VALUE_SCHEMA_ID: u32 = 2;

/// A test token lives this long; Snowflake allows no more.
const TOKEN_SECS: u64 = 3600;

/// A new document, from a database that people have.
pub fn new_document() -> Pipeline {
    let mut document = config::new_document("");
    document.source.kind = config::SourceKind::Mysql;
    document
}

pub use config::new_dispatcher;

pub fn document_text(document: &Pipeline) -> String {
    config::render(document)
}

pub fn read_document(text: &str) -> Result<Pipeline, Vec<Finding>> {
    config::parse(text).map_err(|error| error.findings)
}

/// All findings of a document that need no tables.
pub fn findings(document: &Pipeline) -> Vec<Finding> {
    config::validate(document)
}

/// The routing of a document's tables, piece by piece; `None` when filter or dispatchers do not compile.
pub fn routing(document: &Pipeline) -> Option<PreviewInPieces<'_>> {
    PreviewInPieces::new(document)
}

pub fn leave_out(document: &mut Pipeline, schema: &str, table: &str) {
    config::leave_out(document, schema, table);
}

/// A secret without its percent-encoding; `None` when it is not text then.
pub fn decode_secret(secret: &str) -> Option<String> {
    percent_encoding::percent_decode_str(secret).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

pub fn read_definition(listing: &TableListing) -> Result<TableModel, String> {
    ddl::parse_create_table(&listing.ddl, &listing.schema).map_err(|error| error.to_string())
}

pub fn read_definitions(text: &str) -> Result<Vec<TableModel>, String> {
    let tables = ddl::parse_create_tables(text, PASTED_SCHEMA).map_err(|error| error.to_string())?;
    if tables.is_empty() { Err("There is no CREATE TABLE statement in the text.".to_owned()) } else { Ok(tables) }
}

/// One row on its way, as far as Kafka.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub topic: String,
    pub partition_rule: String,
    /// Columns that chose the partition, with their values.
    pub hashed: Vec<(String, String)>,
    pub partition: u32,
    pub partitions: u32,
    /// Column, value before, value after; only what says something.
    pub row: Vec<Cell>,
    pub key: Part,
    /// `None` is a tombstone.
    pub value: Option<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub column: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Key or value of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub subject: String,
    pub schema: String,
    /// With the five bytes of header: zero, and the schema id.
    pub bytes: Vec<u8>,
    /// What a consumer reads.
    pub json: String,
}

/// Sends a made-up row through dispatch and encoding, as the engine would.
///
/// # Errors
/// Why this table's rows go nowhere.
pub fn follow(document: &Pipeline, table: &TableModel, op: Op) -> Result<Followed, String> {
    let route = Router::new(document).map_err(first_message)?.route(table).map_err(first_message)?;
    let (options, _) = KafkaOptions::read(document);
    let table = Arc::new(table.clone());
    let change = sample::change(&table, op);
    let partitions = options.partition_num.and_then(|count| u32::try_from(count).ok()).unwrap_or(DEFAULT_PARTITIONS);
    let plan = TablePlan::new(&table, &options.avro).map_err(|error| error.to_string())?;
    let row = change.after.as_ref().or(change.before.as_ref()).ok_or("the change has no row")?;

    let mut key = Vec::new();
    plan.encode_key(row, KEY_SCHEMA_ID, &mut key).map_err(|error| error.to_string())?;
    let key = Part {
        subject: route.key_subject.clone(),
        schema: plan.key_schema().unwrap_or_default().to_owned(),
        json: plan.decode_key(&key).map_err(|error| error.to_string())?.to_string(),
        bytes: key,
    };
    let value = if op == Op::Delete {
        None
    } else {
        let mut value = Vec::new();
        plan.encode_value(op, row, change.commit_ts, VALUE_SCHEMA_ID, &mut value).map_err(|error| error.to_string())?;
        Some(Part {
            subject: route.value_subject.clone(),
            schema: plan.value_schema().to_owned(),
            json: plan.decode_value(&value).map_err(|error| error.to_string())?.to_string(),
            bytes: value,
        })
    };
    let text = |at: usize| row.get(at).map(|value| sample::text(&table.columns[at], value)).unwrap_or_default();
    Ok(Followed {
        partition: route.partition.partition(&change, partitions, &mut Vec::new()),
        partitions,
        hashed: route.partition.columns().map(|at| (table.columns[at].name.clone(), text(at))).collect(),
        row: cells(&change),
        topic: route.topic,
        partition_rule: route.partition_rule,
        key,
        value,
    })
}

fn first_message(findings: Vec<Finding>) -> String {
    findings.into_iter().next().map_or_else(|| "the document does not say where the row goes".to_owned(), |finding| finding.message)
}

fn cells(change: &RowChange) -> Vec<Cell> {
    let read = |row: &Option<shared::row::Row>, at: usize| {
        row.as_ref().and_then(|row| row.get(at)).map(|value| sample::text(&change.table.columns[at], value))
    };
    let cells = change.table.columns.iter().enumerate().map(|(at, column)| Cell {
        column: column.name.clone(),
        before: read(&change.before, at),
        after: read(&change.after, at),
    });
    // Of an update only what it changed is news.
    cells.filter(|cell| change.op() != Some(Op::Update) || cell.before != cell.after).collect()
}

/// A file or command that the document becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    pub title: String,
    /// `None` for commands.
    pub file: Option<String>,
    pub text: String,
}

/// Everything that other tools want; secrets are references, placeholders or redacted.
pub fn artefacts(document: &Pipeline) -> Vec<Artefact> {
    let command = |title: &str, text: String| Artefact { title: title.to_owned(), file: None, text };
    let secrets = Secrets::placeholders();
    let commands = [
        command("Sink URI, secrets redacted", SinkUri::from_pipeline(document).redacted()),
        command("cdc cli", render::cdc_cli(document, secrets)),
        command("tiup ctl", render::tiup_ctl(document, secrets)),
    ];
    // The scripts hold the same commands again.
    let files = render::bundle(document, secrets).into_iter().filter(|(name, _)| !name.ends_with(".sh"));
    commands.into_iter().chain(files.map(|(name, text)| Artefact { title: name.clone(), file: Some(name), text })).collect()
}

/// Targets of sink connectors, and what people call them.
pub const CONNECTOR_KINDS: [(&str, &str); 4] =
    [("sqlserver", "SQL Server"), ("snowflake", "Snowflake"), ("mysql", "MySQL"), ("postgres", "PostgreSQL")];

/// Where a connector of this kind can run.
pub fn flavours_of(kind: &str) -> Vec<(&'static str, &'static str)> {
    let mut flavours = vec![("confluent-cloud", "Confluent Cloud, managed")];
    if kind == "snowflake" {
        flavours.push(("kafka-connect-confluent", "Kafka Connect, Snowflake's plugin"));
    } else {
        flavours.extend([
            ("kafka-connect-confluent", "Kafka Connect, Confluent's plugin"),
            ("kafka-connect-aiven", "Kafka Connect, Aiven's plugin"),
            ("kafka-connect-debezium", "Kafka Connect, Debezium's plugin"),
        ]);
    }
    flavours
}

/// Adds a connector that makes its target equal to the source.
pub fn add_connector(document: &mut Pipeline, kind: &str, topics: Vec<String>) {
    let base = if document.name.is_empty() { format!("to-{kind}") } else { format!("{}-to-{kind}", document.name) };
    let mut names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}-{number}")));
    let is_free = |name: &String| document.connectors.iter().all(|connector| connector.name != *name);
    let config = connector::Kind::parse(kind).map(|kind| connector::recommended(kind, Flavour::ConfluentCloud)).unwrap_or_default();
    let added = Connector {
        name: names.find(is_free).unwrap_or(base),
        kind: kind.to_owned(),
        flavour: "confluent-cloud".to_owned(),
        topics,
        config,
        ..Connector::default()
    };
    document.connectors.push(added);
}

/// Moves a connector to another plugin: settings that were only recommended for the old one give way to the new one's.
pub fn set_flavour(of: &mut Connector, flavour: String) {
    let kind = connector::Kind::parse(&of.kind);
    let recommended = |flavour: &str| kind.zip(Flavour::parse(flavour)).map(|(kind, flavour)| connector::recommended(kind, flavour));
    for (key, value) in recommended(&of.flavour).unwrap_or_default() {
        if of.config.get(&key) == Some(&value) {
            of.config.shift_remove(&key);
        }
    }
    for (key, value) in recommended(&flavour).unwrap_or_default() {
        of.config.entry(key).or_insert(value);
    }
    of.flavour = flavour;
}

pub fn class_of(of: &Connector) -> Option<&'static Class> {
    connector::class(connector::Kind::parse(&of.kind)?, Flavour::parse(&of.flavour)?)
}

/// Keys that get a field: what the plugin refuses to be without and the document does not imply, what is written, and what
/// the user opened. In the plugin's order, unknown ones last.
pub fn property_fields(document: &Pipeline, at: usize, opened: &BTreeSet<String>) -> Vec<String> {
    let Some(of) = document.connectors.get(at) else { return Vec::new() };
    let settings = Settings::of(document, of);
    let properties = settings.class.map(|class| class.properties.as_slice()).unwrap_or_default();
    let has_field = |property: &&connector::Property| {
        opened.contains(property.key)
            || of.config.contains_key(property.key)
            || (property.required && settings.sent(property.key).is_none())
    };
    let known = properties.iter().filter(has_field).map(|property| property.key.to_owned());
    let unknown = of.config.keys().filter(|key| !properties.iter().any(|property| property.key == *key)).cloned();
    known.chain(unknown).collect()
}

/// What a property is while it is not set: what the document implies, or the plugin's default.
pub fn without_setting(document: &Pipeline, at: usize, key: &str) -> Option<String> {
    let of = document.connectors.get(at)?;
    let mut without = of.clone();
    without.config.shift_remove(key);
    let value = Settings::of(document, &without).get(key)?;
    (!value.is_empty() && !shared::secret::is_secret_key(key)).then_some(value)
}

pub fn search_properties(class: &'static Class, words: &str) -> Vec<&'static connector::Property> {
    connector::search(class, words)
}

pub fn add_statement(document: &mut Pipeline, topic: String) {
    // tidb_tpcc_orders: the table's name is what people call the stream
    let name = topic.rsplit(['_', '.']).next().unwrap_or_default().to_owned();
    document.ksqldb.push(config::KsqlStatement { name, statement: "stream".to_owned(), topic, ..config::KsqlStatement::default() });
}

/// A statement as it will be run, written by the user or generated; empty when it cannot be yet.
pub fn statement_text(document: &Pipeline, at: usize, tables: &[TableModel]) -> String {
    let Some(statement) = document.ksqldb.get(at) else { return String::new() };
    let table = ksql::table_of(document, &statement.topic, tables);
    ksql::generate(document, statement, table).unwrap_or_default()
}

/// A made-up row's life up to `op` (inserted, then updated, then deleted), played through every connector.
///
/// # Errors
/// Why this table's rows go nowhere.
pub fn play(document: &Pipeline, table: &TableModel, op: Op) -> Result<Vec<Played>, String> {
    let mut follower = Follower::new(document, vec![table.clone()], KEY_SCHEMA_ID).map_err(first_message)?;
    let table = Arc::new(table.clone());
    let life = [Op::Insert, Op::Update, Op::Delete];
    let until = life.iter().position(|one| *one == op).map_or(life.len(), |at| at + 1);
    let mut followed = Vec::new();
    for one in &life[..until] {
        let event = RowEvent::from_change(&sample::change(&table, *one));
        for outcome in follower.follow(&event).map_err(first_message)? {
            match outcome {
                Outcome::Record(record) => followed.push(*record),
                Outcome::Skipped { skipped, .. } => return Err(skipped),
            }
        }
    }
    let settings: Vec<Settings<'_>> = document.connectors.iter().map(|connector| Settings::of(document, connector)).collect();
    Ok(downstream::play(&settings, &followed))
}

/// A token that logs the user in to Snowflake with this key, for an hour.
///
/// # Errors
/// Why there is none, for the user.
pub async fn snowflake_token(key: &str, account: &str, user: &str, now_secs: u64) -> Result<String, String> {
    let report = snowflake_key::inspect(key, false);
    let (line, public) = snowflake_key::normalise(key)
        .zip(report.public_key)
        .ok_or("An encrypted key cannot be used here: decrypt it first, or try the connection with the connector.")?;
    let der = base64::engine::general_purpose::STANDARD.decode(line).map_err(|_| "The key is not base64.")?;
    let claims = snowflake_key::jwt_claims(account, user, &public.fingerprint(), now_secs, TOKEN_SECS);
    let input = snowflake_key::signing_input(&claims);
    let signature = browser::sign_rs256(&der, &input).await.ok_or("The browser does not sign with this key.")?;
    Ok(snowflake_key::signed_jwt(&input, &signature))
}
