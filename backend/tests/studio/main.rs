//! The studio through its API and its command line, with the real store on a real disk.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod app;
mod command_line;
mod interrupt;
mod launch;
mod openapi;
mod operate;
mod pipelines;
mod playground;
mod preflight;
mod preflight_connectors;
mod preflight_mysql;
mod preflight_ticdc;
mod secrets;
mod services;
mod watcher;
