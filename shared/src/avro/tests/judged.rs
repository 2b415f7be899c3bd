//! apache-avro as the judge: it parses every schema, and reads back every row as it was.

use crate::avro::{AvroOptions, BigintUnsignedMode, DecimalMode, TablePlan};
use crate::row::{CommitTs, Datum, Op, Row};
use crate::schema::ddl::{parse_create_table, parse_create_tables};
use crate::schema::{Column, ColumnType, TableModel};
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use apache_avro::{Decimal, Schema};
use proptest::prelude::*;

/// Every kind of column, with the values that it is tried with.
const COLUMNS: [&str; 40] = [
    "TINYINT",
    "TINYINT UNSIGNED DEFAULT 7",
    "SMALLINT",
    "MEDIUMINT UNSIGNED",
    "INT DEFAULT -5",
    "INT UNSIGNED",
    "BIGINT DEFAULT '9223372036854775807'",
    "BIGINT UNSIGNED",
    "BIGINT UNSIGNED DEFAULT 18446744073709551615",
    "FLOAT DEFAULT 3.14",
    "DOUBLE DEFAULT 1e-7",
    "DOUBLE",
    "DECIMAL(5,2) DEFAULT 1.5",
    "DECIMAL(18,18)",
    "DECIMAL(30,10)",
    "DECIMAL(65,30)",
    "BIT(1) DEFAULT b'1'",
    "BIT(10)",
    "BIT(64)",
    "CHAR(5) DEFAULT ''",
    "VARCHAR(50)",
    "TEXT",
    "BINARY(4) DEFAULT 'ab'",
    "VARBINARY(40)",
    "LONGBLOB",
    "ENUM('a','b,c','d''e','ü') DEFAULT 'b,c'",
    "ENUM('x')",
    "SET('r','w','x') DEFAULT 'r,x'",
    "SET('only')",
    "JSON",
    "DATE DEFAULT '2024-01-02'",
    "DATE",
    "DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6)",
    "DATETIME",
    "TIMESTAMP(3)",
    "TIME(2) DEFAULT '00:00:00.00'",
    "TIME",
    "YEAR DEFAULT 2024",
    "YEAR",
    "VECTOR(2)",
];

/// A column's value drawn from two random words.
fn push(row: &mut Row, column: &Column, (number, text): &(u64, String)) {
    if column.nullable && number % 5 == 0 {
        return row.push(Datum::Null);
    }
    let mask = |bits: u32| number & (u64::MAX >> (64 - bits));
    match &column.ty {
        ColumnType::Integer { width, unsigned } => {
            let bits = [8, 16, 24, 32, 64][*width as usize];
            if *unsigned {
                row.push(Datum::UInt(mask(bits)));
            } else {
                row.push(Datum::Int(number.cast_signed() >> (64 - bits)));
            }
        }
        ColumnType::Year => row.push(Datum::Int((1901 + number % 255).cast_signed())),
        ColumnType::Float { .. } => row.push(Datum::Float(number.cast_signed() as f32 / 1e3)),
        ColumnType::Double { .. } => row.push(Datum::Double(number.cast_signed() as f64 / 1e9)),
        ColumnType::Decimal { precision, scale, .. } => {
            let digits: String = number.to_string().chars().cycle().take(usize::from(*precision)).collect();
            let (whole, fraction) = digits.split_at(usize::from(precision - scale));
            let sign = if number % 2 == 0 { "" } else { "-" };
            row.push(Datum::Bytes(format!("{sign}{whole}.{fraction}").trim_end_matches('.').as_bytes()));
        }
        ColumnType::Bit { bits } => row.push(Datum::UInt(mask(u32::from(*bits)))),
        ColumnType::Enum { elements } => row.push(Datum::UInt(1 + number % elements.len() as u64)),
        ColumnType::Set { elements } => row.push(Datum::UInt(number % (1 << elements.len()))),
        ColumnType::Binary { .. } => row.push(Datum::Bytes(&number.to_le_bytes())),
        _ => row.push(Datum::Bytes(text.as_bytes())),
    }
}

