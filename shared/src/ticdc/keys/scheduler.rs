//! How tables are spread over the nodes of a TiCDC cluster.

use super::super::key::{ConfigKey, ValueType};
use super::super::release::Version;
use ValueType::{Boolean, Integer, Number};

const SECTION: &str = "scheduler";
const COUNT: ValueType = Integer(0, i64::MAX);

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::file(SECTION, "enable-table-across-nodes", Boolean, "false")
        .since(&[Version::new(7, 0, 0)])
        .also("parallelism tasks.max scale out")
        .doc("Splits large tables over nodes; order then holds per key only, so dispatch by `index-value`."),
    ConfigKey::file(SECTION, "region-threshold", COUNT, "10000 (classic 100000)")
        .doc("Regions from which on a table is split; at least `region-count-per-span`."),
    ConfigKey::file(SECTION, "region-count-per-span", COUNT, "100")
        .since(&[Version::new(8, 5, 4)])
        .doc("Regions of one part of a split table."),
    ConfigKey::file(SECTION, "region-count-refresh-interval", ValueType::Interval, "")
        .doc("Time between counts of regions: a duration in the file, whole nanoseconds in the Open API."),
    ConfigKey::file(SECTION, "write-key-threshold", COUNT, "0")
        .doc("Bytes written a second from which on a table is split; 0 is never, and less than 10485760 is raised to it."),
    ConfigKey::file(SECTION, "scheduling-task-count-per-node", COUNT, "20").new_only().doc("Tasks that a node starts at once."),
    ConfigKey::file(SECTION, "enable-splittable-check", Boolean, "false")
        .doc("Splits only tables with exactly one key, which MySQL sinks need."),
    ConfigKey::file(SECTION, "force-split", Boolean, "false").doc("Splits tables that a MySQL sink should not have split."),
    ConfigKey::file(SECTION, "balance-score-threshold", COUNT, "20").new_only().doc("Rounds of imbalance after which parts are moved."),
    ConfigKey::file(SECTION, "min-traffic-percentage", Number, "0.8")
        .new_only()
        .doc("Share of the average traffic below which a node counts as idle."),
    ConfigKey::file(SECTION, "max-traffic-percentage", Number, "1.25")
        .new_only()
        .doc("Share of the average traffic above which a node counts as busy."),
];
