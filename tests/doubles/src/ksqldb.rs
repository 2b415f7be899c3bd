//! ksqlDB's REST API.