/// The value as apache-avro should read it.
fn expected(column: &Column, datum: Datum<'_>, options: &AvroOptions) -> Value {
    let strings = options.bigint_unsigned == BigintUnsignedMode::String;
    match (&column.ty, datum) {
        (_, Datum::Null) => Value::Null,
        (ColumnType::Integer { width, unsigned }, datum) => {
            let number = match datum {
                Datum::Int(n) => i128::from(n),
                Datum::UInt(n) => i128::from(n),
                _ => unreachable!("integers are integers"),
            };
            match (*width as usize, unsigned) {
                (4, true) if strings => Value::String(number.to_string()),
                (4, _) | (3, true) => Value::Long(number as i64),
                _ => Value::Int(i32::try_from(number).unwrap()),
            }
        }
        (ColumnType::Year, Datum::Int(n)) => Value::Int(i32::try_from(n).unwrap()),
        (_, Datum::Float(n)) => Value::Float(n),
        (_, Datum::Double(n)) => Value::Double(n),
        (ColumnType::Decimal { .. }, Datum::Bytes(text)) if options.decimal == DecimalMode::Precise => {
            let digits: String = String::from_utf8_lossy(text).chars().filter(|c| *c != '.').collect();
            let number = num_bigint(&digits);
            Value::Decimal(Decimal::from(number))
        }
        (ColumnType::Bit { bits }, Datum::UInt(n)) => Value::Bytes(n.to_be_bytes()[8 - usize::from(bits.div_ceil(8))..].to_vec()),
        (ColumnType::Enum { elements }, Datum::UInt(n)) => Value::String(elements[n as usize - 1].clone()),
        (ColumnType::Set { elements }, Datum::UInt(n)) => {
            let chosen: Vec<&str> = elements.iter().enumerate().filter(|(i, _)| n >> i & 1 == 1).map(|(_, e)| e.as_str()).collect();
            Value::String(chosen.join(","))
        }
        (ColumnType::Binary { .. }, Datum::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
        (_, Datum::Bytes(bytes)) => Value::String(String::from_utf8(bytes.to_vec()).unwrap()),
        (_, other) => unreachable!("{other:?} is in no column of the test"),
    }
}

/// Two's complement bytes of decimal digits, by schoolbook arithmetic of its own.
fn num_bigint(digits: &str) -> Vec<u8> {
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |d| (true, d));
    let mut bytes = vec![0_u8; 40];
    for digit in digits.bytes() {
        let mut carry = u16::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            carry += u16::from(*byte) * 10;
            *byte = carry as u8;
            carry >>= 8;
        }
    }
    if negative {
        let mut carry = 1;
        for byte in bytes.iter_mut().rev() {
            carry += u16::from(!*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
    }
    bytes
}

fn read(schema: &str, mut bytes: &[u8]) -> Vec<(String, Value)> {
    let schema = Schema::parse_str(schema).unwrap_or_else(|error| panic!("{error}\n{schema}"));
    let reader = GenericDatumReader::builder(&schema).build().unwrap();
    let value = reader.read_value(&mut bytes).unwrap();
    assert!(bytes.is_empty(), "bytes left over");
    let Value::Record(fields) = value else { panic!("no record") };
    fields.into_iter().map(|(name, value)| (name, if let Value::Union(_, inner) = value { *inner } else { value })).collect()
}

fn check(table: &TableModel, row: &Row, options: &AvroOptions) {
    let plan = TablePlan::new(table, options).unwrap();
    let mut out = Vec::new();
    plan.encode_value(Op::Update, row, CommitTs::new(1_700_000_000_000, 3), 258, &mut out).unwrap();
    assert_eq!(out[..5], [0, 0, 0, 1, 2]);
    let mut fields = read(plan.value_schema(), &out[5..]);
    if options.tidb_extension {
        let extension = fields.split_off(table.columns.len());
        let values: Vec<Value> = extension.into_iter().map(|(_, v)| v).collect();
        let ts = 1_700_000_000_000 << 18 | 3;
        assert_eq!(values, [Value::String("u".to_owned()), Value::Long(ts), Value::Long(1_700_000_000_000)]);
    }
    let expect: Vec<(String, Value)> =
        table.columns.iter().zip(row.iter()).map(|(c, datum)| (c.name.clone(), expected(c, datum, options))).collect();
    assert_eq!(fields, expect);
    assert!(plan.decode_value(&out).unwrap().as_object().unwrap().len() >= table.columns.len());
    if let Some(schema) = plan.key_schema() {
        out.clear();
        plan.encode_key(row, 1, &mut out).unwrap();
        let key = table.handle_key().unwrap().columns;
        assert_eq!(read(schema, &out[5..]), key.iter().map(|c| expect[*c].clone()).collect::<Vec<_>>());
    }
}

fn options() -> impl Strategy<Value = AvroOptions> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(tidb_extension, decimal, bigint)| AvroOptions {
        tidb_extension,
        decimal: if decimal { DecimalMode::Precise } else { DecimalMode::String },
        bigint_unsigned: if bigint { BigintUnsignedMode::Long } else { BigintUnsignedMode::String },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_row_of_any_table_is_read_back(
        columns in proptest::collection::vec((0..COLUMNS.len(), any::<bool>(), (any::<u64>(), ".{0,20}")), 1..20),
        key in any::<u64>(),
        options in options(),
    ) {
        let definitions: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(i, (ty, nullable, _))| format!("c{i} {}{}", COLUMNS[*ty], if *nullable { "" } else { " NOT NULL" }))
            .collect();
        let key = key as usize % columns.len();
        let sql = format!("CREATE TABLE t ({}, PRIMARY KEY (c{key}))", definitions.join(", "));
        let table = parse_create_table(&sql, "s").unwrap();
        let mut row = Row::default();
        for (column, (_, _, value)) in table.columns.iter().zip(&columns) {
            push(&mut row, column, value);
        }
        check(&table, &row, &options);
    }
}

