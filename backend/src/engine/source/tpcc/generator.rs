//! The transactions: number N always makes the same row changes with the same values.

use super::{
    order::{Order, Origin},
    population::{DISTRICTS, DistrictId, Population, virtual_time},
    random::{Random, Topic},
    rows::{history_row, new_order_row, order_row, push_datetime, push_decimal},
    state::{DISTRICT_YTD, LARGEST_AMOUNT, State, WAREHOUSE_YTD, customer_index},
    tables::Table,
};
use shared::row::Row;

/// Takes a transaction's row changes.
pub trait Changes {
    /// Whether rows of this table are wanted; the others are not even made.
    fn wants(&self, table: Table) -> bool;
    /// One change, as in `RowChange`: an insert has no `before`, a delete no `after`.
    fn change(&mut self, table: Table, before: Option<Row>, after: Option<Row>);
}

/// For replay: the state moves on, no row is made.
pub struct Nothing;

impl Changes for Nothing {
    fn wants(&self, _: Table) -> bool {
        false
    }

    fn change(&mut self, _: Table, _: Option<Row>, _: Option<Row>) {}
}

/// Orders waiting in a warehouse beyond which a new order makes room first: twice the initial population's. Orders
/// come a little faster than the prescribed share of deliveries takes them, and memory must not grow without end;
/// TPC-C 5.2.3 gives deliveries a least share and new orders none.
const MOST_BACKLOG: usize = 2 * 9_000;

/// w_ytd at which a year ends, cents: what DECIMAL(12, 2) holds, less a payment.
const YEAR_END: i64 = LARGEST_AMOUNT - 500_000;

const MOST_CUSTOMER_DATA: usize = 500;

/// A TPC-C database that changes, one transaction at a time.
pub struct Generator {
    population: Population,
    state: State,
    /// By warehouse and district: the customer that a payment by last name is for.
    by_last_name: Vec<Vec<u16>>,
}

