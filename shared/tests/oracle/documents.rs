//! Random pipeline documents: mostly right, with every option that TiCDC has, and a wrong value here and there.

use super::draw::Draw;
use serde_json::{Map, Value, json};
use shared::config::{Pipeline, from_json};
use shared::ticdc::{ConfigKey, Place, ValueType, all};

const MATCHERS: [&str; 23] = [
    "*.*",
    "app.*",
    "app.orders",
    "!app.tmp_*",
    "/^foo/.*",
    "!/^foo/./^sbtest-\\d/",
    "db*.*",
    "[!a-z].[^a-z]",
    "BAR.*",
    "p_123$.45",
    "中文.表名",
    "`a b`.`c\"d`",
    "\"x\".\"y.z\"",
    "a\\-b.c",
    "# nothing",
    "",
    " \tapp.users ",
    "/a\\/b/./c/",
    "foo?.[a-c]*",
    "!*.*",
    "test.t1",
    "/(?i)x/.*",
    "a.b ",
];
const BAD_MATCHERS: [&str; 16] = [
    "a.b.c",
    "a%b.c",
    "a\\tb.c",
    "[].*",
    "[.*",
    "db",
    "db.",
    "`db`*.*",
    "/db.*",
    "`db.* ",
    "db\\",
    "/(?=x)/.*",
    "/(/.*",
    ".*",
    "//.*",
    "[z-a].x",
];
const TOPICS: [&str; 16] = [
    "",
    "orders",
    "tidb_{schema}_{table}",
    "{schema}{table}",
    "p-{schema}_{table}.s",
    "{schema}.{table}",
    "a.b_c-d",
    "x{schema}y{table}z",
    "{schema}_{table}",
    "9{schema}-{table}",
    "UPPER",
    "_",
    "a{schema}b{table}",
    "{schema}--{table}",
    "meta",
    "t_{schema}_{table}_v1",
];
const BAD_TOPICS: [&str; 18] = [
    "{schema}",
    "{table}",
    "{table}_{schema}",
    "{{schema}",
    "你好{schema}",
    "{schema}}}",
    "{xxx}",
    "abc{sch}",
    "{sch}_{tab}",
    "%invalid{schema}",
    "a b",
    "{schema}!{table}",
    "{Schema}_{Table}",
    "{schema}_{table}_{schema}",
    "a/b",
    " ",
    "{schema} {table}",
    "{}",
];
const PARTITIONS: [&str; 12] =
    ["", "default", "table", "ts", "index-value", "rowid", "columns", "TS", "Index-Value", "Table", "unknown-dispatcher", "hash"];
const ROUTES: [&str; 8] = ["", "copy_{table}", "{schema}_{table}", "plain", "{schema", "{db}", "}", "{schema}{table}{schema}"];
const WORDS: [&str; 8] = ["", "word", "a b", "é", "x-y_z.1", "\"q\"", "\\", "0"];
const DURATIONS: [&str; 9] = ["10s", "1m30s", "1.5h", "100ms", "1h", "24h", "30m", "+5s", "1µs"];
const BAD_DURATIONS: [&str; 12] = ["0s", "-1s", "1d", "", "10", "29m59s", "1us", "0", ".5s", "1h ", "9999999h", "1 s"];
const FILTERS: [&str; 6] = ["id < 0", "", "a = 'x'", "1", "id", "not b"];
const COLUMNS: [&str; 21] =
    ["*", "!ssn", "id", "co*", "co?1", "", "[a-c]", "`a b`", "/x/", "*", "*", "id", "id", "!x", "#", "é", " id ", "a_b", "a.b", "[", "!"];

/// Random text for an option that takes some; names with rules of their own have words that meet and miss them.
fn text(draw: &mut Draw, name: &str) -> String {
    let choice: &[&str] = match name {
        "kafka-version" => &[
            "3.0.0",
            "0.11.0.2",
            "2.8",
            "3",
            "1.0.0.0",
            "a.b.c",
            "0.11.0",
            "",
            "3.0.0-rc",
            "12.34.56",
            "3.0.",
            "99999.0.0",
            " 3.0.0",
            "2.0.1",
            "2.1.0",
            "0.10.0.0",
            "0.9.0.1",
            "1.0.0",
            "00.1.2.3",
            "3.0.0",
            "3.0.0",
            "2.8.2",
        ],
        "kafka-client-id" => &["cdc-1", "a.b_c", "^invalid$", "a b", "", "é", "x".repeat(9).leak(), "-"],
        "compression" => &["none", "GZIP", " lz4 ", "Snappy", "zstd", "brotli", "", "0"],
        "ca" | "cert" | "key" => &["/etc/ssl/file.pem", "", "/other"],
        "schema-registry" => &["http://127.0.0.1:8081"],
        "sasl-oauth-client-secret" => &["c2VjcmV0", "bm90IGJhc2U2NA==", "not base64", "c2Vj cmV0", "a", ""],
        "sasl-oauth-token-url" => &["http://127.0.0.1:9/token", "", "::", "token"],
        "sasl-oauth-grant-type" => &["client_credentials", "", "password"],
        "target-schema" | "target-table" => &ROUTES,
        "sql-mode" => &["ANSI", ""],
        "region" | "registry-name" | "access-key" | "secret-access-key" | "token" => &["", "r", "us-east-1"],
        "claim-check-storage-uri" => &["", "s3://bucket/prefix", "file:///tmp/x"],
        "storage" => &["", "s3://bucket/prefix"],
        name if name.ends_with("-expr") => &FILTERS,
        _ => &WORDS,
    };
    draw.pick(choice).to_owned()
}

