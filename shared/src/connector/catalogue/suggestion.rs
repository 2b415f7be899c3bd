//! The right key for a wrong one.

use crate::connector::Class;
use crate::spelling::nearest;

/// What people write, and what they mean. Where two plugins differ each spelling leads to the other: only the one that
/// the plugin has is suggested.
pub(super) const HABITS: &[(&str, &str)] = &[
    ("delete.on.null", "delete.enabled"),
    ("deletes.enabled", "delete.enabled"),
    ("delete.enable", "delete.enabled"),
    ("auto.add.columns", "auto.evolve"),
    ("auto.add.column", "auto.evolve"),
    ("auto.create.table", "auto.create"),
    ("auto.create.tables", "auto.create"),
    ("auto.create", "schema.evolution"),
    ("auto.evolve", "schema.evolution"),
    ("schema.evolution", "auto.evolve"),
    ("batch.size", "batch.sizes"),
    ("batch.sizes", "batch.size"),
    ("max.batch.size", "batch.sizes"),
    ("max.batch.size", "batch.size"),
    ("pk.mode", "primary.key.mode"),
    ("primary.key.mode", "pk.mode"),
    ("pk.fields", "primary.key.fields"),
    ("primary.key.fields", "pk.fields"),
    ("primary.key", "pk.fields"),
    ("quote.sql.identifiers", "sql.quote.identifiers"),
    ("quote.sql.identifiers", "quote.identifiers"),
    ("sql.quote.identifiers", "quote.sql.identifiers"),
    ("sql.quote.identifiers", "quote.identifiers"),
    ("quote.identifiers", "quote.sql.identifiers"),
    ("quote.identifiers", "sql.quote.identifiers"),
    ("connection.user", "connection.username"),
    ("connection.username", "connection.user"),
    ("connection.host", "connection.url"),
    ("connection.hostname", "connection.host"),
    ("connection.hostname", "connection.url"),
    ("connection.port", "connection.url"),
    ("connection.url", "connection.host"),
    ("connection.database", "db.name"),
    ("connection.database", "connection.url"),
    ("database", "db.name"),
    ("database.name", "db.name"),
    ("db.name", "connection.url"),
    ("db.timezone", "use.time.zone"),
    ("database.time.zone", "db.timezone"),
    ("use.time.zone", "db.timezone"),
    ("ssl", "ssl.mode"),
    ("sslmode", "ssl.mode"),
    ("table.name", "table.name.format"),
    ("collection.name.format", "table.name.format"),
    ("topics.to.tables.mapping", "table.name.format"),
    ("field.include.list", "fields.whitelist"),
    ("fields.whitelist", "field.include.list"),
    ("value.format", "input.data.format"),
    ("input.value.format", "input.data.format"),
    ("data.format", "input.data.format"),
    ("value.converter", "input.data.format"),
    ("input.data.format", "value.converter"),
    ("key.format", "input.key.format"),
    ("key.converter", "input.key.format"),
    ("input.key.format", "key.converter"),
    ("topic", "topics"),
    ("topics.list", "topics"),
    ("max.tasks", "tasks.max"),
    ("kafka.key", "kafka.api.key"),
    ("kafka.secret", "kafka.api.secret"),
    ("dlq", "errors.deadletterqueue.topic.name"),
    ("dlq.topic", "errors.deadletterqueue.topic.name"),
    ("errors.deadletterqueue.topic", "errors.deadletterqueue.topic.name"),
    ("snowflake.url", "snowflake.url.name"),
    ("snowflake.account", "snowflake.url.name"),
    ("snowflake.user", "snowflake.user.name"),
    ("snowflake.database", "snowflake.database.name"),
    ("snowflake.schema", "snowflake.schema.name"),
    ("snowflake.role", "snowflake.role.name"),
    ("snowflake.passphrase", "snowflake.private.key.passphrase"),
    ("private.key", "snowflake.private.key"),
    ("topic2table.map", "snowflake.topic2table.map"),
    ("snowflake.topics2table.map", "snowflake.topic2table.map"),
    ("ingestion.method", "snowflake.ingestion.method"),
    ("enable.schematization", "snowflake.enable.schematization"),
    ("jvm.proxy.host", "snowflake.https.proxyHost"),
    ("jvm.proxy.port", "snowflake.https.proxyPort"),
    ("snowflake.https.proxyhost", "jvm.proxy.host"),
    ("snowflake.https.proxyport", "jvm.proxy.port"),
    ("ignore.nulls", "behavior.on.null.values"),
];

/// What a key that the plugin does not have was meant to be: a usual mistake, a form's label in place of the key, or the
/// nearest spelling. `None` for a key that it has, and when nothing is near.
#[must_use]
pub fn suggestion(class: &'static Class, key: &str) -> Option<&'static str> {
    if class.property(key).is_some() {
        return None;
    }
    let wanted = key.trim().to_lowercase();
    by_habit(class, &wanted)
        .or_else(|| by_label(class, &wanted))
        .or_else(|| nearest(key, class.properties.iter().map(|property| property.key)))
}

/// `wanted`: in lower case, with dots or blanks between its words.
pub(super) fn by_habit(class: &Class, wanted: &str) -> Option<&'static str> {
    let wanted = dotted(wanted);
    let meant = HABITS.iter().filter(|(wrong, _)| *wrong == wanted).map(|(_, right)| *right);
    meant.filter(|_| class.property(&wanted).is_none()).find(|right| class.property(right).is_some())
}

fn by_label(class: &Class, wanted: &str) -> Option<&'static str> {
    let wanted = dotted(wanted);
    let labelled = class.properties.iter().filter(|property| !property.label.is_empty());
    labelled.into_iter().find(|property| dotted(&property.label.to_lowercase()) == wanted).map(|property| property.key)
}

fn dotted(text: &str) -> String {
    text.split([' ', '.', '_', '-']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(".")
}
