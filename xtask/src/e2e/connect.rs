//! From one database to a second one, with a published sink on a real Kafka Connect worker: `changefeed-studio apply` launches the
//! whole document on a running studio, the changefeed on its engine and the connector on the worker.

use super::{CATCH_UP, Scene, copy, pipeline::NAME, pipeline::PASSWORD, pipeline::Pipeline, workload, workload::Workload};
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
        cloud: None,
        registry: &scene.studio.registry,
        start: &workload::position(mariadb)?,
        delivery: "at-least-once",
        tidb_extension: false,
        connectors: &connector(name, mariadb, &topics, worker),
    };
    let file = scene.dir.join("pipeline.toml");
    fs::write(&file, pipeline.to_toml(mariadb))?;

    let workload = Workload::start(scene.lab, RUN_FOR, &scene.dir.join("go-tpc.log"))?;
    let sink = Sink::new(worker, name);
    let begun = Instant::now();
    apply(scene, &file)?;
    println!("connect: changefeed and sink launched in {}", human(begun.elapsed()));
    if !sink.is_running()? {
        bail!("the launch is done, and the sink does not run");
    }
    mariadb.query(CHANGES)?;
    workload.finish()?;
    let end = workload::position(mariadb)?;
    wait_for("the changefeed at the binlog's end", CATCH_UP, || {
        let progress = http::get(&format!("{}/api/v1/pipelines/{NAME}/progress", scene.studio.url))?;
        // The sink's own writes go into the same binlog: the changefeed may be behind this end and past it the next time.
        Ok(place(progress["progress"]["checkpoint"]["position"].as_str().unwrap_or_default()) >= place(&end))
    })?;

    let start = Instant::now();
    let ends = ends(scene, &prefix)?;
    wait_for("the sink to have committed all", SINK, || Ok(sink.is_running()? && sink.committed()? == ends))?;
    let messages: u64 = ends.values().flat_map(BTreeMap::values).sum();
    println!("connect: {messages} messages; the sink caught up {} after the engine", human(start.elapsed()));
    copy::compare(scene.lab, &prefix, &scene.dir)
}

/// The studio's recommended settings for this kind and flavour, and where the target is; a statement for many rows, not for each.
fn connector(name: &str, mariadb: &MariaDb, topics: &[String], worker: &str) -> String {
    let MariaDb { host, port, user, .. } = mariadb;
    format!(
        r#"[connect]
url = "{worker}"

[[connectors]]
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

/// `mysql-bin.000007:4711`, with or without a GTID behind it, as something that can be compared.
fn place(position: &str) -> Option<(String, u64)> {
    let (file, offset) = position.split_whitespace().next()?.rsplit_once(':')?;
    Some((file.to_owned(), offset.parse().ok()?))
}

/// Launches the document on the scene's studio, and waits until all of it runs.
fn apply(scene: &Scene<'_>, pipeline: &Path) -> Result<()> {
    let mut apply = workspace::command(workspace::studio());
    apply.arg("apply").arg(pipeline).args(["--yes", "--studio", &scene.studio.url]).arg("--data-dir").arg(scene.dir.join("unused"));
    process::output(apply.env(PASSWORD, &scene.lab.mariadb.password)).map(drop)
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

    /// Whether the connector and all its tasks run.
    ///
    /// # Errors
    /// When the worker cannot be asked, or the connector or one of its tasks has failed; the text has its trace.
    pub(super) fn is_running(&self) -> Result<bool> {
        let status = self.status()?;
        let tasks = status["tasks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let run = tasks.iter().map(runs).collect::<Result<Vec<_>>>()?;
        Ok(runs(&status["connector"])? && !run.is_empty() && run.iter().all(|runs| *runs))
    }

    /// Whether the connector runs, whatever becomes of its tasks.
    ///
    /// # Errors
    /// As [`Self::is_running`].
    pub(super) fn has_started(&self) -> Result<bool> {
        runs(&self.status()?["connector"])
    }

    /// `null` as long as the worker that answered the launch has not read of it itself.
    fn status(&self) -> Result<Value> {
        match http::get(&format!("{}/status", self.connector)) {
            Err(error) if format!("{error:#}").contains(" 404 ") => Ok(Value::Null),
            status => status,
        }
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

/// Of a connector or task in a status.
fn runs(part: &Value) -> Result<bool> {
    if part["state"] == "FAILED" {
        bail!("the sink failed:\n{}", part["trace"].as_str().unwrap_or_default());
    }
    Ok(part["state"] == "RUNNING")
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
