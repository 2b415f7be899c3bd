//! MySQL's way into TLS: the server greets in the open, and is then asked to go on with TLS.
//!
//! Layouts: MySQL's manual, "Connection Phase", `Protocol::HandshakeV10` and `Protocol::SSLRequest`.

use std::io::{self, Read, Write};

const CLIENT_SSL: u32 = 0x0800;
/// LONG_PASSWORD, PROTOCOL_41, SSL, SECURE_CONNECTION, PLUGIN_AUTH.
const OURS: u32 = 0x0001 | 0x0200 | CLIENT_SSL | 0x8000 | 0x0008_0000;
const MAX_PACKET_BYTES: u32 = 16 << 20;
const UTF8MB4: u8 = 45;
const ERROR: u8 = 0xff;

/// Why the server does not go on with TLS.
#[derive(Debug)]
pub(super) enum Refused {
    NoTls,
    /// Its own words, before any login: too many connections, a host that is blocked.
    Said(String),
    Lost(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

/// Takes the greeting and asks for TLS; the handshake comes next.
pub(super) fn ask(stream: &mut (impl Read + Write)) -> Result<(), Refused> {
    let mut head = [0; 4];
    stream.read_exact(&mut head)?;
    let mut greeting = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
    stream.read_exact(&mut greeting)?;
    if capabilities(&greeting)? & CLIENT_SSL == 0 {
        return Err(Refused::NoTls);
    }
    let mut request = vec![32, 0, 0, head[3].wrapping_add(1)];
    request.extend_from_slice(&OURS.to_le_bytes());
    request.extend_from_slice(&MAX_PACKET_BYTES.to_le_bytes());
    request.push(UTF8MB4);
    request.extend_from_slice(&[0; 23]);
    Ok(stream.write_all(&request)?)
}

/// The lower half of what the server can do.
fn capabilities(greeting: &[u8]) -> Result<u32, Refused> {
    let foreign = || Refused::Lost("it does not greet as a MySQL server does".to_owned());
    match greeting {
        [ERROR, _, _, text @ ..] => Err(Refused::Said(String::from_utf8_lossy(text).into_owned())),
        [10, rest @ ..] => {
            let version = rest.iter().position(|byte| *byte == 0).ok_or_else(foreign)?;
            // Thread id, eight bytes of a scramble, a zero.
            match rest.get(version + 14..version + 16) {
                Some(&[low, high]) => Ok(u32::from(low) | u32::from(high) << 8),
                _ => Err(foreign()),
            }
        }
        _ => Err(foreign()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Cursor;

    struct Wire(Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Wire {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn asked(payload: &[u8]) -> (Result<(), Refused>, Vec<u8>) {
        let mut packet = vec![payload.len() as u8, 0, 0, 0];
        packet.extend_from_slice(payload);
        let mut wire = Wire(Cursor::new(packet), Vec::new());
        (ask(&mut wire), wire.1)
    }

    #[test]
    fn a_server_with_tls_is_asked_for_it_and_others_are_told_apart() {
        let greeting = |capabilities: u16| {
            let mut payload = b"\x0a8.0.36\0\x07\0\0\0salted!!\0".to_vec();
            payload.extend_from_slice(&capabilities.to_le_bytes());
            payload.extend_from_slice(&[45, 2, 0, 0xff, 0xc1]);
            payload
        };
        let (taken, sent) = asked(&greeting(0xffff));
        assert!(taken.is_ok(), "{taken:?}");
        assert_eq!((sent.len(), &sent[..4], sent[5] & 0x08), (36, &[32, 0, 0, 1][..], 0x08));
        assert!(matches!(asked(&greeting(0xf7ff)).0, Err(Refused::NoTls)));
        let blocked = asked(b"\xff\x69\x04Host '10.0.0.1' is blocked").0;
        assert!(matches!(&blocked, Err(Refused::Said(text)) if text.contains("is blocked")), "{blocked:?}");
        for other in [&b"HTTP/1.1 400"[..], b"", b"\x0a8.0"] {
            assert!(matches!(asked(other).0, Err(Refused::Lost(_))), "{other:?}");
        }
    }
}
