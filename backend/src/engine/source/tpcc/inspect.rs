//! What the editor asks: the nine tables.

use super::{
    MOST_WAREHOUSES,
    tables::{SCHEMA, Table},
};
use crate::engine::{error::EngineError, source::Inspect};
use async_trait::async_trait;
use shared::{Finding, api::TableListing};

/// The workload's tables; there is nothing to connect to.
#[derive(Clone, Copy, Debug)]
pub struct TpccInspect {
    warehouses: u32,
}

impl TpccInspect {
    #[must_use]
    pub fn new(warehouses: u32) -> Self {
        Self { warehouses }
    }
}

#[async_trait]
impl Inspect for TpccInspect {
    async fn tables(&self) -> Result<(String, Vec<TableListing>), EngineError> {
        let mut tables: Vec<TableListing> = Table::ALL
            .iter()
            .map(|table| TableListing { schema: SCHEMA.to_owned(), name: table.name().to_owned(), ddl: table.ddl().to_owned() })
            .collect();
        tables.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let plural = if self.warehouses == 1 { "" } else { "s" };
        Ok((format!("TPC-C workload, {} warehouse{plural}", self.warehouses), tables))
    }

    async fn check(&self) -> Vec<Finding> {
        wrong_size(self.warehouses).into_iter().collect()
    }
}

/// The finding on a number of warehouses that cannot be.
pub(super) fn wrong_size(warehouses: u32) -> Option<Finding> {
    if (1..=MOST_WAREHOUSES).contains(&warehouses) {
        return None;
    }
    let message = format!("the TPC-C workload has 1 to {MOST_WAREHOUSES} warehouses, not `{warehouses}`");
    Some(Finding::error("source.warehouses", "warehouses-out-of-range", message).hint("Each warehouse takes about 4 MB of memory."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn nine_tables_are_listed_by_name_with_their_definitions() {
        let (server, tables) = TpccInspect::new(1).tables().await.unwrap();
        assert_eq!(server, "TPC-C workload, 1 warehouse");
        assert_eq!(TpccInspect::new(4).tables().await.unwrap().0, "TPC-C workload, 4 warehouses");
        assert_eq!(tables.len(), 9);
        assert!(tables.is_sorted_by_key(|t| t.name.clone()));
        assert!(tables.iter().all(|t| t.schema == "tpcc" && t.ddl.contains(&format!("TABLE IF NOT EXISTS {} (", t.name))));
    }

    #[tokio::test]
    async fn a_size_out_of_range_is_a_finding_at_its_field() {
        assert!(TpccInspect::new(100).check().await.is_empty());
        for warehouses in [0, 101] {
            assert_eq!(TpccInspect::new(warehouses).check().await[0].path, "source.warehouses");
        }
    }
}
