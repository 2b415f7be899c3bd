//! What never changes in a TPC-C database, as pure functions of (seed, key): nothing of it is kept in memory.

use super::random::{Random, Topic, last_name};

pub const ITEMS: u32 = 100_000;
pub const DISTRICTS: u32 = 10;
/// Customers of a district, and orders a district starts with: one for each customer.
pub const CUSTOMERS: u32 = 3_000;
/// The first order of a district that has not been delivered yet when the database is new (TPC-C 4.3.3.1).
pub const FIRST_UNDELIVERED: u32 = 2_101;
/// Names that a last name's number chooses from (TPC-C 4.3.2.3).
pub const LAST_NAMES: u32 = 1_000;

/// Seconds since 1970 of the virtual clock's start: 2024-01-01 00:00:00 UTC.
const CLOCK_START: u64 = 1_704_067_200;
/// Virtual milliseconds a transaction takes: about the pace of the default rate, 1,000 row changes a second.
const CLOCK_STEP_MS: u64 = 17;
/// 9999-12-31 23:59:59, the last DATETIME.
const CLOCK_END: u64 = 253_402_300_799;

/// A district: `(warehouse, district)`, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistrictId {
    pub warehouse: u32,
    pub district: u32,
}

impl DistrictId {
    fn key(self) -> u64 {
        u64::from(self.warehouse) << 32 | u64::from(self.district)
    }

    /// Its place among its warehouse's districts, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        (self.district - 1) as usize
    }
}

/// The unchanging part of one TPC-C database.
#[derive(Clone, Debug)]
pub struct Population {
    pub seed: u64,
    /// 1 to 100.
    pub warehouses: u32,
    last_name_load: u32,
    last_name_run: u32,
    customer_constant: u32,
    item_constant: u32,
}

/// What of a customer transactions look at; address and the like are drawn when a row is written.
#[derive(Clone, Copy, Debug)]
pub struct CustomerTraits {
    pub last_name: u32,
    /// `BC`: payments are noted in `c_data`.
    pub bad_credit: bool,
    /// Ten-thousandths.
    pub discount: u32,
}

impl Population {
    #[must_use]
    pub fn new(seed: u64, warehouses: u32) -> Self {
        let mut random = Random::keyed(seed, Topic::Constants, 0, 0);
        let last_name_load = random.between(0, 99);
        Self {
            seed,
            warehouses,
            last_name_load,
            // TPC-C 2.1.6.1: the two differ by 65 to 119, and not by 96 or 112.
            last_name_run: last_name_load + random.between(65, 95),
            customer_constant: random.between(0, 1_023),
            item_constant: random.between(0, 8_191),
        }
    }

    pub(super) fn random(&self, topic: Topic, a: u64, b: u64) -> Random {
        Random::keyed(self.seed, topic, a, b)
    }

    pub(super) fn district_random(&self, topic: Topic, district: DistrictId, b: u32) -> Random {
        self.random(topic, district.key(), u64::from(b))
    }

    /// The price of an item, cents.
    #[must_use]
    pub fn price(&self, item: u32) -> i64 {
        i64::from(self.random(Topic::Item, u64::from(item), 0).between(100, 10_000))
    }

    /// The customer's traits, and the sequence that its other values are drawn from.
    #[must_use]
    pub fn customer(&self, district: DistrictId, customer: u32) -> (CustomerTraits, Random) {
        let mut random = self.district_random(Topic::Customer, district, customer);
        let discount = random.between(0, 5_000);
        let bad_credit = random.one_in(10);
        let drawn = random.non_uniform(255, 0, LAST_NAMES - 1, self.last_name_load);
        // The first thousand have each name once, so that a payment by last name always finds someone.
        let last_name = if customer <= LAST_NAMES { customer - 1 } else { drawn };
        (CustomerTraits { last_name, bad_credit, discount }, random)
    }

    pub(super) fn draw_customer(&self, random: &mut Random) -> u32 {
        random.non_uniform(1_023, 1, CUSTOMERS, self.customer_constant)
    }

    pub(super) fn draw_last_name(&self, random: &mut Random) -> u32 {
        random.non_uniform(255, 0, LAST_NAMES - 1, self.last_name_run)
    }

    pub(super) fn draw_item(&self, random: &mut Random) -> u32 {
        random.non_uniform(8_191, 1, ITEMS, self.item_constant)
    }

