//! Waiting for what other programs do, by asking them.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

/// Asks until the answer is yes, or `patience` is over: then the answer is no.
pub fn until(patience: Duration, mut ready: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + patience;
    loop {
        if ready() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Below those that systems give to outgoing connections (Linux: from 32768): while a server restarts, one of these could take its
/// port, and a client that calls a dead server there may even be connected with itself.
const PORTS: std::ops::Range<u64> = 10_000..32_000;

/// A port on loopback that nobody listens on. Somebody else may still take it first; then its user fails to start and says so.
///
/// # Errors
/// When loopback is full, or not there.
pub fn free_port() -> std::io::Result<u16> {
    let draw = || PORTS.start + RandomState::new().build_hasher().finish() % (PORTS.end - PORTS.start);
    let mut last = None;
    for _ in 0..100 {
        match TcpListener::bind(("127.0.0.1", u16::try_from(draw()).unwrap_or_default())) {
            Ok(listener) => return Ok(listener.local_addr()?.port()),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_free_port_can_be_had_and_is_below_those_of_outgoing_connections() {
        let port = free_port().unwrap();
        assert!(PORTS.contains(&port.into()));
        TcpListener::bind(("127.0.0.1", port)).unwrap();
    }
}
