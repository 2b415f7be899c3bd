//! A login to Snowflake, made in the page.

use crate::browser;
use base64::Engine as _;
use shared::secret::snowflake_key;

/// A test token lives this long; Snowflake allows no more.
const TOKEN_SECS: u64 = 3600;

/// A token that logs the user in to Snowflake with this key, for an hour.
///
/// # Errors
/// Why there is none, for the user.
pub async fn snowflake_token(key: &str, account: &str, user: &str, now_secs: u64) -> Result<String, String> {
    let report = snowflake_key::inspect(key, false);
    let (line, public) = snowflake_key::normalise(key)
        .zip(report.public_key)
        .ok_or("An encrypted key cannot be used here: decrypt it first, or try the connection with the connector.")?;
    let der = base64::engine::general_purpose::STANDARD.decode(line).map_err(|_| "The key is not base64.")?;
    let claims = snowflake_key::jwt_claims(account, user, &public.fingerprint(), now_secs, TOKEN_SECS);
    let input = snowflake_key::signing_input(&claims);
    let signature = browser::sign_rs256(&der, &input).await.ok_or("The browser does not sign with this key.")?;
    Ok(snowflake_key::signed_jwt(&input, &signature))
}
