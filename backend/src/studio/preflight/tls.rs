//! A TLS handshake, and what the server's certificate says of itself.
//!
//! With the OpenSSL that librdkafka and the HTTP clients use too: what is trusted here is trusted there.

mod mysql;

use super::network::Endpoint;
use openssl::{
    asn1::Asn1Time,
    error::ErrorStack,
    nid::Nid,
    pkey::PKey,
    ssl::{HandshakeError, SslConnector, SslMethod, SslVerifyMode},
    x509::{X509, X509NameRef, X509Ref, store::X509StoreBuilder},
};
use secrecy::{ExposeSecret, SecretString};
use shared::Finding;
use std::{
    net::TcpStream,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(8);
/// A certificate with less than this left is worth a word.
const SOON_DAYS: i32 = 14;
/// More of a certificate's names than these are not shown.
const SHOWN_NAMES: usize = 4;

// X509_V_ERR_… of OpenSSL.
const NOT_YET_VALID: i32 = 9;
const EXPIRED: i32 = 10;
const UNTRUSTED: [i32; 4] = [18, 19, 20, 21];
const HOST_MISMATCH: i32 = 62;
const IP_MISMATCH: i32 = 64;

/// Whom to trust and who we are.
#[derive(Clone, Default)]
pub(super) struct Trust {
    /// PEM; empty trusts the system's authorities.
    pub ca: String,
    /// Whether `ca` is added to the system's authorities, or all that counts.
    pub adds_ca: bool,
    /// PEM; empty shows none.
    pub cert: String,
    pub key: SecretString,
    pub is_not_verified: bool,
    /// Whether a certificate for any name will do.
    pub takes_any_name: bool,
    pub opening: Opening,
    /// Fields for findings: of the address, and of the authority.
    pub address_path: String,
    pub ca_path: String,
}

/// What comes before the handshake.
#[derive(Clone, Copy, Default)]
pub(super) enum Opening {
    #[default]
    Nothing,
    /// A greeting in the open, and MySQL's request to go on with TLS.
    Mysql,
}

/// What was agreed on, and warnings.
pub(super) struct Agreed {
    pub detail: String,
    pub findings: Vec<Finding>,
}

/// Shakes hands with the first address that answers.
///
/// # Errors
/// A finding with the certificate's facts, as far as it was seen.
pub(super) async fn handshake(endpoint: &Endpoint, trust: &Trust) -> Result<Agreed, Finding> {
    let address = super::network::reach(endpoint).await;
    let address = address.map_err(|why| {
        Finding::error(&trust.address_path, "port-unreachable", format!("No connection to `{endpoint}`: {why}."))
            .hint("Check that the service is still there.")
    })?;
    let (endpoint, trust) = (endpoint.clone(), trust.clone());
    super::super::blocking(move || {
        let failed = |why: String| {
            let message = format!("No TLS connection to `{endpoint}`: {why}.");
            Finding::error(&trust.address_path, "tls-handshake", message)
                .hint("Check that this port speaks TLS, and which versions it takes.")
        };
        let seen = Arc::new(Mutex::new(None));
        let connector = connector(&trust, &seen).map_err(|error| {
            Finding::error(&trust.ca_path, "tls-files-unusable", format!("The TLS files cannot be used as PEM: {}.", short(&error)))
                .hint("Give PEM text: `-----BEGIN CERTIFICATE-----` …, and for the key PKCS#8 or PKCS#1 without passphrase.")
        })?;
        let mut stream = TcpStream::connect_timeout(&address, LIMIT).map_err(|error| failed(error.to_string()))?;
        let patience = stream.set_read_timeout(Some(LIMIT)).and_then(|()| stream.set_write_timeout(Some(LIMIT)));
        patience.map_err(|error| failed(error.to_string()))?;
        if matches!(trust.opening, Opening::Mysql) {
            mysql::ask(&mut stream).map_err(|refused| match refused {
                mysql::Refused::NoTls => no_tls(&endpoint),
                mysql::Refused::Said(why) | mysql::Refused::Lost(why) => failed(why),
            })?;
        }
        let connection = connector.configure().map_err(|error| failed(short(&error)))?;
        match connection.verify_hostname(!trust.takes_any_name).connect(&endpoint.host, stream) {
            Ok(stream) => {
                let ssl = stream.ssl();
                let mut agreed = Agreed { detail: ssl.version_str().to_owned(), findings: Vec::new() };
                if let Some(certificate) = ssl.peer_certificate() {
                    agreed.detail = format!("{}, certificate {}", agreed.detail, shown(&certificate));
                    agreed.findings.extend(expires_soon(&certificate, &endpoint, &trust));
                }
                Ok(agreed)
            }
            Err(HandshakeError::Failure(half)) => {
                let code = half.ssl().verify_result().as_raw();
                let certificate = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
                match certificate.filter(|_| code != 0) {
                    Some(certificate) => Err(not_trusted(code, &certificate, &endpoint, &trust)),
                    None => Err(failed(reason(&half.error().to_string()))),
                }
            }
            Err(HandshakeError::SetupFailure(error)) => Err(failed(short(&error))),
            Err(HandshakeError::WouldBlock(_)) => Err(failed(format!("no answer within {} s", LIMIT.as_secs()))),
        }
    })
    .await
}

fn connector(trust: &Trust, seen: &Arc<Mutex<Option<X509>>>) -> Result<SslConnector, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    if !trust.ca.is_empty() {
        let mut authorities = X509StoreBuilder::new()?;
        if trust.adds_ca {
            authorities.set_default_paths()?;
        }
        for authority in X509::stack_from_pem(trust.ca.as_bytes())? {
            authorities.add_cert(authority)?;
        }
        builder.set_cert_store(authorities.build());
    }
    if !trust.cert.is_empty() {
        let mut chain = X509::stack_from_pem(trust.cert.as_bytes())?.into_iter();
        if let Some(own) = chain.next() {
            builder.set_certificate(&own)?;
        }
        for between in chain {
            builder.add_extra_chain_cert(between)?;
        }
        // Without an answer OpenSSL would ask for a passphrase on the terminal.
        let key = PKey::private_key_from_pem_callback(trust.key.expose_secret().as_bytes(), |_| Ok(0))?;
        builder.set_private_key(&key)?;
    }
    // The certificate is gone once the handshake has failed, so it is kept when it is looked at.
    let seen = Arc::clone(seen);
    let is_lax = trust.is_not_verified;
    builder.set_verify_callback(SslVerifyMode::PEER, move |is_good, context| {
        if context.error_depth() == 0
            && let Some(certificate) = context.current_cert()
        {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(certificate.to_owned());
        } else if let Some(first) = context.chain().and_then(|chain| chain.iter().next()) {
            seen.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| first.to_owned());
        }
        is_good || is_lax
    });
    Ok(builder.build())
}

