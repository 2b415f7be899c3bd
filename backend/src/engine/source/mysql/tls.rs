//! TLS towards the server: what is asked for, the driver's form of it, and what its failures mean.

use super::failure::{Peer, URL, failure, unreachable};
use crate::engine::error::{EngineError, ErrorKind};
use mysql_async::{ClientIdentity, SslOpts};
use openssl::{error::ErrorStack, pkcs12::Pkcs12, pkey::PKey, stack::Stack, x509::X509};
use secrecy::{ExposeSecret, SecretString};
use shared::config::{Source, SourceTls};

pub(super) const TLS: &str = "source.tls";
const CA: &str = "source.ca";
const CERT: &str = "source.cert";
const KEY: &str = "source.key";
/// The archive in which the driver takes certificate and key; it never leaves memory.
const ARCHIVE_PASSWORD: &str = "in memory only";

/// How a connection is made safe, with files as their PEM text. Default: not at all. No `Debug`: it holds a key.
#[derive(Clone, Default)]
pub struct TlsOptions {
    pub mode: SourceTls,
    /// PEM; empty trusts the system's authorities.
    pub ca: String,
    /// PEM; empty shows none.
    pub cert: String,
    pub key: SecretString,
}

/// What a connection goes through, for advice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Channel {
    #[default]
    Plain,
    Tls,
    TlsWithCertificate,
}

impl TlsOptions {
    /// Of a document whose secrets are resolved.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        Self { mode: source.tls_mode(), ca: source.ca.0.clone(), cert: source.cert.0.clone(), key: source.key.0.clone().into() }
    }

    pub(super) fn channel(&self) -> Channel {
        match self.mode {
            SourceTls::Off => Channel::Plain,
            _ if self.cert.is_empty() => Channel::Tls,
            _ => Channel::TlsWithCertificate,
        }
    }

    /// The driver's options; `None` for a connection without TLS.
    ///
    /// # Errors
    /// A file is not PEM, or certificate and key do not belong together. Names the field.
    pub(super) fn for_driver(&self) -> Result<Option<SslOpts>, EngineError> {
        if self.mode == SourceTls::Off {
            return Ok(None);
        }
        let mut options = SslOpts::default()
            .with_danger_accept_invalid_certs(self.mode == SourceTls::SkipVerify)
            .with_danger_skip_domain_validation(self.mode != SourceTls::Verify);
        if !self.ca.is_empty() {
            let authorities = certificates(CA, &self.ca)?;
            let authorities = authorities.iter().map(|one| one.to_der()).collect::<Result<Vec<_>, _>>().map_err(|e| unusable(CA, &e))?;
            options = options.with_root_certs(authorities.into_iter().map(Into::into).collect()).with_disable_built_in_roots(true);
        }
        Ok(Some(options.with_client_identity(self.identity()?)))
    }

    fn identity(&self) -> Result<Option<ClientIdentity>, EngineError> {
        let key = self.key.expose_secret();
        match (self.cert.is_empty(), key.is_empty()) {
            (true, true) => return Ok(None),
            (false, true) => return Err(incomplete(KEY, "a certificate is given without its key")),
            (true, false) => return Err(incomplete(CERT, "a key is given without its certificate")),
            (false, false) => {}
        }
        let mut chain = certificates(CERT, &self.cert)?.into_iter();
        let Some(own) = chain.next() else { return Ok(None) };
        // Without an answer OpenSSL would ask for a passphrase on the terminal.
        let key = PKey::private_key_from_pem_callback(key.as_bytes(), |_| Ok(0)).map_err(|e| unusable(KEY, &e))?;
        let archive = || {
            let mut between = Stack::new()?;
            for certificate in chain {
                between.push(certificate)?;
            }
            Pkcs12::builder().pkey(&key).cert(&own).ca(between).build2(ARCHIVE_PASSWORD)?.to_der()
        };
        let archive = archive().map_err(|e| unusable(KEY, &e))?;
        Ok(Some(ClientIdentity::new(archive.into()).with_password(ARCHIVE_PASSWORD)))
    }
}

fn certificates(path: &str, pem: &str) -> Result<Vec<X509>, EngineError> {
    let found = X509::stack_from_pem(pem.as_bytes()).map_err(|e| unusable(path, &e))?;
    if found.is_empty() { Err(no_pem(path, "there is no certificate in it")) } else { Ok(found) }
}

fn unusable(path: &str, error: &ErrorStack) -> EngineError {
    no_pem(path, error.errors().last().and_then(openssl::error::Error::reason).unwrap_or("no reason given"))
}

fn no_pem(path: &str, why: &str) -> EngineError {
    failure(
        ErrorKind::Config,
        path,
        "tls-files-unusable",
        format!("`{path}` cannot be used as PEM: {why}"),
        "give PEM text, usually by `file:PATH`: `-----BEGIN CERTIFICATE-----` …, and for the key that of the certificate, without a passphrase",
    )
}

fn incomplete(path: &str, what: &str) -> EngineError {
    failure(ErrorKind::Config, path, "source-tls-incomplete", what, "`source.cert` and `source.key` go together: give both or none")
}

/// Whether an error's text is the other side's refusal of a TLS session, rather than a lost connection.
pub(super) fn is_alert(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("ssl") && lower.contains("alert")
}

/// The server does not speak TLS.
pub(super) fn not_offered(peer: &Peer) -> EngineError {
    failure(
        ErrorKind::Config,
        TLS,
        "source-tls",
        format!("`{}` has no TLS to offer", peer.address),
        "give the server a certificate (`ssl_cert`, `ssl_key` in its configuration), or set `source.tls = \"off\"` on a network that you trust",
    )
}

