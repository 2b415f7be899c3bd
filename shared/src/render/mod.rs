//! A pipeline as the files and commands that the user's other tools want.

mod bundle;
pub(crate) mod by_hand;
mod changefeed_toml;
mod client_properties;
mod commands;
mod connectors;
mod open_api;
mod readme;
mod secrets;
mod setup;
pub(crate) mod shell;

pub use bundle::bundle;
pub use changefeed_toml::changefeed_toml;
pub use client_properties::{client_properties, java_client_properties};
pub use commands::{cdc_cli, tiup_ctl};
pub(crate) use connectors::ENVIRONMENT_PREFIX;
pub use connectors::{Terraform, connector_checklist, connector_cli_config, connector_config, connector_request, is_exported, terraform};
pub use open_api::{open_api_body, open_api_request};
pub use secrets::{Resolve, Secrets, new_references, with_references};
pub use setup::{snowflake_setup, sqlserver_setup};
