//! The vectors of the TiCDC reference, sections 12.6 to 12.8: fields, bytes, and the worked example.

use crate::avro::{AvroOptions, BigintUnsignedMode, Cause, DecimalMode, EncodeError, TablePlan, names};
use crate::row::{CommitTs, Datum, Op, Row};
use crate::schema::TableModel;
use crate::schema::ddl::parse_create_table;

const DEFAULTS: AvroOptions =
    AvroOptions { tidb_extension: false, decimal: DecimalMode::Precise, bigint_unsigned: BigintUnsignedMode::Long };
const STRINGS: AvroOptions =
    AvroOptions { tidb_extension: false, decimal: DecimalMode::String, bigint_unsigned: BigintUnsignedMode::String };
const EXTENDED: AvroOptions = AvroOptions { tidb_extension: true, ..DEFAULTS };

fn table(columns: &str) -> TableModel {
    parse_create_table(&format!("CREATE TABLE orders ({columns})"), "app").unwrap()
}

fn plan(columns: &str, options: AvroOptions) -> TablePlan {
    TablePlan::new(&table(columns), &options).unwrap()
}

/// The field of the only column.
fn field(column: &str, options: AvroOptions) -> String {
    let plan = plan(column, options);
    let body = plan.value_schema().split_once(r#""fields":["#).unwrap().1;
    body.strip_suffix("]}").unwrap().to_owned()
}

fn row(values: &[Datum<'_>]) -> Row {
    let mut row = Row::default();
    values.iter().for_each(|v| row.push(*v));
    row
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The value of a row, without its header.
fn body(columns: &str, options: AvroOptions, values: &[Datum<'_>]) -> Result<String, EncodeError> {
    let mut out = Vec::new();
    plan(columns, options).encode_value(Op::Insert, &row(values), CommitTs(0), 8, &mut out)?;
    Ok(hex(&out[5..]))
}

#[test]
fn fields_are_text_for_text_as_ticdc_writes_them() {
    let checks = [
        // 71 to 73
        ("c INT NOT NULL", DEFAULTS, r#"{"name":"c","type":{"type":"int","connect.parameters":{"tidb_type":"INT"}}}"#),
        (
            "c TINYINT UNSIGNED NULL DEFAULT 1",
            DEFAULTS,
            r#"{"default":1,"name":"c","type":[{"type":"int","connect.parameters":{"tidb_type":"INT UNSIGNED"}},"null"]}"#,
        ),
        (
            "c INT UNSIGNED NULL",
            DEFAULTS,
            r#"{"default":null,"name":"c","type":["null",{"type":"long","connect.parameters":{"tidb_type":"INT UNSIGNED"}}]}"#,
        ),
        // 74
        (
            "c BIGINT UNSIGNED NOT NULL",
            STRINGS,
            r#"{"name":"c","type":{"type":"string","connect.parameters":{"tidb_type":"BIGINT UNSIGNED"}}}"#,
        ),
        // 75
        (
            "c DECIMAL(10,4) NULL DEFAULT 3.1415",
            DEFAULTS,
            r#"{"default":null,"name":"c","type":["null",{"type":"bytes","connect.parameters":{"tidb_type":"DECIMAL"},"logicalType":"decimal","precision":10,"scale":4}]}"#,
        ),
        (
            "c DECIMAL(10,4) NULL DEFAULT 3.1415",
            STRINGS,
            r#"{"default":"3.1415","name":"c","type":[{"type":"string","connect.parameters":{"tidb_type":"DECIMAL"}},"null"]}"#,
        ),
        // 76 and 77
        ("c BIT(1) NOT NULL", DEFAULTS, r#"{"name":"c","type":{"type":"bytes","connect.parameters":{"length":"1","tidb_type":"BIT"}}}"#),
        (
            "c ENUM('a,','b') NOT NULL",
            DEFAULTS,
            r#"{"name":"c","type":{"type":"string","connect.parameters":{"allowed":"a\\,,b","tidb_type":"ENUM"}}}"#,
        ),
        // 78 to 81
        (
            "c FLOAT NULL DEFAULT 3.14",
            DEFAULTS,
            r#"{"default":3.140000104904175,"name":"c","type":[{"type":"float","connect.parameters":{"tidb_type":"FLOAT"}},"null"]}"#,
        ),
        (
            "c BIT(10) NOT NULL DEFAULT b'1010101010'",
            DEFAULTS,
            r#"{"default":"Aqo=","name":"c","type":{"type":"bytes","connect.parameters":{"length":"10","tidb_type":"BIT"}}}"#,
        ),
        ("c VARBINARY(8) NOT NULL", DEFAULTS, r#"{"name":"c","type":{"type":"bytes","connect.parameters":{"tidb_type":"BLOB"}}}"#),
        (
            "c TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)",
            DEFAULTS,
            r#"{"default":"CURRENT_TIMESTAMP","name":"c","type":{"type":"string","connect.parameters":{"tidb_type":"TIMESTAMP"}}}"#,
        ),
        // Defaults that wrap, that are lost, and that do not count.
        (
            "c BIGINT UNSIGNED NOT NULL DEFAULT '18446744073709551615'",
            DEFAULTS,
            r#"{"default":-1,"name":"c","type":{"type":"long","connect.parameters":{"tidb_type":"BIGINT UNSIGNED"}}}"#,
        ),
        (
            "c BIGINT UNSIGNED NOT NULL DEFAULT '18446744073709551615'",
            STRINGS,
            r#"{"default":"18446744073709551615","name":"c","type":{"type":"string","connect.parameters":{"tidb_type":"BIGINT UNSIGNED"}}}"#,
        ),
        (
            "c DECIMAL(5) NOT NULL DEFAULT 1",
            DEFAULTS,
            r#"{"name":"c","type":{"type":"bytes","connect.parameters":{"tidb_type":"DECIMAL"},"logicalType":"decimal","precision":5,"scale":0}}"#,
        ),
        (
            "c INT NOT NULL AUTO_INCREMENT DEFAULT 5",
            DEFAULTS,
            r#"{"name":"c","type":{"type":"int","connect.parameters":{"tidb_type":"INT"}}}"#,
        ),
        (
            "c VARBINARY(9) DEFAULT 'abc'",
            DEFAULTS,
            r#"{"default":"YWJj","name":"c","type":[{"type":"bytes","connect.parameters":{"tidb_type":"BLOB"}},"null"]}"#,
        ),
        (
            "c VARCHAR(9) NOT NULL DEFAULT '<&>'",
            DEFAULTS,
            r#"{"default":"\u003c\u0026\u003e","name":"c","type":{"type":"string","connect.parameters":{"tidb_type":"TEXT"}}}"#,
        ),
        (
            "`1-c` SET('a''b') NOT NULL",
            DEFAULTS,
            r#"{"name":"_1_c","type":{"type":"string","connect.parameters":{"allowed":"a'b","tidb_type":"SET"}}}"#,
        ),
        (
            "c VECTOR(3) NOT NULL",
            DEFAULTS,
            r#"{"name":"c","type":{"type":"string","connect.parameters":{"tidb_type":"TiDBVECTORFloat32"}}}"#,
        ),
    ];
    for (column, options, expect) in checks {
        assert_eq!(field(column, options), expect, "{column}");
    }
}

#[test]
fn the_key_is_the_primary_key_in_table_order() {
    let plan_of = |columns| plan(columns, DEFAULTS);
    assert_eq!(
        plan_of("id BIGINT NOT NULL PRIMARY KEY").key_schema(),
        Some(
            r#"{"type":"record","name":"orders","namespace":"default.app","fields":[{"name":"id","type":{"type":"long","connect.parameters":{"tidb_type":"BIGINT"}}}]}"#
        )
    );
    let two = plan_of("b INT, a INT, n TEXT, PRIMARY KEY (a, b)");
    let mut out = Vec::new();
    two.encode_key(&row(&[Datum::Int(2), Datum::Int(1), Datum::Null]), 7, &mut out).unwrap();
    assert_eq!(hex(&out), "00000000070402");
    // Without a primary key: the not-null unique index.
    let unique = plan_of("a INT NOT NULL, b INT, UNIQUE (a), UNIQUE (b)");
    assert!(unique.key_schema().unwrap().contains(r#""name":"a""#));
    let keyless = plan_of("a INT NOT NULL, b INT, UNIQUE (b)");
    assert_eq!(keyless.key_schema(), None);
    assert!(matches!(keyless.encode_key(&row(&[Datum::Int(1), Datum::Null]), 1, &mut out), Err(EncodeError::NoKey { .. })));
}

#[test]
fn bytes_are_as_ticdc_writes_them() {
    let int = |value| [Datum::Int(value)];
    // 82 to 84
    for columns in ["id INT PRIMARY KEY", "id BIGINT PRIMARY KEY"] {
        let mut out = Vec::new();
        plan(columns, DEFAULTS).encode_key(&row(&int(1)), 7, &mut out).unwrap();
        assert_eq!(hex(&out), "000000000702");
    }
    let mut out = Vec::new();
    let two = plan("id INT PRIMARY KEY, age INT", DEFAULTS);
    two.encode_value(Op::Insert, &row(&[Datum::Int(1), Datum::Int(18)]), CommitTs(0), 8, &mut out).unwrap();
    assert_eq!(hex(&out), "0000000008020224");
    assert_eq!(body("id INT PRIMARY KEY, age INT", DEFAULTS, &[Datum::Int(1), Datum::Null]).unwrap(), "0200");
    // 85
    out.clear();
    let ts = CommitTs(438_156_275_634_929_669);
    assert_eq!(ts.physical_ms(), 1_671_433_546_581);
    plan("id INT PRIMARY KEY", EXTENDED).encode_value(Op::Insert, &row(&int(1)), ts, 8, &mut out).unwrap();
    assert_eq!(hex(&out[5..]), "0202638a80a0d5f5b3d2940caaad9f93a561");
    // 88
    let text = [Datum::Bytes(b"aa")];
    assert_eq!(body("c TEXT NOT NULL", DEFAULTS, &text).unwrap(), "046161");
    assert_eq!(body("c TEXT", DEFAULTS, &text).unwrap(), "02046161");
    assert_eq!(body("c VARCHAR(9) DEFAULT 'x'", DEFAULTS, &text).unwrap(), "00046161");
    assert_eq!(body("c VARCHAR(9) DEFAULT 'x'", DEFAULTS, &[Datum::Null]).unwrap(), "02");
    // 89
    assert_eq!(body("c BIGINT UNSIGNED NOT NULL", DEFAULTS, &[Datum::UInt(u64::MAX)]).unwrap(), "01");
    assert_eq!(body("c BIGINT UNSIGNED NOT NULL", STRINGS, &[Datum::UInt(10)]).unwrap(), "043130");
    // 90
    assert_eq!(body("c BIGINT NOT NULL", DEFAULTS, &int(i64::MAX)).unwrap(), "feffffffffffffffff01");
    assert_eq!(body("c BIGINT NOT NULL", DEFAULTS, &int(i64::MIN)).unwrap(), "ffffffffffffffffff01");
    // 91
    assert_eq!(body("c FLOAT NOT NULL", DEFAULTS, &[Datum::Float(3.14)]).unwrap(), "c3f54840");
    assert_eq!(body("c DOUBLE NOT NULL", DEFAULTS, &[Datum::Double(2.71)]).unwrap(), "ae47e17a14ae0540");
    // BIT is as wide as the column.
    assert_eq!(body("c BIT(10) NOT NULL", DEFAULTS, &[Datum::UInt(1)]).unwrap(), "040001");
    assert_eq!(body("c BIT(64) NOT NULL", DEFAULTS, &[Datum::UInt(1)]).unwrap(), "100000000000000001");
    assert_eq!(body("c SET('a','b','c') NOT NULL", DEFAULTS, &[Datum::UInt(5)]).unwrap(), "06612c63");
    assert_eq!(body("c SET('a') NOT NULL", DEFAULTS, &[Datum::UInt(0)]).unwrap(), "00");
}

#[test]
fn the_extension_follows_the_columns() {
    let plan = plan("id INT PRIMARY KEY", EXTENDED);
    assert!(plan.value_schema().ends_with(
        r#",{"default":"","name":"_tidb_op","type":"string"},{"default":0,"name":"_tidb_commit_ts","type":"long"},{"default":0,"name":"_tidb_commit_physical_time","type":"long"}]}"#
    ));
    assert!(!plan.key_schema().unwrap().contains("_tidb"));
}

/// Section 12.8.
#[test]
fn the_worked_example_comes_out() {
    let sql = "CREATE TABLE `order-items` (id BIGINT UNSIGNED PRIMARY KEY, 1qty INT NOT NULL DEFAULT 1, price DECIMAL(10,2), \
               note VARCHAR(20) DEFAULT 'n/a', flag BIT(3), st ENUM('a,b','c') NOT NULL, ts TIMESTAMP(3) NULL)";
    let plan = TablePlan::new(&parse_create_table(sql, "app").unwrap(), &DEFAULTS).unwrap();
    assert_eq!(names::value_subject("tidb.app_order-items"), "tidb_app_order-items-value");
    assert_eq!(
        plan.value_schema(),
        concat!(
            r#"{"type":"record","name":"order_items","namespace":"default.app","fields":["#,
            r#"{"name":"id","type":{"type":"long","connect.parameters":{"tidb_type":"BIGINT UNSIGNED"}}},"#,
            r#"{"default":1,"name":"_1qty","type":{"type":"int","connect.parameters":{"tidb_type":"INT"}}},"#,
            r#"{"default":null,"name":"price","type":["null",{"type":"bytes","connect.parameters":{"tidb_type":"DECIMAL"},"logicalType":"decimal","precision":10,"scale":2}]},"#,
            r#"{"default":"n/a","name":"note","type":[{"type":"string","connect.parameters":{"tidb_type":"TEXT"}},"null"]},"#,
            r#"{"default":null,"name":"flag","type":["null",{"type":"bytes","connect.parameters":{"length":"3","tidb_type":"BIT"}}]},"#,
            r#"{"name":"st","type":{"type":"string","connect.parameters":{"allowed":"a\\,b,c","tidb_type":"ENUM"}}},"#,
            r#"{"default":null,"name":"ts","type":["null",{"type":"string","connect.parameters":{"tidb_type":"TIMESTAMP"}}]}]}"#,
        )
    );
    let row =
        row(&[Datum::UInt(5), Datum::Int(2), Datum::Bytes(b"123.45"), Datum::Bytes(b"hi"), Datum::UInt(5), Datum::UInt(2), Datum::Null]);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    plan.encode_key(&row, 1, &mut key).unwrap();
    plan.encode_value(Op::Insert, &row, CommitTs(0), 2, &mut value).unwrap();
    assert_eq!(hex(&key), "00000000010a");
    assert_eq!(hex(&value), "00000000020a040204303900046869020205026300");
    assert_eq!(
        plan.decode_value(&value).unwrap().to_string(),
        r#"{"id":5,"_1qty":2,"price":"123.45","note":"hi","flag":5,"st":"c","ts":null}"#
    );
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_the_output() {
    for (column, datum, cause) in [
        ("c INT NOT NULL", Datum::Null, Cause::Null),
        ("c TINYINT", Datum::Int(128), Cause::Range),
        ("c INT UNSIGNED", Datum::UInt(1 << 32), Cause::Range),
        ("c INT", Datum::UInt(1 << 31), Cause::Range),
        ("c INT UNSIGNED", Datum::Int(-1), Cause::Range),
        ("c BIGINT UNSIGNED", Datum::Int(-1), Cause::Range),
        ("c YEAR", Datum::Int(2156), Cause::Range),
        ("c INT", Datum::Bytes(b"1"), Cause::Kind { expected: "a whole number", found: "bytes" }),
        ("c TEXT", Datum::Bytes(b"\xff"), Cause::NotUtf8),
        ("c DECIMAL(5,2)", Datum::Bytes(b"x"), Cause::NotDecimal),
        ("c DECIMAL(5,2)", Datum::Bytes(b"1234.00"), Cause::TooManyDigits),
        ("c ENUM('a')", Datum::UInt(0), Cause::EnumIndex(0)),
        ("c ENUM('a')", Datum::UInt(2), Cause::EnumIndex(2)),
        ("c SET('a')", Datum::UInt(2), Cause::SetBits(1)),
        ("c BIT(3)", Datum::UInt(8), Cause::Bits(3)),
    ] {
        let mut out = b"before".to_vec();
        let error = plan(column, DEFAULTS).encode_value(Op::Insert, &row(&[datum]), CommitTs(0), 1, &mut out).unwrap_err();
        assert_eq!(error, EncodeError::Value { table: "app.orders".to_owned(), column: "c".to_owned(), cause }, "{column}");
        assert_eq!(out, b"before", "{column}");
    }
    let short = plan("a INT, b INT", DEFAULTS).encode_value(Op::Insert, &row(&[Datum::Null]), CommitTs(0), 1, &mut Vec::new());
    assert!(matches!(short, Err(EncodeError::ColumnCount { expected: 2, found: 1, .. })));
}

#[test]
fn tables_without_an_avro_form_are_refused() {
    let refused = |columns: &str, options| TablePlan::new(&table(columns), &options).unwrap_err().to_string();
    assert_eq!(refused("a INT, g GEOMETRY", DEFAULTS), "table `app.orders`: column `g` has type GEOMETRY, which has no Avro form");
    assert_eq!(refused("`a-b` INT, `a.b` INT", DEFAULTS), "table `app.orders`: columns `a-b` and `a.b` are both field `a_b` in Avro");
    assert!(refused("_tidb_op INT", EXTENDED).contains("both field `_tidb_op`"));
    assert!(refused("a INT AS (1) VIRTUAL", DEFAULTS).contains("no column"));
}

#[test]
fn virtual_columns_stay_at_home() {
    let plan = plan("a INT NOT NULL, v INT AS (a) VIRTUAL NOT NULL, s INT AS (a) STORED", DEFAULTS);
    assert!(!plan.value_schema().contains("\"v\""));
    let mut out = Vec::new();
    plan.encode_value(Op::Insert, &row(&[Datum::Int(1), Datum::Null, Datum::Int(1)]), CommitTs(0), 1, &mut out).unwrap();
    assert_eq!(hex(&out[5..]), "020202");
}
