//! What transactions change, and nothing else: about 3 MB a warehouse.

use super::{
    order::Origin,
    population::{CUSTOMERS, DISTRICTS, DistrictId, FIRST_UNDELIVERED, ITEMS, Population},
};
use std::collections::{BTreeMap, VecDeque};

/// The database after `transactions` transactions.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub transactions: u64,
    pub warehouses: Vec<Warehouse>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Warehouse {
    /// Cents.
    pub ytd: i64,
    pub districts: Vec<District>,
    /// By item number less one.
    pub stock: Vec<Stock>,
    /// By district, then customer number less one.
    pub customers: Vec<Customer>,
    /// `c_data` of the customers whose payments have changed it, by place in `customers`.
    pub customer_data: BTreeMap<u32, Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct District {
    /// Cents.
    pub ytd: i64,
    pub next_order: u32,
    /// Undelivered orders of the initial population: they are older than all in `undelivered`.
    pub initial_undelivered: u32,
    /// Transactions that made the undelivered orders, oldest first; the orders' numbers end before `next_order`.
    pub undelivered: VecDeque<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stock {
    pub quantity: i16,
    pub ytd: i32,
    pub orders: i32,
    pub remote: i32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    /// Cents.
    pub balance: i64,
    /// Cents.
    pub ytd_payment: i64,
    pub payments: i32,
    pub deliveries: i32,
}

/// The amount of a new database's w_ytd, cents (TPC-C 4.3.3.1).
pub const WAREHOUSE_YTD: i64 = 30_000_000;
/// The amount of a new database's d_ytd, cents.
pub const DISTRICT_YTD: i64 = 3_000_000;
/// The largest amount that DECIMAL(12, 2) holds, cents.
pub const LARGEST_AMOUNT: i64 = 999_999_999_999;

impl State {
    /// The initial population.
    #[must_use]
    pub fn initial(population: &Population) -> Self {
        Self { transactions: 0, warehouses: (1..=population.warehouses).map(|w| Warehouse::initial(population, w)).collect() }
    }

    /// # Panics
    /// When there is no such warehouse.
    pub fn warehouse(&mut self, warehouse: u32) -> &mut Warehouse {
        &mut self.warehouses[(warehouse - 1) as usize]
    }
}

impl Warehouse {
    fn initial(population: &Population, warehouse: u32) -> Self {
        Self {
            ytd: WAREHOUSE_YTD,
            districts: (0..DISTRICTS).map(|_| District::initial()).collect(),
            stock: (1..=ITEMS).map(|item| Stock::initial(population, warehouse, item)).collect(),
            customers: vec![Customer::initial(); (DISTRICTS * CUSTOMERS) as usize],
            customer_data: BTreeMap::new(),
        }
    }

    /// Orders not yet delivered in all districts.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.districts.iter().map(District::backlog).sum()
    }
}

impl District {
    #[must_use]
    pub fn initial() -> Self {
        Self {
            ytd: DISTRICT_YTD,
            next_order: CUSTOMERS + 1,
            initial_undelivered: CUSTOMERS + 1 - FIRST_UNDELIVERED,
            undelivered: VecDeque::new(),
        }
    }

    #[must_use]
    pub fn backlog(&self) -> usize {
        self.initial_undelivered as usize + self.undelivered.len()
    }

    /// Takes the oldest undelivered order: its number and where it comes from.
    pub fn deliver(&mut self, district: DistrictId) -> Option<(u32, Origin)> {
        if self.initial_undelivered > 0 {
            let order = CUSTOMERS + 1 - self.initial_undelivered;
            self.initial_undelivered -= 1;
            return Some((order, Origin::Initial { district, order }));
        }
        let order = self.next_order - self.undelivered.len() as u32;
        Some((order, Origin::Transaction(self.undelivered.pop_front()?)))
    }
}

impl Stock {
    #[must_use]
    pub fn initial(population: &Population, warehouse: u32, item: u32) -> Self {
        Self { quantity: population.initial_quantity(warehouse, item), ytd: 0, orders: 0, remote: 0 }
    }

    /// Takes `quantity` out; restocks when it runs low (TPC-C 2.4.2.2). Counters stay at what INT holds.
    pub fn sell(&mut self, quantity: u32, remote: bool) {
        let quantity = quantity as i16;
        self.quantity = if self.quantity >= quantity + 10 { self.quantity - quantity } else { self.quantity - quantity + 91 };
        self.ytd = self.ytd.saturating_add(quantity.into());
        self.orders = self.orders.saturating_add(1);
        self.remote = self.remote.saturating_add(remote.into());
    }
}

impl Customer {
    #[must_use]
    pub fn initial() -> Self {
        Self { balance: -1_000, ytd_payment: 1_000, payments: 1, deliveries: 0 }
    }

    /// Amounts and counters stay at what their columns hold.
    pub fn pay(&mut self, amount: i64) {
        self.balance = (self.balance - amount).max(-LARGEST_AMOUNT);
        self.ytd_payment = (self.ytd_payment + amount).min(LARGEST_AMOUNT);
        self.payments = self.payments.saturating_add(1);
    }

    /// Amounts and counters stay at what their columns hold.
    pub fn receive(&mut self, total: i64) {
        self.balance = (self.balance + total).min(LARGEST_AMOUNT);
        self.deliveries = self.deliveries.saturating_add(1);
    }
}

/// The place of a customer in [`Warehouse::customers`].
#[must_use]
pub fn customer_index(district: DistrictId, customer: u32) -> usize {
    district.index() * CUSTOMERS as usize + (customer - 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_delivered_in_the_order_they_were_placed() {
        let id = DistrictId { warehouse: 1, district: 1 };
        let mut district = District::initial();
        for transaction in [5, 9] {
            district.undelivered.push_back(transaction);
            district.next_order += 1;
        }
        let delivered: Vec<(u32, Origin)> = std::iter::from_fn(|| district.deliver(id)).collect();
        assert_eq!(delivered.iter().map(|d| d.0).collect::<Vec<_>>(), (2_101..=3_002).collect::<Vec<_>>());
        assert_eq!(delivered[0].1, Origin::Initial { district: id, order: 2_101 });
        assert_eq!(delivered[901], (3_002, Origin::Transaction(9)));
        assert_eq!(district.backlog(), 0);
    }

    #[test]
    fn stock_is_filled_up_before_it_falls_below_ten() {
        let mut stock = Stock { quantity: 14, ytd: 0, orders: 0, remote: 0 };
        stock.sell(4, false);
        assert_eq!(stock.quantity, 10);
        stock.sell(1, true);
        assert_eq!(stock, Stock { quantity: 100, ytd: 5, orders: 2, remote: 1 });
    }
}
