//! What can be asked of a server without a changefeed: its tables, and whether it can be a source.

use super::check::Facts;
use super::connect::Connector;
use super::{MysqlOptions, SecretString, TlsOptions};
use super::{start, tables};
use crate::engine::{error::EngineError, source::Inspect};
use async_trait::async_trait;
use shared::{Finding, Severity, api::TableListing, config::StartFrom};

/// Looks at a MySQL or MariaDB server for the editor and for checks; each question is a connection of its own.
pub struct MysqlInspect {
    url: String,
    password: Option<SecretString>,
    tls: TlsOptions,
    /// Where a pipeline is to start.
    start: Option<StartFrom>,
}

impl MysqlInspect {
    /// With the same address and password as [`MysqlOptions`], without TLS.
    #[must_use]
    pub fn new(url: String, password: Option<SecretString>) -> Self {
        Self { url, password, tls: TlsOptions::default(), start: None }
    }

    #[must_use]
    pub fn with_tls(self, tls: TlsOptions) -> Self {
        Self { tls, ..self }
    }

    /// Checks whether a pipeline could start there, too.
    #[must_use]
    pub fn starting_at(self, from: StartFrom) -> Self {
        Self { start: Some(from), ..self }
    }

    fn connector(&self) -> Result<Connector, EngineError> {
        Connector::new(&self.url, self.password.as_ref(), &self.tls)
    }

    async fn facts(&self) -> Result<Vec<Finding>, EngineError> {
        let connector = self.connector()?;
        let mut conn = connector.open().await?;
        let flavour = connector.flavour(&mut conn).await?;
        let facts = Facts::read(&connector, &mut conn, &flavour).await?;
        let mut findings = facts.findings(connector.peer());
        if let Some(from) = self.start.as_ref().filter(|_| findings.iter().all(|finding| finding.severity != Severity::Error)) {
            findings.extend(start::foresee(&connector, &mut conn, &flavour, from).await?);
        }
        connector.answer(conn.disconnect()).await?;
        Ok(findings)
    }
}

impl From<&MysqlOptions> for MysqlInspect {
    fn from(options: &MysqlOptions) -> Self {
        Self { url: options.url.clone(), password: options.password.clone(), tls: options.tls.clone(), start: None }
    }
}

#[async_trait]
impl Inspect for MysqlInspect {
    async fn tables(&self) -> Result<(String, Vec<TableListing>), EngineError> {
        let connector = self.connector()?;
        let mut conn = connector.open().await?;
        let flavour = connector.flavour(&mut conn).await?;
        let mut listings = Vec::new();
        for (schema, name) in tables::list(&connector, &mut conn).await? {
            // Dropped since it was listed, or a view by now: not a table.
            if let Some(ddl) = tables::show_create(&connector, &mut conn, &schema, &name).await? {
                listings.push(TableListing { schema, name, ddl });
            }
        }
        connector.answer(conn.disconnect()).await?;
        Ok((flavour.name, listings))
    }

    async fn check(&self) -> Vec<Finding> {
        self.facts().await.unwrap_or_else(|error| vec![*error.finding])
    }
}
