//! Rows of a stream or table, live.

use super::statement;
use crate::{
    clients::ksqldb::RowStream,
    studio::{Studio, StudioError},
};

impl Studio {
    /// Everything that a stream or table holds and gets, from its beginning; `object` is its stored name, whose case counts.
    /// Dropping the stream ends the query.
    ///
    /// # Errors
    /// There is no such pipeline or no server in it, or the server refuses.
    pub async fn ksqldb_rows(&self, name: &str, object: &str, limit: usize) -> Result<RowStream, StudioError> {
        let opened = self.opened(name).await?;
        let client = statement::client(&opened.open).map_err(StudioError::Refused)?;
        let sql = format!("SELECT * FROM `{}` EMIT CHANGES LIMIT {limit};", object.replace('`', "``"));
        client.rows(&sql, true).await.map_err(|error| StudioError::Refused(Box::new(error.finding())))
    }
}