fn no_tls(endpoint: &Endpoint) -> Finding {
    Finding::error("source.tls", "source-tls", format!("`{endpoint}` has no TLS to offer."))
        .hint("Give the server a certificate (`ssl_cert`, `ssl_key`), or set `source.tls = \"off\"` on a network that you trust.")
}

fn not_trusted(code: i32, certificate: &X509Ref, endpoint: &Endpoint, trust: &Trust) -> Finding {
    let about = shown(certificate);
    match code {
        EXPIRED | NOT_YET_VALID => {
            let when = if code == EXPIRED { "has expired" } else { "is not valid yet" };
            let message = format!("The certificate of `{endpoint}` {when}: {about}.");
            Finding::error(&trust.address_path, "certificate-expired", message)
                .hint("Renew it at the server, and check both machines' clocks.")
        }
        HOST_MISMATCH | IP_MISMATCH => {
            let message = format!("The certificate of `{endpoint}` is for another name: {about}.");
            Finding::error(&trust.address_path, "certificate-name", message)
                .hint("Use one of the certificate's names as the address, or give the server a certificate for this one.")
        }
        _ if UNTRUSTED.contains(&code) => {
            let message = format!("The certificate of `{endpoint}` is signed by nobody who is trusted here: {about}.");
            Finding::error(&trust.ca_path, "certificate-untrusted", message)
                .hint("Give the PEM file of the authority that signed it; for a public one install the system's `ca-certificates`.")
        }
        _ => {
            let message = format!("The certificate of `{endpoint}` was refused (OpenSSL's reason {code}): {about}.");
            Finding::error(&trust.address_path, "certificate-untrusted", message).hint("Look at it with `openssl s_client -connect`.")
        }
    }
}

