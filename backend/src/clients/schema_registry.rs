//! Confluent Schema Registry client: cache and retry.
