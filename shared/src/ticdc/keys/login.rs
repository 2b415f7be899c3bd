//! TLS and SASL.

use super::super::key::{ConfigKey, ValueType};
use ValueType::{Boolean, Text, Texts, Word};

const SECTION: &str = "sink.kafka-config";

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::both(SECTION, "enable-tls", Boolean, "unset")
        .also("security.protocol SSL SASL_SSL")
        .doc("TLS with the system's root certificates; the scheme `kafka+ssl` does not turn it on, three certificate files do."),
    ConfigKey::both(SECTION, "ca", Text, "")
        .also("ssl.ca.location ssl.truststore.location certificate authority")
        .doc("Path of the certificate authority's file on the host of TiCDC; `ca`, `cert` and `key` come together or not at all."),
    ConfigKey::both(SECTION, "cert", Text, "")
        .also("ssl.certificate.location ssl.keystore.location client certificate")
        .doc("Path of the client's certificate on the host of TiCDC; `ca`, `cert` and `key` come together or not at all."),
    ConfigKey::both(SECTION, "key", Text, "")
        .also("ssl.key.location private key")
        .doc("Path of the client's private key on the host of TiCDC; `ca`, `cert` and `key` come together or not at all."),
    ConfigKey::both(SECTION, "insecure-skip-verify", Boolean, "false")
        .also("ssl.endpoint.identification.algorithm enable.ssl.certificate.verification")
        .doc("Takes any certificate of the brokers, so that anyone in between can read along; read only when TLS is on."),
    ConfigKey::both(SECTION, "sasl-mechanism", Word(&["plain", "scram-sha-256", "scram-sha-512", "gssapi", "oauthbearer"]), "")
        .also("sasl.mechanism sasl.mechanisms authentication")
        .doc("How to log in, in any case: Confluent Cloud API keys need `plain`; without it user and password are ignored."),
    ConfigKey::both(SECTION, "sasl-user", Text, "")
        .also("sasl.username username API key kafka.api.key Kafka Cluster API key")
        .doc("The user; on Confluent Cloud the API key of the cluster, not the registry's."),
    ConfigKey::both(SECTION, "sasl-password", Text, "")
        .secret()
        .also("sasl.password API secret kafka.api.secret sasl.jaas.config")
        .doc("The password; on Confluent Cloud the API secret: in a URI a raw `+` is a space and `%`, `&`, `;` and `#` break it, so it is percent-encoded."),
    ConfigKey::both(SECTION, "sasl-gssapi-auth-type", Word(&["user", "keytab"]), "")
        .also("kerberos")
        .doc("Whether Kerberos logs in with a password or a keytab, in any case; in an Open API request an empty text counts as a value, so leave it out."),
    ConfigKey::both(SECTION, "sasl-gssapi-keytab-path", Text, "")
        .also("sasl.kerberos.keytab")
        .doc("Path of the keytab on the host of TiCDC."),
    ConfigKey::both(SECTION, "sasl-gssapi-kerberos-config-path", Text, "")
        .also("krb5.conf java.security.krb5.conf")
        .doc("Path of Kerberos' `krb5.conf` on the host of TiCDC."),
    ConfigKey::both(SECTION, "sasl-gssapi-service-name", Text, "")
        .also("sasl.kerberos.service.name")
        .doc("First part of the brokers' principal, usually `kafka`."),
    ConfigKey::both(SECTION, "sasl-gssapi-user", Text, "")
        .also("sasl.kerberos.principal")
        .doc("The Kerberos principal without its realm."),
    ConfigKey::both(SECTION, "sasl-gssapi-password", Text, "")
        .secret()
        .doc("The Kerberos password; unlike `sasl-password`, TiCDC shows it in clear to whoever asks for the changefeed."),
    ConfigKey::both(SECTION, "sasl-gssapi-realm", Text, "").doc("The Kerberos realm."),
    ConfigKey::both(SECTION, "sasl-gssapi-disable-pafxfast", Boolean, "false")
        .doc("Turns off Kerberos' PA-FX-FAST, which Active Directory does not speak."),
    ConfigKey::file(SECTION, "sasl-oauth-client-id", Text, "")
        .also("sasl.oauthbearer.client.id")
        .doc("Client id for OAUTHBEARER; the `sasl-oauth-` options do nothing in the sink URI."),
    ConfigKey::file(SECTION, "sasl-oauth-client-secret", Text, "")
        .secret()
        .also("sasl.oauthbearer.client.secret")
        .doc("Client secret in standard base64: TiCDC decodes it before use and refuses anything else."),
    ConfigKey::file(SECTION, "sasl-oauth-token-url", Text, "")
        .also("sasl.oauthbearer.token.endpoint.url")
        .doc("Where tokens are asked for; needed with client id and secret."),
    ConfigKey::file(SECTION, "sasl-oauth-scopes", Texts, "").also("sasl.oauthbearer.scope").doc("Scopes to ask for."),
    ConfigKey::file(SECTION, "sasl-oauth-grant-type", Text, "client_credentials").doc("OAuth grant type."),
    ConfigKey::file(SECTION, "sasl-oauth-audience", Text, "").doc("Audience to ask for; some providers need it."),
];
