//! Tidying on save: credentials that were pasted inside URLs move to fields of their own, white space goes.

use super::{Pipeline, Service, source_tls};
use crate::Finding;
use crate::path::join;
use crate::secret::{SecretRef, snowflake_key};
use crate::sink_uri::RegistryUrl;
use percent_encoding::percent_decode_str;

impl Pipeline {
    /// Moves the password of `source.url` and the credentials of `schema_registry.url` to their fields, and trims white
    /// space around secrets and addresses. Says what it did. A registry with two different sets of credentials is left
    /// as it is for a person to decide.
    pub fn normalise(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.trim(&mut findings);
        self.unwrap_private_keys(&mut findings);
        self.adopt_registry(&mut findings);
        if let Some((url, password)) = split_password(&self.source.url)
            && (self.source.password.is_empty() || self.source.password.0 == password)
        {
            self.source.url = url;
            self.source.password.0 = password;
            findings.push(moved("source.url", "source.password"));
        }
        if let Some((url, word)) = source_tls::in_url(&self.source.url)
            && (self.source.tls.is_empty() || self.source.tls == word)
        {
            word.clone_into(&mut self.source.tls);
            self.source.url = url.trim_end_matches('/').to_owned();
            findings.push(Finding::info("source.url", "tls-moved", "The TLS parameter of the URL was moved to `source.tls`."));
        }
        if let Some(registry) = &mut self.schema_registry
            && let Ok(url) = RegistryUrl::parse(&registry.url)
        {
            let agrees =
                |field: &str, pasted: &Option<String>| pasted.as_deref().is_none_or(|p| p.is_empty() || field.is_empty() || field == p);
            if agrees(&registry.user, &url.user) && agrees(&registry.password.0, &url.password) {
                registry.url = url.base();
                if url.user.is_some() || url.password.is_some() {
                    findings.push(moved("schema_registry.url", "schema_registry.user"));
                }
                if let Some(user) = url.user.filter(|user| !user.is_empty()) {
                    registry.user = user;
                }
                if let Some(password) = url.password.filter(|password| !password.is_empty()) {
                    registry.password.0 = password;
                }
            }
        }
        for (path, service) in [("connect", &mut self.connect), ("ksqldb_server", &mut self.ksqldb_server)] {
            if let Some(service) = service {
                move_login(path, service, &mut findings);
            }
        }
        findings
    }

    /// A registry given the TiCDC way, in the configuration or the sink URI, becomes the document's registry.
    fn adopt_registry(&mut self, findings: &mut Vec<Finding>) {
        const KEY: &str = "schema-registry";
        if self.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty()) {
            return;
        }
        let (path, found) = match self.kafka.params.shift_remove(KEY) {
            Some(value) => ("kafka.params.schema-registry", value),
            None => match self.changefeed.config.sink.extra.shift_remove(KEY) {
                Some(value) => ("changefeed.config.sink.schema-registry", value),
                None => return,
            },
        };
        let serde_json::Value::String(url) = found else { return };
        self.schema_registry.get_or_insert_default().url = url;
        findings.push(Finding::info(path, "registry-moved", "The registry's URL was moved to `schema_registry`."));
    }

    /// Snowflake's connector takes a key as one line: no `BEGIN` and `END`, and PKCS#8.
    fn unwrap_private_keys(&mut self, findings: &mut Vec<Finding>) {
        const KEY: &str = "snowflake.private.key";
        for (i, connector) in self.connectors.iter_mut().enumerate() {
            if let Some(serde_json::Value::String(text)) = connector.config.get_mut(KEY)
                && SecretRef::parse(text).is_inline()
                && let Some(line) = snowflake_key::normalise(text).filter(|line| line != text)
            {
                *text = line;
                let path = join(&format!("connectors[{i}].config"), KEY);
                let message = "The private key was made the one line that the connector takes.";
                findings.push(Finding::info(path, "private-key-unwrapped", message));
            }
        }
    }

    fn trim(&mut self, findings: &mut Vec<Finding>) {
        let mut trim = |path: &str, text: &mut String| {
            if text.trim().len() != text.len() {
                *text = text.trim().to_owned();
                findings.push(Finding::info(path, "white-space-removed", "White space around the value was removed."));
            }
        };
        self.for_each_secret(&mut trim);
        trim("source.url", &mut self.source.url);
        trim("kafka.topic", &mut self.kafka.topic);
        for (i, broker) in self.kafka.brokers.iter_mut().enumerate() {
            trim(&format!("kafka.brokers[{i}]"), broker);
        }
        if let Some(serde_json::Value::String(user)) = self.kafka.params.get_mut("sasl-user") {
            trim("kafka.params.sasl-user", user);
        }
        if let Some(registry) = &mut self.schema_registry {
            trim("schema_registry.url", &mut registry.url);
            trim("schema_registry.user", &mut registry.user);
        }
    }
}

