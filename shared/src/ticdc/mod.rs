//! TiCDC's options for Kafka sinks as a model: where each may be written, what it may be, what it does without it, and
//! which releases, architectures and protocols honour it.
//!
//! The tables under `keys` are the only list of option names. What finds misspelt names, judges a document against a
//! release, searches for the editor and writes `docs/OPTIONS.md` reads them. They are static and small; a lookup is a
//! linear scan.
//!
//! Source: `pingcap/ticdc` pkg/config, pkg/sink/kafka, pkg/sink/codec; `pingcap/docs` ticdc/.

mod api_name;
mod document;
mod key;
mod keys;
mod protocol;
mod release;
mod search;
mod words;

pub use api_name::{api_name, file_name};
pub use document::{Written, written};
pub use key::{Architectures, ConfigKey, Place, ValueType};
pub use keys::{all, by_param, by_path, children, is_section, path_in};
pub use protocol::Protocol;
pub use release::{Architecture, NEWEST, Release, Since, Version};
pub use search::search;
pub use words::{IGNORE_EVENTS, word_since};
