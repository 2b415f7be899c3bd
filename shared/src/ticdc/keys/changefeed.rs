//! The changefeed as a whole: its behaviour on errors, integrity, redo log.

use super::super::key::{ConfigKey, ValueType};
use super::super::release::Version;
use ValueType::{Boolean, Duration, Integer, Text, Word};

const INTEGRITY: &str = "integrity";
const SYNCED: &str = "synced-status";
const REDO: &str = "consistent";
const COUNT: ValueType = Integer(0, i64::MAX);

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::file("", "memory-quota", COUNT, "1073741824")
        .also("heap buffer.memory")
        .doc("Bytes of memory that the changefeed may use on a node; 0 is the default."),
    ConfigKey::file("", "case-sensitive", Boolean, "false")
        .doc("Whether filter rules look at case: true by default before v6.5.6, v7.1.3 and v7.5.0; matchers of dispatchers ignore it in the new architecture."),
    ConfigKey::file("", "force-replicate", Boolean, "false")
        .doc("Replicates tables without a usable key; refused with Avro, and rows of such tables may come twice."),
    ConfigKey::file("", "ignore-ineligible-table", Boolean, "false")
        .doc("Leaves tables without a key out instead of refusing the changefeed; those created later are left out in any case."),
    ConfigKey::file("", "check-gc-safe-point", Boolean, "true").doc("Refuses a start-ts whose changes TiDB has removed already."),
    ConfigKey::file("", "bdr-mode", Boolean, "false").doc("Replication in both directions between two TiDB clusters; not for Kafka."),
    ConfigKey::file("", "changefeed-error-stuck-duration", Duration(1800), "30m")
        .also("retry timeout errors.retry.timeout")
        .doc("How long a changefeed tries again after an error before it fails for good; at least 30m."),
    ConfigKey::file("", "enable-sync-point", Boolean, "false")
        .since(&[Version::new(6, 3, 0)])
        .doc("Consistent points between source and a MySQL sink; with Kafka it is an error."),
    ConfigKey::file("", "sync-point-interval", Duration(30), "10m")
        .since(&[Version::new(6, 3, 0)])
        .doc("Time between sync points, at least 30s; not for Kafka."),
    ConfigKey::file("", "sync-point-retention", Duration(3600), "24h")
        .since(&[Version::new(6, 3, 0)])
        .doc("How long sync points are kept, at least 1h; not for Kafka."),
    ConfigKey::file("", "sql-mode", Text, "")
        .deprecated("It does nothing since v8.0.0: remove it.")
        .doc("SQL mode to read schema changes with."),
    ConfigKey::file("", "performance-mode", Word(&["throughput", "low-latency"]), "throughput")
        .unreleased()
        .also("linger.ms latency")
        .doc("Whether batches grow for throughput or rows leave at once."),
    ConfigKey::file("", "event-collector-batch-count", Integer(0, 8192), "0")
        .new_only()
        .doc("Events handed on at once, up to 8192; 0 leaves it to the sink."),
    ConfigKey::file("", "event-collector-batch-bytes", COUNT, "0").new_only().doc("Bytes handed on at once; 0 leaves it to the sink."),
    ConfigKey::file("", "enable-table-monitor", Boolean, "").doc("Metrics of every table; nothing that Kafka sees."),
    ConfigKey::file("", "enable-active-active", Boolean, "").new_only().doc("Active-active replication between TiDB clusters; not for Kafka."),
    ConfigKey::file("", "active-active-progress-interval", Duration(0), "30m")
        .new_only()
        .doc("Part of active-active replication; not for Kafka."),
    ConfigKey::file("", "active-active-sync-stats-interval", Duration(0), "1m")
        .new_only()
        .doc("Part of active-active replication; not for Kafka."),
    ConfigKey::file("mounter", "worker-num", COUNT, "16")
        .also("threads")
        .doc("Threads that decode rows of TiKV."),
    ConfigKey::file(INTEGRITY, "integrity-check-level", Word(&["none", "correctness"]), "none")
        .since(&[Version::new(7, 1, 0)])
        .classic_only()
        .also("checksum data validation")
        .doc("Checks row checksums and sends them along; with Avro it needs the extension and both text modes, and no column selectors."),
    ConfigKey::file(INTEGRITY, "corruption-handle-level", Word(&["warn", "error"]), "warn")
        .since(&[Version::new(7, 1, 0)])
        .classic_only()
        .doc("Whether a wrong checksum is logged or stops the changefeed."),
    ConfigKey::file(SYNCED, "synced-check-interval", COUNT, "300")
        .doc("Seconds without a change after which the changefeed may call itself synced."),
    ConfigKey::file(SYNCED, "checkpoint-interval", COUNT, "15")
        .doc("Seconds that the checkpoint may lag behind for the changefeed to call itself synced."),
    ConfigKey::file(REDO, "level", Word(&["none", "eventual"]), "none").doc("Redo log for MySQL sinks; not for Kafka."),
    ConfigKey::file(REDO, "storage", Text, "").doc("Where the redo log is kept; not for Kafka."),
    ConfigKey::file(REDO, "max-log-size", COUNT, "64").doc("MiB of one redo log file; not for Kafka."),
    ConfigKey::file(REDO, "flush-interval", COUNT, "2000").doc("Milliseconds between flushes of the redo log; not for Kafka."),
    ConfigKey::file(REDO, "meta-flush-interval", COUNT, "200").doc("Milliseconds between flushes of the redo log's progress; not for Kafka."),
    ConfigKey::file(REDO, "encoding-worker-num", COUNT, "16").doc("Threads that encode the redo log; not for Kafka."),
    ConfigKey::file(REDO, "flush-worker-num", COUNT, "8").doc("Threads that write the redo log; not for Kafka."),
    ConfigKey::file(REDO, "use-file-backend", Boolean, "false").doc("Writes the redo log to local files first; not for Kafka."),
    ConfigKey::file(REDO, "compression", Text, "").doc("`none` or `lz4`, for the redo log; not for Kafka."),
    ConfigKey::file(REDO, "flush-concurrency", COUNT, "1").doc("Parts of one redo log file that are written at once; not for Kafka."),
    ConfigKey::file("consistent.memory-usage", "memory-quota-percentage", Integer(0, 100), "50")
        .doc("Percent of `memory-quota` that the redo log may use; not for Kafka."),
];
