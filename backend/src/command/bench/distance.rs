//! A broker far away: a proxy that hands everything on, each way half a round trip later. It delays and does not throttle:
//! whatever is under way travels side by side.

use anyhow::Context;
use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

const PIECE_BYTES: usize = 64 << 10;
/// Pieces under way in one direction of a connection: more than any round trip here needs.
const PIECES: usize = 4096;
/// Of an answer: far more than any to a producer.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// The proxy; its threads end with the process.
pub struct Distance {
    /// Where clients come to.
    pub address: SocketAddr,
    one_way_micros: Arc<AtomicU64>,
}

type Due = (Instant, Vec<u8>);

impl Distance {
    /// In front of a cluster of one broker; without delay at first.
    ///
    /// # Errors
    /// No port is free.
    pub fn to(broker: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).context("no free port")?;
        let address = listener.local_addr()?;
        let distance = Self { address, one_way_micros: Arc::default() };
        let delay = Arc::clone(&distance.one_way_micros);
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                // A broker that is down is a closed door, too.
                let _ = forward(client, broker, address, &delay);
            }
        });
        Ok(distance)
    }

    /// From now on, also for connections that there are.
    pub fn set_round_trip(&self, round_trip: Duration) {
        let half = u64::try_from((round_trip / 2).as_micros()).unwrap_or(u64::MAX);
        self.one_way_micros.store(half, Ordering::Relaxed);
    }
}

fn forward(client: TcpStream, broker: SocketAddr, here: SocketAddr, delay: &Arc<AtomicU64>) -> io::Result<()> {
    let server = TcpStream::connect(broker)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (requests, requests_due) = sync_channel(PIECES);
    let (answers, answers_due) = sync_channel(PIECES);
    let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
    let (of_requests, of_answers) = (Arc::clone(delay), Arc::clone(delay));
    thread::spawn(move || take_requests(from_client, &requests, &of_requests));
    thread::spawn(move || give(server, &requests_due));
    thread::spawn(move || take_answers(from_server, &answers, &of_answers, &address(broker), &address(here)));
    thread::spawn(move || give(client, &answers_due));
    Ok(())
}

fn due(delay: &AtomicU64) -> Instant {
    Instant::now() + Duration::from_micros(delay.load(Ordering::Relaxed))
}

/// Reads as it comes, and notes when each piece is due on the other side.
fn take_requests(mut from: TcpStream, pieces: &SyncSender<Due>, delay: &AtomicU64) {
    let mut buffer = vec![0; PIECE_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        if pieces.send((due(delay), buffer[..bytes].to_vec())).is_err() {
            break;
        }
    }
}

/// Reads answer by answer. A broker tells clients the address that they are to come to: they shall come here.
fn take_answers(mut from: TcpStream, answers: &SyncSender<Due>, delay: &AtomicU64, broker: &[u8], here: &[u8]) {
    let mut length = [0; 4];
    while from.read_exact(&mut length).is_ok() {
        let bytes = u32::from_be_bytes(length) as usize;
        if bytes > MAX_ANSWER_BYTES {
            break;
        }
        let mut answer = length.to_vec();
        answer.resize(4 + bytes, 0);
        if from.read_exact(&mut answer[4..]).is_err() {
            break;
        }
        if let Some(at) = answer.windows(broker.len()).position(|window| window == broker) {
            answer[at..at + here.len()].copy_from_slice(here);
        }
        if answers.send((due(delay), answer)).is_err() {
            break;
        }
    }
}

fn give(mut to: TcpStream, pieces: &Receiver<Due>) {
    for (due, piece) in pieces {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Host and port as Kafka's answers have them.
fn address(of: SocketAddr) -> Vec<u8> {
    let mut bytes = of.ip().to_string().into_bytes();
    bytes.extend(u32::from(of.port()).to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Answers each byte with the broker's own address.
    fn broker() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let answer = address(here);
            while stream.read(&mut [0; 1]).is_ok_and(|read| read == 1) {
                stream.write_all(&u32::try_from(answer.len()).unwrap().to_be_bytes()).unwrap();
                stream.write_all(&answer).unwrap();
            }
        });
        here
    }

    #[test]
    fn requests_travel_side_by_side_and_answers_name_the_proxy() {
        let distance = Distance::to(broker()).unwrap();
        let round_trip = Duration::from_millis(100);
        distance.set_round_trip(round_trip);
        let mut client = TcpStream::connect(distance.address).unwrap();
        let began = Instant::now();
        client.write_all(&[0; 10]).unwrap();
        let expect = address(distance.address);
        for _ in 0..10 {
            let mut answer = vec![0; 4 + expect.len()];
            client.read_exact(&mut answer).unwrap();
            assert_eq!(answer[4..], expect);
        }
        let took = began.elapsed();
        assert!(took >= round_trip && took < 10 * round_trip, "{took:?}");
    }
}