/// `https://user:password@host` gives its login to the fields, unless they hold another one.
fn move_login(path: &str, service: &mut Service, findings: &mut Vec<Finding>) {
    let Some((url, password)) = split_password(&service.url) else { return };
    let Some((scheme, user, host)) =
        url.split_once("://").and_then(|(scheme, rest)| rest.split_once('@').map(|(user, host)| (scheme, user, host)))
    else {
        return;
    };
    let Ok(user) = percent_decode_str(user).decode_utf8() else { return };
    let agrees = |field: &str, pasted: &str| field.is_empty() || field == pasted;
    if agrees(&service.user, &user) && agrees(&service.password.0, &password) {
        service.user = user.into_owned();
        service.password.0 = password;
        service.url = format!("{scheme}://{host}");
        findings.push(moved(&format!("{path}.url"), &format!("{path}.user")));
    }
}

fn moved(from: &str, to: &str) -> Finding {
    Finding::info(from, "credentials-moved", format!("The credentials in the URL were moved to `{to}`."))
}

/// `mysql://user:password@host` without its password, and the password, decoded.
fn split_password(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (credentials, host) = rest.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    let password = percent_decode_str(password).decode_utf8().ok()?.into_owned();
    (!password.is_empty()).then(|| (format!("{scheme}://{user}@{host}"), password))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::SchemaRegistry;

    fn registry(url: &str, user: &str) -> Pipeline {
        let mut pipeline = Pipeline::named("p");
        pipeline.schema_registry = Some(SchemaRegistry { url: url.to_owned(), user: user.to_owned(), ..SchemaRegistry::default() });
        pipeline
    }

    #[test]
    fn credentials_in_urls_move_to_their_fields() {
        let mut pipeline = registry("https://KEY:a%2Bb@psrc-1.confluent.cloud/", "");
        pipeline.source.url = "mysql://root:p%40ss@db:3306/app".to_owned();
        let codes: Vec<String> = pipeline.normalise().into_iter().map(|f| f.code).collect();
        assert_eq!(codes, ["credentials-moved", "credentials-moved"]);
        assert_eq!((pipeline.source.url.as_str(), pipeline.source.password.0.as_str()), ("mysql://root@db:3306/app", "p@ss"));
        let registry = pipeline.schema_registry.clone().unwrap();
        assert_eq!(
            (registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()),
            ("https://psrc-1.confluent.cloud", "KEY", "a+b")
        );
        assert!(pipeline.normalise().is_empty(), "a second time there is nothing to do");
    }

    #[test]
    fn a_tls_parameter_of_the_source_moves_to_its_field() {
        let mut pipeline = Pipeline::named("p");
        pipeline.source.url = "mysql://root@db:3306/?ssl-mode=VERIFY_CA".to_owned();
        let codes: Vec<String> = pipeline.normalise().into_iter().map(|f| f.code).collect();
        assert_eq!(codes, ["tls-moved"]);
        assert_eq!((pipeline.source.url.as_str(), pipeline.source.tls.as_str()), ("mysql://root@db:3306", "verify-ca"));
        pipeline.source.url = "mysql://root@db:3306?tls=true".to_owned();
        assert!(pipeline.normalise().is_empty(), "two words that differ are for a person to decide");
    }

    #[test]
    fn two_different_registry_keys_are_left_for_a_person() {
        let mut pipeline = registry("https://KEY:x@h", "OTHER");
        assert!(pipeline.normalise().is_empty());
        assert_eq!(pipeline.schema_registry.unwrap().url, "https://KEY:x@h");
    }

    #[test]
    fn a_registry_given_the_ticdc_way_becomes_the_documents() {
        let mut pipeline = Pipeline::named("p");
        pipeline.changefeed.config.sink.extra.insert("schema-registry".to_owned(), "https://u:pw@h".into());
        assert_eq!(pipeline.normalise().len(), 2);
        let registry = pipeline.schema_registry.unwrap();
        assert_eq!((registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()), ("https://h", "u", "pw"));
        assert!(pipeline.changefeed.config.sink.extra.is_empty());
    }

    #[test]
    fn white_space_around_pasted_secrets_goes() {
        let mut pipeline = registry(" http://h:8081\n", "k");
        pipeline.kafka.params.insert("sasl-password".to_owned(), " pw\n".into());
        assert_eq!(pipeline.normalise().len(), 2);
        assert_eq!(pipeline.kafka.param("sasl-password").unwrap(), "pw");
        assert_eq!(pipeline.schema_registry.unwrap().url, "http://h:8081");
    }

    #[test]
    fn a_private_key_becomes_one_line() {
        let pem = include_str!("../../tests/keys/test-rsa-2048.pkcs8.pem");
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = "snowflake.private.key";
        for (text, expected, is_said) in
            [(pem, body.as_str(), true), (&body, &body, false), ("file:/run/key.p8", "file:/run/key.p8", false)]
        {
            let mut pipeline = Pipeline::named("p");
            pipeline.connectors.push(crate::config::Connector::default());
            pipeline.connectors[0].config.insert(key.to_owned(), text.into());
            let said = pipeline.normalise();
            assert_eq!(pipeline.connectors[0].config[key], expected);
            assert_eq!(said.iter().any(|finding| finding.code == "private-key-unwrapped"), is_said);
        }
    }
}
