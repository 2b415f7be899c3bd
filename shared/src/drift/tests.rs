#![allow(clippy::unwrap_used)]

mod changefeed;
mod connector;
mod statement;