    /// Any warehouse but `home`; `home` itself when it is the only one.
    pub(super) fn other_warehouse(&self, random: &mut Random, home: u32) -> u32 {
        if self.warehouses == 1 {
            return home;
        }
        let drawn = random.between(1, self.warehouses - 1);
        if drawn < home { drawn } else { drawn + 1 }
    }

    /// The quantity of an item in stock when the database is new.
    #[must_use]
    pub fn initial_quantity(&self, warehouse: u32, item: u32) -> i16 {
        self.random(Topic::Stock, u64::from(warehouse), u64::from(item)).between(10, 100) as i16
    }

    /// Who placed order `order` (1 to 3,000) of the initial population: a permutation of the customers.
    #[must_use]
    pub fn initial_customer(&self, district: DistrictId, order: u32) -> u32 {
        let mut random = self.district_random(Topic::OrderPermutation, district, 0);
        // Multiplying by a number without a common factor with 3,000 = 2^3 * 3 * 5^3 permutes the residues.
        const FACTORS: [u32; 8] = [7, 1_009, 1_231, 1_447, 1_663, 1_889, 2_111, 2_333];
        let factor = FACTORS[random.between(0, 7) as usize];
        (order * factor + random.between(0, CUSTOMERS - 1)) % CUSTOMERS + 1
    }

    /// For each last name of a district the customer that a payment by that name is for: the middle one by
    /// first name, rounded up (TPC-C 2.5.2.2).
    #[must_use]
    pub fn customers_by_last_name(&self, district: DistrictId) -> Vec<u16> {
        let mut bearers: Vec<Vec<(Vec<u8>, u16)>> = vec![Vec::new(); LAST_NAMES as usize];
        for customer in 1..=CUSTOMERS {
            let (traits, mut random) = self.customer(district, customer);
            let mut first = Vec::with_capacity(16);
            first_name(&mut first, &mut random);
            bearers[traits.last_name as usize].push((first, customer as u16));
        }
        bearers
            .into_iter()
            .map(|mut list| {
                list.sort_unstable();
                list[list.len().div_ceil(2) - 1].1
            })
            .collect()
    }
}

/// The first value drawn from a customer's sequence after its traits.
pub(super) fn first_name(out: &mut Vec<u8>, random: &mut Random) {
    random.alphanumeric(out, 8, 16);
}

pub(super) fn customer_last_name(out: &mut Vec<u8>, traits: CustomerTraits) {
    last_name(out, traits.last_name);
}

/// Virtual time of a transaction, seconds since 1970; transaction 0 is the initial load.
#[must_use]
pub fn virtual_time(transaction: u64) -> u64 {
    CLOCK_START.saturating_add(transaction.saturating_mul(CLOCK_STEP_MS) / 1_000).min(CLOCK_END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const DISTRICT: DistrictId = DistrictId { warehouse: 2, district: 7 };

    #[test]
    fn every_customer_placed_one_initial_order() {
        for seed in 0..20 {
            let population = Population::new(seed, 2);
            let customers: BTreeSet<u32> = (1..=CUSTOMERS).map(|order| population.initial_customer(DISTRICT, order)).collect();
            assert_eq!((customers.len(), customers.first(), customers.last()), (3_000, Some(&1), Some(&3_000)));
        }
    }

    #[test]
    fn every_last_name_finds_a_customer_who_bears_it() {
        let population = Population::new(9, 2);
        let found = population.customers_by_last_name(DISTRICT);
        assert_eq!(found.len(), 1_000);
        for (name, customer) in found.iter().enumerate() {
            assert_eq!(population.customer(DISTRICT, u32::from(*customer)).0.last_name as usize, name);
        }
    }

    #[test]
    fn another_warehouse_is_never_the_same_unless_it_is_alone() {
        let population = Population::new(1, 3);
        let mut random = population.random(Topic::Transaction, 1, 0);
        let drawn: BTreeSet<u32> = (0..100).map(|_| population.other_warehouse(&mut random, 2)).collect();
        assert_eq!(drawn, BTreeSet::from([1, 3]));
        assert_eq!(Population::new(1, 1).other_warehouse(&mut random, 1), 1);
    }

    #[test]
    fn virtual_time_ends_where_datetime_ends() {
        assert_eq!(virtual_time(0), 1_704_067_200);
        assert_eq!(virtual_time(1_000), 1_704_067_217);
        assert_eq!(virtual_time(u64::MAX), 253_402_300_799);
    }
}
