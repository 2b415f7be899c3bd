//! Random tables: every type, with the defaults and keys that it may have.

use super::draw::Draw;
use shared::schema::TableModel;
use shared::schema::ddl::parse_create_tables;

/// Types, each with defaults that it takes.
const TYPES: [(&str, &[&str]); 58] = [
    ("TINYINT", &["-128", "'5'"]),
    ("TINYINT UNSIGNED", &["255"]),
    ("BOOL", &["TRUE", "0"]),
    ("SMALLINT", &["-32768"]),
    ("SMALLINT(4) UNSIGNED ZEROFILL", &["7"]),
    ("MEDIUMINT", &["8388607"]),
    ("MEDIUMINT UNSIGNED", &["16777215"]),
    ("INT", &["-2147483648", "0", "'12'"]),
    ("INT(11) ZEROFILL", &["42"]),
    ("INT UNSIGNED", &["4294967295"]),
    ("BIGINT", &["9223372036854774784", "-9223372036854775808", "9007199254740993"]),
    ("BIGINT UNSIGNED", &["18446744073709551615", "1"]),
    ("FLOAT", &["3.14", "0", "1e-7", "16777217", "-0.1", "1e20", "3.4e38"]),
    ("FLOAT UNSIGNED", &["2.5"]),
    ("DOUBLE", &["2.71", "1e-7", "1e21", "1e20", "123456789.125", "-0", "0.000001", "1.7976931348623157e308", "600000000000000.25"]),
    ("DOUBLE UNSIGNED", &["5e-324"]),
    ("DECIMAL", &["5"]),
    ("DECIMAL(5,2)", &["1.50", "-999.99"]),
    ("DECIMAL(10,4) UNSIGNED", &["3.1415"]),
    ("DECIMAL(65,30)", &["0.000000000000000000000000000001"]),
    ("DECIMAL(18,18)", &["-0.123456789012345678"]),
    ("NUMERIC(3)", &["7"]),
    ("BIT", &["b'1'"]),
    ("BIT(1)", &["b'0'"]),
    ("BIT(10)", &["b'1010101010'", "b'1'"]),
    ("BIT(64)", &["b'1111111111111111111111111111111111111111111111111111111111111111'"]),
    ("CHAR(5)", &["''", "'abc'"]),
    ("CHAR", &["'x'"]),
    ("VARCHAR(50)", &["'n/a'", "'a\"b\\\\c<d>&e'", "'é漢😀'", "'null'", "' '", "'\u{2028}'", "'it''s'", "'tab\\there'", "'\u{7f}'"]),
    ("VARCHAR(20) CHARACTER SET latin1", &["'x'"]),
    ("VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin", &["'y'"]),
    ("CHAR(4) CHARACTER SET gbk", &[]),
    ("VARCHAR(9) COLLATE utf8mb4_general_ci", &["'z'"]),
    ("TINYTEXT", &[]),
    ("TEXT", &[]),
    ("MEDIUMTEXT", &[]),
    ("LONGTEXT", &[]),
    ("BINARY(4)", &["'ab'"]),
    ("VARBINARY(40)", &["'a>?'", "''", "x'00ff'"]),
    ("TINYBLOB", &[]),
    ("BLOB", &[]),
    ("MEDIUMBLOB", &[]),
    ("LONGBLOB", &[]),
    ("ENUM('a','b,c','d''e','ü')", &["'b,c'", "'a'"]),
    ("ENUM('x')", &[]),
    ("ENUM('A\\\\b','\"q\"','<&>')", &[]),
    ("SET('r','w','x')", &["'r,x'", "''"]),
    ("SET('only')", &["'only'"]),
    (
        "SET('s0','s1','s2','s3','s4','s5','s6','s7','s8','s9','s10','s11','s12','s13','s14','s15','s16','s17','s18','s19','s20','s21','s22','s23','s24','s25','s26','s27','s28','s29','s30','s31','s32','s33','s34','s35','s36','s37','s38','s39','s40','s41','s42','s43','s44','s45','s46','s47','s48','s49','s50','s51','s52','s53','s54','s55','s56','s57','s58','s59','s60','s61','s62','s63')",
        &["'s63'"],
    ),
    ("JSON", &[]),
    ("DATE", &["'2024-01-02'", "'0000-00-00'"]),
    ("DATETIME", &["'2024-01-02 03:04:05'", "CURRENT_TIMESTAMP"]),
    ("DATETIME(6)", &["CURRENT_TIMESTAMP(6)"]),
    ("TIMESTAMP", &["CURRENT_TIMESTAMP"]),
    ("TIMESTAMP(3)", &["'2024-01-02 03:04:05.678'", "CURRENT_TIMESTAMP(3)"]),
    ("TIME(2)", &["'-01:02:03.40'"]),
    ("YEAR", &["2024", "'1901'"]),
    ("VECTOR(2)", &[]),
];
const SCHEMAS: [&str; 6] = ["app", "App-1", "9db", "数据", "a.b", "test"];
const TABLES: [&str; 8] = ["t", "order-items", "1t", "T.able", "表", "Orders", "_x", "a b"];
/// Types that a primary key may be of.
const KEYS: [&str; 14] = [
    "INT",
    "BIGINT",
    "BIGINT UNSIGNED",
    "TINYINT",
    "INT UNSIGNED",
    "VARCHAR(50)",
    "CHAR(10)",
    "DECIMAL(10,2)",
    "DATETIME(3)",
    "DATE",
    "VARBINARY(16)",
    "BIT(8)",
    "ENUM('p','q','r')",
    "YEAR",
];

