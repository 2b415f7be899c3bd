//! The client of TiCDC's Open API against its double.
#![allow(clippy::unwrap_used)]

mod calls;
mod creating;
mod owner;
mod support;
mod updating;
