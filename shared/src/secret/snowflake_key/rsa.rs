//! The structures around RSA keys: PKCS#1, PKCS#8, SubjectPublicKeyInfo.
//!
//! Source: RFC 8017 appendix A.1, RFC 5958, RFC 5280 section 4.1.

use super::der::{BIT_STRING, INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, single_sequence, unsigned, value};

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.113549.1.5.13
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];

/// The parts of an RSA key that everybody may know, as magnitudes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RsaPublic<'a> {
    pub modulus: &'a [u8],
    pub exponent: &'a [u8],
}

/// What DER bytes turned out to be.
pub(super) enum Der<'a> {
    Pkcs8(RsaPrivate<'a>),
    /// PKCS#8 of a key that is not RSA.
    Pkcs8Other,
    /// Encrypted PKCS#8; `modern`: by PBES2, which the connectors' libraries can decrypt.
    Encrypted {
        modern: bool,
    },
    Pkcs1(RsaPrivate<'a>),
    PublicKey(RsaPublic<'a>),
    PublicKeyOther,
    /// DER, but none of these.
    Other,
}

pub(super) struct RsaPrivate<'a> {
    pub public: RsaPublic<'a>,
    /// Whether the two primes make the modulus: they do not when the text was damaged.
    pub is_consistent: bool,
}

/// Recognises a structure; `None` when it is not one DER sequence.
pub(super) fn recognise(bytes: &[u8]) -> Option<Der<'_>> {
    single_sequence(bytes)?;
    Some(
        pkcs1(bytes)
            .map(Der::Pkcs1)
            .or_else(|| pkcs8(bytes))
            .or_else(|| public_key(bytes))
            .or_else(|| encrypted(bytes))
            .unwrap_or(Der::Other),
    )
}

/// `RSAPrivateKey`: version, n, e, d, p, q, two exponents and a coefficient.
fn pkcs1(bytes: &[u8]) -> Option<RsaPrivate<'_>> {
    let mut key = single_sequence(bytes)?;
    if !key.unsigned()?.is_empty() {
        return None;
    }
    let (modulus, exponent, _private) = (key.unsigned()?, key.unsigned()?, key.unsigned()?);
    let (p, q) = (key.unsigned()?, key.unsigned()?);
    for _ in 0..3 {
        key.unsigned()?;
    }
    key.is_empty().then(|| RsaPrivate { public: RsaPublic { modulus, exponent }, is_consistent: is_product(modulus, p, q) })
}

/// `OneAsymmetricKey`: version, algorithm, the key in its own structure, and attributes that nobody needs.
fn pkcs8(bytes: &[u8]) -> Option<Der<'_>> {
    let mut info = single_sequence(bytes)?;
    if !matches!(info.read(INTEGER)?, [0 | 1]) {
        return None;
    }
    let algorithm = info.sequence()?.read(OID)?;
    let key = info.read(OCTET_STRING)?;
    if algorithm != RSA_ENCRYPTION {
        return Some(Der::Pkcs8Other);
    }
    Some(pkcs1(key).map_or(Der::Other, Der::Pkcs8))
}

/// `EncryptedPrivateKeyInfo`: the scheme and the encrypted bytes.
fn encrypted(bytes: &[u8]) -> Option<Der<'_>> {
    let mut info = single_sequence(bytes)?;
    let scheme = info.sequence()?.read(OID)?;
    info.read(OCTET_STRING)?;
    info.is_empty().then_some(Der::Encrypted { modern: scheme == PBES2 })
}

/// `SubjectPublicKeyInfo`.
fn public_key(bytes: &[u8]) -> Option<Der<'_>> {
    let mut info = single_sequence(bytes)?;
    let algorithm = info.sequence()?.read(OID)?;
    let bits = info.read(BIT_STRING)?;
    if algorithm != RSA_ENCRYPTION {
        return Some(Der::PublicKeyOther);
    }
    // the first byte counts the unused bits
    let mut key = single_sequence(bits.strip_prefix(&[0])?)?;
    Some(Der::PublicKey(RsaPublic { modulus: key.unsigned()?, exponent: key.unsigned()? }))
}

/// The algorithm's name, as PKCS#8 and SubjectPublicKeyInfo have it.
fn algorithm() -> Vec<u8> {
    value(SEQUENCE, &[&value(OID, &[RSA_ENCRYPTION]), &value(NULL, &[])])
}

/// PKCS#1 wrapped in PKCS#8: the same key in the form that connectors take.
pub(super) fn wrapped(pkcs1: &[u8]) -> Vec<u8> {
    value(SEQUENCE, &[&value(INTEGER, &[&[0]]), &algorithm(), &value(OCTET_STRING, &[pkcs1])])
}

/// `SubjectPublicKeyInfo` of the key.
pub(super) fn spki(public: RsaPublic<'_>) -> Vec<u8> {
    let key = value(SEQUENCE, &[&unsigned(public.modulus), &unsigned(public.exponent)]);
    value(SEQUENCE, &[&algorithm(), &value(BIT_STRING, &[&[0], &key])])
}

/// Bits of the modulus.
pub(super) fn bits(modulus: &[u8]) -> u32 {
    let leading = modulus.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(modulus.len() * 8).unwrap_or(u32::MAX).saturating_sub(leading)
}

/// Whether n = p·q, by the remainders of a division, which a wrong digit in one of them changes: no big numbers are multiplied.
/// The exponents are not compared.
fn is_product(n: &[u8], p: &[u8], q: &[u8]) -> bool {
    // the greatest prime of 32 bits
    const MODULUS: u64 = 4_294_967_291;
    let remainder = |magnitude: &[u8]| magnitude.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % MODULUS);
    remainder(n) == remainder(p) * remainder(q) % MODULUS
}
