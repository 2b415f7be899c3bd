//! Writes rows, column by column in table order.

use super::{
    order::{Line, Order},
    population::{CustomerTraits, DISTRICTS, DistrictId, FIRST_UNDELIVERED, Population, customer_last_name, first_name, virtual_time},
    random::{Random, Topic},
    state::{Customer, Stock},
};
use shared::row::{Datum, Row};

/// A row under construction.
struct Writer(Row);

impl Writer {
    fn new(columns: usize, bytes: usize) -> Self {
        Self(Row::with_capacity(columns, bytes))
    }

    fn int(&mut self, value: impl Into<i64>) -> &mut Self {
        self.0.push(Datum::Int(value.into()));
        self
    }

    fn null(&mut self) -> &mut Self {
        self.0.push(Datum::Null);
        self
    }

    fn text(&mut self, text: &[u8]) -> &mut Self {
        self.0.push(Datum::Bytes(text));
        self
    }

    fn with(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        self.0.push_with(write);
        self
    }

    /// DECIMAL(…, 2).
    fn cents(&mut self, value: i64) -> &mut Self {
        self.with(|out| push_decimal(out, value, 2))
    }

    /// DECIMAL(…, 4).
    fn ten_thousandths(&mut self, value: u32) -> &mut Self {
        self.with(|out| push_decimal(out, i64::from(value), 4))
    }

    /// DATETIME of a transaction on the virtual clock.
    fn time(&mut self, transaction: u64) -> &mut Self {
        self.with(|out| push_datetime(out, virtual_time(transaction)))
    }

    /// Two streets, city, state, zip (TPC-C 4.3.2.7, 4.3.3.1).
    fn address(&mut self, random: &mut Random) -> &mut Self {
        self.with(|out| random.alphanumeric(out, 10, 20));
        self.with(|out| random.alphanumeric(out, 10, 20));
        self.with(|out| random.alphanumeric(out, 10, 20));
        self.with(|out| random.letters(out, 2, 2));
        self.with(|out| {
            random.digits(out, 4, 4);
            out.extend_from_slice(b"11111");
        })
    }
}

impl Population {
    pub(super) fn item_row(&self, item: u32) -> Row {
        let mut random = self.random(Topic::Item, u64::from(item), 0);
        let price = random.between(100, 10_000);
        let mut row = Writer::new(5, 80);
        row.int(item).int(random.between(1, 10_000));
        row.with(|out| random.alphanumeric(out, 14, 24)).cents(price.into());
        row.with(|out| random.data(out));
        row.0
    }

    pub(super) fn warehouse_name(&self, out: &mut Vec<u8>, warehouse: u32) -> Random {
        let mut random = self.random(Topic::Warehouse, u64::from(warehouse), 0);
        random.alphanumeric(out, 6, 10);
        random
    }

    pub(super) fn warehouse_row(&self, warehouse: u32, ytd: i64) -> Row {
        let mut row = Writer::new(9, 96);
        let mut random = Random::keyed(0, Topic::Warehouse, 0, 0);
        row.int(warehouse).with(|out| random = self.warehouse_name(out, warehouse));
        row.address(&mut random).ten_thousandths(random.between(0, 2_000)).cents(ytd);
        row.0
    }

    pub(super) fn district_name(&self, out: &mut Vec<u8>, district: DistrictId) -> Random {
        let mut random = self.district_random(Topic::District, district, 0);
        random.alphanumeric(out, 6, 10);
        random
    }

    pub(super) fn district_row(&self, district: DistrictId, ytd: i64, next_order: u32) -> Row {
        let mut row = Writer::new(11, 96);
        let mut random = Random::keyed(0, Topic::District, 0, 0);
        row.int(district.district).int(district.warehouse).with(|out| random = self.district_name(out, district));
        row.address(&mut random).ten_thousandths(random.between(0, 2_000)).cents(ytd).int(next_order);
        row.0
    }

