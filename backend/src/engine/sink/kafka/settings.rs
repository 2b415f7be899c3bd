//! Sink URI options as librdkafka properties.

use rdkafka::ClientConfig;
use shared::sink_uri::KafkaOptions;

/// Connection properties: what producer, admin client and consumer share.
#[must_use]
pub fn client_config(brokers: &[String], options: &KafkaOptions) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers.join(","))
        .set("client.id", options.client_id.as_deref().unwrap_or("changefeed-studio"))
        .set("socket.connection.setup.timeout.ms", options.dial_timeout.as_millis().max(1_000).to_string())
        .set("socket.keepalive.enable", "true")
        .set("reconnect.backoff.ms", "100")
        .set("reconnect.backoff.max.ms", "5000");
    let protocol = match (options.enable_tls, options.sasl.is_some()) {
        (false, false) => "plaintext",
        (true, false) => "ssl",
        (false, true) => "sasl_plaintext",
        (true, true) => "sasl_ssl",
    };
    config.set("security.protocol", protocol);
    if options.enable_tls {
        for (property, path) in
            [("ssl.ca.location", &options.ca), ("ssl.certificate.location", &options.cert), ("ssl.key.location", &options.key)]
        {
            if let Some(path) = path {
                config.set(property, path);
            }
        }
        if options.insecure_skip_verify {
            config.set("enable.ssl.certificate.verification", "false").set("ssl.endpoint.identification.algorithm", "none");
        }
    }
    if let Some(sasl) = &options.sasl {
        config.set("sasl.mechanism", sasl.mechanism.name()).set("sasl.username", &sasl.user).set("sasl.password", &sasl.password);
    }
    config
}

/// The largest batch, bytes: what a topic takes unless somebody said otherwise (1,048,588), less what comes with it.
pub const MOST_BATCH_BYTES: usize = 1_000_000;

/// Producer properties. TiCDC keeps one request in flight to keep order; the idempotent producer keeps it with five.
pub fn add_producer(config: &mut ClientConfig, options: &KafkaOptions, queue_bytes: usize, batch_bytes: usize) {
    let all = options.required_acks == -1;
    config
        .set("enable.idempotence", if all { "true" } else { "false" })
        .set("acks", options.required_acks.to_string())
        .set("max.in.flight.requests.per.connection", if all { "5" } else { "1" })
        .set("compression.type", options.compression.name())
        // Each message has been compared with its own limit before; the client counts a little more for a record than TiCDC.
        .set("message.max.bytes", options.max_message_bytes.saturating_add(512).clamp(1_000, 1_000_000_000).to_string())
        .set("linger.ms", "5")
        .set("batch.size", batch_bytes.clamp(1, MOST_BATCH_BYTES).to_string())
        .set("queue.buffering.max.messages", queue_messages(queue_bytes).to_string())
        .set("queue.buffering.max.kbytes", (queue_bytes / 1024).max(1024).to_string())
        // Long enough for a broker to restart; then the pipeline starts over from its checkpoint.
        .set("message.timeout.ms", "120000");
}

/// The client counts a message's key and value only; about 250 bytes of its own come with each. Small rows must not take several times
/// the memory that large ones may: the messages' own bytes are bounded by half of the queue's.
fn queue_messages(queue_bytes: usize) -> usize {
    (queue_bytes / 512).clamp(10_000, 1_000_000)
}

/// A transaction may stay open this long: a source's transaction of many rows must fit in. Brokers allow 15 minutes by default.
pub(super) const TRANSACTION_TIMEOUT_MS: u32 = 600_000;

/// What makes an idempotent producer a transactional one.
pub(super) fn add_transactions(config: &mut ClientConfig, transactional_id: &str) {
    config.set("transactional.id", transactional_id).set("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS.to_string());
}
