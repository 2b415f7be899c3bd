#![allow(clippy::unwrap_used)]

use super::*;
use crate::Severity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

/// A test key; see `shared/tests/keys/README.md`.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/", $name))
    };
}

const PKCS8: &str = key!("test-rsa-2048.pkcs8.pem");
const PKCS1: &str = key!("test-rsa-2048.pkcs1.pem");
const PUBLIC: &str = key!("test-rsa-2048.public.pem");
const ENCRYPTED: &str = key!("test-rsa-2048.encrypted.pem");
const SHORT: &str = key!("test-rsa-1024.pkcs8.pem");

/// As openssl computed them.
const FINGERPRINT: &str = "SHA256:3l1u+tX5Z2fAlGFq7Pn8ZxfMUzmCR8ddmIgVu6Z5VtY=";
const FINGERPRINT_SHORT: &str = "SHA256:1i2fhma2eKiux1OUQJQzQtxlI2g3xhGDfqdyJnNnw9U=";

/// The base64 between BEGIN and END, in one line.
fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn codes(report: &KeyReport) -> String {
    report.findings.iter().map(|finding| finding.code.trim_start_matches("snowflake-key-")).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_form_is_told_apart() {
    let one_line = PKCS8.replace('\n', "\\n");
    let (body, wrapped, body_pkcs1) = (body(PKCS8), STANDARD.encode(PKCS8), body(PKCS1));
    for (text, passphrase, format, bits, expected) in [
        (PKCS8, false, KeyFormat::Pkcs8Pem, Some(2048), "lines"),
        (&body, false, KeyFormat::Pkcs8Body, Some(2048), ""),
        (&body, true, KeyFormat::Pkcs8Body, Some(2048), "passphrase-unused"),
        (&one_line, false, KeyFormat::Pkcs8Pem, Some(2048), "lines"),
        (&wrapped, false, KeyFormat::Pkcs8Pem, Some(2048), "lines"),
        (SHORT, false, KeyFormat::Pkcs8Pem, Some(1024), "lines short"),
        (PKCS1, false, KeyFormat::Pkcs1, Some(2048), "pkcs1 lines"),
        (&body_pkcs1, false, KeyFormat::Pkcs1, Some(2048), "pkcs1"),
        (key!("test-rsa-2048.pkcs1-encrypted.pem"), true, KeyFormat::Pkcs1Encrypted, None, "pkcs1"),
        (key!("test-rsa-2048.pkcs1-encrypted.pem"), false, KeyFormat::Pkcs1Encrypted, None, "pkcs1 passphrase-missing"),
        (ENCRYPTED, true, KeyFormat::EncryptedPkcs8, None, "lines"),
        (ENCRYPTED, false, KeyFormat::EncryptedPkcs8, None, "lines passphrase-missing"),
        (key!("test-rsa-2048.encrypted-old.pem"), true, KeyFormat::EncryptedPkcs8, None, "lines old-encryption"),
        (PUBLIC, false, KeyFormat::PublicKey, Some(2048), "kind"),
        (key!("test-ec.public.pem"), false, KeyFormat::PublicKey, None, "kind"),
        (key!("test-ec.sec1.pem"), false, KeyFormat::NotRsa, None, "kind"),
        (key!("test-ec.pkcs8.pem"), false, KeyFormat::NotRsa, None, "kind"),
        (key!("test-openssh.pem"), false, KeyFormat::Openssh, None, "kind"),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ me@here", false, KeyFormat::Openssh, None, "kind"),
        (key!("test-rsa-1024.certificate.pem"), false, KeyFormat::Certificate, None, "kind"),
        ("MAUCAwEAAQ==", false, KeyFormat::OtherDer, None, "kind"),
        (&body[..800], false, KeyFormat::Unknown, None, "unreadable"),
        ("/etc/keys/rsa_key.p8", false, KeyFormat::Unknown, None, "unreadable"),
        ("", false, KeyFormat::Unknown, None, "unreadable"),
    ] {
        let report = inspect(text, passphrase);
        assert_eq!((report.format, report.bits, codes(&report).as_str()), (format, bits, expected), "{text}");
        for finding in report.findings {
            let mild = ["snowflake-key-short", "snowflake-key-passphrase-unused"].contains(&finding.code.as_str());
            assert_eq!(finding.severity, if mild { Severity::Warning } else { Severity::Error }, "{}", finding.code);
            assert!(!finding.message.contains("MII"), "{}", finding.message);
        }
    }
}

#[test]
fn connectors_get_one_line_of_pkcs8() {
    let expected = Some(body(PKCS8));
    let carriage = PKCS8.replace('\n', "\r\n");
    for text in [PKCS8, PKCS1, &carriage, &body(PKCS8), &body(PKCS1), &PKCS8.replace('\n', " "), &STANDARD.encode(PKCS1)] {
        assert_eq!(normalise(text), expected, "{text}");
    }
    assert_eq!(normalise(ENCRYPTED), Some(body(ENCRYPTED)));
    for text in [PUBLIC, key!("test-ec.pkcs8.pem"), key!("test-rsa-2048.pkcs1-encrypted.pem"), "", "abc"] {
        assert_eq!(normalise(text), None, "{text}");
    }
}

#[test]
fn public_key_and_fingerprint_are_those_of_openssl() {
    for (text, fingerprint) in [(PKCS8, FINGERPRINT), (PKCS1, FINGERPRINT), (PUBLIC, FINGERPRINT), (SHORT, FINGERPRINT_SHORT)] {
        let key = inspect(text, false).public_key.unwrap();
        assert_eq!(key.fingerprint(), fingerprint);
    }
    assert_eq!(inspect(PKCS1, false).public_key.unwrap().pem(), PUBLIC);
}

#[test]
fn a_wrong_letter_in_the_key_is_noticed() {
    let body = body(PKCS8);
    let changed = if &body[300..301] == "A" { "B" } else { "A" };
    let damaged = format!("{}{changed}{}", &body[..300], &body[301..]);
    assert_eq!(codes(&inspect(&damaged, false)), "damaged");
}

#[test]
fn references_and_masks_are_not_taken_for_keys() {
    for text in ["env:SNOWFLAKE_KEY", "store:sf", "${file:/etc/k.properties:key}", "****************", " "] {
        assert!(findings("connectors[0]", text, false).is_empty(), "{text}");
    }
    let found = findings("connectors[0].config.snowflake.private.key", "abc!", false);
    assert_eq!((found.len(), found[0].path.as_str()), (1, "connectors[0].config.snowflake.private.key"));
}

#[test]
fn statements_name_the_user_as_snowflake_has_it() {
    let key = inspect(PUBLIC, false).public_key.unwrap();
    let public = body(PUBLIC);
    for (user, name) in [
        ("TICDC_LOADER", "TICDC_LOADER"),
        ("loader", "loader"),
        ("svc@corp.com", "\"svc@corp.com\""),
        ("\"a\"\"b\"", "\"a\"\"b\""),
        ("a; DROP", "\"a; DROP\""),
    ] {
        assert_eq!(alter_user_sql(user, KeySlot::First, &key), format!("ALTER USER {name} SET RSA_PUBLIC_KEY='{public}';"));
        assert_eq!(describe_user_sql(user), format!("DESC USER {name};"));
    }
    assert!(alter_user_sql("u", KeySlot::Second, &key).contains("SET RSA_PUBLIC_KEY_2='"));
}

#[test]
fn claims_have_snowflake_s_form() {
    for (account, user, sub) in [
        ("ab12345", "ticdc_loader", "AB12345.TICDC_LOADER"),
        ("ab12345.eu-central-1", "TICDC_LOADER", "AB12345.TICDC_LOADER"),
        ("https://myorg-acc.snowflakecomputing.com:443/", "svc@corp.com", "MYORG-ACC.svc@corp.com"),
        (" myorg-acc ", "\"Mixed\"", "MYORG-ACC.Mixed"),
    ] {
        let claims = jwt_claims(account, user, "SHA256:4Zr=", 1_704_164_645, 3600);
        assert_eq!((claims.sub.as_str(), claims.iss), (sub, format!("{sub}.SHA256:4Zr=")));
        assert_eq!((claims.iat, claims.exp), (1_704_164_645, 1_704_168_245));
    }
    assert_eq!(jwt_claims("a", "u", "f", 10, 86_400).exp, 3610, "an hour at most");
}

#[test]
fn the_signing_input_is_header_and_claims_in_base64url() {
    let input = signing_input(&jwt_claims("a", "u", "SHA256:4Zr=", 1, 60));
    let parts: Vec<String> = input
        .split('.')
        .map(|part| String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts, [r#"{"typ":"JWT","alg":"RS256"}"#, r#"{"iss":"A.U.SHA256:4Zr=","sub":"A.U","iat":1,"exp":61}"#]);
    assert_eq!(signed_jwt("h.c", &[0xfb, 0xff]), "h.c.-_8");
}

proptest! {
    #[test]
    fn no_text_and_no_bytes_panic(text in "(?s).{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for text in [text, STANDARD.encode(&bytes), text::to_pem("PRIVATE KEY", &bytes)] {
            let _ = (inspect(&text, false), normalise(&text));
        }
        let _ = rsa::recognise(&bytes);
    }

    #[test]
    fn no_damage_to_a_key_panics(at in 0_usize..1200, byte in any::<u8>(), cut in 0_usize..1300) {
        let mut der = STANDARD.decode(body(PKCS8)).unwrap();
        if let Some(place) = der.get_mut(at) {
            *place = byte;
        }
        der.truncate(cut);
        let text = STANDARD.encode(&der);
        let _ = (inspect(&text, false), normalise(&text));
    }
}
