//! As much HTTP as asking services on loopback takes: one GET a connection, answered in JSON of a stated length.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// # Errors
/// When the server cannot be reached, does not answer 2xx, or answers something that is not JSON.
pub fn get(url: &str) -> Result<Value> {
    let rest = url.strip_prefix("http://").with_context(|| format!("`{url}` is no http URL"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let ask = || -> Result<Value> {
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        answer(BufReader::new(stream))
    };
    ask().with_context(|| format!("GET {url}"))
}

/// Not every server closes the connection when asked to, so the length is what counts.
fn answer(mut stream: impl BufRead) -> Result<Value> {
    let mut status_line = String::new();
    stream.read_line(&mut status_line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header)?;
        match header.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = String::new();
    stream.take(length).read_to_string(&mut body)?;
    match status_line.split_whitespace().nth(1) {
        Some(status) if status.starts_with('2') => serde_json::from_str(&body).context("the answer is not JSON"),
        _ => bail!("answered `{}`: {}", status_line.trim_end(), body.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_is_its_json_or_an_error_with_status_and_text() {
        let json = answer(&b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length:7\r\n\r\n{\"a\":1} and the next"[..]);
        assert_eq!(json.unwrap()["a"], 1);
        let refused = answer(&b"HTTP/1.1 409 Conflict\r\ncontent-length: 10\r\n\r\nname taken"[..]);
        assert_eq!(refused.unwrap_err().to_string(), "answered `HTTP/1.1 409 Conflict`: name taken");
    }
}
