//! How to reach the brokers: TLS and SASL. Source: `pingcap/ticdc` pkg/sink/kafka/options.go, sasl_config.go.

use super::layers::{FILE_PATH, Layers, Section, URI_PATH};
use crate::secret::{REDACTED, SecretRef};
use crate::spelling::did_you_mean;
use base64::Engine as _;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaslMechanism {
    Plain,
    ScramSha256,
    ScramSha512,
    Gssapi,
    OAuthBearer,
}

impl SaslMechanism {
    /// Kafka's spelling, e.g. `SCRAM-SHA-256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::Gssapi => "GSSAPI",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    const ALL: [Self; 5] = [Self::Plain, Self::ScramSha256, Self::ScramSha512, Self::Gssapi, Self::OAuthBearer];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(text))
    }
}

/// A login with user and password; both are empty for GSSAPI and OAUTHBEARER.
#[derive(Clone, PartialEq, Eq)]
pub struct Sasl {
    pub mechanism: SaslMechanism,
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Sasl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sasl").field("mechanism", &self.mechanism).field("user", &self.user).field("password", &REDACTED).finish()
    }
}

/// Kerberos; for TiCDC only, our engine cannot use it.
#[derive(Clone, PartialEq, Eq)]
pub struct Gssapi {
    /// Whether `keytab` (else a password) logs in.
    pub keytab: bool,
    pub keytab_path: String,
    pub kerberos_config_path: String,
    pub service_name: String,
    pub user: String,
    pub password: String,
    pub realm: String,
    pub disable_pafxfast: bool,
}

impl std::fmt::Debug for Gssapi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gssapi").field("keytab", &self.keytab).field("user", &self.user).field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// OAuth client credentials; for TiCDC only, our engine cannot use them.
#[derive(Clone, PartialEq, Eq)]
pub struct OAuth {
    pub client_id: String,
    /// Base64, as TiCDC wants it.
    pub client_secret: String,
    pub token_url: String,
    pub scopes: Vec<String>,
    /// Default `client_credentials`.
    pub grant_type: String,
    pub audience: String,
}

impl std::fmt::Debug for OAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuth").field("client_id", &self.client_id).field("token_url", &self.token_url).finish_non_exhaustive()
    }
}

/// TLS after the decision table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tls {
    pub enable: bool,
    pub ca: Option<String>,
    pub cert: Option<String>,
    pub key: Option<String>,
    pub insecure_skip_verify: bool,
}

/// A trio of certificate files turns TLS on by itself; half a trio, or a trio with `enable-tls=false`, is refused.
pub(super) fn read_tls(layers: &mut Layers<'_>) -> Tls {
    let enable = layers.boolean(Section::Kafka, "enable-tls");
    let [ca, cert, key] = ["ca", "cert", "key"].map(|name| layers.text(Section::Kafka, name));
    let insecure = layers.boolean(Section::Kafka, "insecure-skip-verify");
    let given = [&ca, &cert, &key].into_iter().flatten().count();
    if let Some(first) = [&ca, &cert, &key].into_iter().flatten().next() {
        if given < 3 {
            layers.error(
                &first.path,
                "tls-files-incomplete",
                "ca, cert and key files should all be supplied, or none of them.",
                "For TLS with the system's root certificates set `enable-tls = true` alone.",
            );
        } else if let Some(off) = enable.as_ref().filter(|enable| !enable.value) {
            layers.error(
                &off.path,
                "tls-files-without-tls",
                "credential files are supplied, but 'enable-tls' is set to false.",
                "Remove `enable-tls`, or the files.",
            );
        }
    }
    let on = given == 3 || enable.is_some_and(|enable| enable.value);
    if let Some(insecure) = insecure.as_ref().filter(|insecure| insecure.value) {
        if on {
            layers.warning(
                &insecure.path,
                "tls-not-verified",
                "The brokers' certificates are not verified: anyone in between can read along.",
                "Use it for tests only.",
            );
        } else {
            layers.warning(
                &insecure.path,
                "tls-option-ignored",
                "`insecure-skip-verify` has no effect without TLS.",
                "Remove it, or set `enable-tls = true`.",
            );
        }
    }
    Tls {
        enable: on,
        ca: ca.map(|s| s.value),
        cert: cert.map(|s| s.value),
        key: key.map(|s| s.value),
        insecure_skip_verify: on && insecure.is_some_and(|s| s.value),
    }
}

