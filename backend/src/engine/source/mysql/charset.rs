//! Text of a column in its character set, as UTF-8.

use encoding_rs::{self as e, Encoding};

/// How to make UTF-8 of a column's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8 already, or a part of it.
    Utf8,
    Utf32,
    Other(&'static Encoding),
}

impl Charset {
    /// By MySQL's name; `None` for the few that nobody maps (`cp850`, `swe7`, …).
    pub fn by_name(name: &str) -> Option<Self> {
        Some(Self::Other(match name.to_ascii_lowercase().as_str() {
            "utf8mb4" | "utf8mb3" | "utf8" | "ascii" | "binary" => return Some(Self::Utf8),
            "utf32" => return Some(Self::Utf32),
            // MySQL's latin1 is the Windows one.
            "latin1" => e::WINDOWS_1252,
            "latin2" => e::ISO_8859_2,
            "latin5" => e::WINDOWS_1254,
            "latin7" => e::ISO_8859_13,
            "greek" => e::ISO_8859_7,
            "hebrew" => e::ISO_8859_8,
            "tis620" => e::WINDOWS_874,
            "cp1250" => e::WINDOWS_1250,
            "cp1251" => e::WINDOWS_1251,
            "cp1256" => e::WINDOWS_1256,
            "cp1257" => e::WINDOWS_1257,
            "cp866" => e::IBM866,
            "koi8r" => e::KOI8_R,
            "koi8u" => e::KOI8_U,
            "macroman" => e::MACINTOSH,
            "big5" => e::BIG5,
            "gbk" | "gb2312" => e::GBK,
            "gb18030" => e::GB18030,
            "sjis" | "cp932" => e::SHIFT_JIS,
            "ujis" | "eucjpms" => e::EUC_JP,
            "euckr" => e::EUC_KR,
            "ucs2" | "utf16" => e::UTF_16BE,
            "utf16le" => e::UTF_16LE,
            _ => return None,
        }))
    }

    /// Appends the text. What cannot be mapped becomes U+FFFD, as everywhere.
    pub fn write(self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend_from_slice(bytes),
            Self::Utf32 => {
                let (chars, rest) = bytes.as_chunks::<4>();
                let broken = (!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER);
                let text = chars.iter().map(|b| char::from_u32(u32::from_be_bytes(*b)).unwrap_or(char::REPLACEMENT_CHARACTER));
                text.chain(broken).for_each(|c| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            Self::Other(encoding) => out.extend_from_slice(encoding.decode_without_bom_handling(bytes).0.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_of_many_character_sets_becomes_utf8() {
        let cases: [(&str, &[u8], &str); 7] = [
            ("utf8mb4", "ü€😀".as_bytes(), "ü€😀"),
            ("latin1", &[0xfc, 0x80], "ü€"),
            ("utf16", &[0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00], "€😀"),
            ("utf16le", &[0xac, 0x20], "€"),
            ("utf32", &[0, 1, 0xf6, 0], "😀"),
            ("gbk", &[0xc4, 0xe3], "你"),
            ("cp1251", &[0xcf], "П"),
        ];
        for (name, bytes, expected) in cases {
            let mut out = Vec::new();
            Charset::by_name(name).unwrap().write(bytes, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}");
        }
        assert_eq!(Charset::by_name("cp850"), None);
    }
}
