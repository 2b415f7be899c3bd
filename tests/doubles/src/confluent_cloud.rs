//! Confluent Cloud's Connect API, v1.
