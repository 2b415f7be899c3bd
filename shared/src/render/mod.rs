//! A pipeline as the files and commands that the user's other tools want.

mod bundle;
mod changefeed_toml;
mod client_properties;
mod commands;
mod open_api;
mod readme;
mod secrets;
mod setup;
mod shell;

pub use bundle::bundle;
pub use changefeed_toml::changefeed_toml;
pub use client_properties::{client_properties, java_client_properties};
pub use commands::{cdc_cli, tiup_ctl};
pub use open_api::open_api_request;
pub use secrets::{Resolve, Secrets};
pub use setup::{snowflake_setup, sqlserver_setup};
