//! The nine tables of TPC-C, as go-tpc defines them (`pingcap/go-tpc` v1.0.12, tpcc/ddl.go, driver `mysql`).

use shared::schema::{TableModel, ddl::parse_create_table};
use std::sync::Arc;

/// The schema the source's tables live in.
pub const SCHEMA: &str = "tpcc";

/// A table; `as usize` is its place in [`Table::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Warehouse,
    District,
    Customer,
    /// Has no key, so that it cannot be replicated as Avro: the table that shows what a finding is for.
    History,
    NewOrder,
    Orders,
    OrderLine,
    Stock,
    Item,
}

impl Table {
    pub const ALL: [Self; 9] = [
        Self::Warehouse,
        Self::District,
        Self::Customer,
        Self::History,
        Self::NewOrder,
        Self::Orders,
        Self::OrderLine,
        Self::Stock,
        Self::Item,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warehouse => "warehouse",
            Self::District => "district",
            Self::Customer => "customer",
            Self::History => "history",
            Self::NewOrder => "new_order",
            Self::Orders => "orders",
            Self::OrderLine => "order_line",
            Self::Stock => "stock",
            Self::Item => "item",
        }
    }

    /// The `CREATE TABLE` statement.
    #[must_use]
    pub fn ddl(self) -> &'static str {
        match self {
            Self::Warehouse => WAREHOUSE,
            Self::District => DISTRICT,
            Self::Customer => CUSTOMER,
            Self::History => HISTORY,
            Self::NewOrder => NEW_ORDER,
            Self::Orders => ORDERS,
            Self::OrderLine => ORDER_LINE,
            Self::Stock => STOCK,
            Self::Item => ITEM,
        }
    }
}

/// The models of all tables, in the order of [`Table::ALL`].
#[must_use]
pub fn models() -> Vec<Arc<TableModel>> {
    Table::ALL
        .iter()
        .map(|table| {
            let mut model = parse_create_table(table.ddl(), SCHEMA).expect("the definitions below are well-formed");
            model.version = 1;
            Arc::new(model)
        })
        .collect()
}

const WAREHOUSE: &str = "CREATE TABLE IF NOT EXISTS warehouse (
	w_id INT NOT NULL,
	w_name VARCHAR(10),
	w_street_1 VARCHAR(20),
	w_street_2 VARCHAR(20),
	w_city VARCHAR(20),
	w_state CHAR(2),
	w_zip CHAR(9),
	w_tax DECIMAL(4, 4),
	w_ytd DECIMAL(12, 2),
	PRIMARY KEY (w_id) /*T![clustered_index] CLUSTERED */
)";

const DISTRICT: &str = "CREATE TABLE IF NOT EXISTS district (
	d_id INT NOT NULL,
	d_w_id INT NOT NULL,
	d_name VARCHAR(10),
	d_street_1 VARCHAR(20),
	d_street_2 VARCHAR(20),
	d_city VARCHAR(20),
	d_state CHAR(2),
	d_zip CHAR(9),
	d_tax DECIMAL(4, 4),
	d_ytd DECIMAL(12, 2),
	d_next_o_id INT,
	PRIMARY KEY (d_w_id, d_id) /*T![clustered_index] CLUSTERED */
)";

const CUSTOMER: &str = "CREATE TABLE IF NOT EXISTS customer (
	c_id INT NOT NULL,
	c_d_id INT NOT NULL,
	c_w_id INT NOT NULL,
	c_first VARCHAR(16),
	c_middle CHAR(2),
	c_last VARCHAR(16),
	c_street_1 VARCHAR(20),
	c_street_2 VARCHAR(20),
	c_city VARCHAR(20),
	c_state CHAR(2),
	c_zip CHAR(9),
	c_phone CHAR(16),
	c_since DATETIME,
	c_credit CHAR(2),
	c_credit_lim DECIMAL(12, 2),
	c_discount DECIMAL(4,4),
	c_balance DECIMAL(12,2),
	c_ytd_payment DECIMAL(12,2),
	c_payment_cnt INT,
	c_delivery_cnt INT,
	c_data VARCHAR(500),
	PRIMARY KEY(c_w_id, c_d_id, c_id) /*T![clustered_index] CLUSTERED */,
	INDEX idx_customer (c_w_id, c_d_id, c_last, c_first)
)";

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS history (
	h_c_id INT NOT NULL,
	h_c_d_id INT NOT NULL,
	h_c_w_id INT NOT NULL,
	h_d_id INT NOT NULL,
	h_w_id INT NOT NULL,
	h_date DATETIME,
	h_amount DECIMAL(6, 2),
	h_data VARCHAR(24),
	INDEX idx_h_w_id (h_w_id),
	INDEX idx_h_c_w_id (h_c_w_id)
)";

