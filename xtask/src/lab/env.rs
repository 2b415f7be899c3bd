//! `.lab/env.json`: what tests and people need to reach the parts.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Env {
    pub mariadb: MariaDb,
    pub kafka: Kafka,
    pub webdriver: WebDriver,
    /// `None` until somebody needs it.
    pub connect: Option<Connect>,
    /// The go-tpc program.
    pub go_tpc: PathBuf,
    /// A Python interpreter with confluent-kafka and PyMySQL.
    pub python: PathBuf,
    /// Kafka's and Confluent's Java clients.
    pub java_class_path: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MariaDb {
    pub host: String,
    pub port: u16,
    /// May do everything.
    pub user: String,
    pub password: String,
    /// May do what a pipeline needs and no more: SELECT, REPLICATION SLAVE, REPLICATION CLIENT. Same password.
    pub replication_user: String,
    pub pid: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kafka {
    /// `host:port`.
    pub bootstrap: String,
    pub cloud: Cloud,
    pub pid: u32,
}

/// The same broker as Confluent Cloud would have it: SASL_SSL with PLAIN, and rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// `host:port`.
    pub bootstrap: String,
    /// PEM of the authority to trust.
    pub ca: PathBuf,
    /// PEM; the broker does not ask for it.
    pub client_certificate: PathBuf,
    pub client_key: PathBuf,
    /// May do everything.
    pub key: String,
    pub secret: String,
    /// May look at every topic, and write to none.
    pub reader_key: String,
    pub reader_secret: String,
}

impl Cloud {
    fn to_json(&self) -> Value {
        let Self { bootstrap, ca, client_certificate, client_key, key, secret, reader_key, reader_secret } = self;
        json!({
            "bootstrap": bootstrap, "ca": ca, "client_certificate": client_certificate, "client_key": client_key, "key": key, "secret": secret,
            "reader_key": reader_key, "reader_secret": reader_secret,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebDriver {
    pub url: String,
    pub pid: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Of its REST interface.
    pub url: String,
    /// The brokers that it works for.
    pub bootstrap: String,
    pub pid: u32,
}

impl Env {
    pub fn to_json(&self) -> String {
        let Self { mariadb, kafka, webdriver, connect, go_tpc, python, java_class_path } = self;
        let MariaDb { host, port, user, password, replication_user, pid } = mariadb;
        let connect = connect.as_ref().map(|Connect { url, bootstrap, pid }| json!({ "url": url, "bootstrap": bootstrap, "pid": pid }));
        let env = json!({
            "mariadb": { "host": host, "port": port, "user": user, "password": password, "replication_user": replication_user, "pid": pid },
            "kafka": { "bootstrap": kafka.bootstrap, "cloud": kafka.cloud.to_json(), "pid": kafka.pid },
            "webdriver": { "url": webdriver.url, "pid": webdriver.pid },
            "connect": connect,
            "go_tpc": go_tpc,
            "python": python,
            "java_class_path": java_class_path,
        });
        format!("{env:#}")
    }

    /// # Errors
    /// When there is no such file, or it is not what [`Env::write`] wrote.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::from_json(&text).with_context(|| format!("{} is not the lab's", file.display()))
    }

    fn from_json(text: &str) -> Result<Self> {
        let env: Value = serde_json::from_str(text)?;
        let word = |pointer: &str| env.pointer(pointer).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {pointer}"));
        let number = |pointer: &str| env.pointer(pointer).and_then(Value::as_u64).with_context(|| format!("no {pointer}"));
        let pid = |pointer: &str| Ok::<_, anyhow::Error>(u32::try_from(number(pointer)?)?);
        let connect = env.get("connect").filter(|connect| !connect.is_null()).map(|_| {
            Ok::<_, anyhow::Error>(Connect {
                url: word("/connect/url")?,
                bootstrap: word("/connect/bootstrap")?,
                pid: pid("/connect/pid")?,
            })
        });
        Ok(Self {
            mariadb: MariaDb {
                host: word("/mariadb/host")?,
                port: number("/mariadb/port")?.try_into()?,
                user: word("/mariadb/user")?,
                password: word("/mariadb/password")?,
                replication_user: word("/mariadb/replication_user")?,
                pid: pid("/mariadb/pid")?,
            },
            kafka: Kafka {
                bootstrap: word("/kafka/bootstrap")?,
                cloud: Cloud {
                    bootstrap: word("/kafka/cloud/bootstrap")?,
                    ca: word("/kafka/cloud/ca")?.into(),
                    client_certificate: word("/kafka/cloud/client_certificate")?.into(),
                    client_key: word("/kafka/cloud/client_key")?.into(),
                    key: word("/kafka/cloud/key")?,
                    secret: word("/kafka/cloud/secret")?,
                    reader_key: word("/kafka/cloud/reader_key")?,
                    reader_secret: word("/kafka/cloud/reader_secret")?,
                },
                pid: pid("/kafka/pid")?,
            },
            webdriver: WebDriver { url: word("/webdriver/url")?, pid: pid("/webdriver/pid")? },
            connect: connect.transpose()?,
            go_tpc: word("/go_tpc")?.into(),
            python: word("/python")?.into(),
            java_class_path: word("/java_class_path")?,
        })
    }

    /// Whole or not at all: readers may come at any time.
    pub fn write(&self, file: &Path) -> Result<()> {
        let draft = file.with_extension("json.new");
        fs::write(&draft, self.to_json())
            .and_then(|()| fs::rename(&draft, file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mariadb = MariaDb { host: "h".into(), port: 1, user: "u".into(), password: "p".into(), replication_user: "r".into(), pid: 2 };
        let cloud = Cloud {
            bootstrap: "h:9".into(),
            ca: "/ca".into(),
            client_certificate: "/crt".into(),
            client_key: "/key".into(),
            key: "k".into(),
            secret: "s".into(),
            reader_key: "rk".into(),
            reader_secret: "rs".into(),
        };
        let kafka = Kafka { bootstrap: "h:3".into(), cloud, pid: 4 };
        let webdriver = WebDriver { url: "http://h:5".into(), pid: 6 };
        let connect = Some(Connect { url: "http://h:7".into(), bootstrap: "h:3".into(), pid: 8 });
        let env = Env { mariadb, kafka, webdriver, connect, go_tpc: "/g".into(), python: "/p".into(), java_class_path: "/j/*".into() };
        assert_eq!(Env::from_json(&env.to_json()).unwrap(), env);
        let without = Env { connect: None, ..env };
        assert_eq!(Env::from_json(&without.to_json()).unwrap(), without);
        assert!(Env::from_json("{}").unwrap_err().to_string().contains("/mariadb/host"));
    }
}