impl Generator {
    /// From a state, which must be one of this population.
    #[must_use]
    pub fn new(population: Population, state: State) -> Self {
        let districts = (1..=population.warehouses).flat_map(|w| (1..=DISTRICTS).map(move |d| DistrictId { warehouse: w, district: d }));
        let by_last_name = districts.map(|district| population.customers_by_last_name(district)).collect();
        Self { population, state, by_last_name }
    }

    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    #[must_use]
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Transactions done.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.state.transactions
    }

    /// Does the next transaction. The profile is TPC-C 5.2.3 without the two kinds that only read:
    /// 45 new orders, 43 payments, 4 deliveries; one new order in a hundred is rolled back and changes nothing.
    pub fn step(&mut self, out: &mut impl Changes) {
        let number = self.state.transactions + 1;
        let mut random = self.population.random(Topic::Transaction, number, 0);
        match random.between(1, 92) {
            1..=45 => self.new_order(number, &mut random, out),
            46..=88 => self.payment(number, &mut random, out),
            _ => {
                let warehouse = random.between(1, self.population.warehouses);
                self.delivery(number, warehouse, &mut random, out);
            }
        }
        self.state.transactions = number;
    }

    /// TPC-C 2.4.2.
    fn new_order(&mut self, number: u64, random: &mut Random, out: &mut impl Changes) {
        let order = Order::of(&self.population, Origin::Transaction(number));
        let at = order.district;
        if self.state.warehouse(at.warehouse).backlog() >= MOST_BACKLOG {
            return self.delivery(number, at.warehouse, random, out);
        }
        let district = &mut self.state.warehouse(at.warehouse).districts[at.index()];
        let id = district.next_order;
        // An order number must fit INT: a district that has used up all of them takes no more orders.
        if order.rolled_back || id >= i32::MAX as u32 {
            return;
        }
        let ytd = district.ytd;
        district.next_order += 1;
        district.undelivered.push_back(number);
        if out.wants(Table::District) {
            let row = |next| self.population.district_row(at, ytd, next);
            out.change(Table::District, Some(row(id)), Some(row(id + 1)));
        }
        if out.wants(Table::Orders) {
            out.change(Table::Orders, None, Some(order_row(&order, id, None)));
        }
        if out.wants(Table::NewOrder) {
            out.change(Table::NewOrder, None, Some(new_order_row(at, id)));
        }
        for (index, line) in order.lines().iter().enumerate() {
            let stock = &mut self.state.warehouse(line.supply_warehouse).stock[(line.item - 1) as usize];
            let before = *stock;
            stock.sell(line.quantity, line.supply_warehouse != at.warehouse);
            let after = *stock;
            if out.wants(Table::Stock) {
                let row = |stock| self.population.stock_row(line.supply_warehouse, line.item, stock);
                out.change(Table::Stock, Some(row(&before)), Some(row(&after)));
            }
            if out.wants(Table::OrderLine) {
                out.change(Table::OrderLine, None, Some(self.population.order_line_row(&order, id, index, None)));
            }
        }
    }

    /// TPC-C 2.5.2.
    fn payment(&mut self, number: u64, random: &mut Random, out: &mut impl Changes) {
        let warehouse = random.between(1, self.population.warehouses);
        let at = DistrictId { warehouse, district: random.between(1, DISTRICTS) };
        let amount = i64::from(random.between(100, 500_000));
        let home = if random.between(1, 100) <= 85 || self.population.warehouses == 1 {
            at
        } else {
            let warehouse = self.population.other_warehouse(random, warehouse);
            DistrictId { warehouse, district: random.between(1, DISTRICTS) }
        };
        let customer = if random.between(1, 100) <= 60 {
            let name = self.population.draw_last_name(random);
            let district = (home.warehouse - 1) as usize * DISTRICTS as usize + home.index();
            u32::from(self.by_last_name[district][name as usize])
        } else {
            self.population.draw_customer(random)
        };
        if self.state.warehouse(warehouse).ytd > YEAR_END {
            return self.year_end(warehouse, out);
        }
        self.take_payment(at, amount, out);
        self.note_payment(home, customer, at, amount, number, out);
        if out.wants(Table::History) {
            let row = history_row(home, at, customer, number, amount, |data| {
                self.population.warehouse_name(data, warehouse);
                data.extend_from_slice(b"    ");
                self.population.district_name(data, at);
            });
            out.change(Table::History, None, Some(row));
        }
    }

    fn take_payment(&mut self, at: DistrictId, amount: i64, out: &mut impl Changes) {
        let warehouse = self.state.warehouse(at.warehouse);
        let warehouse_ytd = warehouse.ytd;
        warehouse.ytd += amount;
        let district = &mut warehouse.districts[at.index()];
        let (district_ytd, next_order) = (district.ytd, district.next_order);
        district.ytd += amount;
        if out.wants(Table::Warehouse) {
            let row = |ytd| self.population.warehouse_row(at.warehouse, ytd);
            out.change(Table::Warehouse, Some(row(warehouse_ytd)), Some(row(warehouse_ytd + amount)));
        }
        if out.wants(Table::District) {
            let row = |ytd| self.population.district_row(at, ytd, next_order);
            out.change(Table::District, Some(row(district_ytd)), Some(row(district_ytd + amount)));
        }
    }

    fn note_payment(&mut self, home: DistrictId, customer: u32, at: DistrictId, amount: i64, number: u64, out: &mut impl Changes) {
        let index = customer_index(home, customer);
        let bad_credit = self.population.customer(home, customer).0.bad_credit;
        let warehouse = &mut self.state.warehouses[(home.warehouse - 1) as usize];
        let before = warehouse.customers[index];
        warehouse.customers[index].pay(amount);
        let after = warehouse.customers[index];
        let data_before = warehouse.customer_data.get(&(index as u32)).cloned();
        if bad_credit {
            let old = data_before.clone().unwrap_or_else(|| self.population.initial_customer_data(home, customer));
            warehouse.customer_data.insert(index as u32, payment_note(home, customer, at, amount, number, &old));
        }
        if out.wants(Table::Customer) {
            let data_after = warehouse.customer_data.get(&(index as u32)).map(Vec::as_slice);
            let before = self.population.customer_row(home, customer, &before, data_before.as_deref());
            let after = self.population.customer_row(home, customer, &after, data_after);
            out.change(Table::Customer, Some(before), Some(after));
        }
    }

    /// Year-to-date amounts begin anew, when the columns could not hold another payment. TPC-C never runs that long;
    /// a feed that runs for weeks does. The warehouse's amount stays the sum of its districts'.
    fn year_end(&mut self, warehouse: u32, out: &mut impl Changes) {
        let state = &mut self.state.warehouses[(warehouse - 1) as usize];
        if out.wants(Table::Warehouse) {
            let row = |ytd| self.population.warehouse_row(warehouse, ytd);
            out.change(Table::Warehouse, Some(row(state.ytd)), Some(row(WAREHOUSE_YTD)));
        }
        state.ytd = WAREHOUSE_YTD;
        for (district, number) in state.districts.iter_mut().zip(1..) {
            if out.wants(Table::District) {
                let at = DistrictId { warehouse, district: number };
                let row = |ytd| self.population.district_row(at, ytd, district.next_order);
                out.change(Table::District, Some(row(district.ytd)), Some(row(DISTRICT_YTD)));
            }
            district.ytd = DISTRICT_YTD;
        }
    }

    /// TPC-C 2.7.4: the oldest order of each district.
    fn delivery(&mut self, number: u64, warehouse: u32, random: &mut Random, out: &mut impl Changes) {
        let carrier = random.between(1, 10);
        for district in 1..=DISTRICTS {
            let at = DistrictId { warehouse, district };
            let state = &mut self.state.warehouses[(warehouse - 1) as usize];
            // A district without waiting orders is skipped (TPC-C 2.7.4.2).
            let Some((id, origin)) = state.districts[at.index()].deliver(at) else { continue };
            let order = Order::of(&self.population, origin);
            let index = customer_index(at, order.customer);
            let before = state.customers[index];
            state.customers[index].receive(order.total());
            let after = state.customers[index];
            if out.wants(Table::NewOrder) {
                out.change(Table::NewOrder, Some(new_order_row(at, id)), None);
            }
            if out.wants(Table::Orders) {
                out.change(Table::Orders, Some(order_row(&order, id, None)), Some(order_row(&order, id, Some(carrier))));
            }
            if out.wants(Table::OrderLine) {
                for line in 0..order.lines().len() {
                    let row = |delivered| self.population.order_line_row(&order, id, line, delivered);
                    out.change(Table::OrderLine, Some(row(None)), Some(row(Some(number))));
                }
            }
            if out.wants(Table::Customer) {
                let data = state.customer_data.get(&(index as u32)).map(Vec::as_slice);
                let row = |customer| self.population.customer_row(at, order.customer, customer, data);
                out.change(Table::Customer, Some(row(&before)), Some(row(&after)));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

/// What a payment makes of `c_data`: its own facts in front, the old ones pushed out at the end (TPC-C 2.5.2.2).
fn payment_note(home: DistrictId, customer: u32, at: DistrictId, amount: i64, number: u64, old: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(MOST_CUSTOMER_DATA);
    data.extend_from_slice(
        format!("| {customer:4} {:2} {:4} {:2} {:4} $", home.district, home.warehouse, at.district, at.warehouse).as_bytes(),
    );
    push_decimal(&mut data, amount, 2);
    data.push(b' ');
    push_datetime(&mut data, virtual_time(number));
    data.push(b' ');
    data.extend_from_slice(&old[..old.len().min(MOST_CUSTOMER_DATA - data.len())]);
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_note_pushes_old_data_out_at_five_hundred_characters() {
        let at = DistrictId { warehouse: 1, district: 2 };
        let note = payment_note(at, 42, at, 123_456, 1, &[b'x'; 499]);
        assert!(note.starts_with(b"|   42  2    1  2    1 $1234.56 2024-01-01 00:00:00 xxx"), "{}", String::from_utf8_lossy(&note));
        assert_eq!(note.len(), 500);
    }
}