    /// `data` is what `c_data` has become, when payments have changed it.
    pub(super) fn customer_row(&self, district: DistrictId, customer: u32, state: &Customer, data: Option<&[u8]>) -> Row {
        let (traits, mut random) = self.customer(district, customer);
        let mut row = Writer::new(21, 720);
        row.int(customer).int(district.district).int(district.warehouse);
        row.with(|out| first_name(out, &mut random)).text(b"OE").with(|out| customer_last_name(out, traits));
        row.address(&mut random).with(|out| random.digits(out, 16, 16)).time(0);
        row.text(credit(traits)).text(b"50000.00").ten_thousandths(traits.discount);
        row.cents(state.balance).cents(state.ytd_payment).int(state.payments).int(state.deliveries);
        match data {
            Some(data) => row.text(data),
            None => row.with(|out| random.alphanumeric(out, 300, 500)),
        };
        row.0
    }

    /// `c_data` of a customer that no payment has changed.
    pub(super) fn initial_customer_data(&self, district: DistrictId, customer: u32) -> Vec<u8> {
        let row = self.customer_row(district, customer, &Customer::initial(), None);
        match row.get(20) {
            Some(Datum::Bytes(data)) => data.to_vec(),
            _ => Vec::new(),
        }
    }

    /// The text that one of a stock row's ten district columns holds.
    fn stock_district(&self, out: &mut Vec<u8>, warehouse: u32, item: u32, district: u32) {
        let place = u64::from(warehouse) << 32 | u64::from(district);
        self.random(Topic::StockDistrict, place, u64::from(item)).letters(out, 24, 24);
    }

    pub(super) fn stock_row(&self, warehouse: u32, item: u32, stock: &Stock) -> Row {
        let mut random = self.random(Topic::Stock, u64::from(warehouse), u64::from(item));
        // The first draw is the initial quantity.
        let _ = random.draw();
        let mut row = Writer::new(17, 290);
        row.int(item).int(warehouse).int(stock.quantity);
        for district in 1..=DISTRICTS {
            row.with(|out| self.stock_district(out, warehouse, item, district));
        }
        row.int(stock.ytd).int(stock.orders).int(stock.remote).with(|out| random.data(out));
        row.0
    }

    /// The history row that each customer has from the beginning.
    pub(super) fn initial_history_row(&self, district: DistrictId, customer: u32) -> Row {
        let mut random = self.district_random(Topic::History, district, customer);
        history_row(district, district, customer, 0, 1_000, |out| random.alphanumeric(out, 12, 24))
    }

    /// `delivered` is the number of the Delivery transaction, once there is one.
    pub(super) fn order_line_row(&self, order: &Order, id: u32, at: usize, delivered: Option<u64>) -> Row {
        let line: &Line = &order.lines()[at];
        let DistrictId { warehouse, district } = order.district;
        let mut row = Writer::new(10, 56);
        row.int(id).int(district).int(warehouse).int(at as u32 + 1).int(line.item).int(line.supply_warehouse);
        match delivered {
            Some(transaction) => row.time(transaction),
            None => row.null(),
        };
        row.int(line.quantity).cents(line.amount).with(|out| {
            if order.initial {
                let mut random = self.district_random(Topic::OrderLineInfo, order.district, id << 4 | at as u32);
                random.alphanumeric(out, 24, 24);
            } else {
                self.stock_district(out, line.supply_warehouse, line.item, district);
            }
        });
        row.0
    }

    /// The carrier of an initial order that has been delivered.
    pub(super) fn initial_carrier(&self, district: DistrictId, order: u32) -> Option<u32> {
        let mut random = self.district_random(Topic::OrderPermutation, district, order);
        (order < FIRST_UNDELIVERED).then(|| random.between(1, 10))
    }
}

pub(super) fn history_row(
    customer_district: DistrictId,
    district: DistrictId,
    customer: u32,
    transaction: u64,
    amount: i64,
    data: impl FnOnce(&mut Vec<u8>),
) -> Row {
    let mut row = Writer::new(8, 56);
    row.int(customer).int(customer_district.district).int(customer_district.warehouse);
    row.int(district.district).int(district.warehouse).time(transaction).cents(amount).with(data);
    row.0
}

pub(super) fn new_order_row(district: DistrictId, order: u32) -> Row {
    let mut row = Writer::new(3, 0);
    row.int(order).int(district.district).int(district.warehouse);
    row.0
}

