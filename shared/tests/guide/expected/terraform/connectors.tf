# Confluent Cloud connectors of the pipeline tpcc-to-confluent.

terraform {
  required_providers {
    confluent = {
      source = "confluentinc/confluent"
    }
  }
}

variable "environment_id" {
  description = "The environment, env-…"
  type        = string
}

variable "kafka_cluster_id" {
  description = "The Kafka cluster, lkc-…"
  type        = string
}

variable "connectors_0_snowflake_private_key" {
  description = "Secret of connectors[0].config.\"snowflake.private.key\""
  type        = string
  sensitive   = true
}

variable "connectors_1_connection_password" {
  description = "Secret of connectors[1].config.\"connection.password\""
  type        = string
  sensitive   = true
}

variable "sasl_password" {
  description = "Secret of kafka.params.sasl-password"
  type        = string
  sensitive   = true
}

resource "confluent_connector" "SnowflakeSinkConnector_0" {
  environment {
    id = var.environment_id
  }

  kafka_cluster {
    id = var.kafka_cluster_id
  }

  config_sensitive = {
    "kafka.api.key"         = "ABCD1234EFGH5678"
    "kafka.api.secret"      = var.sasl_password
    "snowflake.private.key" = var.connectors_0_snowflake_private_key
  }

  config_nonsensitive = {
    "name"                    = "SnowflakeSinkConnector_0"
    "connector.class"         = "SnowflakeSink"
    "tasks.max"               = "1"
    "kafka.auth.mode"         = "KAFKA_API_KEY"
    "topics"                  = "tidb_tpcc_orders"
    "input.data.format"       = "AVRO"
    "input.key.format"        = "AVRO"
    "snowflake.url.name"      = "ab12345.ap-east-1.aws.snowflakecomputing.com:443"
    "snowflake.user.name"     = "TICDC_LOADER"
    "snowflake.database.name" = "TPCC"
    "snowflake.schema.name"   = "TiCDC"
  }
}

resource "confluent_connector" "MicrosoftSqlServerSinkConnector_0" {
  environment {
    id = var.environment_id
  }

  kafka_cluster {
    id = var.kafka_cluster_id
  }

  config_sensitive = {
    "kafka.api.key"       = "ABCD1234EFGH5678"
    "kafka.api.secret"    = var.sasl_password
    "connection.password" = var.connectors_1_connection_password
  }

  config_nonsensitive = {
    "name"              = "MicrosoftSqlServerSinkConnector_0"
    "connector.class"   = "MicrosoftSqlServerSink"
    "tasks.max"         = "1"
    "kafka.auth.mode"   = "KAFKA_API_KEY"
    "topics"            = "tidb_tpcc_orders"
    "input.data.format" = "AVRO"
    "input.key.format"  = "AVRO"
    "connection.host"   = "sql.example.com"
    "connection.port"   = "1433"
    "connection.user"   = "ticdc"
    "db.name"           = "tpcc"
    "insert.mode"       = "UPSERT"
    "auto.create"       = "true"
    "auto.evolve"       = "true"
    "pk.mode"           = "record_key"
    "delete.enabled"    = "true"
  }
}
