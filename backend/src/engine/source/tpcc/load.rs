//! The initial population (TPC-C 4.3.3) as inserts, from any row on.

use super::{
    generator::Changes,
    order::{Order, Origin},
    population::{CUSTOMERS, DISTRICTS, DistrictId, FIRST_UNDELIVERED, ITEMS, Population},
    rows::{new_order_row, order_row},
    state::{Customer, DISTRICT_YTD, Stock, WAREHOUSE_YTD},
    tables::Table,
};

/// A part of the load; each goes through its units one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Items,
    Warehouse,
    Districts,
    Stock,
    Customers,
    History,
    /// A unit is an order with its lines and, undelivered, its new_order row.
    Orders,
}

/// The sections of a warehouse, with their units. Items belong to none and come before the first.
const SECTIONS: [(Section, u32); 6] = [
    (Section::Warehouse, 1),
    (Section::Districts, DISTRICTS),
    (Section::Stock, ITEMS),
    (Section::Customers, DISTRICTS * CUSTOMERS),
    (Section::History, DISTRICTS * CUSTOMERS),
    (Section::Orders, DISTRICTS * CUSTOMERS),
];

/// A place in the load, always between units.
#[derive(Clone, Debug)]
pub struct Load {
    /// 0 while at the items.
    warehouse: u32,
    section: usize,
    unit: u32,
    rows: u64,
}

impl Load {
    /// The place after `rows` rows; the place before them when they end within a unit, and the end when there are
    /// not so many.
    #[must_use]
    pub fn at(population: &Population, rows: u64) -> Self {
        let mut load = Self { warehouse: 0, section: 0, unit: 0, rows: 0 };
        while let Some((section, units)) = load.section(population) {
            let left = rows - load.rows;
            if section == Section::Orders {
                let size = load.order_rows(population);
                if size > left {
                    break;
                }
                load.advance(1, size, units);
            } else {
                let whole = u64::from(units).min(left);
                load.advance(whole as u32, whole, units);
                if whole < u64::from(units) {
                    break;
                }
            }
        }
        load
    }

    /// Rows of the whole load.
    #[must_use]
    pub fn total(population: &Population) -> u64 {
        Self::at(population, u64::MAX).rows
    }

    /// Rows done, wanted or not: what a checkpoint holds.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Does the next unit; false when there is none.
    pub fn step(&mut self, population: &Population, out: &mut impl Changes) -> bool {
        let Some((section, units)) = self.section(population) else { return false };
        let size = if section == Section::Orders { self.order_rows(population) } else { 1 };
        self.emit(section, population, out);
        self.advance(1, size, units);
        true
    }

    fn emit(&self, section: Section, population: &Population, out: &mut impl Changes) {
        let (warehouse, unit) = (self.warehouse, self.unit);
        let mut insert = |table, row: &dyn Fn() -> shared::row::Row| {
            if out.wants(table) {
                out.change(table, None, Some(row()));
            }
        };
        match section {
            Section::Items => insert(Table::Item, &|| population.item_row(unit + 1)),
            Section::Warehouse => insert(Table::Warehouse, &|| population.warehouse_row(warehouse, WAREHOUSE_YTD)),
            Section::Districts => {
                let district = DistrictId { warehouse, district: unit + 1 };
                insert(Table::District, &|| population.district_row(district, DISTRICT_YTD, CUSTOMERS + 1));
            }
            Section::Stock => {
                let item = unit + 1;
                insert(Table::Stock, &|| population.stock_row(warehouse, item, &Stock::initial(population, warehouse, item)));
            }
            Section::Customers => {
                let (district, customer) = self.within_district();
                insert(Table::Customer, &|| population.customer_row(district, customer, &Customer::initial(), None));
            }
            Section::History => {
                let (district, customer) = self.within_district();
                insert(Table::History, &|| population.initial_history_row(district, customer));
            }
            Section::Orders => {
                let (district, id) = self.within_district();
                let order = Order::of(population, Origin::Initial { district, order: id });
                let delivered = (id < FIRST_UNDELIVERED).then_some(0);
                insert(Table::Orders, &|| order_row(&order, id, population.initial_carrier(district, id)));
                for line in 0..order.lines().len() {
                    insert(Table::OrderLine, &|| population.order_line_row(&order, id, line, delivered));
                }
                if delivered.is_none() {
                    insert(Table::NewOrder, &|| new_order_row(district, id));
                }
            }
        }
    }

    /// The section at hand and its units; `None` at the end.
    fn section(&self, population: &Population) -> Option<(Section, u32)> {
        match self.warehouse {
            0 => Some((Section::Items, ITEMS)),
            warehouse => (warehouse <= population.warehouses).then(|| SECTIONS[self.section]),
        }
    }

    fn advance(&mut self, units: u32, rows: u64, of: u32) {
        self.unit += units;
        self.rows += rows;
        if self.unit < of {
            return;
        }
        self.unit = 0;
        self.section += 1;
        if self.warehouse == 0 || self.section == SECTIONS.len() {
            self.section = 0;
            self.warehouse += 1;
        }
    }

    /// District and number within it, from 1.
    fn within_district(&self) -> (DistrictId, u32) {
        let district = DistrictId { warehouse: self.warehouse, district: self.unit / CUSTOMERS + 1 };
        (district, self.unit % CUSTOMERS + 1)
    }

    fn order_rows(&self, population: &Population) -> u64 {
        let (district, order) = self.within_district();
        let new_order = u32::from(order >= FIRST_UNDELIVERED);
        u64::from(1 + Order::initial_line_count(population, district, order) + new_order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::row::Row;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Count(BTreeMap<Table, u64>);

    impl Changes for Count {
        fn wants(&self, _: Table) -> bool {
            true
        }

        fn change(&mut self, table: Table, before: Option<Row>, after: Option<Row>) {
            assert!(before.is_none() && after.is_some());
            *self.0.entry(table).or_default() += 1;
        }
    }

    #[test]
    fn the_population_has_the_prescribed_sizes() {
        let population = Population::new(5, 2);
        let (mut load, mut count) = (Load::at(&population, 0), Count::default());
        while load.step(&population, &mut count) {}
        let lines = count.0.remove(&Table::OrderLine).unwrap_or_default();
        assert!((590_000..610_000).contains(&lines), "{lines}");
        let expect = [
            (Table::Warehouse, 2),
            (Table::District, 20),
            (Table::Customer, 60_000),
            (Table::History, 60_000),
            (Table::NewOrder, 18_000),
            (Table::Orders, 60_000),
            (Table::Stock, 200_000),
            (Table::Item, 100_000),
        ];
        assert_eq!(count.0, BTreeMap::from(expect));
        assert_eq!(load.rows(), Load::total(&population));
        assert_eq!(load.rows(), lines + expect.iter().map(|(_, rows)| rows).sum::<u64>());
    }

    #[test]
    fn every_place_between_units_is_found_again_and_one_within_a_unit_begins_it_anew() {
        let population = Population::new(5, 2);
        let (mut load, mut count) = (Load::at(&population, 0), Count::default());
        let mut steps = 0_u32;
        while load.step(&population, &mut count) {
            steps += 1;
            if steps.is_multiple_of(9_973) || load.unit < 2 {
                let found = Load::at(&population, load.rows());
                assert_eq!((found.warehouse, found.section, found.unit, found.rows), (load.warehouse, load.section, load.unit, load.rows));
            }
        }
        let orders = 100_000 + 1 + 10 + 100_000 + 30_000 + 30_000;
        assert_eq!(Load::at(&population, orders + 2).rows(), orders);
    }
}
