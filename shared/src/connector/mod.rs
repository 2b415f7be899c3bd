//! Sink connectors: which properties each has, what the document implies for them, and their configuration files.

mod catalogue;
mod implied;
mod property;
mod recommended;
mod settings;

pub use catalogue::{class, class_named, classes, is_service_made, search, suggestion};
pub use property::{Class, Flavour, Kind, Property, ValueType};
pub use recommended::recommended;
pub use settings::Settings;