const NEW_ORDER: &str = "CREATE TABLE IF NOT EXISTS new_order (
	no_o_id INT NOT NULL,
	no_d_id INT NOT NULL,
	no_w_id INT NOT NULL,
	PRIMARY KEY(no_w_id, no_d_id, no_o_id) /*T![clustered_index] CLUSTERED */
)";

const ORDERS: &str = "CREATE TABLE IF NOT EXISTS orders (
	o_id INT NOT NULL,
	o_d_id INT NOT NULL,
	o_w_id INT NOT NULL,
	o_c_id INT,
	o_entry_d DATETIME,
	o_carrier_id INT,
	o_ol_cnt INT,
	o_all_local INT,
	PRIMARY KEY(o_w_id, o_d_id, o_id) /*T![clustered_index] CLUSTERED */,
	INDEX idx_order (o_w_id, o_d_id, o_c_id, o_id)
)";

const ORDER_LINE: &str = "CREATE TABLE IF NOT EXISTS order_line (
	ol_o_id INT NOT NULL,
	ol_d_id INT NOT NULL,
	ol_w_id INT NOT NULL,
	ol_number INT NOT NULL,
	ol_i_id INT NOT NULL,
	ol_supply_w_id INT,
	ol_delivery_d DATETIME,
	ol_quantity INT,
	ol_amount DECIMAL(6, 2),
	ol_dist_info CHAR(24),
	PRIMARY KEY(ol_w_id, ol_d_id, ol_o_id, ol_number) /*T![clustered_index] CLUSTERED */
)";

const STOCK: &str = "CREATE TABLE IF NOT EXISTS stock (
	s_i_id INT NOT NULL,
	s_w_id INT NOT NULL,
	s_quantity INT,
	s_dist_01 CHAR(24),
	s_dist_02 CHAR(24),
	s_dist_03 CHAR(24),
	s_dist_04 CHAR(24),
	s_dist_05 CHAR(24),
	s_dist_06 CHAR(24),
	s_dist_07 CHAR(24),
	s_dist_08 CHAR(24),
	s_dist_09 CHAR(24),
	s_dist_10 CHAR(24),
	s_ytd INT,
	s_order_cnt INT,
	s_remote_cnt INT,
	s_data VARCHAR(50),
	PRIMARY KEY(s_w_id, s_i_id) /*T![clustered_index] CLUSTERED */
)";

const ITEM: &str = "CREATE TABLE IF NOT EXISTS item (
	i_id INT NOT NULL,
	i_im_id INT,
	i_name VARCHAR(24),
	i_price DECIMAL(5, 2),
	i_data VARCHAR(50),
	PRIMARY KEY(i_id) /*T![clustered_index] CLUSTERED */
)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_but_history_can_be_replicated() {
        for (table, model) in Table::ALL.iter().zip(models()) {
            assert_eq!((model.schema.as_str(), model.name.as_str()), (SCHEMA, table.name()));
            assert_eq!(model.ineligible().is_some(), *table == Table::History, "{}", table.name());
        }
    }

    #[test]
    fn keys_and_widths_are_go_tpcs() {
        let widths: Vec<usize> = models().iter().map(|m| m.columns.len()).collect();
        assert_eq!(widths, [9, 11, 21, 8, 3, 8, 10, 17, 5]);
        let key: Vec<usize> = models()[Table::OrderLine as usize].primary_key().map(|k| k.columns.clone()).unwrap_or_default();
        assert_eq!(key, [2, 1, 0, 3]);
    }
}