#[test]
fn all_types_at_once_are_read_back() {
    let definitions: Vec<String> = COLUMNS.iter().enumerate().map(|(i, ty)| format!("c{i} {ty}")).collect();
    let table = parse_create_table(&format!("CREATE TABLE t (id INT PRIMARY KEY, {})", definitions.join(", ")), "s").unwrap();
    for number in [1, 2, 3, 5, u64::MAX, 1 << 63] {
        let mut row = Row::default();
        for column in &table.columns {
            push(&mut row, column, &(number, "text".to_owned()));
        }
        check(&table, &row, &AvroOptions::default());
    }
}

#[test]
fn the_tables_of_go_tpc_have_schemas_and_keys() {
    for table in parse_create_tables(crate::fixtures::TPCC_DDL, "tpcc").unwrap() {
        let plan = TablePlan::new(&table, &AvroOptions::default()).unwrap();
        Schema::parse_str(plan.value_schema()).unwrap();
        assert_eq!(plan.key_schema().is_none(), table.name == "history");
        let mut row = Row::default();
        for (i, column) in table.columns.iter().enumerate() {
            push(&mut row, column, &(7 + i as u64, "text".to_owned()));
        }
        check(&table, &row, &AvroOptions { tidb_extension: true, ..AvroOptions::default() });
    }
}

#[test]
fn rows_are_written_without_growing_a_warm_buffer() {
    let tables = parse_create_tables(crate::fixtures::TPCC_DDL, "tpcc").unwrap();
    let table = tables.iter().find(|t| t.name == "order_line").unwrap();
    let plan = TablePlan::new(table, &AvroOptions { tidb_extension: true, ..AvroOptions::default() }).unwrap();
    let mut row = Row::default();
    for column in &table.columns {
        push(&mut row, column, &(1 << 40 | 1, "2024-01-02 03:04:05".to_owned()));
    }
    let mut out = Vec::new();
    let mut warm = 0;
    for round in 0..1000 {
        out.clear();
        plan.encode_key(&row, 1, &mut out).unwrap();
        plan.encode_value(Op::Insert, &row, CommitTs(round), 2, &mut out).unwrap();
        if round == 0 {
            warm = out.capacity();
        }
        assert_eq!(out.capacity(), warm);
    }
}
