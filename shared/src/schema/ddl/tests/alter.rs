//! DDL after the creation.

use crate::schema::ddl::{Catalog, DdlEffect};
use crate::schema::{ColumnType, DefaultValue, IntegerWidth, TableModel};
use std::fmt::Write as _;

fn changed(schema: &str, name: &str) -> DdlEffect {
    DdlEffect::Changed { schema: schema.to_owned(), name: name.to_owned() }
}

fn gone(schema: &str, name: &str) -> DdlEffect {
    DdlEffect::Gone { schema: schema.to_owned(), name: name.to_owned() }
}

fn unknown(schema: &str, name: &str) -> DdlEffect {
    DdlEffect::Unknown { schema: schema.to_owned(), name: name.to_owned() }
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let sql = "CREATE TABLE t (id int NOT NULL, a varchar(9) DEFAULT 'x', b int, PRIMARY KEY (id), UNIQUE KEY uab (a, b), KEY kb (b))";
    assert_eq!(catalog.apply("s", sql).unwrap(), [changed("s", "t")]);
    catalog
}

/// Columns and indexes in short: `id! a b | PRIMARY(id) kb(b)`, `!` for NOT NULL.
fn shape(table: &TableModel) -> String {
    let mut out = String::new();
    for column in &table.columns {
        write!(out, "{}{} ", column.name, if column.nullable { "" } else { "!" }).unwrap();
    }
    out.push('|');
    for index in &table.indexes {
        let columns: Vec<_> = index.columns.iter().map(|c| table.columns[*c].name.as_str()).collect();
        write!(out, " {}({})", index.name, columns.join(",")).unwrap();
    }
    out
}