/// A table as text and as this studio understands it.
pub(crate) struct Table {
    pub(crate) ddl: String,
    pub(crate) model: TableModel,
    /// TiDB's clustered index.
    pub(crate) clustered: bool,
    /// Names of its indexes other than the primary key.
    pub(crate) indexes: Vec<String>,
}

fn column_name(draw: &mut Draw, i: usize) -> String {
    match draw.below(12) {
        0 => format!("a-b{i}"),
        1 => format!("{i}x"),
        2 => format!("名{i}"),
        3 => format!("C ol{i}"),
        4 => format!("Select{i}"),
        _ => format!("c{i}"),
    }
}

/// A table with a primary key, or now and then with a unique one alone.
pub(crate) fn table(draw: &mut Draw) -> Table {
    let schema = draw.pick(&SCHEMAS);
    let name = draw.pick(&TABLES);
    let key_columns = 1 + draw.below(3);
    let count = key_columns + draw.below(9);
    let names: Vec<String> = (0..count).map(|i| column_name(draw, i)).collect();
    // the key's columns may stand anywhere
    let first = draw.below(count - key_columns + 1);
    let keys = first..first + key_columns;
    let mut parts: Vec<String> = Vec::new();
    for (i, name) in names.iter().enumerate() {
        parts.push(if keys.contains(&i) {
            format!("`{name}` {} NOT NULL", draw.pick(&KEYS))
        } else if draw.once_in(20) {
            format!("`{name}` INT AS (1) STORED")
        } else {
            let (ty, defaults) = draw.pick(&TYPES);
            let null = draw.pick(&["", " NULL", " NOT NULL"]);
            let default = match draw.below(3) {
                0 if !defaults.is_empty() => format!(" DEFAULT {}", draw.pick(defaults)),
                1 if null != " NOT NULL" => " DEFAULT NULL".to_owned(),
                _ => String::new(),
            };
            format!("`{name}` {ty}{null}{default}")
        });
    }
    let mut order: Vec<&String> = names[keys].iter().collect();
    if draw.once_in(2) {
        order.reverse();
    }
    let listed = order.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut indexes = Vec::new();
    let has_primary = !draw.once_in(12);
    parts.push(if has_primary { format!("PRIMARY KEY ({listed})") } else { format!("UNIQUE KEY `uk` ({listed})") });
    if !has_primary {
        indexes.push("uk".to_owned());
    }
    for i in 0..draw.below(3) {
        let kind = draw.pick(&["UNIQUE KEY", "KEY"]);
        parts.push(format!("{kind} `Idx_{i}` (`{}`)", names[draw.below(count)]));
        indexes.push(format!("Idx_{i}"));
    }
    let ddl = format!("CREATE TABLE `{name}` ({})", parts.join(", "));
    let mut models = parse_create_tables(&ddl, schema).unwrap_or_else(|error| panic!("{error} in {ddl}"));
    Table { ddl, model: models.remove(0), clustered: draw.once_in(2), indexes }
}
