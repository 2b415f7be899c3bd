//! TPC-C 3.3.2 on a database that is made of nothing but the emitted changes.

use crate::engine::source::tpcc::{
    generator::{Changes, Generator},
    load::Load,
    population::Population,
    state::State,
    tables::{Table, models},
};
use shared::row::{Datum, Row};
use std::collections::{BTreeMap, HashMap};

/// Applies changes as a database would, and refuses what a database would refuse.
struct Database {
    keys: Vec<Vec<usize>>,
    tables: Vec<HashMap<Vec<i64>, Row>>,
    history: Vec<Row>,
    changes: u64,
    history_at_start: usize,
}

impl Changes for Database {
    fn wants(&self, _: Table) -> bool {
        true
    }

    fn change(&mut self, table: Table, before: Option<Row>, after: Option<Row>) {
        self.changes += 1;
        if table == Table::History {
            assert!(before.is_none());
            return self.history.push(after.unwrap());
        }
        let key = |row: &Row| -> Vec<i64> { self.keys[table as usize].iter().map(|c| int(row, *c)).collect() };
        let (old_key, new_key) = (before.as_ref().map(key), after.as_ref().map(key));
        let rows = &mut self.tables[table as usize];
        if let Some(before) = before {
            assert!(
                rows.remove(&old_key.clone().unwrap()) == Some(before),
                "{}: the before image of {old_key:?} is not the row",
                table.name()
            );
        }
        if let Some(after) = after {
            assert!(old_key.is_none() || old_key == new_key, "keys never change");
            assert!(rows.insert(new_key.clone().unwrap(), after).is_none(), "{}: {new_key:?} was there already", table.name());
        }
    }
}

impl Database {
    fn loaded(population: &Population) -> Self {
        let keys = models().iter().map(|m| m.primary_key().map(|k| k.columns.clone()).unwrap_or_default()).collect();
        let mut database = Self { keys, tables: vec![HashMap::new(); 9], history: Vec::new(), changes: 0, history_at_start: 0 };
        let mut load = Load::at(population, 0);
        while load.step(population, &mut database) {}
        database.history_at_start = database.history.len();
        database
    }

    fn rows(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.tables[table as usize].values()
    }

    /// Sums `value` by `(warehouse, district)` found in columns `w` and `d`.
    fn by_district(&self, table: Table, w: usize, d: usize, value: impl Fn(&Row) -> i64) -> BTreeMap<(i64, i64), i64> {
        let mut sums = BTreeMap::new();
        for row in self.rows(table) {
            *sums.entry((int(row, w), int(row, d))).or_default() += value(row);
        }
        sums
    }
}

fn int(row: &Row, column: usize) -> i64 {
    match row.get(column) {
        Some(Datum::Int(value)) => value,
        other => panic!("column {column} holds {other:?}, not an integer"),
    }
}

fn text(row: &Row, column: usize) -> String {
    match row.get(column) {
        Some(Datum::Bytes(value)) => String::from_utf8(value.to_vec()).unwrap(),
        other => panic!("column {column} holds {other:?}, not text"),
    }
}

/// DECIMAL(…, 2) in cents.
fn cents(row: &Row, column: usize) -> i64 {
    text(row, column).replace('.', "").parse().unwrap()
}

fn is_null(row: &Row, column: usize) -> bool {
    row.get(column) == Some(Datum::Null)
}

fn check(db: &Database, history_complete: bool) {
    // 1: W_YTD = sum(D_YTD); 8 and 9: W_YTD and D_YTD are what history adds up to.
    let district_ytd = db.by_district(Table::District, 1, 0, |row| cents(row, 9));
    for warehouse in db.rows(Table::Warehouse) {
        let id = int(warehouse, 0);
        assert_eq!(cents(warehouse, 8), district_ytd.iter().filter(|(key, _)| key.0 == id).map(|(_, ytd)| ytd).sum::<i64>());
    }
    if history_complete {
        let mut paid = BTreeMap::new();
        db.history.iter().for_each(|row| *paid.entry((int(row, 4), int(row, 3))).or_insert(0) += cents(row, 6));
        assert_eq!(paid, district_ytd);
    }
    // 2 and 3: D_NEXT_O_ID - 1 = max(O_ID) = max(NO_O_ID); new orders are contiguous.
    let mut orders: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
    let mut new_orders = orders.clone();
    db.rows(Table::Orders).for_each(|row| orders.entry((int(row, 2), int(row, 1))).or_default().push(int(row, 0)));
    db.rows(Table::NewOrder).for_each(|row| new_orders.entry((int(row, 2), int(row, 1))).or_default().push(int(row, 0)));
    for district in db.rows(Table::District) {
        let key = (int(district, 1), int(district, 0));
        assert_eq!(orders[&key].iter().max(), Some(&(int(district, 10) - 1)));
        let Some(waiting) = new_orders.get(&key) else { continue };
        let (low, high) = (waiting.iter().min().unwrap(), waiting.iter().max().unwrap());
        assert_eq!((*high, high - low + 1), (int(district, 10) - 1, waiting.len() as i64));
    }
    // 4 and 6: lines as many as O_OL_CNT says. 5: no carrier exactly while the order waits. 7: no delivery likewise.
    let mut lines: HashMap<(i64, i64, i64), Vec<&Row>> = HashMap::new();
    db.rows(Table::OrderLine).for_each(|row| lines.entry((int(row, 2), int(row, 1), int(row, 0))).or_default().push(row));
    let mut delivered_to: HashMap<(i64, i64, i64), i64> = HashMap::new();
    for order in db.rows(Table::Orders) {
        let key = (int(order, 2), int(order, 1), int(order, 0));
        let of_order = lines.remove(&key).unwrap();
        assert_eq!(of_order.len() as i64, int(order, 6));
        let waiting = db.tables[Table::NewOrder as usize].contains_key(&vec![key.0, key.1, key.2]);
        assert_eq!(is_null(order, 5), waiting);
        assert!(of_order.iter().all(|line| is_null(line, 6) == waiting));
        assert_eq!(int(order, 7) == 1, of_order.iter().all(|line| int(line, 5) == key.0));
        if !waiting {
            *delivered_to.entry((key.0, key.1, int(order, 3))).or_default() += of_order.iter().map(|line| cents(line, 8)).sum::<i64>();
        }
    }
    assert!(lines.is_empty(), "lines without an order");
    // 10 and 12: C_BALANCE = delivered - paid; C_BALANCE + C_YTD_PAYMENT = delivered.
    let mut paid: HashMap<(i64, i64, i64), i64> = HashMap::new();
    db.history.iter().for_each(|row| *paid.entry((int(row, 2), int(row, 1), int(row, 0))).or_default() += cents(row, 6));
    for customer in db.rows(Table::Customer) {
        let key = (int(customer, 2), int(customer, 1), int(customer, 0));
        let delivered = delivered_to.get(&key).copied().unwrap_or_default();
        assert_eq!(cents(customer, 16), delivered - paid[&key]);
        assert_eq!(cents(customer, 16) + cents(customer, 17), delivered);
        assert!(text(customer, 20).len() <= 500);
    }
}

