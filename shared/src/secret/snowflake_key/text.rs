//! A key as text: PEM, base64 without its lines, base64 of a whole file.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// More text than this is no key: one of 16,384 bits has 13 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Padding is often lost when a value is copied.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// What a pasted text holds.
pub(super) struct KeyText {
    /// What stands in the BEGIN line, e.g. `RSA PRIVATE KEY`; empty for bare base64.
    pub label: String,
    /// The decoded body; `None` when it is not base64.
    pub der: Option<Vec<u8>>,
    /// Whether the body is encrypted in OpenSSL's old manner, told by header lines.
    pub has_old_encryption: bool,
    /// Whether BEGIN and END lines or line breaks are there.
    pub has_lines: bool,
    /// Whether the text was base64 of a whole PEM file.
    pub is_wrapped: bool,
}

/// Takes a text apart. `\n` may be written as backslash and letter, as in JSON and environment files; all white space in the
/// body is skipped.
pub(super) fn read(text: &str) -> Option<KeyText> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let plain = text.replace("\\r", "\r").replace("\\n", "\n");
    let plain = plain.trim();
    let key = pem(plain).or_else(|| {
        let der = decode(plain)?;
        let inner = std::str::from_utf8(&der).ok().and_then(|inner| pem(inner.trim()));
        Some(match inner {
            Some(inner) => KeyText { is_wrapped: true, ..inner },
            None => KeyText {
                label: String::new(),
                der: Some(der),
                has_old_encryption: false,
                has_lines: plain.contains(['\r', '\n']),
                is_wrapped: false,
            },
        })
    })?;
    Some(key)
}

fn pem(text: &str) -> Option<KeyText> {
    let (_, after) = text.split_once("-----BEGIN ")?;
    let (label, after) = after.split_once("-----")?;
    // without an END line the text was cut: what is left will not decode
    let body = after.split("-----END").next().unwrap_or_default();
    // `Proc-Type: 4,ENCRYPTED` and the like, up to an empty line
    let headers = body.lines().filter(|line| line.contains(':'));
    let has_old_encryption = headers.clone().any(|line| line.contains("ENCRYPTED"));
    let skipped: String = body.lines().filter(|line| !line.contains(':')).collect();
    Some(KeyText { label: label.trim().to_owned(), der: decode(&skipped), has_old_encryption, has_lines: true, is_wrapped: false })
}

fn decode(body: &str) -> Option<Vec<u8>> {
    let compact: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    BASE64.decode(compact).ok().filter(|der| !der.is_empty())
}

/// Base64 in one line, the form of a connector's property.
pub(super) fn body(der: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(der)
}

/// PEM with lines of 64 characters.
pub(super) fn to_pem(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    for (i, c) in body(der).chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}
