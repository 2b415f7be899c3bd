//! What the document says of a connector without its configuration saying it: nothing that changes what rows become.

use super::catalogue::AVRO_CONVERTER;
use super::{Class, Flavour, Kind};
use crate::config::{Connector, Pipeline};
use crate::sink_uri::RegistryUrl;

const SERVICE_ACCOUNT: &str = "SERVICE_ACCOUNT";

/// Keys and values, in the order in which a person would write them. `written` looks a key up in the configuration.
pub(super) fn implied(
    pipeline: &Pipeline,
    connector: &Connector,
    class: Option<&Class>,
    written: &dyn Fn(&str) -> Option<String>,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if !connector.name.is_empty() {
        found.push(("name", connector.name.clone()));
    }
    if !connector.topics.is_empty() {
        found.push(("topics", connector.topics.join(",")));
    }
    let Some(class) = class else { return found };
    found.push(("connector.class", class.name.to_owned()));
    found.push(("tasks.max", "1".to_owned()));
    if class.flavour == Flavour::ConfluentCloud {
        login(pipeline, written, &mut found);
        if is_avro(pipeline) {
            found.push(("input.data.format", "AVRO".to_owned()));
            found.push(("input.key.format", "AVRO".to_owned()));
        }
        found.extend(port(class.kind).map(|port| ("connection.port", port.to_owned())));
    } else if is_avro(pipeline) {
        converter(pipeline, written, KEY, &mut found);
        converter(pipeline, written, VALUE, &mut found);
    }
    found
}

/// The changefeed's own key of the cluster, unless the connector has another login.
fn login(pipeline: &Pipeline, written: &dyn Fn(&str) -> Option<String>, found: &mut Vec<(&'static str, String)>) {
    const MODE: &str = "kafka.auth.mode";
    if written("kafka.service.account.id").is_some() || written(MODE).is_some_and(|mode| mode.eq_ignore_ascii_case(SERVICE_ACCOUNT)) {
        found.push((MODE, SERVICE_ACCOUNT.to_owned()));
        return;
    }
    found.push((MODE, "KAFKA_API_KEY".to_owned()));
    let (Some(user), Some(password)) = (kafka_option(pipeline, "sasl-user"), kafka_option(pipeline, "sasl-password")) else { return };
    // a secret belongs to its key
    if written("kafka.api.key").is_none_or(|key| key == user) {
        found.push(("kafka.api.key", user));
        found.push(("kafka.api.secret", password));
    }
}

/// The four keys of one converter.
type ConverterKeys = [&'static str; 4];

const KEY: ConverterKeys = [
    "key.converter",
    "key.converter.schema.registry.url",
    "key.converter.basic.auth.credentials.source",
    "key.converter.basic.auth.user.info",
];
const VALUE: ConverterKeys = [
    "value.converter",
    "value.converter.schema.registry.url",
    "value.converter.basic.auth.credentials.source",
    "value.converter.basic.auth.user.info",
];

/// Once a connector names a converter it inherits nothing of the worker's, so each gets the whole of it.
fn converter(
    pipeline: &Pipeline,
    written: &dyn Fn(&str) -> Option<String>,
    [class, url, source, user_info]: ConverterKeys,
    found: &mut Vec<(&'static str, String)>,
) {
    let Some(registry) = pipeline.schema_registry.as_ref().and_then(|registry| RegistryUrl::from_registry(registry).ok()) else { return };
    if written(class).is_some_and(|class| class != AVRO_CONVERTER) {
        return;
    }
    found.push((class, AVRO_CONVERTER.to_owned()));
    // another registry must not be shown this one's credentials
    if written(url).is_some_and(|url| url.trim_end_matches('/') != registry.base()) {
        return;
    }
    found.push((url, registry.base()));
    if let (Some(user), Some(password)) = (&registry.user, &registry.password) {
        found.push((source, "USER_INFO".to_owned()));
        found.push((user_info, format!("{user}:{password}")));
    }
}

/// Whether the changefeed writes Avro.
fn is_avro(pipeline: &Pipeline) -> bool {
    let file = || pipeline.changefeed.config.sink.extra.get("protocol")?.as_str().map(str::to_owned);
    pipeline.kafka.param("protocol").filter(|text| !text.is_empty()).or_else(file).is_some_and(|text| text.eq_ignore_ascii_case("avro"))
}

/// An option of the sink URI or, failing that, of `sink.kafka-config`.
fn kafka_option(pipeline: &Pipeline, name: &str) -> Option<String> {
    let file = || pipeline.changefeed.config.sink.extra.get("kafka-config")?.get(name)?.as_str().map(str::to_owned);
    pipeline.kafka.param(name).or_else(file).filter(|text| !text.is_empty())
}

/// Where the database listens unless told otherwise.
fn port(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::SqlServer => Some("1433"),
        Kind::Mysql => Some("3306"),
        Kind::Postgres => Some("5432"),
        Kind::Snowflake => None,
    }
}
