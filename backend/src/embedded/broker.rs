//! Embedded Kafka-compatible broker.
