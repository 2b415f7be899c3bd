//! Text inside other languages' strings: how it is read there, and how to write it so that it comes back unchanged.
//!
//! URLs have `sink_uri::escape`, shells `render::shell`, JSON and TOML their crates.

pub(crate) mod hcl;
pub(crate) mod jaas;
pub(crate) mod properties;

/// The first `count` characters as a hexadecimal number.
fn hex(chars: &[char], count: usize) -> Option<u32> {
    let digits = chars.get(..count)?;
    digits.iter().try_fold(0_u32, |value, c| Some(value * 16 + c.to_digit(16)?))
}
