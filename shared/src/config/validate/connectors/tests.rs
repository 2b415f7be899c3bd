#![allow(clippy::unwrap_used)]

use crate::config::{Pipeline, parse, validate, validate_tables};
use crate::schema::ddl::parse_create_table;
use crate::{Finding, Severity, fix};

const HEAD: &str = r#"
version = 1
name = "p"
[source]
kind = "tidb"
pd = ["http://127.0.0.1:2379"]
[changefeed]
target = "export"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["pkc-1.eu.aws.confluent.cloud:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
replication-factor = 3
enable-tls = true
sasl-mechanism = "plain"
sasl-user = "KEY"
sasl-password = "store:cluster"
[schema_registry]
url = "https://psrc-1.eu.aws.confluent.cloud"
user = "SRKEY"
password = "env:SR"
[[connectors]]
name = "c"
topics = ["tidb_tpcc_orders"]
"#;

/// Connectors without a finding; a case changes one of them.
const CLOUD: &str = r#"
kind = "sqlserver"
[connectors.config]
"connection.host" = "10.61.43.14"
"connection.user" = "admin"
"connection.password" = "store:sqlserver"
"db.name" = "tpcc"
"insert.mode" = "UPSERT"
"pk.mode" = "record_key"
"auto.create" = "true"
"auto.evolve" = "true"
"delete.enabled" = "true"
"errors.tolerance" = "none"
"#;
const WORKER: &str = r#"
kind = "sqlserver"
flavour = "kafka-connect-confluent"
[connectors.config]
"connection.url" = "jdbc:sqlserver://h:1433;databaseName=tpcc"
"insert.mode" = "upsert"
"pk.mode" = "record_key"
"delete.enabled" = "true"
"#;
const DEBEZIUM: &str = r#"
kind = "postgres"
flavour = "kafka-connect-debezium"
[connectors.config]
"connection.url" = "jdbc:postgresql://h/tpcc"
"connection.username" = "u"
"connection.password" = "env:PG"
"insert.mode" = "upsert"
"primary.key.mode" = "record_key"
"delete.enabled" = "true"
"#;
const SNOWFLAKE: &str = r#"
kind = "snowflake"
[connectors.config]
"snowflake.url.name" = "ab12345.ap-east-1.aws.snowflakecomputing.com:443"
"snowflake.user.name" = "TICDC_LOADER"
"snowflake.private.key" = "store:key"
"snowflake.role.name" = "TICDC_ROLE"
"snowflake.database.name" = "TPCC"
"snowflake.schema.name" = "TICDC"
"snowflake.ingestion.method" = "SNOWPIPE_STREAMING"
"behavior.on.null.values" = "DEFAULT"
"errors.tolerance" = "none"
"#;
const SNOWFLAKE_WORKER: &str = r#"
kind = "snowflake"
flavour = "kafka-connect-confluent"
[connectors.config]
"snowflake.url.name" = "org-account.snowflakecomputing.com"
"snowflake.user.name" = "TICDC_LOADER"
"snowflake.private.key" = "store:key"
"snowflake.database.name" = "TPCC"
"snowflake.schema.name" = "TICDC"
"#;

/// The document with a connector whose configuration has these lines of TOML over its own; a line without value removes.
fn document(connector: &str, lines: &str) -> Pipeline {
    let mut pipeline = parse(&format!("{HEAD}{connector}")).unwrap();
    let change: toml::Table = toml::from_str(lines).unwrap();
    for (key, value) in change {
        let config = &mut pipeline.connectors[0].config;
        if value.as_str() == Some("-") {
            config.shift_remove(&key);
        } else {
            config.insert(key, serde_json::to_value(value).unwrap());
        }
    }
    pipeline
}

fn names(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{} {}", f.path, f.code)).collect()
}

/// A finding's fix, made, takes the finding away.
fn assert_fix_helps(pipeline: &Pipeline, finding: &Finding, judge: impl Fn(&Pipeline) -> Vec<Finding>) {
    let Some(fix) = &finding.fix else { return };
    let mut fixed = pipeline.clone();
    fix::apply(&mut fixed, fix).unwrap();
    let left = judge(&fixed);
    assert!(!left.contains(finding), "`{}` does not help: {finding:?}", fix.label);
}

#[test]
fn fine_connectors_have_no_findings() {
    for connector in [CLOUD, WORKER, DEBEZIUM, SNOWFLAKE, SNOWFLAKE_WORKER] {
        let findings = validate(&document(connector, ""));
        assert!(findings.is_empty(), "{connector}: {:#?}", findings);
    }
}

/// Severity, the connector, what is changed, and the finding below `connectors[0]`.
type Case = (Severity, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (severity, connector, lines, expected) in cases {
        let pipeline = document(connector, lines);
        let findings = validate(&pipeline);
        let found = findings.iter().find(|f| format!("{} {}", f.path, f.code) == format!("connectors[0].{expected}"));
        let Some(found) = found else { panic!("{lines}: {expected} is not among {:#?}", names(&findings)) };
        assert_eq!(found.severity, *severity, "{expected}");
        for finding in &findings {
            assert_fix_helps(&pipeline, finding, validate);
        }
    }
}

use Severity::{Error, Info, Warning};

#[test]
fn rules_of_any_sink() {
    check(&[
        (Error, CLOUD, r#""topics.regex" = "tidb_.*""#, r#"config."topics.regex" connector-topics-twice"#),
        (Error, CLOUD, r#"topics = "other""#, "config.topics connector-topics-twice"),
        (
            Error,
            CLOUD,
            r#""errors.deadletterqueue.topic.name" = "tidb_tpcc_orders""#,
            r#"config."errors.deadletterqueue.topic.name" dlq-is-input"#,
        ),
        (Error, CLOUD, r#""tasks.max" = "0""#, r#"config."tasks.max" tasks-max-invalid"#),
        (Error, CLOUD, r#""kafka.auth.mode" = "SERVICE_ACCOUNT""#, r#"config."kafka.service.account.id" connector-login-incomplete"#),
        (Warning, CLOUD, "\"kafka.api.key\" = \"SRKEY\"\n\"kafka.api.secret\" = \"env:X\"", r#"config."kafka.api.key" same-key-twice"#),
        (Error, CLOUD, r#""kafka.api.key" = "OTHER""#, r#"config."kafka.api.secret" connector-login-incomplete"#),
        (Warning, CLOUD, r#""errors.tolerance" = "-""#, r#"config."errors.tolerance" errors-tolerated"#),
        (Warning, WORKER, r#""errors.tolerance" = "all""#, r#"config."errors.tolerance" errors-tolerated"#),
        (Info, CLOUD, r#""delete.enabled" = true"#, r#"config."delete.enabled" connector-value-not-text"#),
        (Warning, CLOUD, "\"connection.host\" = \"-\"\nconnection.host = \"10.1.1.1\"", "config.connection connector-value-not-text"),
        (Error, CLOUD, r#""db.name" = [{ a = 1 }]"#, r#"config."db.name" connector-value-not-text"#),
        (Error, CLOUD, r#""connection.password" = "****************""#, r#"config."connection.password" secret-masked"#),
        (Error, CLOUD, r#"name = "other""#, "config.name connector-name-differs"),
        (
            Warning,
            CLOUD,
            "\"input.key.format\" = \"STRING\"\n\"delete.enabled\" = \"false\"\n\"pk.fields\" = \"o_id\"",
            r#"config."input.key.format" key-format-not-avro"#,
        ),
        (Warning, SNOWFLAKE, r#""input.key.format" = "STRING""#, r#"config."input.key.format" key-format-not-avro"#),
        (Error, SNOWFLAKE, r#""input.data.format" = "JSON""#, r#"config."input.data.format" value-format-not-avro"#),
        (Warning, CLOUD, r#""delete.on.null" = "true""#, r#"config."delete.on.null" connector-key-unknown"#),
        (Warning, CLOUD, r#""batch.size" = "100""#, r#"config."batch.size" connector-key-unknown"#),
        (Warning, CLOUD, r#""zzz" = "100""#, "config.zzz connector-key-unknown"),
        (Error, CLOUD, r#""pk.mode" = "record-key""#, r#"config."pk.mode" connector-value-invalid"#),
        (Error, CLOUD, r#""connection.port" = "70000""#, r#"config."connection.port" connector-value-invalid"#),
        (Error, CLOUD, r#""table.types" = "TABLE,TREE""#, r#"config."table.types" connector-value-invalid"#),
        (Error, CLOUD, r#""db.name" = "-""#, r#"config."db.name" connector-property-missing"#),
        (Error, SNOWFLAKE_WORKER, r#""snowflake.private.key" = "-""#, r#"config."snowflake.private.key" connector-property-missing"#),
    ]);
}

#[test]
fn rules_of_a_connectors_own_fields() {
    type Change = fn(&mut Pipeline);
    let cases: [(Change, &str); 12] = [
        (|p| p.connectors[0].name.clear(), "connectors[0].name connector-name-missing"),
        (|p| p.connectors.push(p.connectors[0].clone()), "connectors[1].name connector-name-twice"),
        (|p| p.connectors[0].kind = "sqlsever".to_owned(), "connectors[0].kind connector-kind-unknown"),
        (|p| p.connectors[0].flavour = "aiven".to_owned(), "connectors[0].flavour connector-flavour-unknown"),
        (|p| p.connectors[0].flavour = "native".to_owned(), "connectors[0].flavour native-unsupported"),
        (|p| p.connectors[0].topics.clear(), "connectors[0].topics connector-topics-missing"),
        (|p| p.connectors[0].topics = vec!["tidb_*".to_owned()], "connectors[0].topics[0] topics-with-pattern"),
        (|p| p.connectors[0].topics = vec!["a b".to_owned()], "connectors[0].topics[0] topic-name-illegal"),
        (|p| p.connectors[0].topics = vec!["a.b".to_owned()], "connectors[0].topics[0] topic-with-dot"),
        (
            |p| {
                p.connectors[0].topics.clear();
                p.connectors[0].config.insert("topics.regex".to_owned(), "tidb_(".into());
            },
            "connectors[0].config.\"topics.regex\" topics-regex-invalid",
        ),
        (
            |p| {
                p.kafka.params.insert("partition-num".to_owned(), 2.into());
                p.connectors[0].config.insert("tasks.max".to_owned(), "3".into());
            },
            "connectors[0].config.\"tasks.max\" tasks-max-excess",
        ),
        (
            |p| {
                p.schema_registry = None;
                p.connectors[0].flavour = "kafka-connect-confluent".to_owned();
                p.connectors[0].config.insert("key.converter".to_owned(), "io.confluent.connect.avro.AvroConverter".into());
            },
            "connectors[0].config.\"key.converter.schema.registry.url\" connector-registry-missing",
        ),
    ];
    for (change, expected) in cases {
        let mut pipeline = document(CLOUD, "");
        change(&mut pipeline);
        let findings = validate(&pipeline);
        assert!(names(&findings).iter().any(|name| name == expected), "{expected}: {:#?}", names(&findings));
        for finding in &findings {
            assert_fix_helps(&pipeline, finding, validate);
        }
    }
}

#[test]
fn rules_of_jdbc_sinks() {
    check(&[
        (Error, CLOUD, r#""pk.mode" = "record_value""#, r#"config."pk.mode" deletes-need-record-key"#),
        (Error, DEBEZIUM, r#""primary.key.mode" = "-""#, r#"config."primary.key.mode" deletes-need-record-key"#),
        (Error, CLOUD, r#""input.key.format" = "STRING""#, r#"config."input.key.format" deletes-need-key-format"#),
        (Error, CLOUD, "\"delete.enabled\" = \"-\"\n\"pk.mode\" = \"none\"", r#"config."pk.mode" upsert-needs-key"#),
        (
            Error,
            CLOUD,
            "\"delete.enabled\" = \"-\"\n\"input.key.format\" = \"STRING\"",
            r#"config."input.key.format" record-key-is-primitive"#,
        ),
        (Error, CLOUD, "\"pk.mode\" = \"kafka\"\n\"pk.fields\" = \"a,b\"", r#"config."pk.fields" kafka-key-fields"#),
        (Warning, CLOUD, r#""pk.mode" = "kafka""#, r#"config."pk.mode" kafka-key-with-upsert"#),
        (Warning, CLOUD, r#""pk.mode" = "record_value""#, r#"config."pk.fields" record-value-without-fields"#),
        (Warning, CLOUD, r#""delete.enabled" = "-""#, r#"config."delete.enabled" deletes-disabled"#),
        (Warning, DEBEZIUM, r#""delete.enabled" = "false""#, r#"config."delete.enabled" deletes-disabled"#),
        (Warning, CLOUD, r#""insert.mode" = "-""#, r#"config."insert.mode" insert-repeats-keys"#),
        (Warning, WORKER, "\"insert.mode\" = \"insert\"\n\"pk.mode\" = \"-\"", r#"config."insert.mode" insert-repeats-keys"#),
        (Error, WORKER, r#""insert.mode" = "Upsert""#, r#"config."insert.mode" insert-mode-case"#),
        (Error, DEBEZIUM, r#""connection.username" = "-""#, r#"config."connection.username" connector-property-missing"#),
        (
            Error,
            DEBEZIUM,
            "\"field.include.list\" = \"t:a\"\n\"field.exclude.list\" = \"t:b\"",
            r#"config."field.exclude.list" field-lists-exclusive"#,
        ),
        (Error, CLOUD, r#""table.name.format" = " ""#, r#"config."table.name.format" table-name-format-invalid"#),
        (Error, CLOUD, r#""table.name.format" = "a.[b""#, r#"config."table.name.format" table-name-format-invalid"#),
        (Error, CLOUD, r#""table.name.format" = "dbo.""#, r#"config."table.name.format" table-name-format-invalid"#),
        (Warning, CLOUD, r#""table.name.format" = "dbo.${topic}""#, r#"config."table.name.format" table-name-database"#),
        (Warning, WORKER, r#""tasks.max" = "2""#, r#"config."tasks.max" merge-deadlocks"#),
        (Error, CLOUD, r#""connection.host" = "jdbc:sqlserver://sql:1433;x""#, r#"config."connection.host" connection-host-invalid"#),
        (Error, CLOUD, r#""connection.host" = 'sql\INSTANCE'"#, r#"config."connection.host" connection-host-invalid"#),
        (Error, CLOUD, r#""ssl.mode" = "verify-full""#, r#"config."ssl.truststorefile" ssl-without-truststore"#),
        (Warning, CLOUD, r#""connection.host" = "sql.example.com""#, r#"config."ssl.mode" ssl-not-encrypted"#),
        (Warning, CLOUD, r#""connection.host" = "203.0.113.7""#, r#"config."ssl.mode" ssl-not-encrypted"#),
    ]);
}

#[test]
fn debezium_s_sink_takes_any_case_of_its_own_words_and_connect_takes_one() {
    for (lines, expected) in [
        (r#""insert.mode" = "Upsert""#, None),
        (r#""schema.evolution" = "BASIC""#, None),
        (r#""errors.tolerance" = "None""#, Some(r#"connectors[0].config."errors.tolerance" connector-value-invalid"#)),
        (r#""config.action.reload" = "RESTART""#, Some(r#"connectors[0].config."config.action.reload" connector-value-invalid"#)),
    ] {
        let found = names(&validate(&document(DEBEZIUM, lines)));
        assert_eq!(found, expected.into_iter().map(str::to_owned).collect::<Vec<_>>(), "{lines}");
    }
}

#[test]
fn what_is_named_in_a_list_has_a_class() {
    let (route, is) = ("\"transforms.route.type\" = \"a.B\"", "\"predicates.is.type\" = \"a.P\"");
    let lists = "\"transforms\" = \"route, drop\"\n\"predicates\" = \"is\"";
    let missing = |name: &str| format!("connectors[0].config.\"{name}.type\" transform-type-missing");
    let cases = [
        (String::new(), vec![missing("transforms.route"), missing("transforms.drop"), missing("predicates.is")]),
        (route.to_owned(), vec![missing("transforms.drop"), missing("predicates.is")]),
        (format!("{route}\n{is}\n\"transforms.drop.type\" = \"a.C\""), vec![]),
    ];
    for (lines, expected) in cases {
        assert_eq!(names(&validate(&document(WORKER, &format!("{lists}\n{lines}")))), expected, "{lines}");
    }
}

#[test]
fn one_table_for_several_topics_is_refused() {
    for (connector, key, is_bad) in [(CLOUD, "table.name.format", true), (DEBEZIUM, "collection.name.format", true)] {
        for (format, topics) in [("orders", 2), ("orders", 1), ("t_${topic}", 2)] {
            let mut pipeline = document(connector, &format!("\"{key}\" = \"{format}\""));
            pipeline.connectors[0].topics = ["tidb_tpcc_orders", "tidb_tpcc_item"][..topics].iter().map(|t| (*t).to_owned()).collect();
            let expected = is_bad && format == "orders" && topics == 2;
            let found = validate(&pipeline).iter().any(|finding| finding.code == "table-name-shared");
            assert_eq!(found, expected, "{connector} {format} {topics}");
        }
    }
}

#[test]
fn a_filter_that_drops_deletes_makes_them_no_concern() {
    let mut pipeline = document(CLOUD, r#""delete.enabled" = "false""#);
    let filters = serde_json::json!([{"matcher": ["*.*"], "ignore-event": ["delete"]}]);
    pipeline.changefeed.config.filter.extra.insert("event-filters".to_owned(), filters);
    assert!(!names(&validate(&pipeline)).iter().any(|name| name.ends_with("deletes-disabled")));
}

#[test]
fn rules_of_snowflake_sinks() {
    check(&[
        (Error, SNOWFLAKE, r#""snowflake.url.name" = "ab12345""#, r#"config."snowflake.url.name" snowflake-url-invalid"#),
        (
            Error,
            SNOWFLAKE,
            r#""snowflake.url.name" = "https://a.eu.snowflakecomputing.com/console""#,
            r#"config."snowflake.url.name" snowflake-url-invalid"#,
        ),
        (
            Warning,
            SNOWFLAKE,
            r#""snowflake.url.name" = "org-my_acc.snowflakecomputing.com""#,
            r#"config."snowflake.url.name" snowflake-url-underscore"#,
        ),
        (
            Error,
            SNOWFLAKE_WORKER,
            r#""snowflake.authenticator" = "oauth""#,
            r#"config."snowflake.oauth.client.id" connector-property-missing"#,
        ),
        (
            Error,
            SNOWFLAKE_WORKER,
            r#""snowflake.topic2table.map" = "tidb_.*:ORDERS,tidb_tpcc_orders:ITEMS""#,
            r#"config."snowflake.topic2table.map" topic-map-invalid"#,
        ),
        (Error, SNOWFLAKE, r#""snowflake.role.name" = "-""#, r#"config."snowflake.role.name" snowflake-role-missing"#),
        (
            Error,
            SNOWFLAKE_WORKER,
            r#""snowflake.enable.schematization" = "true""#,
            r#"config."snowflake.enable.schematization" schematization-needs-streaming"#,
        ),
        (
            Error,
            SNOWFLAKE,
            "\"snowflake.enable.schematization\" = \"true\"\n\"input.key.format\" = \"STRING\"",
            r#"config."input.key.format" schematization-needs-schema"#,
        ),
        (Error, SNOWFLAKE_WORKER, r#""buffer.flush.time" = "9""#, r#"config."buffer.flush.time" snowflake-buffer-too-small"#),
        (Error, SNOWFLAKE, r#""buffer.flush.time" = "0""#, r#"config."buffer.flush.time" snowflake-buffer-too-small"#),
        (Error, SNOWFLAKE, r#""buffer.count.records" = "9999""#, r#"config."buffer.count.records" snowflake-buffer-too-small"#),
        (Warning, SNOWFLAKE, r#""behavior.on.null.values" = "-""#, r#"config."behavior.on.null.values" snowflake-deletes-dropped"#),
        (
            Warning,
            SNOWFLAKE_WORKER,
            r#""behavior.on.null.values" = "IGNORE""#,
            r#"config."behavior.on.null.values" snowflake-deletes-dropped"#,
        ),
        (Error, SNOWFLAKE, r#""snowflake.topic2table.map" = "a1:B1,c1""#, r#"config."snowflake.topic2table.map" topic-map-invalid"#),
        (
            Error,
            SNOWFLAKE,
            r#""snowflake.topic2table.map" = "tidb_.*:A1,.*orders:B1""#,
            r#"config."snowflake.topic2table.map" topic-map-invalid"#,
        ),
        (
            Warning,
            SNOWFLAKE,
            r#""snowflake.topic2table.map" = "tidb_tpcc_orders:orders""#,
            r#"config."snowflake.topic2table.map" snowflake-name-case"#,
        ),
        (Error, SNOWFLAKE, r#""snowflake.https.proxyHost" = "h""#, r#"config."snowflake.https.proxyPort" snowflake-proxy-incomplete"#),
        (Error, SNOWFLAKE_WORKER, r#""jvm.proxy.password" = "env:P""#, r#"config."jvm.proxy.username" snowflake-proxy-incomplete"#),
        (Error, SNOWFLAKE, r#""snowflake.database.name" = "-""#, r#"config."snowflake.database.name" connector-property-missing"#),
        (Warning, SNOWFLAKE, r#""snowflake.schema.name" = "TiCDC""#, r#"config."snowflake.schema.name" snowflake-name-case"#),
    ]);
}

#[test]
fn topics_in_one_snowflake_table_are_named() {
    for (topics, map, expected) in [
        (vec!["tidb_a", "TIDB_A"], "", vec!["snowflake-table-shared"]),
        (vec!["tidb_a", "tidb_b"], "tidb_a:T1,tidb_b:T1", vec!["snowflake-table-shared"]),
        (vec!["tidb_a", "tidb_b"], "", vec![]),
        (vec!["tidb-a"], "", vec!["snowflake-table-generated"]),
        (vec!["tidb-a"], "tidb-a:A1", vec![]),
    ] {
        let mut pipeline = document(SNOWFLAKE, &format!("\"snowflake.topic2table.map\" = \"{map}\""));
        pipeline.connectors[0].topics = topics.into_iter().map(str::to_owned).collect();
        let findings = validate(&pipeline);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected);
        for finding in &findings {
            assert_fix_helps(&pipeline, finding, validate);
        }
    }
}

const ORDERS: &str = "CREATE TABLE orders (id BIGINT NOT NULL, c VARCHAR(20), total DECIMAL(12,2), at DATETIME, PRIMARY KEY (id))";

/// The codes that tables bring out.
fn codes_with(pipeline: &Pipeline, ddl: &[&str]) -> Vec<String> {
    let tables: Vec<_> = ddl.iter().map(|text| parse_create_table(text, "tpcc").unwrap()).collect();
    let findings = validate_tables(pipeline, &tables);
    for finding in &findings {
        assert_fix_helps(pipeline, finding, |fixed| validate_tables(fixed, &tables));
    }
    findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn tables_bring_out_what_a_document_alone_hides() {
    let plain = r#""auto.create" = "false""#;
    assert!(codes_with(&document(CLOUD, plain), &[ORDERS]).is_empty());
    let cases: &[(&str, &str, &str, &str)] = &[
        (CLOUD, r#""pk.fields" = "id,c""#, ORDERS, "pk-field-not-in-key"),
        (CLOUD, "\"pk.mode\" = \"record_value\"\n\"pk.fields\" = \"idd\"", ORDERS, "pk-field-not-in-value"),
        (CLOUD, "", "CREATE TABLE orders (id INT NOT NULL, UNIQUE KEY u (id))", "record-key-without-primary-key"),
        (CLOUD, r#""quote.sql.identifiers" = "NEVER""#, "CREATE TABLE orders (id INT PRIMARY KEY, `order` INT)", "identifier-needs-quotes"),
        (CLOUD, r#""timestamp.fields.list" = "at,id""#, ORDERS, "timestamp-field-is-text"),
        (CLOUD, "", ORDERS, "auto-create-varchar"),
        (CLOUD, "", "CREATE TABLE orders (id VARCHAR(20) PRIMARY KEY)", "text-primary-key"),
        (CLOUD, "", "CREATE TABLE orders (id VARBINARY(20) PRIMARY KEY)", "binary-primary-key"),
        (CLOUD, plain, "CREATE TABLE orders (id INT PRIMARY KEY, d DECIMAL(40,2))", "decimal-too-wide"),
        (SNOWFLAKE, r#""snowflake.enable.schematization" = "true""#, ORDERS, "snowflake-decimal-as-text"),
        (
            SNOWFLAKE,
            r#""snowflake.enable.schematization" = "true""#,
            "CREATE TABLE orders (id INT PRIMARY KEY, `a-b` INT, A_B INT)",
            "snowflake-column-case",
        ),
        (CLOUD, plain, "CREATE TABLE order_lines (id INT PRIMARY KEY)", "connector-topic-unknown"),
    ];
    for (connector, lines, ddl, code) in cases {
        let codes = codes_with(&document(connector, lines), &[ddl]);
        assert!(codes.iter().any(|found| found == code), "{code} is not among {codes:?}");
    }
    let long = document(CLOUD, "");
    let table = parse_create_table("CREATE TABLE orders (id VARCHAR(901) PRIMARY KEY)", "tpcc").unwrap();
    assert!(validate_tables(&long, &[table]).iter().any(|finding| finding.code == "text-primary-key" && finding.severity == Error));
}

#[test]
fn a_regex_that_matches_no_topic_is_refused() {
    let mut pipeline = document(SNOWFLAKE, r#""topics.regex" = "tidb_tpch_.*""#);
    pipeline.connectors[0].topics.clear();
    assert_eq!(codes_with(&pipeline, &[ORDERS]), ["topics-regex-no-match"]);
    pipeline.connectors[0].config.insert("topics.regex".to_owned(), "tidb_tpcc_.*".into());
    assert!(codes_with(&pipeline, &[ORDERS]).is_empty());
    assert_eq!(codes_with(&pipeline, &[ORDERS, "CREATE TABLE `or-ders` (id INT PRIMARY KEY)"]), ["snowflake-table-generated"]);
}

#[test]
fn names_of_tables_are_compared_as_avro_and_topics_have_them() {
    let pipeline = document(CLOUD, r#""auto.create" = "false""#);
    let odd =
        ["CREATE TABLE orders (id INT PRIMARY KEY)", "CREATE TABLE `a-b` (id INT PRIMARY KEY)", "CREATE TABLE a_b (id INT PRIMARY KEY)"];
    assert_eq!(codes_with(&pipeline, &odd), ["record-name-collision"]);
    assert_eq!(codes_with(&pipeline, &[odd[0], "CREATE TABLE `a.b` (id INT PRIMARY KEY)"]), ["topic-with-dot"]);
}

/// The manual's example, in full: what is found is what is missing.
#[test]
fn the_guides_connector_is_judged_fairly() {
    let pipeline = document(CLOUD, "\"errors.tolerance\" = \"-\"");
    assert_eq!(names(&validate(&pipeline)), [r#"connectors[0].config."errors.tolerance" errors-tolerated"#]);
}

#[test]
fn an_inline_snowflake_key_is_examined_and_made_fit() {
    let pkcs8 = include_str!("../../../../tests/keys/test-rsa-2048.pkcs8.pem");
    let pkcs1 = include_str!("../../../../tests/keys/test-rsa-2048.pkcs1.pem");
    let encrypted = include_str!("../../../../tests/keys/test-rsa-2048.encrypted.pem");
    let public = include_str!("../../../../tests/keys/test-rsa-2048.public.pem");
    for (key, passphrase, code, is_fixed) in [
        (pkcs8, "", "snowflake-key-lines", true),
        (pkcs1, "", "snowflake-key-pkcs1", true),
        (encrypted, "", "snowflake-key-passphrase-missing", false),
        (pkcs8, "env:P", "snowflake-key-passphrase-unused", true),
        (public, "", "snowflake-key-kind", false),
        ("nonsense", "", "snowflake-key-unreadable", false),
    ] {
        let mut pipeline = document(SNOWFLAKE, "");
        let config = &mut pipeline.connectors[0].config;
        config.insert("snowflake.private.key".to_owned(), key.into());
        config.insert("snowflake.private.key.passphrase".to_owned(), passphrase.into());
        let findings = validate(&pipeline);
        let finding = findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code}: {:#?}", names(&findings)));
        assert_eq!(finding.fix.is_some(), is_fixed, "{code}");
        assert_fix_helps(&pipeline, finding, validate);
        let secret = key.lines().nth(1).unwrap_or(key);
        assert!(!serde_json::to_string(&findings).unwrap().contains(secret), "a finding shows the key");
    }
}