#[test]
fn changes_of_columns_keep_indexes_right() {
    for (change, expect) in [
        ("ADD c int", "id! a b c | PRIMARY(id) uab(a,b) kb(b)"),
        ("ADD COLUMN IF NOT EXISTS a int", "id! a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("ADD COLUMN c int NOT NULL FIRST", "c! id! a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("ADD c int AFTER id, ADD d int AFTER `c`", "id! c d a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("ADD (c int, d int UNIQUE, INDEX (c))", "id! a b c d | PRIMARY(id) uab(a,b) kb(b) d(d) c(c)"),
        ("DROP COLUMN b", "id! a | PRIMARY(id) uab(a)"),
        ("DROP a, DROP b", "id! |  PRIMARY(id)"),
        ("DROP COLUMN IF EXISTS zz", "id! a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("MODIFY b bigint NOT NULL FIRST", "b! id! a | PRIMARY(id) uab(a,b) kb(b)"),
        ("MODIFY COLUMN id bigint", "id! a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("CHANGE a A2 text AFTER b", "id! b A2 | PRIMARY(id) uab(A2,b) kb(b)"),
        ("CHANGE COLUMN ID id int NOT NULL", "id! a b | PRIMARY(id) uab(a,b) kb(b)"),
        ("RENAME COLUMN b TO `B-2`", "id! a B-2 | PRIMARY(id) uab(a,B-2) kb(B-2)"),
        ("RENAME COLUMN a TO b, RENAME COLUMN b TO a", "id! b a | PRIMARY(id) uab(b,a) kb(a)"),
        ("RENAME COLUMN a TO b, RENAME COLUMN b TO c", "id! b c | PRIMARY(id) uab(b,c) kb(c)"),
        ("CHANGE a b varchar(9), CHANGE b a int", "id! b a | PRIMARY(id) uab(b,a) kb(a)"),
        ("RENAME COLUMN id TO a, CHANGE COLUMN a id text FIRST", "id a! b | PRIMARY(a) uab(id,b) kb(b)"),
        ("DROP COLUMN b, RENAME COLUMN a TO b, ADD COLUMN a int AFTER b", "id! b a | PRIMARY(id) uab(b)"),
        ("RENAME COLUMN a TO b, DROP COLUMN b", "id! b | PRIMARY(id) uab(b)"),
        ("ADD COLUMN b bigint NOT NULL, DROP COLUMN b", "id! a b! | PRIMARY(id) uab(a)"),
        ("ADD COLUMN IF NOT EXISTS b bigint NOT NULL, DROP COLUMN b", "id! a | PRIMARY(id) uab(a)"),
        ("MODIFY id int, DROP PRIMARY KEY", "id a b | uab(a,b) kb(b)"),
        ("DROP PRIMARY KEY, ADD PRIMARY KEY (a, id)", "id! a! b | uab(a,b) kb(b) PRIMARY(a,id)"),
        ("DROP INDEX uab, DROP KEY kb", "id! a b | PRIMARY(id)"),
        ("ADD UNIQUE INDEX x USING BTREE (b), ADD CONSTRAINT c CHECK (b > 0)", "id! a b | PRIMARY(id) uab(a,b) kb(b) x(b)"),
        ("ADD CONSTRAINT cu UNIQUE (a), ADD FULLTEXT f (a)", "id! a b | PRIMARY(id) uab(a,b) kb(b) cu(a) f(a)"),
        ("RENAME INDEX kb TO kb2", "id! a b | PRIMARY(id) uab(a,b) kb2(b)"),
        ("DROP FOREIGN KEY fk, DROP CHECK ck, ADD c int, ALGORITHM=INPLACE, LOCK=NONE", "id! a b c | PRIMARY(id) uab(a,b) kb(b)"),
    ] {
        let mut catalog = catalog();
        let sql = format!("/* who */ ALTER TABLE `s`.`t` {change}");
        let effects = catalog.apply("other", &sql).unwrap();
        let table = catalog.get("s", "t").unwrap();
        assert_eq!(shape(table).replace("|  ", "| "), expect.replace("|  ", "| "), "{change}");
        let moved = expect != "id! a b | PRIMARY(id) uab(a,b) kb(b)" || change.contains("bigint");
        assert_eq!(effects, [if moved { changed("s", "t") } else { DdlEffect::None }], "{change}");
        assert_eq!(table.version > 1, moved, "{change}");
    }
}

#[test]
fn swapped_names_take_their_types_along() {
    let mut catalog = catalog();
    catalog.apply("s", "ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a, ALTER COLUMN b SET DEFAULT 7").unwrap();
    let table = catalog.get("s", "t").unwrap();
    assert!(matches!(table.columns[1].ty, ColumnType::Text { .. }) && table.columns[1].name == "b");
    assert_eq!(table.columns[1].default, Some(DefaultValue::Literal("x".to_owned())));
    assert_eq!(table.columns[2].default, Some(DefaultValue::Literal("7".to_owned())), "the default is of the column that was `b`");
}

#[test]
fn types_and_defaults_follow() {
    let mut catalog = catalog();
    catalog
        .apply("s", "ALTER TABLE t MODIFY b bigint unsigned, ALTER COLUMN a SET DEFAULT 'y', ADD f bit(4), ALTER f SET DEFAULT b'101'")
        .unwrap();
    let table = catalog.get("s", "t").unwrap();
    assert_eq!(table.columns[2].ty, ColumnType::Integer { width: IntegerWidth::Big, unsigned: true });
    assert_eq!(table.columns[1].default, Some(DefaultValue::Literal("y".to_owned())));
    assert_eq!(table.columns[3].default, Some(DefaultValue::Bytes(vec![5])));
    catalog.apply("s", "ALTER TABLE t ALTER a DROP DEFAULT").unwrap();
    assert_eq!(catalog.get("s", "t").unwrap().columns[1].default, None);
}

#[test]
fn character_sets_follow() {
    let mut catalog = Catalog::default();
    catalog.apply("s", "CREATE TABLE t (id int primary key, a text, b text charset latin1) charset utf8mb4").unwrap();
    catalog.apply("s", "ALTER TABLE t DEFAULT CHARACTER SET = gbk COLLATE gbk_bin, ADD c text").unwrap();
    let table = catalog.get("s", "t").unwrap();
    let charsets: Vec<_> = table.columns[1..].iter().map(|c| c.charset.as_deref()).collect();
    assert_eq!((charsets, table.charset.as_deref()), (vec![Some("utf8mb4"), Some("latin1"), None], Some("gbk")));
    catalog.apply("s", "ALTER TABLE t CONVERT TO CHARACTER SET binary").unwrap();
    let table = catalog.get("s", "t").unwrap();
    assert!(table.columns[1..].iter().all(|c| matches!(c.ty, ColumnType::Binary { .. })));
}

#[test]
fn what_changes_no_column_is_no_change() {
    let mut catalog = catalog();
    for sql in [
        "ALTER TABLE t ENGINE=InnoDB",
        "ALTER TABLE t COMMENT 'a, b', AUTO_INCREMENT = 5",
        "ALTER TABLE t ORDER BY a, b",
        "ALTER TABLE t FORCE",
        "ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (5), PARTITION p2 VALUES LESS THAN (9))",
        "ALTER TABLE t DROP PARTITION p1, p2",
        "ALTER TABLE t PARTITION BY HASH(id) PARTITIONS 4",
        "ALTER TABLE t REORGANIZE PARTITION p1 INTO (PARTITION a VALUES LESS THAN (1), PARTITION b VALUES LESS THAN (2))",
        "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE x WITHOUT VALIDATION",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES x (y) ON DELETE CASCADE",
        "ALTER TABLE t SET TIFLASH REPLICA 1",
        "ALTER TABLE t ALTER INDEX kb INVISIBLE",
        "ALTER TABLE t DISABLE KEYS",
        "TRUNCATE TABLE t",
        "CREATE TABLE IF NOT EXISTS t (x int)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TEMPORARY TABLE t (x int)",
        "DROP VIEW t",
        "DROP TEMPORARY TABLE t",
        "DROP TABLE IF EXISTS never",
        "ALTER DATABASE s CHARACTER SET utf8mb4",
        "CREATE USER x",
        "BEGIN",
        "INSERT INTO t VALUES (1)",
        "FLUSH TABLES",
        "ANALYZE TABLE t",
    ] {
        assert_eq!(catalog.apply("s", sql).unwrap(), [DdlEffect::None], "{sql}");
    }
    assert_eq!(catalog.get("s", "t").unwrap().version, 1);
}

#[test]
fn what_cannot_be_followed_is_unknown_and_leaves_the_table() {
    let mut catalog = catalog();
    let before = catalog.get("s", "t").unwrap().clone();
    for sql in [
        "ALTER TABLE t FROBNICATE x",
        "ALTER TABLE t ADD c int WOBBLY",
        "ALTER TABLE t DROP COLUMN zz",
        "ALTER TABLE t ADD a int",
        "ALTER TABLE t ADD c int AFTER zz",
        "ALTER TABLE t ADD INDEX (zz)",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t RENAME COLUMN a TO x, RENAME COLUMN b TO x",
        "ALTER TABLE t CHANGE a b int",
        "ALTER TABLE t RENAME COLUMN a TO x, MODIFY a int",
    ] {
        assert_eq!(catalog.apply("s", sql).unwrap(), [unknown("s", "t")], "{sql}");
        assert_eq!(*catalog.get("s", "t").unwrap(), before, "{sql}");
    }
    assert_eq!(catalog.apply("s", "ALTER TABLE x ADD a int").unwrap(), [unknown("s", "x")]);
    assert_eq!(catalog.apply("s", "CREATE TABLE x AS SELECT 1").unwrap(), [unknown("s", "x")]);
    assert_eq!(catalog.apply("s", "CREATE TABLE x LIKE y").unwrap(), [unknown("s", "x")]);
    assert_eq!(catalog.apply("s", "RENAME TABLE x TO y").unwrap(), [unknown("s", "y")]);
    assert!(catalog.apply("s", "ALTER TABLE 'x' ADD a int").is_err());
}

#[test]
fn tables_come_go_and_are_renamed() {
    let mut catalog = catalog();
    assert_eq!(catalog.apply("s", "CREATE TABLE u LIKE t; CREATE TABLE v (LIKE s.t)").unwrap(), [changed("s", "u"), changed("s", "v")]);
    assert_eq!(
        catalog.apply("s", "RENAME TABLE u TO tmp, t TO u, tmp TO x.t").unwrap(),
        [gone("s", "u"), changed("s", "tmp"), gone("s", "t"), changed("s", "u"), gone("s", "tmp"), changed("x", "t")]
    );
    assert_eq!(catalog.apply("s", "ALTER TABLE u RENAME TO w, ADD z int").unwrap(), [gone("s", "u"), changed("s", "w")]);
    assert!(catalog.get("s", "w").unwrap().column_index("z").is_some());
    assert_eq!(catalog.apply("s", "DROP TABLE `v`, nope /* generated by server */").unwrap(), [gone("s", "v"), DdlEffect::None]);
    assert_eq!(catalog.apply("s", "DROP DATABASE IF EXISTS s").unwrap(), [gone("s", "w")]);
    assert_eq!(catalog.iter().map(|t| t.qualified()).collect::<Vec<_>>(), ["x.t"]);
    assert_eq!(catalog.apply("s", "CREATE OR REPLACE TABLE x.t (a int)").unwrap(), [changed("x", "t")]);
    assert_eq!(catalog.len(), 1);
}

#[test]
fn names_are_found_without_regard_to_case_but_exactly_first() {
    let mut catalog = Catalog::default();
    catalog.apply("S", "CREATE TABLE Tab (a int); CREATE TABLE tab (b int)").unwrap();
    assert_eq!(catalog.get("S", "tab").unwrap().columns[0].name, "b");
    assert_eq!(catalog.get("S", "Tab").unwrap().columns[0].name, "a");
    assert_eq!(catalog.get("s", "TAB").unwrap().columns[0].name, "a");
}

#[test]
fn versions_never_come_back() {
    let mut catalog = catalog();
    let mut seen = vec![catalog.get("s", "t").unwrap().version];
    for sql in ["ALTER TABLE t ADD x int", "ALTER TABLE t DROP x", "RENAME TABLE t TO u", "RENAME TABLE u TO t"] {
        catalog.apply("s", sql).unwrap();
        seen.extend(catalog.iter().map(|t| t.version));
    }
    catalog.apply("s", "DROP TABLE t; CREATE TABLE t (a int)").unwrap();
    seen.extend(catalog.iter().map(|t| t.version));
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
}

#[test]
fn a_definition_read_again_keeps_its_version_unless_it_differs() {
    let mut catalog = catalog();
    let table = TableModel::clone(catalog.get("s", "t").unwrap());
    let same = catalog.insert(TableModel { version: 0, ..table.clone() });
    assert_eq!(same.version, table.version);
    let other = catalog.insert(TableModel { charset: Some("gbk".to_owned()), ..table.clone() });
    assert!(other.version > table.version);
}