fn integer(draw: &mut Draw, least: i64, most: i64) -> i64 {
    let near = [
        least,
        least.saturating_add(1),
        most,
        most.saturating_sub(1),
        0,
        1,
        -1,
        3,
        16,
        100,
        10_000,
        least.saturating_sub(1),
        most.saturating_add(1),
    ];
    let number = draw.pick(&near);
    // a wrong number is rare enough that most documents are right
    if (least..=most).contains(&number) || draw.once_in(12) { number } else { draw.pick(&[least.max(0), least.saturating_add(5)]) }
}

fn word(draw: &mut Draw, words: &[&str]) -> String {
    let known = draw.pick(words);
    match draw.below(40) {
        0 => known.to_uppercase(),
        1 => format!("{known}x"),
        2 if draw.once_in(3) => String::new(),
        _ => known.to_owned(),
    }
}

/// A value as the configuration file has it, sometimes of a type that it must not have.
fn file_value(draw: &mut Draw, key: &ConfigKey) -> Value {
    if draw.once_in(60) {
        return draw.pick(&[&json!("text"), &json!(1), &json!(1.5), &json!(true), &json!([]), &json!(["x"]), &json!("")]).clone();
    }
    match key.value_type {
        ValueType::Boolean => json!(draw.once_in(2)),
        ValueType::Integer(least, most) => json!(integer(draw, least, most)),
        ValueType::Number => draw.pick(&[&json!(0.8), &json!(1), &json!(1.25), &json!(20), &json!(0), &json!(-1), &json!(0.5)]).clone(),
        ValueType::Duration(_) | ValueType::Interval if draw.once_in(6) => json!(draw.pick(&BAD_DURATIONS)),
        ValueType::Duration(_) => json!(draw.pick(&DURATIONS)),
        ValueType::Interval => draw.pick(&[&json!("1m"), &json!("30s"), &json!(60_000_000_000_i64), &json!(0)]).clone(),
        ValueType::Text => json!(text(draw, key.name)),
        ValueType::Word(words) => json!(word(draw, words)),
        ValueType::Texts if key.name == "matcher" || key.name == "rules" => json!(matchers(draw)),
        ValueType::Texts if key.name == "ignore-sql" => json!(if draw.once_in(6) {
            draw.some(2, &["(", ")", "x", "\\", "(?=y)", "a{1001}"])
        } else {
            draw.some(2, &["^drop", "(?i)alter", "x"])
        }),
        ValueType::Texts if key.section == "sink.column-selectors[]" => json!(draw.some(3, &COLUMNS)),
        ValueType::Texts => json!(draw.some(3, &["a", "B", "id"])),
        ValueType::Words(words) => json!((0..draw.below(3)).map(|_| word(draw, words)).collect::<Vec<_>>()),
        ValueType::Integers => draw.pick(&[&json!([]), &json!([1, 2]), &json!([445_644_800_000_000_005_u64]), &json!([-1])]).clone(),
        ValueType::Section => json!({}),
    }
}

/// A value as text of the sink URI.
fn uri_value(draw: &mut Draw, key: &ConfigKey) -> Value {
    match key.value_type {
        ValueType::Boolean if draw.once_in(12) => json!(draw.pick(&["yes", "tRUE", "2", " true"])),
        ValueType::Boolean => draw
            .pick(&[&json!(true), &json!(false), &json!("true"), &json!("T"), &json!("FALSE"), &json!("1"), &json!("0"), &json!("")])
            .clone(),
        ValueType::Integer(..) if draw.once_in(12) => {
            json!(draw.pick(&["", " 5", "+5", "05", "1e3", "5.0", "1_000", "a", "99999999999999999999", "0x10", "-0"]))
        }
        _ => file_value(draw, key),
    }
}