#[test]
fn the_database_stays_consistent_and_every_before_image_is_the_row_that_was_there() {
    let population = Population::new(42, 2);
    let mut db = Database::loaded(&population);
    check(&db, true);
    let mut generator = Generator::new(population.clone(), State::initial(&population));
    for _ in 0..4 {
        (0..5_000).for_each(|_| generator.step(&mut db));
        check(&db, true);
    }
    assert!(db.tables[Table::Customer as usize].values().any(|row| text(row, 20).starts_with("| ")), "bad credit is noted");
}

#[test]
fn the_profile_is_the_prescribed_one() {
    let population = Population::new(7, 1);
    let mut db = Database::loaded(&population);
    let (orders, waiting) = (db.tables[Table::Orders as usize].len(), db.tables[Table::NewOrder as usize].len());
    let mut generator = Generator::new(population.clone(), State::initial(&population));
    const TRANSACTIONS: usize = 20_000;
    (0..TRANSACTIONS).for_each(|_| generator.step(&mut db));
    let placed = db.tables[Table::Orders as usize].len() - orders;
    let delivered = waiting + placed - db.tables[Table::NewOrder as usize].len();
    let share = |count: usize| count as f64 * 92.0 / TRANSACTIONS as f64;
    let paid = db.history.len() - db.history_at_start;
    assert!((share(placed) - 45.0 * 0.99).abs() < 1.0, "{}", share(placed));
    assert!((share(paid) - 43.0).abs() < 1.0, "{}", share(paid));
    assert!((share(delivered) / 10.0 - 4.0).abs() < 0.4, "{}", share(delivered));
}

#[test]
fn a_full_warehouse_delivers_before_it_takes_new_orders() {
    struct Silent;
    impl Changes for Silent {
        fn wants(&self, _: Table) -> bool {
            false
        }
        fn change(&mut self, table: Table, _: Option<Row>, _: Option<Row>) {
            panic!("{} is not wanted", table.name());
        }
    }
    let population = Population::new(7, 1);
    let mut generator = Generator::new(population.clone(), State::initial(&population));
    (0..400_000).for_each(|_| generator.step(&mut Silent));
    let backlog = generator.state().warehouses[0].backlog();
    assert!((17_000..=18_000).contains(&backlog), "{backlog}");
}

#[test]
fn a_year_ends_before_its_amounts_outgrow_their_columns() {
    let population = Population::new(3, 1);
    let mut db = Database::loaded(&population);
    let mut generator = Generator::new(population.clone(), State::initial(&population));
    let warehouse = generator.state_mut().warehouse(1);
    warehouse.ytd += 999_900_000_000;
    warehouse.districts[4].ytd += 999_900_000_000;
    let row = |ytd| population.warehouse_row(1, ytd);
    db.tables[Table::Warehouse as usize].insert(vec![1], row(generator.state().warehouses[0].ytd));
    let fifth = super::super::population::DistrictId { warehouse: 1, district: 5 };
    db.tables[Table::District as usize].insert(vec![1, 5], population.district_row(fifth, 999_903_000_000, 3_001));
    let mut ended = false;
    for _ in 0..2_000 {
        generator.step(&mut db);
        assert!(generator.state().warehouses[0].ytd <= 999_999_999_999);
        ended |= generator.state().warehouses[0].ytd == 30_000_000;
    }
    assert!(ended);
    check(&db, false);
}
