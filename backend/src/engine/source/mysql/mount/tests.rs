#![allow(clippy::unwrap_used)]
use super::*;
use shared::schema::Column;

fn column(name: &str, ty: ColumnType) -> Column {
    Column { name: name.into(), ty, nullable: true, default: None, auto_increment: false, generated: None, charset: None }
}

fn table(columns: Vec<Column>) -> Arc<TableModel> {
    Arc::new(TableModel { schema: "s".into(), name: "t".into(), columns, indexes: vec![], charset: None, version: 1 })
}

fn map(columns: Vec<WireType>) -> TableMap {
    TableMap { table_id: 1, schema: "s".into(), name: "t".into(), columns, unsigned: None, names: None }
}

fn int(width: IntegerWidth, unsigned: bool) -> ColumnType {
    ColumnType::Integer { width, unsigned }
}

/// One column's value, from its bytes in a row image.
fn mount(ty: ColumnType, wire: WireType, bytes: &[u8]) -> Row {
    let mounter = Mounter::new(&map(vec![wire]), table(vec![column("c", ty)])).unwrap();
    let image = [&[0], bytes].concat();
    let mut reader = Reader::new(&image);
    let row = mounter.row(&mut reader, 0).unwrap();
    assert!(reader.is_empty());
    row
}

#[test]
fn integers_take_their_sign_from_the_definition() {
    let wire = |bytes| WireType::Integer { bytes };
    let cases = [
        (int(IntegerWidth::Tiny, false), wire(1), vec![0xff], Datum::Int(-1)),
        (int(IntegerWidth::Tiny, true), wire(1), vec![0xff], Datum::UInt(255)),
        (int(IntegerWidth::Medium, false), wire(3), vec![0, 0, 0x80], Datum::Int(-8_388_608)),
        (int(IntegerWidth::Medium, true), wire(3), vec![0, 0, 0x80], Datum::UInt(8_388_608)),
        (int(IntegerWidth::Big, false), wire(8), vec![0, 0, 0, 0, 0, 0, 0, 0x80], Datum::Int(i64::MIN)),
        (int(IntegerWidth::Big, true), wire(8), vec![0xff; 8], Datum::UInt(u64::MAX)),
        (ColumnType::Year, WireType::Year, vec![124], Datum::Int(2024)),
        (ColumnType::Year, WireType::Year, vec![0], Datum::Int(0)),
        (ColumnType::Bit { bits: 10 }, WireType::Bit { bits: 10 }, vec![2, 1], Datum::UInt(513)),
        (ColumnType::Enum { elements: vec!["a".into()] }, WireType::Enum { bytes: 1 }, vec![1], Datum::UInt(1)),
        (ColumnType::Set { elements: vec!["a".into(); 9] }, WireType::Set { bytes: 2 }, vec![3, 1], Datum::UInt(0x103)),
        (ColumnType::Float { unsigned: false }, WireType::Float, 1.5f32.to_le_bytes().to_vec(), Datum::Float(1.5)),
        (ColumnType::Double { unsigned: false }, WireType::Double, (-0.1f64).to_le_bytes().to_vec(), Datum::Double(-0.1)),
    ];
    for (ty, wire, bytes, expected) in cases {
        assert_eq!(mount(ty, wire, &bytes).get(0), Some(expected), "{wire:?}");
    }
}

#[test]
fn text_and_binary_become_bytes() {
    let text = |kind| ColumnType::Text { kind, length: Some(4) };
    let binary = |kind| ColumnType::Binary { kind, length: Some(4) };
    let cases: [(ColumnType, WireType, &[u8], &[u8]); 5] = [
        (text(TextKind::VarChar), WireType::VarChar { max: 16 }, &[2, b'h', b'i'], b"hi"),
        (text(TextKind::VarChar), WireType::VarChar { max: 400 }, &[2, 0, b'h', b'i'], b"hi"),
        (text(TextKind::Char), WireType::Char { max: 16 }, &[1, b'h'], b"h"),
        (binary(BinaryKind::Binary), WireType::Char { max: 4 }, &[1, 7], &[7, 0, 0, 0]),
        (binary(BinaryKind::MediumBlob), WireType::Blob { prefix: 3 }, &[1, 0, 0, 9], &[9]),
    ];
    for (ty, wire, bytes, expected) in cases {
        assert_eq!(mount(ty, wire, bytes).get(0), Some(Datum::Bytes(expected)), "{wire:?}");
    }
}

#[test]
fn text_is_converted_from_the_columns_character_set() {
    let mut latin = column("c", ColumnType::Text { kind: TextKind::VarChar, length: Some(9) });
    latin.charset = Some("latin1".into());
    let mounter = Mounter::new(&map(vec![WireType::VarChar { max: 9 }]), table(vec![latin.clone()])).unwrap();
    let row = mounter.row(&mut Reader::new(&[0, 2, 0xfc, 0x80]), 0).unwrap();
    assert_eq!(row.get(0), Some(Datum::Bytes("ü€".as_bytes())));

    latin.charset = Some("cp850".into());
    let misfit = Mounter::new(&map(vec![WireType::VarChar { max: 9 }]), table(vec![latin])).unwrap_err();
    assert_eq!(misfit, Misfit::Charset { column: "c".into(), charset: "cp850".into() });
}