pub(super) fn read_sasl(layers: &mut Layers<'_>) -> (Option<Sasl>, Option<Gssapi>, Option<OAuth>) {
    let user = layers.text(Section::Kafka, "sasl-user");
    let password = layers.text(Section::Kafka, "sasl-password");
    let written = layers.text(Section::Kafka, "sasl-mechanism");
    let gssapi = read_gssapi(layers);
    let mechanism = written.as_ref().and_then(|setting| {
        let known = SaslMechanism::parse(&setting.value);
        if known.is_none() {
            let words = ["plain", "scram-sha-256", "scram-sha-512", "gssapi", "oauthbearer"];
            let hint = match did_you_mean(&setting.value, words) {
                hint if hint.is_empty() => format!("It is one of `{}`.", words.join("`, `")),
                hint => hint,
            };
            layers.error(&setting.path, "sasl-mechanism-unknown", format!("unknown SASL mechanism: {}.", setting.value), hint);
        }
        known
    });
    let oauth = read_oauth(layers, mechanism);
    let Some(mechanism) = mechanism else {
        if let Some(ignored) = user.as_ref().or(password.as_ref()).filter(|_| written.is_none()) {
            layers.warning(
                &ignored.path,
                "sasl-ignored",
                "Without `sasl-mechanism` user and password are ignored.",
                "Set `sasl-mechanism`, for example `plain`.",
            );
        }
        return (None, None, oauth);
    };
    if !matches!(mechanism, SaslMechanism::Gssapi | SaslMechanism::OAuthBearer) {
        for (name, given) in [("sasl-user", user.is_some()), ("sasl-password", password.is_some())] {
            if !given {
                let message = format!("`{name}` is missing: {} logs in with user and password.", mechanism.name());
                layers.error(
                    &format!("{URI_PATH}.{name}"),
                    "sasl-credentials-missing",
                    message,
                    "On Confluent Cloud these are API key and secret.",
                );
            }
        }
    }
    let text = |setting: Option<super::layers::Setting<String>>| setting.map(|s| s.value).unwrap_or_default();
    let gssapi = gssapi.filter(|_| mechanism == SaslMechanism::Gssapi);
    (Some(Sasl { mechanism, user: text(user), password: text(password) }), gssapi, oauth)
}

fn read_gssapi(layers: &mut Layers<'_>) -> Option<Gssapi> {
    let auth_type = layers.text(Section::Kafka, "sasl-gssapi-auth-type");
    let mut text = |name: &str| layers.text(Section::Kafka, name).map(|s| s.value).unwrap_or_default();
    let gssapi = Gssapi {
        keytab: auth_type.as_ref().is_some_and(|t| t.value.eq_ignore_ascii_case("keytab")),
        keytab_path: text("sasl-gssapi-keytab-path"),
        kerberos_config_path: text("sasl-gssapi-kerberos-config-path"),
        service_name: text("sasl-gssapi-service-name"),
        user: text("sasl-gssapi-user"),
        password: text("sasl-gssapi-password"),
        realm: text("sasl-gssapi-realm"),
        disable_pafxfast: layers.boolean(Section::Kafka, "sasl-gssapi-disable-pafxfast").is_some_and(|s| s.value),
    };
    let auth_type = auth_type?;
    if !["user", "keytab"].iter().any(|known| known.eq_ignore_ascii_case(&auth_type.value)) {
        let message = format!("unknown auth type: {}.", auth_type.value);
        layers.error(&auth_type.path, "sasl-gssapi-auth-type-unknown", message, "It is `user` or `keytab`.");
        return None;
    }
    Some(gssapi)
}

/// OAuth exists in the file only, never in the URI.
fn read_oauth(layers: &mut Layers<'_>, mechanism: Option<SaslMechanism>) -> Option<OAuth> {
    let [client_id, client_secret, token_url, grant_type, audience] =
        ["client-id", "client-secret", "token-url", "grant-type", "audience"].map(|part| layers.file_text(&format!("sasl-oauth-{part}")));
    let wanted = mechanism == Some(SaslMechanism::OAuthBearer);
    let path = |part: &str| format!("{FILE_PATH}.sasl-oauth-{part}");
    let is_given = |part: &str| layers.file_value(&format!("sasl-oauth-{part}")).is_some();
    if !wanted && !["client-id", "client-secret", "token-url"].into_iter().any(is_given) {
        return None;
    }
    if !wanted {
        let used = mechanism.map_or("none", SaslMechanism::name);
        let message = format!("OAuth2 is only supported with SASL mechanism type OAUTHBEARER, but got {used}.");
        layers.error(
            &path("client-id"),
            "sasl-oauth-mechanism",
            message,
            "Set `sasl-mechanism` to `oauthbearer`, or remove the OAuth options.",
        );
    }
    for (part, given) in [("client-id", &client_id), ("client-secret", &client_secret), ("token-url", &token_url)] {
        if given.is_none() {
            layers.error(
                &path(part),
                "sasl-oauth-incomplete",
                format!("OAuth2 `sasl-oauth-{part}` cannot be empty."),
                "Client id, secret and token URL are all needed.",
            );
        }
    }
    let is_base64 = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).is_ok();
    if client_secret.as_deref().is_some_and(|secret| SecretRef::parse(secret).is_inline() && !is_base64(secret)) {
        layers.error(
            &path("client-secret"),
            "sasl-oauth-secret-not-base64",
            "The OAuth2 client secret is not base64 encoded.",
            "TiCDC decodes it before use: encode it with standard base64.",
        );
    }
    let scopes = layers
        .file_value("sasl-oauth-scopes")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |scopes| scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    Some(OAuth {
        client_id: client_id?,
        client_secret: client_secret?,
        token_url: token_url?,
        scopes,
        grant_type: grant_type.unwrap_or_else(|| "client_credentials".to_owned()),
        audience: audience.unwrap_or_default(),
    })
}
