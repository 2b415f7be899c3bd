//! A stand-in for a Snowflake account on loopback: every login and every statement succeeds, and nothing comes of it. So the
//! published connector gets past its connection, and says what else it has against a configuration.

use anyhow::Result;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// Serves as long as this program lives; answers the address.
///
/// # Errors
/// When no port can be had.
pub fn serve() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who goes away early loses nothing but the answer.
            thread::spawn(move || answer(stream));
        }
    });
    Ok(url)
}

/// One request a connection.
fn answer(mut stream: TcpStream) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request_line = String::new();
    reader.read_line(&mut request_line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            Some(_) => {}
            None => break,
        }
    }
    // Whoever closes before all is read may cut the answer short.
    reader.read_exact(&mut vec![0; length])?;
    let data = if request_line.contains("/session/v1/login-request") { session() } else { result() };
    let body = json!({ "success": true, "code": null, "message": null, "data": data }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Ok(stream.write_all(format!("{head}{body}").as_bytes())?)
}

fn session() -> Value {
    json!({
        "token": "t",
        "masterToken": "m",
        "validityInSeconds": 3600,
        "masterValidityInSeconds": 14400,
        "sessionId": 1,
        // The driver does not open a session without.
        "parameters": [{ "name": "AUTOCOMMIT", "value": true }],
        "sessionInfo": { "databaseName": "TPCC", "schemaName": "TICDC", "warehouseName": null, "roleName": "TICDC_ROLE" },
    })
}

/// One row with one text, for whatever was asked.
fn result() -> Value {
    json!({
        "parameters": [],
        "rowtype": [{ "name": "status", "type": "text", "length": 100, "byteLength": 400, "nullable": true, "scale": null, "precision": null }],
        "rowset": [["ok"]],
        "total": 1,
        "returned": 1,
        "queryId": "q",
        "queryResultFormat": "json",
        "statementTypeId": 4096,
        "version": 1,
    })
}
