//! A door in front of a server: what comes through can be cut off and let in again.

use anyhow::{Context, Result};
use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Forwards TCP connections while it is open. Its threads end with the process.
pub struct Gate {
    /// `127.0.0.1:port`.
    pub address: String,
    open: Arc<AtomicBool>,
    through: Arc<Mutex<Vec<TcpStream>>>,
}

impl Gate {
    /// An open gate to `target`, `host:port`.
    pub fn to(target: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
        let gate = Self { address: listener.local_addr()?.to_string(), open: Arc::new(AtomicBool::new(true)), through: Arc::default() };
        let (open, through, target) = (Arc::clone(&gate.open), Arc::clone(&gate.through), target.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                if open.load(Ordering::SeqCst) {
                    // A target that is down is a closed door, too.
                    let _ = forward(client, &target, &through);
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
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn forward(client: TcpStream, target: &str, through: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    let server = TcpStream::connect(target)?;
    {
        let mut through = through.lock().unwrap_or_else(PoisonError::into_inner);
        through.push(client.try_clone()?);
        through.push(server.try_clone()?);
    }
    for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
        thread::spawn(move || copy(from, to));
    }
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 64 << 10];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
