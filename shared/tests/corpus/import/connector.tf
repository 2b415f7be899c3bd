resource "confluent_connector" "mssql" {
  environment {
    id = "env-abc123"
  }
  kafka_cluster {
    id = confluent_kafka_cluster.basic.id
  }

  config_sensitive = {
    "kafka.api.secret"    = "hunter2"
    "connection.password" = var.mssql_password
  }

  config_nonsensitive = {
    "connector.class" = "MicrosoftSqlServerSink"
    "name"            = "tidb_orders_mssql"
    "topics"          = "tidb_tpcc_orders"
    "note"            = "$${topic} \"quoted\""
  }
}
