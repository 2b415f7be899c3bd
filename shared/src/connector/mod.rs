//! Sink connectors: which properties each has, what the document implies for them, and their configuration files.

mod catalogue;
mod implied;
mod property;
mod recommended;
mod settings;
mod shown;
mod snowflake_table;
mod topic_regex;

pub use catalogue::{class, class_named, classes, is_service_made, search, suggestion};
pub use property::{Class, Flavour, Kind, Property, ValueType};
pub use recommended::recommended;
pub use settings::Settings;
pub use shown::{is_sensitive, masked_keys, secrets_of, shown};
pub use snowflake_table::{TableName, TopicMap, stored_name};
pub(crate) use snowflake_table::{clean, is_first, is_inner};
pub(crate) use topic_regex::topic_regex;
