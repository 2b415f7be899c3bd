//! The sink URI, the Kafka options in it, and the registry's URL: build, parse, redact, decode.

mod codec;
pub(crate) mod escape;
mod go_duration;
mod layers;
mod options;
mod params;
mod query;
mod registry_url;
mod transport;
pub(crate) mod uri;

pub use go_duration::parse_duration;
pub use options::{Compression, KafkaOptions, generated_client_id};
pub use params::is_known_param;
pub use registry_url::RegistryUrl;
pub use transport::{Gssapi, OAuth, Sasl, SaslMechanism};
pub use uri::SinkUri;
