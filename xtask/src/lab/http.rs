//! As much HTTP as asking services on loopback takes: one request a connection, JSON both ways.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Validating a Snowflake connector waits for a server that is not there.
const PATIENCE: Duration = Duration::from_secs(60);

/// # Errors
/// When the server cannot be reached, does not answer 2xx, or answers something that is not JSON.
pub fn get(url: &str) -> Result<Value> {
    send("GET", url, None)
}

/// An answer without a body is `null`.
///
/// # Errors
/// As [`get`].
pub fn send(method: &str, url: &str, body: Option<&Value>) -> Result<Value> {
    let rest = url.strip_prefix("http://").with_context(|| format!("`{url}` is no http URL"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let ask = || -> Result<Value> {
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        let content = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let content = if body.is_empty() { String::new() } else { content };
        stream.write_all(format!("{head}{content}\r\n{body}").as_bytes())?;
        answer(BufReader::new(stream))
    };
    ask().with_context(|| format!("{method} {url}"))
}

/// Not every server closes the connection when asked to, so where a length is stated it is what counts.
fn answer(mut stream: impl BufRead) -> Result<Value> {
    let mut status_line = String::new();
    stream.read_line(&mut status_line)?;
    let mut length = None;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header)?;
        match header.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = Some(value.trim().parse()?),
            Some((name, _)) if name.eq_ignore_ascii_case("transfer-encoding") => bail!("the answer comes in chunks"),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = String::new();
    stream.take(length.unwrap_or(u64::MAX)).read_to_string(&mut body)?;
    match status_line.split_whitespace().nth(1) {
        Some(status) if status.starts_with('2') && body.is_empty() => Ok(Value::Null),
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
        let until_closed = answer(&b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":1}"[..]);
        assert_eq!(until_closed.unwrap()["a"], 1);
        assert_eq!(answer(&b"HTTP/1.1 204 No Content\r\n\r\n"[..]).unwrap(), Value::Null);
        let refused = answer(&b"HTTP/1.1 409 Conflict\r\ncontent-length: 10\r\n\r\nname taken"[..]);
        assert_eq!(refused.unwrap_err().to_string(), "answered `HTTP/1.1 409 Conflict`: name taken");
    }
}
