//! Embedded Schema Registry (Confluent REST).
