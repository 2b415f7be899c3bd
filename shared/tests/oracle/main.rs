//! TiCDC's own code as the judge: what it said is recorded here, and asked again on demand (`tests/oracle/README.md`).

mod configs;
mod differences;
mod documents;
mod draw;
mod effective;
mod judge;
mod rows;
mod tables;
