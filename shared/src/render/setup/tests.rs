#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse;
use crate::schema::ddl::parse_create_tables;

const DOCUMENT: &str = r#"
version = 1
name = "shop"
[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
[kafka]
brokers = ["h:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
[[connectors]]
name = "orders"
kind = "sqlserver"
topics = ["tidb_tpcc_orders"]
[connectors.config]
"connection.user" = "ticdc"
"connection.password" = "pasted-secret"
"db.name" = "tpcc"
"pk.mode" = "record_key"
"delete.enabled" = "true"
"auto.create" = "true"
[[connectors]]
name = "lake"
kind = "snowflake"
[connectors.config]
"snowflake.database.name" = "TPCC"
"snowflake.schema.name" = "TICDC"
"snowflake.role.name" = "TICDC_ROLE"
"snowflake.user.name" = "TICDC_LOADER"
"snowflake.private.key" = "pasted-secret"
"#;

const TABLES: &str = "CREATE TABLE orders (id INT PRIMARY KEY, at DATETIME); CREATE TABLE items (id INT PRIMARY KEY);
    CREATE TABLE history (id INT PRIMARY KEY); CREATE TABLE keyless (id INT);";

#[test]
fn sql_server_gets_a_database_a_login_and_rights() {
    let pipeline = parse(DOCUMENT).unwrap();
    let script = sqlserver_setup(&pipeline, &[]);
    assert_eq!(
        script.split_once("\n\n").unwrap().1,
        "-- A UTF-8 collation, so that varchar columns keep every character, and one that tells keys apart by case.\n\
         IF DB_ID(N'tpcc') IS NULL CREATE DATABASE [tpcc] COLLATE Latin1_General_100_CS_AS_SC_UTF8;\nGO\n\
         IF SUSER_ID(N'ticdc') IS NULL CREATE LOGIN [ticdc] WITH PASSWORD = N'$(CONNECTOR_PASSWORD)';\nGO\n\
         USE [tpcc];\nGO\n\
         IF USER_ID(N'ticdc') IS NULL CREATE USER [ticdc] FOR LOGIN [ticdc] WITH DEFAULT_SCHEMA = [dbo];\n\
         GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::[dbo] TO [ticdc];\n\
         -- auto.create\nGRANT CREATE TABLE TO [ticdc];\n\
         -- auto.create and auto.evolve\nGRANT ALTER, REFERENCES ON SCHEMA::[dbo] TO [ticdc];\nGO\n"
    );
    let mut other = pipeline;
    other.connectors[0].config.insert("table.name.format".to_owned(), "o'db.s]x.${topic}".into());
    other.connectors[0].config.insert("auto.create".to_owned(), "false".into());
    let script = sqlserver_setup(&other, &[]);
    assert!(script.contains("DB_ID(N'o''db')") && script.contains("EXEC(N'CREATE SCHEMA [s]]x]')"), "{script}");
    assert!(!script.contains("CREATE TABLE") && !script.contains("GRANT ALTER"), "{script}");
}

#[test]
fn snowflake_gets_the_reference_s_grants() {
    let script = snowflake_setup(&parse(DOCUMENT).unwrap(), &[]);
    assert_eq!(
        script.split_once("\n\n").unwrap().1,
        "CREATE DATABASE IF NOT EXISTS TPCC;\n\
         CREATE SCHEMA IF NOT EXISTS TPCC.TICDC;\n\
         CREATE ROLE IF NOT EXISTS TICDC_ROLE;\n\
         GRANT USAGE ON DATABASE TPCC TO ROLE TICDC_ROLE;\n\
         GRANT USAGE, CREATE TABLE, CREATE STAGE, CREATE PIPE ON SCHEMA TPCC.TICDC TO ROLE TICDC_ROLE;\n\
         CREATE USER IF NOT EXISTS TICDC_LOADER DEFAULT_ROLE = TICDC_ROLE TYPE = SERVICE;\n\
         GRANT ROLE TICDC_ROLE TO USER TICDC_LOADER;\n\
         ALTER USER TICDC_LOADER SET RSA_PUBLIC_KEY = '${SNOWFLAKE_PUBLIC_KEY}';\n"
    );
}

#[test]
fn definitions_add_tables_and_views_of_what_is_replicated() {
    let (pipeline, tables) = (parse(DOCUMENT).unwrap(), parse_create_tables(TABLES, "tpcc").unwrap());
    let sql_server = sqlserver_setup(&pipeline, &tables);
    assert!(
        sql_server.contains("CREATE TABLE [dbo].[tidb_tpcc_orders] (\n    [id] int NOT NULL,\n    [at] datetime2(0) NULL,"),
        "{sql_server}"
    );
    assert!(!sql_server.contains("items"), "the connector does not read that topic: {sql_server}");
    let snowflake = snowflake_setup(&pipeline, &tables);
    assert!(
        snowflake.contains("VIEW TPCC.TICDC.ORDERS_CURRENT AS") && snowflake.contains("VIEW TPCC.TICDC.ITEMS_CURRENT AS"),
        "{snowflake}"
    );
    assert!(!snowflake.contains("HISTORY") && !snowflake.contains("KEYLESS"), "{snowflake}");
}

#[test]
fn no_script_without_its_connector_and_never_a_secret() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    for script in [sqlserver_setup(&pipeline, &[]), snowflake_setup(&pipeline, &[])] {
        assert!(!script.contains("pasted-secret"));
    }
    let twice = pipeline.connectors[1].clone();
    pipeline.connectors = vec![twice.clone(), twice];
    assert_eq!(snowflake_setup(&pipeline, &[]).matches("CREATE DATABASE").count(), 1);
    assert_eq!(sqlserver_setup(&pipeline, &[]), "");
    pipeline.connectors.clear();
    assert_eq!(snowflake_setup(&pipeline, &[]), "");
}
