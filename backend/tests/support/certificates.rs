//! A certificate authority for tests.

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509Name, X509NameBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};
use std::time::{SystemTime, UNIX_EPOCH};

/// Signs what it is asked to.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

/// PEM texts.
pub struct Signed {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = new_key();
        let mut builder = builder(&named(name), &named(name), &key, (-1, 90));
        builder.append_extension(BasicConstraints::new().critical().ca().build().expect("an extension")).expect("room for it");
        builder.sign(&key, MessageDigest::sha256()).expect("it signs itself");
        Self { certificate: builder.build(), key }
    }

    pub fn pem(&self) -> String {
        text(self.certificate.to_pem())
    }

    /// A certificate for host names and addresses, valid from and for so many days from now.
    pub fn sign(&self, names: &[&str], days: (i64, i64)) -> Signed {
        let key = new_key();
        let mut builder = builder(&named("tested"), self.certificate.subject_name(), &key, days);
        let mut alternatives = SubjectAlternativeName::new();
        for name in names {
            if name.parse::<std::net::IpAddr>().is_ok() {
                alternatives.ip(name)
            } else {
                alternatives.dns(name)
            };
        }
        if !names.is_empty() {
            let alternatives = alternatives.build(&builder.x509v3_context(Some(&self.certificate), None)).expect("an extension");
            builder.append_extension(alternatives).expect("room for it");
        }
        builder.sign(&self.key, MessageDigest::sha256()).expect("the authority signs");
        Signed { certificate: text(builder.build().to_pem()), key: text(key.private_key_to_pem_pkcs8()) }
    }
}

fn new_key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).expect("randomness")).expect("a key")
}

fn named(name: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().expect("memory");
    builder.append_entry_by_nid(Nid::COMMONNAME, name).expect("a name");
    builder.build()
}

fn builder(
    subject: &openssl::x509::X509NameRef,
    issuer: &openssl::x509::X509NameRef,
    key: &PKey<Private>,
    days: (i64, i64),
) -> X509Builder {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs().cast_signed();
    let at = |days: i64| Asn1Time::from_unix(now + days * 86_400).expect("a time");
    let mut builder = X509Builder::new().expect("memory");
    builder.set_version(2).expect("version 3");
    let mut serial = [0; 8];
    openssl::rand::rand_bytes(&mut serial).expect("randomness");
    builder.set_serial_number(&BigNum::from_slice(&serial).and_then(|n| n.to_asn1_integer()).expect("a number")).expect("a number");
    builder.set_subject_name(subject).expect("a name");
    builder.set_issuer_name(issuer).expect("a name");
    builder.set_pubkey(key).expect("a key");
    builder.set_not_before(&at(days.0)).expect("a time");
    builder.set_not_after(&at(days.1)).expect("a time");
    builder
}

fn text(pem: Result<Vec<u8>, openssl::error::ErrorStack>) -> String {
    String::from_utf8(pem.expect("a PEM form")).expect("PEM is ASCII")
}
