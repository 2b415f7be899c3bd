//! From topics to a second database, with a published sink on a real Kafka Connect worker. The connector's file is the one that
//! `changefeed-studio export` writes for the document, with the settings that the studio recommends.

use super::{CATCH_UP, Scene, copy, pipeline::PASSWORD, pipeline::Pipeline, pipeline::Runner, workload, workload::Workload};
use crate::{
    lab::{self, MariaDb, http},
    process,
    steps::human,
    workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// The tables of the pipeline: all of TPC-C's that have a key.
const TABLES: [&str; 8] = ["customer", "district", "item", "new_order", "order_line", "orders", "stock", "warehouse"];

/// Of the workload, once it has loaded its tables.
const RUN_FOR: &str = "8s";
/// From the first row to topics for all tables; loading a warehouse takes less.
const TOPICS: Duration = Duration::from_secs(60);
/// The sink is slower than the engine.
const SINK: Duration = Duration::from_secs(300);

/// What a table's owner may do while others use it, and what a copy must follow. Orders are inserted and changed by the workload
/// all the while; the items here are none of the workload's, which looks its own up.
const CHANGES: &str = "
SET NAMES utf8mb4;
ALTER TABLE tpcc.orders ADD COLUMN o_note VARCHAR(64);
UPDATE tpcc.orders SET o_note = CONCAT('say \"', o_id, '\" — Grüße, 你好 🚚') WHERE o_id % 3 = 0;
INSERT INTO tpcc.item SELECT i_id + 900000, i_im_id, i_name, i_price, i_data FROM tpcc.item WHERE i_id <= 2000;
ALTER TABLE tpcc.item ADD COLUMN i_weight DECIMAL(20, 6), ADD COLUMN i_seen BIGINT, ADD COLUMN i_grade DOUBLE, ADD COLUMN i_photo VARBINARY(32);
UPDATE tpcc.item SET i_weight = -i_id / 7, i_seen = i_id - 9223372036854775807, i_grade = i_id / 3, i_photo = UNHEX(SHA1(i_id)) WHERE i_id > 901000;
UPDATE tpcc.item SET i_data = '' WHERE i_id BETWEEN 901400 AND 901450;
DELETE FROM tpcc.item WHERE i_id > 900000 AND i_id % 5 = 0;
INSERT INTO tpcc.item (i_id, i_im_id, i_name, i_price, i_data) VALUES (900005, 1, 'again', 1.50, 'deleted and back'), (910000, 2, 'new', 0.01, NULL);
";

pub(super) fn prove(scene: &Scene<'_>, worker: &str) -> Result<()> {
    let mariadb = &scene.lab.mariadb;
    copy::reset(mariadb)?;
    let prefix = scene.prefix()?;
    // A consumer group outlives its connector, so the name is new too.
    let name = prefix.trim_end_matches('_');
    let topics = TABLES.map(|table| format!("{prefix}tpcc_{table}"));
    let pipeline = Pipeline {
        prefix: &prefix,
        broker: &scene.lab.kafka.bootstrap,
        registry: &scene.studio.registry,
        start: &workload::position(mariadb)?,
        delivery: "at-least-once",
        tidb_extension: false,
        connectors: &connector(name, mariadb, &topics),
    };
    let file = scene.dir.join("pipeline.toml");
    fs::write(&file, pipeline.to_toml(mariadb))?;
    let runner = Runner::new(&file, &scene.dir.join("engine"), &scene.dir.join("engine.log"), &mariadb.password);

    let workload = Workload::start(scene.lab, RUN_FOR, &scene.dir.join("go-tpc.log"))?;
    let mut engine = runner.start()?;
    // A sink's consumer takes minutes to notice a topic that came later.
    wait_for("a topic for every table", TOPICS, || {
        let there = ends(scene, &prefix)?;
        Ok(topics.iter().all(|topic| there.contains_key(topic)))
    })?;
    launch(worker, &file, name, &scene.dir, &mariadb.password)?;
    let sink = Sink::new(worker, name);
    wait_for("a running sink", SINK, || sink.is_running())?;
    mariadb.query(CHANGES)?;
    workload.finish()?;
    engine.expect_alive()?;
    engine.kill()?;
    runner.until_idle(CATCH_UP)?;

    let start = Instant::now();
    let ends = ends(scene, &prefix)?;
    wait_for("the sink to have committed all", SINK, || Ok(sink.is_running()? && sink.committed()? == ends))?;
    let messages: u64 = ends.values().flat_map(BTreeMap::values).sum();
    println!("connect: {messages} messages; the sink caught up {} after the engine", human(start.elapsed()));
    copy::compare(scene.lab, &prefix, &scene.dir)
}

/// The studio's recommended settings for this kind and flavour, and where the target is; a statement for many rows, not for each.
fn connector(name: &str, mariadb: &MariaDb, topics: &[String]) -> String {
    let MariaDb { host, port, user, .. } = mariadb;
    format!(
        r#"[[connectors]]
name = "{name}"
kind = "mysql"
flavour = "kafka-connect-debezium"
topics = {topics:?}

[connectors.config]
"connection.url" = "jdbc:mysql://{host}:{port}/{}?rewriteBatchedStatements=true"
"connection.username" = "{user}"
"connection.password" = "env:{PASSWORD}"
"insert.mode" = "upsert"
"primary.key.mode" = "record_key"
"delete.enabled" = "true"
"schema.evolution" = "basic"
"#,
        copy::DATABASE
    )
}

/// Brings the document's connector to the worker: as a user does who has exported its file.
fn launch(worker: &str, pipeline: &Path, name: &str, dir: &Path, password: &str) -> Result<()> {
    let files = dir.join("files");
    let mut export = workspace::command(workspace::studio());
    export.arg("export").arg(pipeline).arg("--out").arg(&files).args(["--secrets", "inline"]).env(PASSWORD, password);
    process::output(&mut export)?;
    let request = fs::read_to_string(files.join("connectors").join(format!("{name}.json")))?;
    http::send("POST", &format!("{worker}/connectors"), Some(&serde_json::from_str(&request)?)).map(drop)
}

/// The connector on its worker; removed when dropped.
pub(super) struct Sink {
    /// Its address.
    connector: String,
}

impl Sink {
    pub(super) fn new(worker: &str, name: &str) -> Self {
        Self { connector: format!("{worker}/connectors/{name}") }
    }

    /// # Errors
    /// When the worker cannot be asked, or the connector or one of its tasks has failed; the text has its trace.
    pub(super) fn is_running(&self) -> Result<bool> {
        let status = match http::get(&format!("{}/status", self.connector)) {
            // The worker that answered the launch may not have read of it yet.
            Err(error) if format!("{error:#}").contains(" 404 ") => return Ok(false),
            status => status?,
        };
        let tasks = status["tasks"].as_array().map(Vec::as_slice).unwrap_or_default();
        for part in tasks.iter().chain([&status["connector"]]) {
            if part["state"] == "FAILED" {
                bail!("the sink failed:\n{}", part["trace"].as_str().unwrap_or_default());
            }
        }
        Ok(!tasks.is_empty() && tasks.iter().all(|task| task["state"] == "RUNNING"))
    }

    /// The next offset that the sink would read after a restart.
    fn committed(&self) -> Result<Offsets> {
        let answer = http::get(&format!("{}/offsets", self.connector))?;
        let mut committed = Offsets::new();
        for entry in answer["offsets"].as_array().into_iter().flatten() {
            let topic = entry["partition"]["kafka_topic"].as_str().context("an offset has a topic")?;
            let offset = entry["offset"]["kafka_offset"].as_u64().context("an offset is a number")?;
            if offset > 0 {
                committed.entry(topic.to_owned()).or_default().insert(entry["partition"]["kafka_partition"].to_string(), offset);
            }
        }
        Ok(committed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // A sink that is left behind would go on with a proof's topics until the lab is down; it harms nobody.
        let _ = http::send("DELETE", &self.connector, None);
    }
}

/// Of each topic's partitions that are not empty.
type Offsets = BTreeMap<String, BTreeMap<String, u64>>;

/// Where the topics of the pipeline's tables end now.
fn ends(scene: &Scene<'_>, prefix: &str) -> Result<Offsets> {
    let mut python = workspace::command(&scene.lab.python);
    python.arg("tests/judge/ends.py").args(["--bootstrap", &scene.lab.kafka.bootstrap, "--prefix", &format!("{prefix}tpcc_")]);
    let ends: Value = serde_json::from_str(&process::output(&mut python)?)?;
    let topics = ends.as_object().context("ends.py tells topics")?.iter();
    let offsets = |partitions: &Value| {
        let partitions = partitions.as_object().into_iter().flatten();
        partitions.filter_map(|(partition, end)| Some((partition.clone(), end.as_u64()?))).collect()
    };
    Ok(topics.map(|(topic, partitions)| (topic.clone(), offsets(partitions))).collect())
}

/// # Errors
/// When asking fails, or the answer is still no after `patience`.
fn wait_for(what: &str, patience: Duration, mut ready: impl FnMut() -> Result<bool>) -> Result<()> {
    let mut answer = Ok(false);
    lab::until(patience, || {
        answer = ready();
        !matches!(answer, Ok(false))
    });
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => bail!("waited {} for {what}", human(patience)),
        Err(error) => Err(error.context(format!("waiting for {what}"))),
    }
}
