//! `export`
