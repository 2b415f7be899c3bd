//! Orders: made again from their origin whenever they are needed, so that none has to be kept.

use super::{
    population::{CUSTOMERS, DISTRICTS, DistrictId, FIRST_UNDELIVERED, ITEMS, Population},
    random::{Random, Topic},
};

/// Lines an order can have (TPC-C 2.4.1.3).
const MOST_LINES: usize = 15;

/// Where an order comes from; with the seed, all there is to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The initial population: order 1 to 3,000 of a district.
    Initial { district: DistrictId, order: u32 },
    /// The NewOrder transaction of that number.
    Transaction(u64),
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    pub item: u32,
    pub supply_warehouse: u32,
    pub quantity: u32,
    /// Cents.
    pub amount: i64,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub district: DistrictId,
    pub customer: u32,
    /// Number of the transaction that made it, 0 for the initial population: its time on the virtual clock.
    pub entered: u64,
    pub initial: bool,
    /// An unused item number was typed in: the transaction rolls back (TPC-C 2.4.1.4, one in a hundred).
    pub rolled_back: bool,
    lines: [Line; MOST_LINES],
    count: usize,
}

impl Order {
    #[must_use]
    pub fn of(population: &Population, origin: Origin) -> Self {
        match origin {
            Origin::Initial { district, order } => Self::initial(population, district, order),
            Origin::Transaction(number) => {
                let mut random = population.random(Topic::Transaction, number, 1);
                Self::entered(population, &mut random, number)
            }
        }
    }

    /// Lines of an order of the initial population, without making it.
    #[must_use]
    pub fn initial_line_count(population: &Population, district: DistrictId, order: u32) -> u32 {
        population.district_random(Topic::InitialOrder, district, order).between(5, 15)
    }

    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines[..self.count]
    }

    /// Whether the home warehouse supplies every line.
    #[must_use]
    pub fn all_local(&self) -> bool {
        self.lines().iter().all(|line| line.supply_warehouse == self.district.warehouse)
    }

    /// Cents.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.lines().iter().map(|line| line.amount).sum()
    }

    /// TPC-C 4.3.3.1: orders before 2,101 are delivered and free of charge, the others cost anything.
    fn initial(population: &Population, district: DistrictId, order: u32) -> Self {
        let mut random = population.district_random(Topic::InitialOrder, district, order);
        let count = random.between(5, 15) as usize;
        let mut lines = [Line::default(); MOST_LINES];
        for line in &mut lines[..count] {
            *line = Line {
                item: random.between(1, ITEMS),
                supply_warehouse: district.warehouse,
                quantity: 5,
                amount: if order < FIRST_UNDELIVERED { 0 } else { i64::from(random.between(1, 999_999)) },
            };
        }
        let customer = population.initial_customer(district, order);
        debug_assert!((1..=CUSTOMERS).contains(&customer));
        Self { district, customer, entered: 0, initial: true, rolled_back: false, lines, count }
    }

    /// TPC-C 2.4.1.
    fn entered(population: &Population, random: &mut Random, number: u64) -> Self {
        let warehouse = random.between(1, population.warehouses);
        let district = DistrictId { warehouse, district: random.between(1, DISTRICTS) };
        let customer = population.draw_customer(random);
        let rolled_back = random.one_in(100);
        let count = random.between(5, 15) as usize;
        let mut lines = [Line::default(); MOST_LINES];
        for at in 0..count {
            // An item comes once in an order, so that one transaction never changes a stock row twice.
            let item = loop {
                let item = population.draw_item(random);
                if lines[..at].iter().all(|line| line.item != item) {
                    break item;
                }
            };
            let supply_warehouse = if random.one_in(100) { population.other_warehouse(random, warehouse) } else { warehouse };
            let quantity = random.between(1, 10);
            lines[at] = Line { item, supply_warehouse, quantity, amount: i64::from(quantity) * population.price(item) };
        }
        Self { district, customer, entered: number, initial: false, rolled_back, lines, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_the_same_whenever_it_is_made() {
        let population = Population::new(3, 4);
        for number in 1..500 {
            let (one, two) = (Order::of(&population, Origin::Transaction(number)), Order::of(&population, Origin::Transaction(number)));
            assert_eq!(
                (one.district, one.customer, one.total(), one.lines().len()),
                (two.district, two.customer, two.total(), two.lines().len())
            );
            assert!((5..=15).contains(&one.lines().len()));
        }
    }

    #[test]
    fn about_one_order_in_a_hundred_is_rolled_back_and_some_are_supplied_from_elsewhere() {
        let population = Population::new(3, 4);
        let orders: Vec<Order> = (1..=10_000).map(|n| Order::of(&population, Origin::Transaction(n))).collect();
        let rolled_back = orders.iter().filter(|o| o.rolled_back).count();
        let remote = orders.iter().filter(|o| !o.all_local()).count();
        assert!((60..160).contains(&rolled_back), "{rolled_back}");
        assert!((700..1_300).contains(&remote), "{remote}");
    }
}
