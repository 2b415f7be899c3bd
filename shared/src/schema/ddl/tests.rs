#![allow(clippy::unwrap_used)]

mod alter;
mod create;
mod robust;