#[test]
fn nulls_take_no_bytes() {
    let columns = vec![column("a", int(IntegerWidth::Int, false)), column("b", int(IntegerWidth::Tiny, false))];
    let wire = vec![WireType::Integer { bytes: 4 }, WireType::Integer { bytes: 1 }];
    let mounter = Mounter::new(&map(wire), table(columns)).unwrap();
    let row = mounter.row(&mut Reader::new(&[0b01, 5]), 0).unwrap();
    assert_eq!((row.get(0), row.get(1)), (Some(Datum::Null), Some(Datum::Int(5))));
}

#[test]
fn the_first_column_that_differs_is_named() {
    let columns =
        vec![column("a", int(IntegerWidth::Int, false)), column("b", ColumnType::Decimal { precision: 10, scale: 2, unsigned: false })];
    let four = WireType::Integer { bytes: 4 };
    let drift =
        |column: &str, defined: &str, found: &str| Misfit::Drift { column: column.into(), defined: defined.into(), found: found.into() };
    let cases = [
        (vec![four], drift("b", "decimal(10,2)", "no such column")),
        (vec![four, WireType::Decimal { precision: 12, scale: 2 }], drift("b", "decimal(10,2)", "decimal(12,2)")),
        (vec![WireType::Date, WireType::Date], drift("a", "int", "date")),
        (vec![four, WireType::Decimal { precision: 10, scale: 2 }, four], drift("number 3", "no such column", "int")),
        (vec![four, WireType::Unknown(140)], Misfit::Unreadable { column: "b".into(), code: 140 }),
    ];
    for (wire, expected) in cases {
        assert_eq!(Mounter::new(&map(wire), table(columns.clone())).unwrap_err(), expected);
    }
    let mut signs = map(vec![four, WireType::Decimal { precision: 10, scale: 2 }]);
    signs.unsigned = Some(vec![true, false]);
    assert_eq!(Mounter::new(&signs, table(columns)).unwrap_err(), drift("a", "int", "int unsigned"));
}

#[test]
fn an_image_cut_short_is_an_error() {
    let columns = vec![column("a", ColumnType::Text { kind: TextKind::LongText, length: None })];
    let mounter = Mounter::new(&map(vec![WireType::Blob { prefix: 4 }]), table(columns)).unwrap();
    assert!(mounter.row(&mut Reader::new(&[0, 255, 255, 255, 255, 1]), 0).is_err());
    assert!(mounter.row(&mut Reader::new(&[]), 0).is_err());
}

/// The row as Kafka gets it.
fn encoded(table: &TableModel, row: &Row) -> Vec<u8> {
    use shared::avro::{AvroOptions, BigintUnsignedMode, DecimalMode, TablePlan};
    let options = AvroOptions { tidb_extension: false, decimal: DecimalMode::Precise, bigint_unsigned: BigintUnsignedMode::Long };
    let plan = TablePlan::new(table, &options).unwrap();
    let mut out = Vec::new();
    plan.encode_value(shared::row::Op::Insert, row, shared::row::CommitTs(0), 1, &mut out).unwrap();
    assert!(plan.decode_value(&out).is_ok());
    out
}

/// No server stores them, but one that is broken may send them: they go on as they are, as TiCDC sends them.
#[test]
fn numbers_that_are_none_go_on_as_their_bits() {
    for bits in [f64::NAN.to_bits(), 0xfff8_0000_0000_0001, f64::INFINITY.to_bits(), f64::NEG_INFINITY.to_bits(), (-0.0_f64).to_bits(), 1] {
        let ty = ColumnType::Double { unsigned: false };
        let row = mount(ty.clone(), WireType::Double, &bits.to_le_bytes());
        let out = encoded(&table(vec![column("c", ty)]), &row);
        assert_eq!(out[6..], bits.to_le_bytes(), "{bits:x}");
    }
}

#[test]
fn a_row_of_4096_columns_is_taken_whole() {
    let columns: Vec<Column> = (0..4096).map(|i| column(&format!("c{i}"), int(IntegerWidth::Tiny, false))).collect();
    let mounter = Mounter::new(&map(vec![WireType::Integer { bytes: 1 }; 4096]), table(columns)).unwrap();
    // Every second one is NULL.
    let image = [vec![0b1010_1010; 512], vec![7; 2048]].concat();
    let mut reader = Reader::new(&image);
    let row = mounter.row(&mut reader, 0).unwrap();
    assert!(reader.is_empty());
    assert_eq!((row.len(), row.get(4094), row.get(4095)), (4096, Some(Datum::Int(7)), Some(Datum::Null)));
    // Header; a branch for each, and a value of one byte for every second one.
    assert_eq!(encoded(&mounter.table, &row).len(), 5 + 4096 + 2048);
}
