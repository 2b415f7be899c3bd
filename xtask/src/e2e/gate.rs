//! A door in front of a server: what comes through can be cut off, kept out, slowed down, and let in again.

use anyhow::{Context, Result};
use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// Forwards TCP connections while it is open. Its threads end with the process.
pub struct Gate {
    /// `127.0.0.1:port`.
    pub address: String,
    open: Arc<AtomicBool>,
    delay_ms: Arc<AtomicU64>,
    /// Not kept alive: a server must see that its client has gone.
    through: Arc<Mutex<Vec<Weak<TcpStream>>>>,
}

impl Gate {
    /// An open gate to `target`, `host:port`.
    pub fn to(target: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
        let gate = Self {
            address: listener.local_addr()?.to_string(),
            open: Arc::new(AtomicBool::new(true)),
            delay_ms: Arc::default(),
            through: Arc::default(),
        };
        let (open, through, target) = (Arc::clone(&gate.open), Arc::clone(&gate.through), target.to_owned());
        let delay_ms = Arc::clone(&gate.delay_ms);
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                if open.load(Ordering::SeqCst) {
                    // A target that is down is a closed door, too.
                    let _ = forward(client, &target, &through, &delay_ms);
                }
            }
        });
        Ok(gate)
    }

    /// Cuts off what is connected and lets nobody in.
    pub fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.cut();
    }

    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    /// Cuts off what is connected.
    pub fn cut(&self) {
        for stream in self.through.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.upgrade().map(|stream| stream.shutdown(Shutdown::Both));
        }
    }

    /// Each piece of at most 64 KiB waits for so long, one after the other: both latency and throughput suffer. Zero: no more.
    pub fn slow_down(&self, by: Duration) {
        self.delay_ms.store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

fn forward(client: TcpStream, target: &str, through: &Mutex<Vec<Weak<TcpStream>>>, delay_ms: &Arc<AtomicU64>) -> io::Result<()> {
    let (client, server) = (Arc::new(client), Arc::new(TcpStream::connect(target)?));
    {
        let mut through = through.lock().unwrap_or_else(PoisonError::into_inner);
        through.retain(|stream| stream.strong_count() > 0);
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
            through.push(Arc::downgrade(stream));
        }
    }
    for (from, to) in [(Arc::clone(&client), Arc::clone(&server)), (server, client)] {
        let delay_ms = Arc::clone(delay_ms);
        thread::spawn(move || copy(&from, &to, &delay_ms));
    }
    Ok(())
}

/// When one side ends, both do; the connections are closed with the last of the two threads.
fn copy(mut from: &TcpStream, mut to: &TcpStream, delay_ms: &AtomicU64) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        match delay_ms.load(Ordering::SeqCst) {
            0 => {}
            delay => thread::sleep(Duration::from_millis(delay)),
        }
        if to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
    }
    for stream in [to, from] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Instant;

    /// A server that answers each line with the same line.
    fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                thread::spawn(move || io::copy(&mut client.try_clone().unwrap(), &mut &client));
            }
        });
        address
    }

    fn ask(client: &mut TcpStream) -> io::Result<()> {
        client.write_all(b"?")?;
        client.read_exact(&mut [0])
    }

    #[test]
    fn a_slow_gate_lets_everything_through_but_late() {
        let gate = Gate::to(&echo()).unwrap();
        let mut client = TcpStream::connect(&gate.address).unwrap();
        ask(&mut client).unwrap();
        gate.slow_down(Duration::from_millis(50));
        let start = Instant::now();
        ask(&mut client).unwrap();
        assert!(start.elapsed() >= Duration::from_millis(100), "there and back");
    }

    #[test]
    fn a_closed_gate_cuts_off_and_lets_nobody_in_until_it_is_open() {
        let gate = Gate::to(&echo()).unwrap();
        let mut client = TcpStream::connect(&gate.address).unwrap();
        ask(&mut client).unwrap();
        gate.close();
        ask(&mut client).unwrap_err();
        ask(&mut TcpStream::connect(&gate.address).unwrap()).unwrap_err();
        gate.open();
        ask(&mut TcpStream::connect(&gate.address).unwrap()).unwrap();
    }

    #[test]
    fn a_server_that_still_sends_learns_that_its_client_has_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gate = Gate::to(&listener.local_addr().unwrap().to_string()).unwrap();
        drop(TcpStream::connect(&gate.address).unwrap());
        let (mut server, _) = listener.accept().unwrap();
        server.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        let error = loop {
            if let Err(error) = server.write_all(&[0; 64 << 10]) {
                break error;
            }
        };
        assert!(matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe), "{error}");
    }
}