pub(super) fn order_row(order: &Order, id: u32, carrier: Option<u32>) -> Row {
    let mut row = Writer::new(8, 20);
    row.int(id).int(order.district.district).int(order.district.warehouse).int(order.customer).time(order.entered);
    match carrier {
        Some(carrier) => row.int(carrier),
        None => row.null(),
    };
    row.int(order.lines().len() as u32).int(u32::from(order.all_local()));
    row.0
}

fn credit(traits: CustomerTraits) -> &'static [u8] {
    if traits.bad_credit { b"BC" } else { b"GC" }
}

/// Appends `value / 10^scale` as MySQL writes a DECIMAL: all digits of the scale, a zero before the point.
pub(super) fn push_decimal(out: &mut Vec<u8>, value: i64, scale: u32) {
    if value < 0 {
        out.push(b'-');
    }
    let unit = 10u64.pow(scale);
    let value = value.unsigned_abs();
    push_number(out, value / unit, 1);
    out.push(b'.');
    push_number(out, value % unit, scale as usize);
}

/// Appends a number, with zeros before it up to `width` digits.
fn push_number(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while value > 0 {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&digits[start.min(digits.len() - width)..]);
}

/// Appends seconds since 1970 as a DATETIME in UTC.
pub(super) fn push_datetime(out: &mut Vec<u8>, seconds: u64) {
    let days = seconds / 86_400;
    let (year, month, day) = civil_date(days);
    for (value, width, end) in
        [(year, 4, b'-'), (month, 2, b'-'), (day, 2, b' '), (seconds / 3_600 % 24, 2, b':'), (seconds / 60 % 60, 2, b':')]
    {
        push_number(out, value, width);
        out.push(end);
    }
    push_number(out, seconds % 60, 2);
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar, counted from 1 March of
/// year 0 so that the leap day is a year's last (a calendar library costs more than the rest of a small row).
fn civil_date(days: u64) -> (u64, u64, u64) {
    const DAYS_IN_400_YEARS: u64 = 146_097;
    const MARCH_OF_YEAR_0_TO_1970: u64 = 719_468;
    let days = days + MARCH_OF_YEAR_0_TO_1970;
    let (cycle, day_of_cycle) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (cycle * 400 + year_of_cycle + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_as_mysql_writes_them() {
        for (value, scale, expect) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-1_000, 2, "-10.00"),
            (-1, 2, "-0.01"),
            (30_000_000, 2, "300000.00"),
            (1_234, 4, "0.1234"),
            (7, 4, "0.0007"),
        ] {
            let mut out = Vec::new();
            push_decimal(&mut out, value, scale);
            assert_eq!(String::from_utf8_lossy(&out), expect);
        }
    }

    #[test]
    fn datetimes_agree_with_a_calendar_library() {
        for seconds in (0..253_402_200_000).step_by(86_400 * 97 + 12_345).chain([951_782_400, 4_107_542_399]) {
            let mut out = Vec::new();
            push_datetime(&mut out, seconds);
            let expect = jiff::Timestamp::from_second(seconds as i64).map(|t| t.strftime("%Y-%m-%d %H:%M:%S").to_string());
            assert_eq!(String::from_utf8_lossy(&out), expect.unwrap_or_default());
        }
    }

    #[test]
    fn rows_have_their_tables_widths() {
        let population = Population::new(1, 1);
        let district = DistrictId { warehouse: 1, district: 1 };
        let order = Order::of(&population, super::super::order::Origin::Initial { district, order: 1 });
        let widths = [
            population.warehouse_row(1, 0).len(),
            population.district_row(district, 0, 1).len(),
            population.customer_row(district, 1, &Customer::initial(), None).len(),
            population.initial_history_row(district, 1).len(),
            new_order_row(district, 1).len(),
            order_row(&order, 1, None).len(),
            population.order_line_row(&order, 1, 0, None).len(),
            population.stock_row(1, 1, &Stock::initial(&population, 1, 1)).len(),
            population.item_row(1).len(),
        ];
        let expect: Vec<usize> = super::super::tables::models().iter().map(|m| m.columns.len()).collect();
        assert_eq!(widths.to_vec(), expect);
    }
}