fn matchers(draw: &mut Draw) -> Vec<String> {
    let mut rules = draw.some(3, &MATCHERS);
    if draw.once_in(60) {
        rules.push(draw.pick(&BAD_MATCHERS).to_owned());
    }
    rules
}

fn dispatcher(draw: &mut Draw) -> Value {
    let mut map = Map::new();
    map.insert("matcher".to_owned(), json!(matchers(draw)));
    if !draw.once_in(4) {
        let topic = if draw.once_in(30) { draw.pick(&BAD_TOPICS) } else { draw.pick(&TOPICS) };
        map.insert("topic".to_owned(), json!(topic));
    }
    if !draw.once_in(4) {
        map.insert("partition".to_owned(), json!(draw.pick(&PARTITIONS)));
    } else if draw.once_in(2) {
        map.insert("dispatcher".to_owned(), json!(draw.pick(&PARTITIONS)));
        if draw.once_in(4) {
            map.insert("partition".to_owned(), json!("ts"));
        }
    }
    if draw.once_in(8) {
        map.insert("index".to_owned(), json!(draw.pick(&["", "by_name", "PRIMARY"])));
    }
    if draw.once_in(8) {
        map.insert("columns".to_owned(), json!(draw.some(2, &["id", "Name"])));
    }
    for name in ["target-schema", "target-table"] {
        if draw.once_in(12) {
            map.insert(name.to_owned(), json!(draw.pick(&ROUTES)));
        }
    }
    Value::Object(map)
}

/// Puts a value at a section's place, lists with one entry for each.
fn put(config: &mut Map<String, Value>, section: &str, name: &str, value: Value) {
    let mut table = config;
    for part in section.split('.').filter(|part| !part.is_empty()) {
        let next = match part.strip_suffix("[]") {
            None => table.entry(part).or_insert_with(|| json!({})),
            Some(list) => {
                let items = table.entry(list).or_insert_with(|| json!([{}]));
                let Some(last) = items.as_array_mut().and_then(|items| items.last_mut()) else { return };
                last
            }
        };
        let Some(map) = next.as_object_mut() else { return };
        table = map;
    }
    table.insert(name.to_owned(), value);
}

/// Combinations that a few options at random would seldom make.
fn scenario(draw: &mut Draw, params: &mut Map<String, Value>, config: &mut Map<String, Value>) {
    match draw.below(14) {
        0 => params.extend(login(draw, &["plain", "SCRAM-SHA-256", "scram-sha-512", "gssapi", "OAUTHBEARER", "digest"])),
        1 => {
            for name in ["ca", "cert", "key"] {
                if !draw.once_in(5) {
                    params.insert(name.to_owned(), json!(draw.pick(&["/f.pem", "/f.pem", "/f.pem", ""])));
                }
            }
            if draw.once_in(2) {
                params.insert("enable-tls".to_owned(), json!(draw.pick(&["true", "false", ""])));
            }
        }
        2 => {
            params.insert("sasl-mechanism".to_owned(), json!(draw.pick(&["oauthbearer", "OAUTHBEARER", "plain", ""])));
            for (name, value) in [("client-id", "id"), ("client-secret", "c2VjcmV0"), ("token-url", "http://127.0.0.1:9/t")] {
                if !draw.once_in(6) {
                    put(config, "sink.kafka-config", &format!("sasl-oauth-{name}"), json!(value));
                }
            }
        }
        3 => {
            put(config, "integrity", "integrity-check-level", json!(draw.pick(&["correctness", "none"])));
            for (name, value) in [
                ("enable-tidb-extension", "true"),
                ("avro-decimal-handling-mode", "string"),
                ("avro-bigint-unsigned-handling-mode", "string"),
            ] {
                if !draw.once_in(4) {
                    params.insert(name.to_owned(), json!(value));
                }
            }
            if draw.once_in(3) {
                put(config, "sink", "column-selectors", json!([{"matcher": ["*.*"], "columns": ["*"]}]));
            }
        }
        4 => {
            let glue = json!({"registry-name": draw.pick(&["r", "r", ""]), "region": draw.pick(&["us-east-1", "x", ""])});
            put(config, "sink.kafka-config", "glue-schema-registry-config", glue);
        }
        5 => {
            put(
                config,
                "sink.kafka-config.large-message-handle",
                "large-message-handle-option",
                json!(draw.pick(&["none", "claim-check", "handle-key-only", ""])),
            );
            params.insert("protocol".to_owned(), json!(draw.pick(&["avro", "canal-json", "open-protocol", "simple"])));
            if draw.once_in(2) {
                params.insert("enable-tidb-extension".to_owned(), json!(true));
            }
        }
        6 => {
            config.insert("force-replicate".to_owned(), json!(true));
            put(config, "sink", "delete-only-output-handle-key-columns", json!(draw.once_in(2)));
        }
        7 => {
            let protocol = draw.pick(&[
                "avro",
                "Avro",
                "AVRO",
                "flat-avro",
                "canal-json",
                "open-protocol",
                "default",
                "simple",
                "debezium",
                "debezium-avro",
                "csv",
                "maxwell",
                "craft",
                "canal",
                "random",
                "",
            ]);
            if draw.once_in(2) {
                params.insert("protocol".to_owned(), json!(protocol));
            } else {
                params.shift_remove("protocol");
                put(config, "sink", "protocol", json!(protocol));
            }
        }
        8 => {
            // the same option twice
            let keys: Vec<&ConfigKey> = all().filter(|key| key.place == Place::Both && key.name != "schema-registry").collect();
            let key = draw.pick(&keys);
            let (file, uri) = (file_value(draw, key), uri_value(draw, key));
            put(config, key.section, key.name, file);
            params.insert(key.name.to_owned(), uri);
        }
        9 => {
            params.insert("transaction-atomicity".to_owned(), json!(draw.pick(&["none", "table", "global", ""])));
        }
        _ => {}
    }
}

