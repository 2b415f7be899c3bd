//! Random documents.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::config::{Connector, Dispatcher, KsqlStatement, Pipeline, SchemaRegistry, SourceKind};
use shared::secret::SecretRef;

/// Everything that a shell, a URL, JSON, TOML or a properties file could trip over. White space at the ends goes on save; a text
/// that is a reference, a variable or a mask is one.
pub(crate) fn secret() -> impl Strategy<Value = String> {
    let hostile = r#"[-+/=%&#;:@?"'\\$! {}<>|`~^()a-zA-Z0-9éß漢😀]{1,40}"#;
    let encoded = "(%2B|%2f|%25|%zz|%|\\\\u0041|\\\\|''|\"\"|\\$\\{A\\}x|=|x){1,12}";
    prop_oneof![8 => hostile, 2 => encoded, 1 => "[+/=A-Za-z0-9]{1024}"]
        .prop_map(|text: String| text.trim().to_owned())
        .prop_filter("a value of its own", |text| !text.is_empty() && SecretRef::parse(text).is_inline() && !stands_for_another(text))
}

fn stands_for_another(text: &str) -> bool {
    let wrapped = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    text.starts_with('$')
        || wrapped("<", ">")
        || wrapped("{{", "}}")
        || text.chars().all(|c| "xX.*".contains(c))
        || text.starts_with("YOUR_")
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 _.'\"\\\\*!é-]{1,12}"
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![word().prop_map(Value::String), any::<bool>().prop_map(Value::Bool), any::<i64>().prop_map(|v| json!(v))]
}

/// Keys that TiCDC does not have.
fn unknown_keys() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("x[a-z]{1,6}(-[a-z]{1,4})?", value(), 0..3).prop_map(|map| map.into_iter().collect())
}

/// Kind, flavour, `connection.url`, class where there are several, and a secret's key of the connectors that have files.
const PLUGINS: [(&str, &str, &str, &str, &str); 9] = [
    ("sqlserver", "confluent-cloud", "", "", "connection.password"),
    ("mysql", "", "", "", "ssl.truststorepassword"),
    ("postgres", "confluent-cloud", "", "", "connection.password"),
    ("snowflake", "confluent-cloud", "", "", "snowflake.private.key"),
    ("sqlserver", "kafka-connect-confluent", "jdbc:sqlserver://h:1433;databaseName=d", "", "connection.password"),
    ("mysql", "kafka-connect-aiven", "jdbc:mysql://h/d", "", "connection.password"),
    ("postgres", "kafka-connect-debezium", "jdbc:postgresql://h/d", "", "connection.password"),
    ("snowflake", "kafka-connect-confluent", "", "", "snowflake.private.key.passphrase"),
    ("snowflake", "kafka-connect-confluent", "", "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector", "snowflake.private.key"),
];

prop_compose! {
    fn connector()(
        (kind, flavour, url, class, secret_key) in proptest::sample::select(PLUGINS.to_vec()),
        name in word(),
        topics in proptest::collection::vec("[a-z][a-z._-]{0,8}", 0..3),
        password in secret(),
        known in proptest::collection::btree_map("x[a-z]{0,4}(\\.[a-z]{1,5}){0,2}", prop_oneof![value(), "[\\PC\n\r\t]{0,12}".prop_map(Value::from)], 0..4),
        own_login in proptest::option::of(secret()),
        nested in any::<bool>(),
    ) -> Connector {
        let mut config: Map<String, Value> = known.into_iter().collect();
        let texts = [("connection.url", url), ("connector.class", class)].into_iter().filter(|(_, text)| !text.is_empty());
        config.extend(texts.map(|(key, text)| (key.to_owned(), json!(text))));
        // TOML's `connection.user = …` without quotes is a table
        if nested {
            config.insert("connection".to_owned(), json!({"user": "u", "port": 1}));
        }
        config.insert(secret_key.to_owned(), json!(password));
        if let Some(secret) = own_login {
            config.insert("kafka.api.key".to_owned(), json!("OTHERKEY"));
            config.insert("kafka.api.secret".to_owned(), json!(secret));
        }
        Connector { name, kind: kind.to_owned(), flavour: flavour.to_owned(), topics, config, ..Connector::default() }
    }
}

