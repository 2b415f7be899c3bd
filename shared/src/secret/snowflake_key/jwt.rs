//! The token that proves to Snowflake who holds the private key. Signing it (RS256) is left to whoever has a library for it.

use super::public_key::stored_name;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// Snowflake refuses tokens that live longer.
const MAX_LIFETIME_SECS: u64 = 3600;

/// Claims of the token, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JwtClaims {
    /// `ACCOUNT.USER.SHA256:…`
    pub iss: String,
    /// `ACCOUNT.USER`
    pub sub: String,
    /// Seconds since 1970.
    pub iat: u64,
    /// Seconds since 1970.
    pub exp: u64,
}

/// Claims for a user of an account. The account may be an identifier, a host name or a URL; its region is cut off. The
/// fingerprint is [`super::PublicKey::fingerprint`]. The lifetime is brought into 1 to 3600 seconds.
#[must_use]
pub fn jwt_claims(account: &str, user: &str, fingerprint: &str, iat_secs: u64, lifetime_secs: u64) -> JwtClaims {
    let sub = format!("{}.{}", bare_account(account), stored_name(user));
    let exp = iat_secs.saturating_add(lifetime_secs.clamp(1, MAX_LIFETIME_SECS));
    JwtClaims { iss: format!("{sub}.{fingerprint}"), sub, iat: iat_secs, exp }
}

/// `xy12345` of `https://xy12345.eu-central-1.snowflakecomputing.com`, in upper case.
fn bare_account(account: &str) -> String {
    let account = account.trim();
    let host = account.split_once("://").map_or(account, |(_, host)| host);
    host.split(['.', '/', ':']).next().unwrap_or_default().to_ascii_uppercase()
}

/// Header and claims in base64url with a dot between them: the bytes to be signed with RSASSA-PKCS1-v1_5 and SHA-256.
#[must_use]
pub fn signing_input(claims: &JwtClaims) -> String {
    // numbers and text always have a JSON form
    let claims = serde_json::to_vec(claims).unwrap_or_default();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(claims))
}

/// The whole token. It logs in until it expires: a secret.
#[must_use]
pub fn signed_jwt(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