fn login(draw: &mut Draw, mechanisms: &[&str]) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("sasl-mechanism".to_owned(), json!(draw.pick(mechanisms)));
    for (name, value) in [("sasl-user", "USER1"), ("sasl-password", "p+w/=%&#;:@ x")] {
        if !draw.once_in(6) {
            map.insert(name.to_owned(), json!(value));
        }
    }
    if draw.once_in(3) {
        map.insert("sasl-gssapi-auth-type".to_owned(), json!(draw.pick(&["user", "keytab", "USER", "keyta1b"])));
    }
    map
}

/// A document that TiCDC or this studio may refuse, but that is one.
pub(crate) fn document(draw: &mut Draw) -> Pipeline {
    loop {
        if let Ok(pipeline) = from_json(draft(draw)) {
            return pipeline;
        }
    }
}

fn draft(draw: &mut Draw) -> Value {
    let mut params = Map::new();
    params.insert("protocol".to_owned(), json!("avro"));
    let mut config = Map::new();
    let options: Vec<&ConfigKey> =
        all().filter(|key| !["protocol", "schema-registry", "dispatcher", "partition", "topic"].contains(&key.name)).collect();
    for _ in 0..draw.below(9) {
        let key = draw.pick(&options);
        let in_uri = match key.place {
            Place::Uri => true,
            Place::File => false,
            Place::Both => draw.once_in(2),
        };
        if in_uri {
            let value = uri_value(draw, key);
            params.insert(key.name.to_owned(), value);
        } else {
            let value = file_value(draw, key);
            put(&mut config, key.section, key.name, value);
        }
    }
    if draw.once_in(2) {
        put(&mut config, "filter", "rules", json!(matchers(draw)));
    }
    for _ in 0..draw.below(4) {
        let entry = dispatcher(draw);
        let sink = config.entry("sink").or_insert_with(|| json!({}));
        if let Some(Value::Array(items)) = sink.as_object_mut().map(|sink| sink.entry("dispatchers").or_insert_with(|| json!([]))) {
            items.push(entry);
        }
    }
    scenario(draw, &mut params, &mut config);
    if draw.once_in(30) {
        let (section, name) = draw.pick(&[
            ("", "case_sensitive"),
            ("sink", "topics"),
            ("sink.kafka-config", "max-retry"),
            ("filter", "rule"),
            ("sink.dispatchers[]", "topics"),
        ]);
        put(&mut config, section, name, json!("x"));
    }
    if draw.once_in(20) {
        params.insert(draw.pick(&["Protocol", "partition_num", "compressionType"]).to_owned(), json!("1"));
    }
    let id =
        if draw.once_in(20) { draw.pick(&["a--b", "job$", "test-", "ok-1", "9ff52acaA-aea6-4022-8eVc4-fbee3fD2c7890"]) } else { "orders" };
    let mut document = json!({
        "version": 1,
        "name": "oracle",
        "source": {"kind": "tidb", "pd": ["http://127.0.0.1:2379"], "start": "now"},
        "changefeed": {"id": id, "target": "export", "ticdc_architecture": "new", "config": config},
        "kafka": {"brokers": draw.pick(&[&json!(["b:9092"]), &json!(["b1:9092", "b2:9093"])]), "topic": draw.pick(&["meta", "meta", "meta", "meta", "a.b-c_D", "a/b", "meta", "meta", "meta", ""]), "params": params},
    });
    if !draw.once_in(15) {
        document["schema_registry"] = draw
            .pick(&[&json!({"url": "http://127.0.0.1:8081"}), &json!({"url": "https://sr.example/", "user": "KEY", "password": "a+b/c=%"})])
            .clone();
    }
    document
}