/// The user's own statements, and ones that are generated.
fn statement() -> impl Strategy<Value = KsqlStatement> {
    let own = "CREATE (STREAM|OR REPLACE STREAM|TABLE) NAME[a-z]{0,5} \\([a-z]{1,3} STRING\\) WITH \\(kafka_topic='[a-z;\\\\ \"é-]{1,6}', value_format='AVRO'\\)( -- [a-z;']{1,4})?;?";
    let other = "(-- it's\n)?(SET 'auto\\.offset\\.reset' = '(''|[a-z;\\\\]){0,4}earliest'|CREATE STREAM `NAME; b` AS SELECT \\* FROM [a-z]{1,4} /\\* ; \\*/ EMIT CHANGES)";
    let sql = prop_oneof![own, other].prop_map(|sql| KsqlStatement { sql, ..KsqlStatement::default() });
    let generated = (prop_oneof![Just("stream"), Just("table")], "[a-z]{1,6}", "[a-z][a-z._-]{0,8}")
        .prop_map(|(statement, name, topic)| KsqlStatement { name, statement: statement.to_owned(), topic, ..KsqlStatement::default() });
    prop_oneof![sql, generated]
}

prop_compose! {
    pub(crate) fn pipeline()(
        brokers in proptest::collection::vec("[a-z0-9.-]{1,12}[a-z]:[0-9]{1,4}", 1..3),
        topic in "[a-z][a-z.-]{0,12}[a-z]",
        mechanism in prop_oneof![Just("plain"), Just("scram-sha-512")],
        tls in any::<bool>(),
        password in secret(),
        registry in proptest::option::of(secret()),
        gssapi in proptest::option::of(secret()),
        params in unknown_keys(),
        rules in proptest::collection::vec(word(), 0..3),
        dispatchers in proptest::collection::vec((word(), word(), word()), 0..3),
        top in unknown_keys(),
        sink in unknown_keys(),
        filter in unknown_keys(),
        start in proptest::option::of(400_000_000_000_000_000_u64..500_000_000_000_000_000),
        id in "[a-z]{1,8}",
        mut connectors in proptest::collection::vec(connector(), 0..4),
        mut statements in proptest::collection::vec(statement(), 0..4),
    ) -> Pipeline {
        let mut pipeline = Pipeline::named("p");
        pipeline.source.kind = SourceKind::Tidb;
        pipeline.source.start = start.map_or_else(|| "now".to_owned(), |tso| tso.to_string());
        pipeline.changefeed.id = id;
        pipeline.changefeed.ticdc_server = "http://10.0.0.1:8300".to_owned();
        pipeline.changefeed.ticdc_version = "8.5.4".to_owned();
        let config = &mut pipeline.changefeed.config;
        config.filter.rules = rules;
        config.filter.extra = filter;
        config.extra = top;
        config.sink.extra = sink;
        if let Some(secret) = gssapi {
            config.sink.extra.insert("kafka-config".to_owned(), json!({"sasl-gssapi-password": secret, "codec-config": {"max-batch-size": 3}}));
        }
        config.sink.dispatchers = dispatchers
            .into_iter()
            .map(|(matcher, topic, partition)| Dispatcher { matcher: vec![matcher], topic, partition, ..Dispatcher::default() })
            .collect();
        pipeline.kafka.brokers = brokers;
        pipeline.kafka.topic = topic;
        pipeline.kafka.params = params;
        let known = [
            ("protocol", json!("avro")),
            ("enable-tls", json!(tls)),
            ("sasl-mechanism", json!(mechanism)),
            ("sasl-user", json!("USER1")),
            ("sasl-password", json!(password)),
        ];
        pipeline.kafka.params.extend(known.map(|(name, value)| (name.to_owned(), value)));
        pipeline.schema_registry = registry.map(|password| SchemaRegistry {
            url: "https://psrc-1.example:8081/sub".to_owned(),
            user: "KEY".to_owned(),
            password: shared::secret::SecretText(password),
            ..SchemaRegistry::default()
        });
        // names tell them apart
        for (i, connector) in connectors.iter_mut().enumerate() {
            connector.name.push_str(&i.to_string());
        }
        for (i, statement) in statements.iter_mut().enumerate() {
            statement.name = format!("{}{i}", statement.name);
statement.sql = statement.sql.replacen("NAME", &format!("n{i}"), 1);
        }
        pipeline.connectors = connectors;
        pipeline.ksqldb = statements;
        pipeline
    }
}
