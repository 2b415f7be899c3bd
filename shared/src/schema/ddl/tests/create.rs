//! `CREATE TABLE` text as servers print it.

use crate::schema::ddl::{parse_create_table, parse_create_tables};
use crate::schema::{BinaryKind, Column, ColumnType, DefaultValue, Generated, IntegerWidth, TableModel, TextKind};

fn table(sql: &str) -> TableModel {
    parse_create_table(sql, "test").unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

/// The only column of a table made of this definition.
fn column(definition: &str) -> Column {
    table(&format!("CREATE TABLE t ({definition})")).columns.remove(0)
}

fn integer(width: IntegerWidth, unsigned: bool) -> ColumnType {
    ColumnType::Integer { width, unsigned }
}

fn literal(text: &str) -> Option<DefaultValue> {
    Some(DefaultValue::Literal(text.to_owned()))
}

fn expression(text: &str) -> Option<DefaultValue> {
    Some(DefaultValue::Expression(text.to_owned()))
}

#[test]
fn every_type_name_is_known() {
    use BinaryKind as B;
    use ColumnType as C;
    use IntegerWidth as W;
    use TextKind as T;
    let text = |kind, length| C::Text { kind, length };
    let binary = |kind, length| C::Binary { kind, length };
    let decimal = |precision, scale, unsigned| C::Decimal { precision, scale, unsigned };
    for (sql, ty) in [
        ("tinyint(1)", integer(W::Tiny, false)),
        ("BOOL", integer(W::Tiny, false)),
        ("boolean", integer(W::Tiny, false)),
        ("int1 unsigned", integer(W::Tiny, true)),
        ("smallint(6) unsigned zerofill", integer(W::Small, true)),
        ("mediumint zerofill", integer(W::Medium, true)),
        ("middleint", integer(W::Medium, false)),
        ("int(11)", integer(W::Int, false)),
        ("INTEGER SIGNED", integer(W::Int, false)),
        ("int4", integer(W::Int, false)),
        ("bigint(20) unsigned", integer(W::Big, true)),
        ("int8", integer(W::Big, false)),
        ("float", C::Float { unsigned: false }),
        ("float(7,4) unsigned", C::Float { unsigned: true }),
        ("float(24)", C::Float { unsigned: false }),
        ("float(25)", C::Double { unsigned: false }),
        ("double", C::Double { unsigned: false }),
        ("double(10,2)", C::Double { unsigned: false }),
        ("DOUBLE PRECISION UNSIGNED", C::Double { unsigned: true }),
        ("real(10,2)", C::Double { unsigned: false }),
        ("float8", C::Double { unsigned: false }),
        ("decimal", decimal(10, 0, false)),
        ("decimal(12)", decimal(12, 0, false)),
        ("decimal(65,30) unsigned", decimal(65, 30, true)),
        ("NUMERIC(5, 2)", decimal(5, 2, false)),
        ("dec(5,2)", decimal(5, 2, false)),
        ("FIXED(5,2)", decimal(5, 2, false)),
        ("bit", C::Bit { bits: 1 }),
        ("bit(64)", C::Bit { bits: 64 }),
        ("char", text(T::Char, None)),
        ("char(20)", text(T::Char, Some(20))),
        ("CHARACTER(20)", text(T::Char, Some(20))),
        ("NATIONAL CHAR(3)", text(T::Char, Some(3))),
        ("NCHAR(3)", text(T::Char, Some(3))),
        ("varchar(255)", text(T::VarChar, Some(255))),
        ("character varying(9)", text(T::VarChar, Some(9))),
        ("char varying(9)", text(T::VarChar, Some(9))),
        ("NATIONAL CHARACTER VARYING(9)", text(T::VarChar, Some(9))),
        ("NVARCHAR(9)", text(T::VarChar, Some(9))),
        ("NCHAR VARCHAR(9)", text(T::VarChar, Some(9))),
        ("tinytext", text(T::TinyText, None)),
        ("text", text(T::Text, None)),
        ("mediumtext", text(T::MediumText, None)),
        ("LONG", text(T::MediumText, None)),
        ("LONG VARCHAR", text(T::MediumText, None)),
        ("longtext", text(T::LongText, None)),
        ("binary(16)", binary(B::Binary, Some(16))),
        ("varbinary(16)", binary(B::VarBinary, Some(16))),
        ("char(16) byte", binary(B::Binary, Some(16))),
        ("tinyblob", binary(B::TinyBlob, None)),
        ("blob", binary(B::Blob, None)),
        ("mediumblob", binary(B::MediumBlob, None)),
        ("LONG VARBINARY", binary(B::MediumBlob, None)),
        ("longblob", binary(B::LongBlob, None)),
        ("varchar(9) CHARACTER SET binary", binary(B::VarBinary, Some(9))),
        ("text CHARSET binary", binary(B::Blob, None)),
        ("longtext COLLATE binary", binary(B::LongBlob, None)),
        ("json", C::Json),
        ("date", C::Date),
        ("datetime", C::DateTime { fsp: 0 }),
        ("datetime(6)", C::DateTime { fsp: 6 }),
        ("timestamp(3) NULL", C::Timestamp { fsp: 3 }),
        ("time(2)", C::Time { fsp: 2 }),
        ("year(4)", C::Year),
        ("vector(3)", C::Vector),
        ("VECTOR", C::Vector),
        ("geometry", C::Unsupported { name: "GEOMETRY".to_owned() }),
        ("point SRID 4326", C::Unsupported { name: "POINT".to_owned() }),
        ("inet6", C::Unsupported { name: "INET6".to_owned() }),
        ("enum('a','it''s','x,y','b\\'c','tail  ')", C::Enum { elements: ["a", "it's", "x,y", "b'c", "tail"].map(str::to_owned).to_vec() }),
        ("set('r','w') CHARACTER SET latin1", C::Set { elements: ["r", "w"].map(str::to_owned).to_vec() }),
    ] {
        assert_eq!(column(&format!("c {sql}")).ty, ty, "{sql}");
    }
}

#[test]
fn defaults_come_in_many_forms() {
    let bytes = |bytes: &[u8]| Some(DefaultValue::Bytes(bytes.to_vec()));
    for (sql, expect) in [
        ("int", None),
        ("int DEFAULT NULL", None),
        ("int NULL DEFAULT 5 COMMENT 'x'", literal("5")),
        ("int DEFAULT -5", literal("-5")),
        ("int DEFAULT '7'", literal("7")),
        ("int DEFAULT x'0102'", literal("258")),
        ("bool DEFAULT TRUE", literal("1")),
        ("double DEFAULT 1.5e3", literal("1.5e3")),
        ("varchar(9) DEFAULT 'it''s \\'q\\' \\\\'", literal("it's 'q' \\")),
        ("varchar(9) DEFAULT _utf8mb4'ü'", literal("ü")),
        ("varchar(9) DEFAULT _utf8mb4 X'c3bc'", literal("ü")),
        ("varchar(9) DEFAULT \"dq\"", literal("dq")),
        ("varchar(9) DEFAULT N'n'", literal("n")),
        ("date DEFAULT '2024-01-02'", literal("2024-01-02")),
        ("date DEFAULT DATE '2024-01-02'", literal("2024-01-02")),
        ("bit(10) DEFAULT b'1010101010'", bytes(&[0x02, 0xaa])),
        ("bit(1) DEFAULT 0b1", bytes(&[1])),
        ("bit(10) DEFAULT 5", bytes(&[0, 5])),
        ("bit(8) DEFAULT 0x00ff", bytes(&[0xff])),
        ("varbinary(4) DEFAULT 0x0001ff", bytes(&[0, 1, 0xff])),
        ("varbinary(4) DEFAULT 'abc'", literal("abc")),
        ("timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp()", expression("CURRENT_TIMESTAMP")),
        ("datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)", expression("CURRENT_TIMESTAMP(3)")),
        ("datetime DEFAULT (now())", expression("CURRENT_TIMESTAMP")),
        ("varchar(36) DEFAULT (uuid())", expression("uuid()")),
        ("varchar(36) DEFAULT uuid()", expression("uuid()")),
        ("int DEFAULT (1 + (2))", expression("1 + (2)")),
        ("int DEFAULT nextval(`test`.`s`)", expression("nextval(`test`.`s`)")),
        ("int DEFAULT NEXT VALUE FOR test.s", expression("NEXT VALUE FOR test.s")),
    ] {
        assert_eq!(column(&format!("c {sql}")).default, expect, "{sql}");
    }
}

#[test]
fn options_may_come_in_any_order() {
    let c = column("c int(10) unsigned zerofill NOT NULL DEFAULT '0' COMMENT 'a, b) `c`' INVISIBLE STORAGE DISK");
    assert!(!c.nullable);
    assert_eq!(c.default, literal("0"));
    let c = column("c varchar(5) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin DEFAULT NULL CHECK (`c` <> ')')");
    assert_eq!((c.charset.as_deref(), c.nullable), (Some("utf8mb3"), true));
    assert_eq!(column("c varchar(5) COLLATE utf8mb4_bin").charset.as_deref(), Some("utf8mb4"));
    assert_eq!(column("c int GENERATED ALWAYS AS (`a` + 1) VIRTUAL NOT NULL").generated, Some(Generated::Virtual));
    assert_eq!(column("c int AS (a) PERSISTENT").generated, Some(Generated::Stored));
    assert_eq!(column("c timestamp(6) GENERATED ALWAYS AS ROW START").generated, Some(Generated::Stored));
    let t =
        table("CREATE TABLE t (id serial, b bigint /*T![auto_rand] AUTO_RANDOM(5, 54) */, k int key REFERENCES x(y) ON DELETE CASCADE)");
    assert!(t.columns[0].auto_increment && !t.columns[0].nullable && !t.columns[2].nullable);
    assert_eq!(t.primary_key().unwrap().columns, [2]);
    assert_eq!(t.columns[0].ty, integer(IntegerWidth::Big, true));
}

#[test]
fn show_create_table_of_tidb_is_understood() {
    let t = table(
        "CREATE TABLE `T One` (
  `id` bigint(20) NOT NULL /*T![auto_rand] AUTO_RANDOM(5) */,
  `name` varchar(20) COLLATE utf8mb4_general_ci DEFAULT NULL,
  `j` json DEFAULT NULL,
  `v` vector(3) DEFAULT NULL,
  `g` int(11) GENERATED ALWAYS AS (`id` + 1) STORED,
  PRIMARY KEY (`id`) /*T![clustered_index] CLUSTERED */,
  UNIQUE KEY `uk` (`name`(10)),
  KEY `expression_index` ((lower(`name`))),
  VECTOR INDEX `vi`((VEC_COSINE_DISTANCE(`v`)))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin /*T![auto_rand_base] AUTO_RANDOM_BASE=30001 */ /*T![ttl] TTL=`x` + INTERVAL 1 DAY */ COMMENT='a;b'
PARTITION BY RANGE COLUMNS(`id`)
(PARTITION `p0` VALUES LESS THAN (10))",
    );
    assert_eq!(t.qualified(), "test.T One");
    assert_eq!(t.charset.as_deref(), Some("utf8mb4"));
    assert_eq!(t.columns[4].generated, Some(Generated::Stored));
    let indexes: Vec<_> = t.indexes.iter().map(|i| (i.name.as_str(), i.columns.clone(), i.unique)).collect();
    assert_eq!(indexes, [("PRIMARY", vec![0], true), ("uk", vec![1], true), ("expression_index", vec![], false), ("vi", vec![], false),]);
}

#[test]
fn show_create_table_of_mysql_is_understood() {
    let t = table(
        "CREATE TABLE `orders` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `hidden` int DEFAULT NULL /*!80023 INVISIBLE */,
  `doc` json DEFAULT NULL,
  `when` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  `key` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT '',
  `low` varchar(10) GENERATED ALWAYS AS (lower(`key`)) VIRTUAL NOT NULL,
  PRIMARY KEY (`id`,`key`) USING BTREE,
  UNIQUE KEY `u1` (`key` DESC,`when`) COMMENT 'x' /*!80000 INVISIBLE */,
  FULLTEXT KEY `ft` (`key`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`hidden`) REFERENCES `x` (`y`) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT `orders_chk_1` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=DYNAMIC
/*!50100 PARTITION BY RANGE (`id`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */;",
    );
    assert_eq!(t.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["id", "hidden", "doc", "when", "key", "low"]);
    assert_eq!(t.indexes.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["PRIMARY", "u1", "ft"]);
    assert_eq!(t.primary_key().unwrap().columns, [0, 4]);
    assert_eq!(t.handle_key().unwrap().columns, [0, 4]);
    assert!(t.columns[0].auto_increment);
}

#[test]
fn show_create_table_of_mariadb_is_understood() {
    let t = table(
        "CREATE TABLE `m` (
  `id` int(11) NOT NULL,
  `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),
  `c` mediumtext /*M!100301 COMPRESSED*/ DEFAULT NULL,
  `d` varchar(10) DEFAULT 'x' INVISIBLE WITHOUT SYSTEM VERSIONING,
  `ts` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `rs` timestamp(6) GENERATED ALWAYS AS ROW START,
  `re` timestamp(6) GENERATED ALWAYS AS ROW END,
  PRIMARY KEY (`id`),
  PERIOD FOR SYSTEM_TIME (`rs`, `re`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci WITH SYSTEM VERSIONING",
    );
    assert_eq!(t.columns[1].ty, ColumnType::Text { kind: TextKind::LongText, length: None });
    assert_eq!(t.columns[3].default, literal("x"));
    assert_eq!(t.columns[4].default, expression("CURRENT_TIMESTAMP"));
    assert_eq!(t.columns.len(), 7);
}

#[test]
fn a_binary_table_has_binary_text() {
    let t = table("create table b (a varchar(5), c text charset utf8mb4, key(a)) default charset binary");
    assert_eq!(t.columns[0].ty, ColumnType::Binary { kind: BinaryKind::VarBinary, length: Some(5) });
    assert_eq!(t.columns[1].ty, ColumnType::Text { kind: TextKind::Text, length: None });
    let t = table("create table b (a varchar(5)) collate=binary");
    assert_eq!(t.columns[0].ty, ColumnType::Binary { kind: BinaryKind::VarBinary, length: Some(5) });
}

#[test]
fn unnamed_indexes_are_named_as_mysql_names_them() {
    let t = table("CREATE TABLE t (a int unique, b int, UNIQUE (a, b), KEY (a), INDEX USING HASH (b), CONSTRAINT c UNIQUE (b))");
    let names: Vec<_> = t.indexes.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["a", "a_2", "a_3", "b", "c"]);
}

#[test]
fn names_are_taken_as_written() {
    let t = table("CREATE TABLE IF NOT EXISTS `My``Db`.`Ta.Ble` (`Co``l` int, 1qty int, date date, \"ansi\" int, `primary` int)");
    assert_eq!((t.schema.as_str(), t.name.as_str()), ("My`Db", "Ta.Ble"));
    let names: Vec<_> = t.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["Co`l", "1qty", "date", "ansi", "primary"]);
}

#[test]
fn the_tables_of_go_tpc_are_understood() {
    let tables = parse_create_tables(crate::fixtures::TPCC_DDL, "tpcc").unwrap();
    let shape: Vec<_> =
        tables.iter().map(|t| (t.name.as_str(), t.columns.len(), t.primary_key().map(|k| k.columns.clone()).unwrap_or_default())).collect();
    assert_eq!(
        shape,
        [
            ("warehouse", 9, vec![0]),
            ("district", 11, vec![1, 0]),
            ("customer", 21, vec![2, 1, 0]),
            ("history", 8, vec![]),
            ("new_order", 3, vec![2, 1, 0]),
            ("orders", 8, vec![2, 1, 0]),
            ("order_line", 10, vec![2, 1, 0, 3]),
            ("stock", 17, vec![1, 0]),
            ("item", 5, vec![0]),
        ]
    );
}

#[test]
fn a_dump_is_read_past_everything_else() {
    let tables = parse_create_tables(
        "/*M!999999\\- enable the sandbox mode */
-- MariaDB dump
/*!40101 SET NAMES utf8mb4 */;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE `shop`;
DROP TABLE IF EXISTS `a`;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `a` (`id` int NOT NULL, `s` varchar(9));
INSERT INTO `a` VALUES (1,'; CREATE TABLE x'),(2,'it''s');
ALTER TABLE `a` ADD PRIMARY KEY (`id`), MODIFY `id` int NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=3;
CREATE TABLE other.b LIKE a;
CREATE TEMPORARY TABLE tmp (x int);
CREATE VIEW v AS SELECT 1;
CREATE UNIQUE INDEX us ON a (s);
",
        "test",
    )
    .unwrap();
    let names: Vec<_> = tables.iter().map(TableModel::qualified).collect();
    assert_eq!(names, ["shop.a", "other.b"]);
    assert_eq!(tables[0].primary_key().unwrap().columns, [0]);
    assert_eq!(tables[0].indexes.len(), 2);
    assert_eq!(tables[1].indexes.len(), 1);
}

#[test]
fn errors_say_where_and_what() {
    let error = |sql: &str| parse_create_table(sql, "test").unwrap_err().to_string();
    assert_eq!(error("CREATE TABLE t (\n  a int,\n  b int FOO\n)"), "line 3, column 9: expected an option of column `b`, found `FOO`");
    assert_eq!(error("/* x */ CREATE TABLE t (a int, a int)"), "line 1, column 37: there are two columns `a`");
    assert_eq!(error("CREATE TABLE t (a int"), "line 1, column 22: expected `,` or `)`, found the end of the statement");
    assert_eq!(error("CREATE TABLE t (a decimal(70))"), "line 1, column 19: 70 is more than the 65 digits that the type can have");
    assert_eq!(error("CREATE TABLE t (a int, PRIMARY KEY (x))"), "line 1, column 40: there is no column `x`");
    assert_eq!(error("SELECT 1"), "line 1, column 1: expected CREATE TABLE, found `SELECT`");
    assert_eq!(error(""), "line 1, column 1: expected one CREATE TABLE statement");
    assert!(error("CREATE TABLE t (a varchar(9) DEFAULT 'x").contains("line 1, column 38"));
    let in_file = parse_create_tables("CREATE TABLE a (x int);\n\nCREATE TABLE b (\n y );", "t").unwrap_err();
    assert_eq!((in_file.line, in_file.column), (4, 4));
    let like = parse_create_tables("\nCREATE TABLE b LIKE a", "t").unwrap_err().to_string();
    assert_eq!(like, "line 2, column 1: table `b` is like `t.a`, which is not known");
}
