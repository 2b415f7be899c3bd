//! A state as bytes: what a resume begins with, so that it need not replay from the first transaction.
//!
//! `TPCCST01`, then little-endian seed (8), warehouses (4), transactions (8), then the warehouses as LEB128 numbers
//! in zigzag, then the CRC-32 of all that (4). A change of the format changes the first eight bytes.

use super::{
    population::{CUSTOMERS, DISTRICTS, ITEMS, Population},
    state::{Customer, District, State, Stock, Warehouse},
};
use std::collections::{BTreeMap, VecDeque};

const MAGIC: &[u8; 8] = b"TPCCST01";
const HEADER: usize = 8 + 8 + 4 + 8;
const CHECKSUM: usize = 4;

/// Why a snapshot cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("its checksum is wrong")]
    Damaged,
    #[error("it was written by another version")]
    OtherVersion,
    #[error("it belongs to a workload with another seed or number of warehouses")]
    OtherWorkload,
}

#[must_use]
pub fn encode(population: &Population, state: &State) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + 800_000 * state.warehouses.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&population.seed.to_le_bytes());
    out.extend_from_slice(&population.warehouses.to_le_bytes());
    out.extend_from_slice(&state.transactions.to_le_bytes());
    for warehouse in &state.warehouses {
        encode_warehouse(&mut out, warehouse);
    }
    let checksum = crc32fast::hash(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

fn encode_warehouse(out: &mut Vec<u8>, warehouse: &Warehouse) {
    number(out, warehouse.ytd);
    for district in &warehouse.districts {
        number(out, district.ytd);
        number(out, district.next_order.into());
        number(out, district.initial_undelivered.into());
        number(out, district.undelivered.len() as i64);
        let mut last = 0;
        for transaction in &district.undelivered {
            number(out, (transaction - last) as i64);
            last = *transaction;
        }
    }
    for stock in &warehouse.stock {
        for value in [i32::from(stock.quantity), stock.ytd, stock.orders, stock.remote] {
            number(out, value.into());
        }
    }
    for customer in &warehouse.customers {
        for value in [customer.balance, customer.ytd_payment, customer.payments.into(), customer.deliveries.into()] {
            number(out, value);
        }
    }
    number(out, warehouse.customer_data.len() as i64);
    for (place, data) in &warehouse.customer_data {
        number(out, (*place).into());
        number(out, data.len() as i64);
        out.extend_from_slice(data);
    }
}

/// # Errors
/// When the bytes are not a whole snapshot of this population.
pub fn decode(population: &Population, bytes: &[u8]) -> Result<State, Unusable> {
    if bytes.len() >= MAGIC.len() && bytes[..6] == MAGIC[..6] && bytes[..8] != MAGIC[..] {
        return Err(Unusable::OtherVersion);
    }
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(Unusable::Damaged)?;
    if content.len() < HEADER || content[..8] != MAGIC[..] || crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return Err(Unusable::Damaged);
    }
    let mut input = Input(&content[8..]);
    let (seed, warehouses) = (u64::from_le_bytes(input.array()?), u32::from_le_bytes(input.array()?));
    if (seed, warehouses) != (population.seed, population.warehouses) {
        return Err(Unusable::OtherWorkload);
    }
    let transactions = u64::from_le_bytes(input.array()?);
    let warehouses = (0..warehouses).map(|_| decode_warehouse(&mut input)).collect::<Result<_, _>>()?;
    if input.0.is_empty() { Ok(State { transactions, warehouses }) } else { Err(Unusable::Damaged) }
}

fn decode_warehouse(input: &mut Input<'_>) -> Result<Warehouse, Unusable> {
    let ytd = input.number()?;
    let districts = (0..DISTRICTS)
        .map(|_| {
            let (ytd, next_order, initial_undelivered) = (input.number()?, input.small()?, input.small()?);
            let mut undelivered = VecDeque::new();
            let mut last = 0_u64;
            for _ in 0..input.number()? {
                last = last.checked_add(input.small()?).ok_or(Unusable::Damaged)?;
                undelivered.push_back(last);
            }
            Ok(District { ytd, next_order, initial_undelivered, undelivered })
        })
        .collect::<Result<_, _>>()?;
    let stock = (0..ITEMS)
        .map(|_| Ok(Stock { quantity: input.small()?, ytd: input.small()?, orders: input.small()?, remote: input.small()? }))
        .collect::<Result<_, _>>()?;
    let customers = (0..DISTRICTS * CUSTOMERS)
        .map(|_| {
            let (balance, ytd_payment) = (input.number()?, input.number()?);
            Ok(Customer { balance, ytd_payment, payments: input.small()?, deliveries: input.small()? })
        })
        .collect::<Result<_, _>>()?;
    let mut customer_data = BTreeMap::new();
    for _ in 0..input.number()? {
        let place = input.small()?;
        let length = input.small()?;
        customer_data.insert(place, input.bytes(length)?.to_vec());
    }
    Ok(Warehouse { ytd, districts, stock, customers, customer_data })
}

fn number(out: &mut Vec<u8>, value: i64) {
    let mut zigzag = ((value << 1) ^ (value >> 63)) as u64;
    while zigzag >= 0x80 {
        out.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Unusable> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Unusable::Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unusable> {
        self.bytes(N)?.try_into().map_err(|_| Unusable::Damaged)
    }

    fn number(&mut self) -> Result<i64, Unusable> {
        let mut zigzag = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            zigzag |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
            }
        }
        Err(Unusable::Damaged)
    }

    fn small<T: TryFrom<i64>>(&mut self) -> Result<T, Unusable> {
        T::try_from(self.number()?).map_err(|_| Unusable::Damaged)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::engine::source::tpcc::generator::{Generator, Nothing};

    fn state_after(population: &Population, transactions: u64) -> State {
        let mut generator = Generator::new(population.clone(), State::initial(population));
        (0..transactions).for_each(|_| generator.step(&mut Nothing));
        generator.state().clone()
    }

    #[test]
    fn a_state_comes_back_as_it_was() {
        let population = Population::new(11, 2);
        for transactions in [0, 3_000] {
            let state = state_after(&population, transactions);
            assert!(decode(&population, &encode(&population, &state)).unwrap() == state);
        }
    }

    #[test]
    fn numbers_of_every_size_come_back() {
        for value in [0, 1, -1, 63, 64, -65, 1 << 40, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            number(&mut out, value);
            assert_eq!(Input(&out).number(), Ok(value));
        }
    }

    #[test]
    fn damage_anywhere_is_noticed_and_never_panics() {
        let population = Population::new(11, 1);
        let whole = encode(&population, &state_after(&population, 500));
        for at in (0..whole.len()).step_by(whole.len() / 40).chain([0, 7, whole.len() - 1]) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            assert!(decode(&population, &bytes).is_err(), "byte {at}");
            assert!(decode(&population, &whole[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_snapshot_of_another_workload_or_version_is_told_apart() {
        let population = Population::new(11, 1);
        let mut bytes = encode(&population, &State::initial(&population));
        assert_eq!(decode(&Population::new(12, 1), &bytes).unwrap_err(), Unusable::OtherWorkload);
        bytes[7] = b'2';
        assert_eq!(decode(&population, &bytes).unwrap_err(), Unusable::OtherVersion);
    }
}
