//! A listening socket whose port outlives restarts, so that addresses written down by a user keep working.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// Listens at `listen`. With port 0 the port remembered in `port_file` is taken again when it is free, else any free one;
/// the port in use is then remembered.
///
/// # Errors
/// The address is taken or not ours, or `port_file` cannot be written.
pub(super) fn bind(listen: SocketAddr, port_file: &Path) -> io::Result<TcpListener> {
    let listener = match remembered(port_file) {
        Some(port) if listen.port() == 0 => TcpListener::bind(SocketAddr::new(listen.ip(), port)).or_else(|_| TcpListener::bind(listen))?,
        _ => TcpListener::bind(listen)?,
    };
    listener.set_nonblocking(true)?;
    std::fs::write(port_file, format!("{}\n", listener.local_addr()?.port()))?;
    Ok(listener)
}

fn remembered(port_file: &Path) -> Option<u16> {
    std::fs::read_to_string(port_file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

    #[test]
    fn a_free_remembered_port_is_taken_again_and_a_busy_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("port");
        let first = bind(ANY, &file).unwrap();
        let port = first.local_addr().unwrap().port();

        let second = bind(ANY, &file).unwrap();
        assert_ne!(second.local_addr().unwrap().port(), port, "taken by the first");

        std::fs::write(&file, port.to_string()).unwrap();
        drop(first);
        assert_eq!(bind(ANY, &file).unwrap().local_addr().unwrap().port(), port);
    }

    #[test]
    fn a_damaged_port_file_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("port");
        std::fs::write(&file, "not a port").unwrap();
        assert_ne!(bind(ANY, &file).unwrap().local_addr().unwrap().port(), 0);
    }
}
