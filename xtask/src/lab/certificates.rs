//! A certificate authority of the lab's own, and a server's certificate of it for loopback.

use crate::process;
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub struct Certificates {
    /// What a client trusts, PEM.
    pub ca: PathBuf,
    /// The server's private key and its certificate behind it, PEM.
    pub server: PathBuf,
}

/// Makes both, good for a month.
///
/// # Errors
/// When `openssl` refuses, or the folder cannot be written.
pub fn make(dir: &Path) -> Result<Certificates> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let request = |subject: &str| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(dir).args(["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "30", "-subj", subject]);
        openssl
    };
    process::output(request("/CN=Changefeed lab authority").args(["-keyout", "ca.key", "-out", "ca.pem"]))?;
    let server = ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.crt"];
    let names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
    process::output(request("/CN=localhost").args(server).args(names))?;
    let pem = fs::read_to_string(dir.join("server.key"))? + &fs::read_to_string(dir.join("server.crt"))?;
    let certificates = Certificates { ca: dir.join("ca.pem"), server: dir.join("server.pem") };
    fs::write(&certificates.server, pem)?;
    Ok(certificates)
}
