//! Snowflake: database, schema, role, user with key, rights, current-state views.

use super::{comment, connectors, given, joined, tables_of};
use crate::config::Pipeline;
use crate::connector::{Kind, Settings, stored_name};
use crate::downstream::SinkTable;
use crate::downstream::snowflake::{SnowflakeSettings, current_state_view, identifier};
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;

/// A script that prepares Snowflake for the pipeline's connectors; it can be run again. Empty when no connector writes to
/// Snowflake. Current-state views are made for the definitions that are given, once the connector has made the tables.
#[must_use]
pub fn snowflake_setup(pipeline: &Pipeline, tables: &[TableModel]) -> String {
    let settings: Vec<_> = connectors(pipeline, Kind::Snowflake).collect();
    let sections = joined(settings.iter().filter_map(rights));
    if sections.is_empty() {
        return sections;
    }
    let views = joined(settings.iter().filter_map(|settings| views(pipeline, settings, tables)));
    format!(
        "-- Snowflake objects for pipeline {}. Run with a role that may create users and databases, such as ACCOUNTADMIN.\n\
         -- The user logs in with a key pair:\n\
         --   openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -out rsa_key.p8 -nocrypt\n\
         --   export SNOWFLAKE_PUBLIC_KEY=\"$(openssl rsa -in rsa_key.p8 -pubout | grep -v PUBLIC | tr -d '\\n')\"\n\
         --   envsubst '$SNOWFLAKE_PUBLIC_KEY' < snowflake.sql > snowflake.filled.sql\n\n{sections}{views}",
        comment(&pipeline.name)
    )
}

/// A name of the settings as statements need it, or another one when the setting is empty.
fn name(settings: &Settings<'_>, key: &str, otherwise: &str) -> String {
    identifier(&stored_name(&given(settings, key).unwrap_or_else(|| otherwise.to_owned())))
}

fn rights(settings: &Settings<'_>) -> Option<String> {
    let snowflake = SnowflakeSettings::of(settings)?;
    let database = name(settings, "snowflake.database.name", "TIDB");
    let schema = format!("{database}.{}", name(settings, "snowflake.schema.name", "TICDC"));
    let role = name(settings, "snowflake.role.name", "TICDC_ROLE");
    let user = name(settings, "snowflake.user.name", "TICDC_LOADER");
    // Files need a stage and a pipe; streaming needs the table alone.
    let objects = if snowflake.streaming { "CREATE TABLE" } else { "CREATE TABLE, CREATE STAGE, CREATE PIPE" };
    Some(format!(
        "CREATE DATABASE IF NOT EXISTS {database};\n\
         CREATE SCHEMA IF NOT EXISTS {schema};\n\
         CREATE ROLE IF NOT EXISTS {role};\n\
         GRANT USAGE ON DATABASE {database} TO ROLE {role};\n\
         GRANT USAGE, {objects} ON SCHEMA {schema} TO ROLE {role};\n\
         CREATE USER IF NOT EXISTS {user} DEFAULT_ROLE = {role} TYPE = SERVICE;\n\
         GRANT ROLE {role} TO USER {user};\n\
         ALTER USER {user} SET RSA_PUBLIC_KEY = '${{SNOWFLAKE_PUBLIC_KEY}}';\n"
    ))
}

fn views(pipeline: &Pipeline, settings: &Settings<'_>, tables: &[TableModel]) -> Option<String> {
    let snowflake = SnowflakeSettings::of(settings)?;
    let options = KafkaOptions::read(pipeline).0.avro;
    let view = |(table, topic): &(&TableModel, String)| current_state_view(&SinkTable::of(table, &options, topic).ok()?, &snowflake);
    let views: Vec<String> = tables_of(pipeline, settings, tables).iter().filter_map(view).collect();
    (!views.is_empty()).then(|| {
        format!(
            "\n-- The connector appends. These views show the present rows; make them when the connector has made its tables.\n{}",
            views.concat()
        )
    })
}
