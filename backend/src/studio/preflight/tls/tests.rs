#![allow(clippy::unwrap_used)]
use super::*;
use openssl::{
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKeyRef, Private},
    rsa::Rsa,
    ssl::SslAcceptor,
    x509::{X509Builder, X509NameBuilder, extension::SubjectAlternativeName},
};

/// A self-signed certificate.
fn certificate(names: &[&str], days: (i64, i64)) -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "Test Authority").unwrap();
    let name = name.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let at = |days: i64| Asn1Time::from_unix(now + days * 86_400 + 3_600).unwrap();
    builder.set_not_before(&at(days.0)).unwrap();
    builder.set_not_after(&at(days.1)).unwrap();
    let mut alternatives = SubjectAlternativeName::new();
    for name in names {
        if name.parse::<std::net::IpAddr>().is_ok() {
            alternatives.ip(name)
        } else {
            alternatives.dns(name)
        };
    }
    let alternatives = alternatives.build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(alternatives).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

/// Serves handshakes with that certificate until the test's process ends.
fn serve(certificate: &X509, key: &PKeyRef<Private>) -> Endpoint {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_certificate(certificate).unwrap();
    acceptor.set_private_key(key).unwrap();
    let acceptor = acceptor.build();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(acceptor.accept(stream))));
    Endpoint { host: "127.0.0.1".to_owned(), port }
}

fn trusting(certificate: &X509) -> Trust {
    let ca = String::from_utf8(certificate.to_pem().unwrap()).unwrap();
    Trust { ca, address_path: "kafka.brokers".to_owned(), ca_path: "kafka.params.ca".to_owned(), ..Trust::default() }
}

#[tokio::test]
async fn a_certificate_is_told_with_its_names_and_days() {
    let (own, key) = certificate(&["127.0.0.1", "broker.test"], (-1, 90));
    let agreed = handshake(&serve(&own, &key), &trusting(&own)).await.ok().unwrap();
    assert!(agreed.detail.starts_with("TLSv1."), "{}", agreed.detail);
    assert!(agreed.detail.contains("`127.0.0.1`, `broker.test` of `Test Authority`, valid for 90 days"), "{}", agreed.detail);
    assert!(agreed.findings.is_empty());

    let (old, key) = certificate(&["127.0.0.1"], (-80, 3));
    let agreed = handshake(&serve(&old, &key), &trusting(&old)).await.ok().unwrap();
    assert_eq!(agreed.findings[0].code, "certificate-expires-soon");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_named() {
    let good = certificate(&["127.0.0.1"], (-1, 90));
    let other = certificate(&["broker.test"], (-1, 90));
    let old = certificate(&["127.0.0.1"], (-90, -5));
    for (served, trusted, code, says) in [
        (&good, &other, "certificate-untrusted", "`Test Authority`"),
        (&other, &other, "certificate-name", "`broker.test`"),
        (&old, &old, "certificate-expired", "expired"),
    ] {
        let finding = handshake(&serve(&served.0, &served.1), &trusting(&trusted.0)).await.err().unwrap();
        assert_eq!(finding.code, code, "{finding:?}");
        assert!(finding.message.contains(says) && !finding.hint.is_empty(), "{finding:?}");
    }
    let lax = Trust { is_not_verified: true, ..trusting(&good.0) };
    assert!(handshake(&serve(&old.0, &old.1), &lax).await.is_ok());
}

#[tokio::test]
async fn a_port_without_tls_and_files_that_are_none_are_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = Endpoint { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let trust = Trust { address_path: "kafka.brokers".to_owned(), ..Trust::default() };
    let finding = handshake(&endpoint, &trust).await.err().unwrap();
    assert_eq!((finding.code.as_str(), finding.message.contains("does not speak TLS")), ("tls-handshake", true), "{finding:?}");
    let broken = Trust { cert: "-----BEGIN NOTHING-----".to_owned(), ca_path: "kafka.params.ca".to_owned(), ..Trust::default() };
    assert_eq!(handshake(&endpoint, &broken).await.err().unwrap().code, "tls-files-unusable");
}