fn days_left(certificate: &X509Ref) -> Option<i32> {
    Asn1Time::days_from_now(0).ok()?.diff(certificate.not_after()).ok().map(|left| left.days)
}

fn expires_soon(certificate: &X509Ref, endpoint: &Endpoint, trust: &Trust) -> Option<Finding> {
    let days = days_left(certificate).filter(|days| *days < SOON_DAYS)?;
    let message = format!("The certificate of `{endpoint}` is valid for {days} days more.");
    Some(Finding::warning(&trust.address_path, "certificate-expires-soon", message).hint("Renew it before, or the pipeline stops then."))
}

/// `*.confluent.cloud` of `Let's Encrypt R3`, valid for 71 days.
fn shown(certificate: &X509Ref) -> String {
    let mut names: Vec<String> = certificate
        .subject_alt_names()
        .into_iter()
        .flatten()
        .filter_map(|name| {
            let ip = |bytes: &[u8]| {
                <[u8; 4]>::try_from(bytes)
                    .map(|ip| std::net::IpAddr::from(ip).to_string())
                    .or_else(|_| <[u8; 16]>::try_from(bytes).map(|ip| std::net::IpAddr::from(ip).to_string()))
                    .ok()
            };
            name.dnsname().map(str::to_owned).or_else(|| ip(name.ipaddress()?))
        })
        .collect();
    if names.is_empty() {
        names.extend(name(certificate.subject_name()));
    }
    let more = names.len().saturating_sub(SHOWN_NAMES);
    names.truncate(SHOWN_NAMES);
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let issuer = name(certificate.issuer_name()).unwrap_or_else(|| "nobody".to_owned());
    let valid = match days_left(certificate) {
        Some(days @ 0..) => format!("valid for {days} days"),
        Some(days) => format!("expired {} days ago", -days),
        None => "of unknown validity".to_owned(),
    };
    format!("for {}{more} of `{issuer}`, {valid}", names.join(", "))
}

fn name(name: &X509NameRef) -> Option<String> {
    let entry = name.entries_by_nid(Nid::COMMONNAME).next().or_else(|| name.entries().next())?;
    entry.data().to_string().ok()
}

fn short(error: &ErrorStack) -> String {
    error.errors().first().and_then(openssl::error::Error::reason).unwrap_or("no reason given").to_owned()
}

/// OpenSSL's words for a port without TLS mean nothing to a person.
fn reason(text: &str) -> String {
    let lower = text.to_lowercase();
    match () {
        () if lower.contains("wrong version number") || lower.contains("packet length too long") => {
            "the port does not speak TLS".to_owned()
        }
        () if lower.contains("unexpected eof") || lower.contains("connection reset") => {
            "the server hung up in the middle of the handshake; it may want a client certificate, or no TLS".to_owned()
        }
        () if lower.contains("alert") && lower.contains("certificate") => {
            "the server does not take our certificate, or wants one".to_owned()
        }
        () => text.split(':').next_back().unwrap_or(text).trim().to_owned(),
    }
}

/// Adds the handshake as a check.
pub(super) fn add(plan: &mut super::graph::Plan, prefix: &str, subject: &str, endpoint: Endpoint, trust: Trust) {
    use super::graph::{About, LIMIT, Outcome};
    let about = About {
        id: format!("{prefix}.tls"),
        group: shared::api::CheckGroup::Connection,
        subject,
        title: "TLS handshake",
        needs: vec![format!("{prefix}.tcp")],
        limit: LIMIT,
    };
    plan.add(about, move |_| async move {
        match handshake(&endpoint, &trust).await {
            Ok(agreed) => Outcome::with(agreed.detail, agreed.findings),
            Err(finding) => Outcome::failed(finding),
        }
    });
}

#[cfg(test)]
mod tests;
