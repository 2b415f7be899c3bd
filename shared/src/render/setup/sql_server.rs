//! SQL Server: database, login, user, rights, tables.

use super::{comment, connectors, given, joined, tables_of};
use crate::config::Pipeline;
use crate::connector::{Kind, Settings};
use crate::downstream::jdbc::{JdbcSettings, TableId, bracketed, sql_server_table};
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;

/// Keeps every character in `varchar` columns, and tells `a` from `A`; SQL Server 2019 and later.
const DATABASE_COLLATION: &str = "Latin1_General_100_CS_AS_SC_UTF8";
/// Environment variable that sqlcmd puts in place of `$(…)`.
const PASSWORD_VARIABLE: &str = "CONNECTOR_PASSWORD";

/// A script for `sqlcmd` that prepares SQL Server for the pipeline's connectors; it can be run again. Empty when no
/// connector writes to SQL Server. Tables are made for the definitions that are given; passwords are in no script.
#[must_use]
pub fn sqlserver_setup(pipeline: &Pipeline, tables: &[TableModel]) -> String {
    let sections = joined(connectors(pipeline, Kind::SqlServer).filter_map(|settings| section(pipeline, &settings, tables)));
    if sections.is_empty() {
        return sections;
    }
    format!(
        "-- SQL Server objects for pipeline {}. Run as an administrator, the connector's password in the environment\n\
         -- (a quote in it doubled):\n\
         --   read -rs {PASSWORD_VARIABLE}; export {PASSWORD_VARIABLE}\n\
         --   sqlcmd -b -S HOST,1433 -U sa -i sqlserver.sql\n\n{sections}",
        comment(&pipeline.name)
    )
}

fn section(pipeline: &Pipeline, settings: &Settings<'_>, tables: &[TableModel]) -> Option<String> {
    let jdbc = JdbcSettings::of(settings)?;
    let id = TableId::of("t", &jdbc);
    let database = id.catalog.unwrap_or_else(|| "tidb".to_owned());
    let schema = id.schema.unwrap_or_else(|| "dbo".to_owned());
    let user = given(settings, "connection.user").or_else(|| given(settings, "connection.username")).unwrap_or_else(|| "ticdc".to_owned());
    let (in_database, in_schema, as_user) = (bracketed(&database), bracketed(&schema), bracketed(&user));
    let (database, schema, user) = (literal(&database), literal(&schema), literal(&user));
    let mut script = format!(
        "-- A UTF-8 collation, so that varchar columns keep every character, and one that tells keys apart by case.\n\
         IF DB_ID({database}) IS NULL CREATE DATABASE {in_database} COLLATE {DATABASE_COLLATION};\nGO\n\
         IF SUSER_ID({user}) IS NULL CREATE LOGIN {as_user} WITH PASSWORD = N'$({PASSWORD_VARIABLE})';\nGO\n\
         USE {in_database};\nGO\n"
    );
    if in_schema != "[dbo]" {
        script.push_str(&format!("IF SCHEMA_ID({schema}) IS NULL EXEC(N'CREATE SCHEMA {}');\nGO\n", in_schema.replace('\'', "''")));
    }
    script.push_str(&format!(
        "IF USER_ID({user}) IS NULL CREATE USER {as_user} FOR LOGIN {as_user} WITH DEFAULT_SCHEMA = {in_schema};\n\
         GRANT SELECT, INSERT, UPDATE{} ON SCHEMA::{in_schema} TO {as_user};\n",
        if jdbc.deletes { ", DELETE" } else { "" }
    ));
    if jdbc.auto_create {
        script.push_str(&format!("-- auto.create\nGRANT CREATE TABLE TO {as_user};\n"));
    }
    if jdbc.auto_create || jdbc.auto_evolve {
        script.push_str(&format!("-- auto.create and auto.evolve\nGRANT ALTER, REFERENCES ON SCHEMA::{in_schema} TO {as_user};\n"));
    }
    script.push_str("GO\n");
    let options = KafkaOptions::read(pipeline).0.avro;
    let tables: Vec<String> =
        tables_of(pipeline, settings, tables).iter().map(|(table, topic)| sql_server_table(table, &options, topic, &jdbc)).collect();
    if !tables.is_empty() {
        script.push_str(&format!(
            "-- Tables with Unicode text, real dates and exact keys; the connector would make varchar(max) and varchar(900).\n{}GO\n",
            tables.concat()
        ));
    }
    Some(script)
}

fn literal(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}