/// A handshake that failed, told by OpenSSL's text: the driver gives nothing else.
pub(super) fn handshake_failed(peer: &Peer, text: &str) -> EngineError {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let address = &peer.address;
    let failed = |path: &str, code: &str, message: String, hint: &str| failure(ErrorKind::Config, path, code, message, hint);
    if has(&["certificate has expired", "not yet valid"]) {
        failed(
            URL,
            "certificate-expired",
            format!("the certificate of `{address}` is not valid now: {}", reason(text)),
            "renew it at the server, and check both machines' clocks",
        )
    } else if has(&["hostname mismatch", "ip address mismatch"]) {
        failed(
            URL,
            "certificate-name",
            format!("the certificate of `{address}` is for another name"),
            "use one of the certificate's names as the host, or set `source.tls = \"verify-ca\"`, which looks at the authority only",
        )
    } else if has(&["self-signed", "self signed", "unable to get", "unable to verify", "certificate verify failed"]) {
        failed(
            CA,
            "certificate-untrusted",
            format!("the certificate of `{address}` is signed by nobody who is trusted here: {}", reason(text)),
            "give in `source.ca` the PEM file of the authority that signed it (the server's `ssl_ca`)",
        )
    } else if is_alert(text) && has(&["certificate", "unknown ca"]) {
        failed(
            CERT,
            "certificate-refused",
            format!("`{address}` does not take our certificate: {}", reason(text)),
            "give in `source.cert` and `source.key` a certificate that is valid and signed by the server's `ssl_ca`",
        )
    } else if has(&["unexpected eof", "reset", "broken pipe", "closed"]) {
        unreachable(peer, text)
    } else {
        failed(
            URL,
            "tls-handshake",
            format!("no TLS session with `{address}`: {}", reason(text)),
            "check that this is a MySQL or MariaDB port, and which TLS versions and ciphers the server takes (`tls_version`, `ssl_cipher`)",
        )
    }
}

/// What OpenSSL's line ends with: `error:0A000086:SSL routines:…:certificate verify failed:…:1889: (certificate has expired)`.
fn reason(text: &str) -> &str {
    match text.rsplit_once('(') {
        Some((_, reason)) => reason.trim_end_matches(')'),
        None => text.split(':').rfind(|part| part.contains(' ') && !part.contains(".c")).unwrap_or(text).trim(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_handshake_that_fails_says_whose_turn_it_is() {
        let peer = Peer { address: "db:3306".into(), ..Peer::default() };
        let verify = |why: &str| {
            format!(
                "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:ssl/statem/statem_clnt.c:1889: ({why})"
            )
        };
        for (text, kind, path, code, says) in [
            (verify("certificate has expired"), ErrorKind::Config, URL, "certificate-expired", "not valid now: certificate has expired"),
            (verify("hostname mismatch"), ErrorKind::Config, URL, "certificate-name", "another name"),
            (verify("IP address mismatch"), ErrorKind::Config, URL, "certificate-name", "another name"),
            (verify("self-signed certificate in certificate chain"), ErrorKind::Config, CA, "certificate-untrusted", "self-signed"),
            (verify("unable to get local issuer certificate"), ErrorKind::Config, CA, "certificate-untrusted", "local issuer"),
            (
                "error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:ssl/record/rec_layer_s3.c:1590:SSL alert number 48".into(),
                ErrorKind::Config,
                CERT,
                "certificate-refused",
                "does not take our certificate",
            ),
            (
                "error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading:ssl/record/rec_layer_s3.c:308:".into(),
                ErrorKind::Transient,
                URL,
                "source-unreachable",
                "was closed",
            ),
            (
                "error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:ssl/record/rec_layer_s3.c:1590:SSL alert number 40".into(),
                ErrorKind::Config,
                URL,
                "tls-handshake",
                "db:3306",
            ),
        ] {
            let error = handshake_failed(&peer, &text);
            assert_eq!((error.kind, error.finding.path.as_str(), error.finding.code.as_str()), (kind, path, code), "{text}");
            assert!(error.finding.message.contains(says) && !error.finding.hint.is_empty(), "{error:?}");
        }
    }

    #[test]
    fn files_that_are_no_pem_name_their_field_and_show_nothing() {
        let verify = TlsOptions { mode: SourceTls::Verify, ..TlsOptions::default() };
        let noise = "hunter2 is no PEM";
        let broken = "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n";
        for (options, path, code) in [
            (TlsOptions { ca: noise.into(), ..verify.clone() }, CA, "tls-files-unusable"),
            (TlsOptions { ca: broken.into(), ..verify.clone() }, CA, "tls-files-unusable"),
            (TlsOptions { cert: noise.into(), key: noise.into(), ..verify.clone() }, CERT, "tls-files-unusable"),
            (TlsOptions { cert: noise.into(), ..verify.clone() }, KEY, "source-tls-incomplete"),
            (TlsOptions { key: noise.into(), ..verify.clone() }, CERT, "source-tls-incomplete"),
        ] {
            let Err(error) = options.for_driver() else { panic!("{path} was taken") };
            assert_eq!((error.kind, error.finding.path.as_str(), error.finding.code.as_str()), (ErrorKind::Config, path, code));
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(TlsOptions { ca: noise.into(), ..TlsOptions::default() }.for_driver().unwrap().is_none());
    }
}
