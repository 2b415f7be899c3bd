//! A certificate authority of the lab's own, and certificates of it for a server on loopback and for its client.

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
    /// The client's certificate and key, PEM. TiCDC takes them with the authority or not at all.
    pub client: (PathBuf, PathBuf),
}

/// Makes all, good for a month.
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
    let signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
    let server = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "server.key", "-out", "server.crt"];
    process::output(request("/CN=localhost").args(signed).args(server))?;
    process::output(request("/CN=changefeed").args(signed).args(["-keyout", "client.key", "-out", "client.crt"]))?;
    let pem = fs::read_to_string(dir.join("server.key"))? + &fs::read_to_string(dir.join("server.crt"))?;
    let client = (dir.join("client.crt"), dir.join("client.key"));
    let certificates = Certificates { ca: dir.join("ca.pem"), server: dir.join("server.pem"), client };
    fs::write(&certificates.server, pem)?;
    Ok(certificates)
}
