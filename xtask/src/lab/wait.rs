//! Waiting for what other programs do, by asking them.

use std::{
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

/// A port on loopback that nobody listens on. Somebody else may still take it first; then its user fails to start and says so.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
