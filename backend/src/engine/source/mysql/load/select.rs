//! How a table's rows are asked for, and how the answers become rows: the same values as the binlog has.

use super::super::{json, tables::quoted};
use crate::engine::position::KeyPart;
use mysql_async::{Params, Value};
use shared::{
    row::{Datum, Row},
    schema::{Column, ColumnType, TableModel},
};

/// What is asked of one table.
pub(super) struct Select {
    schema: String,
    name: String,
    columns: Vec<Column>,
    /// Indexes of the key's columns, in the index's order; empty when the table has no key by which it can be read in pieces.
    key: Vec<usize>,
}

impl Select {
    pub fn new(table: &TableModel) -> Self {
        Self { schema: table.schema.clone(), name: table.name.clone(), columns: table.columns.clone(), key: key(table) }
    }

    pub fn has_key(&self) -> bool {
        !self.key.is_empty()
    }

    /// At most `rows` rows behind a key, all from the start when it is empty; a table without key is read whole.
    pub fn statement(&self, after: &[KeyPart], rows: usize) -> String {
        let columns: Vec<String> = self.columns.iter().map(read).collect();
        let mut sql = format!("SELECT {} FROM {}.{}", columns.join(", "), quoted(&self.schema), quoted(&self.name));
        if self.key.is_empty() {
            return sql;
        }
        if !after.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&self.behind());
        }
        let order: Vec<String> = self.key.iter().map(|&c| quoted(&self.columns[c].name)).collect();
        sql.push_str(&format!(" ORDER BY {} LIMIT {rows}", order.join(", ")));
        sql
    }

    /// `a >= ? AND (a > ? OR (a = ? AND b > ?))`: row comparison in the form that uses an index.
    fn behind(&self) -> String {
        let parts: Vec<(String, String)> = self.key.iter().map(|&c| (compared(&self.columns[c]), parameter(&self.columns[c]))).collect();
        let steps: Vec<String> = (0..parts.len())
            .map(|last| {
                let same = parts[..last].iter().map(|(column, value)| format!("{column} = {value}"));
                let (column, value) = &parts[last];
                let terms: Vec<String> = same.chain([format!("{column} > {value}")]).collect();
                format!("({})", terms.join(" AND "))
            })
            .collect();
        let (first, value) = &parts[0];
        format!("{first} >= {value} AND ({})", steps.join(" OR "))
    }

    /// The values of `behind`'s question marks.
    pub fn parameters(&self, after: &[KeyPart]) -> Params {
        if after.is_empty() {
            return Params::Empty;
        }
        let values: Vec<Value> = after.iter().map(value).collect();
        let mut all = vec![values[0].clone()];
        for last in 0..values.len() {
            all.extend_from_slice(&values[..=last]);
        }
        Params::Positional(all)
    }

    /// An answer as a row.
    ///
    /// # Errors
    /// The column whose value cannot be one of its type.
    pub fn row(&self, mut answer: mysql_async::Row) -> Result<Row, String> {
        let mut row = Row::with_capacity(self.columns.len(), 64);
        for (index, column) in self.columns.iter().enumerate() {
            let value = answer.take(index).unwrap_or(Value::NULL);
            push(&column.ty, &value, &mut row).ok_or_else(|| column.name.clone())?;
        }
        Ok(row)
    }

    /// The key of a row.
    pub fn key_of(&self, row: &Row) -> Vec<KeyPart> {
        self.key.iter().filter_map(|&c| Some(part(&self.columns[c].ty, row.get(c)?))).collect()
    }
}

/// The primary key, or the not-null unique index that stands for it, when all of its columns can be compared exactly.
fn key(table: &TableModel) -> Vec<usize> {
    let Some(handle) = table.handle_key() else { return Vec::new() };
    let sorted = |columns: &[usize]| {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns
    };
    let index =
        table.indexes.iter().find(|index| index.unique && index.primary == handle.primary && sorted(&index.columns) == handle.columns);
    let columns = index.map(|index| index.columns.clone()).unwrap_or_default();
    let exact = |&c: &usize| {
        !matches!(
            table.columns[c].ty,
            ColumnType::Float { .. } | ColumnType::Double { .. } | ColumnType::Json | ColumnType::Vector | ColumnType::Unsupported { .. }
        )
    };
    if columns.iter().all(exact) { columns } else { Vec::new() }
}

/// The expression that gives a column's value in the binlog's form.
fn read(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.ty {
        // As text the server writes exactly the digits that the type has.
        ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. } | ColumnType::Time { .. } => {
            format!("CAST({name} AS CHAR)")
        }
        ColumnType::Bit { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. } | ColumnType::Year => format!("CAST({name} AS UNSIGNED)"),
        _ => name,
    }
}

/// The same for a comparison, where an index should be used.
fn compared(column: &Column) -> String {
    match column.ty {
        ColumnType::Bit { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. } => read(column),
        _ => quoted(&column.name),
    }
}

/// A question mark of a column's type: a text would be compared as a floating point number, or not as a time.
fn parameter(column: &Column) -> String {
    match column.ty {
        ColumnType::Decimal { precision, scale, .. } => format!("CAST(? AS DECIMAL({precision},{scale}))"),
        ColumnType::Date => "CAST(? AS DATE)".to_owned(),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => format!("CAST(? AS DATETIME({fsp}))"),
        ColumnType::Time { fsp } => format!("CAST(? AS TIME({fsp}))"),
        _ => "?".to_owned(),
    }
}

fn value(part: &KeyPart) -> Value {
    match part {
        KeyPart::Int(value) => Value::Int(*value),
        KeyPart::UInt(value) => Value::UInt(*value),
        KeyPart::Text(text) => Value::Bytes(text.clone().into_bytes()),
        KeyPart::Binary(hex) => Value::Bytes(from_hex(hex)),
    }
}

fn part(ty: &ColumnType, datum: Datum<'_>) -> KeyPart {
    match datum {
        Datum::Int(value) => KeyPart::Int(value),
        Datum::UInt(value) => KeyPart::UInt(value),
        Datum::Bytes(bytes) if !matches!(ty, ColumnType::Binary { .. }) => KeyPart::Text(String::from_utf8_lossy(bytes).into_owned()),
        Datum::Bytes(bytes) => KeyPart::Binary(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        // no key has such columns
        Datum::Null | Datum::Float(_) | Datum::Double(_) => KeyPart::Text(String::new()),
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn push(ty: &ColumnType, value: &Value, row: &mut Row) -> Option<()> {
    let unsigned = |value: &Value| match value {
        Value::UInt(value) => Some(*value),
        Value::Int(value) => u64::try_from(*value).ok(),
        _ => None,
    };
    match (ty, value) {
        (_, Value::NULL) => row.push(Datum::Null),
        (ColumnType::Integer { unsigned: false, .. } | ColumnType::Year, Value::Int(value)) => row.push(Datum::Int(*value)),
        (ColumnType::Integer { unsigned: false, .. } | ColumnType::Year, Value::UInt(value)) => {
            row.push(Datum::Int(i64::try_from(*value).ok()?));
        }
        (ColumnType::Integer { .. } | ColumnType::Bit { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. }, value) => {
            row.push(Datum::UInt(unsigned(value)?));
        }
        (ColumnType::Float { .. }, Value::Float(value)) => row.push(Datum::Float(*value)),
        (ColumnType::Double { .. }, Value::Double(value)) => row.push(Datum::Double(*value)),
        (ColumnType::Year | ColumnType::Float { .. } | ColumnType::Double { .. }, _) => return None,
        // The server answers the floats as they are stored.
        (ColumnType::Vector, Value::Bytes(bytes)) => {
            let mut written = Ok(());
            row.push_with(|out| written = json::write_vector(bytes, out));
            written.ok()?;
        }
        (_, Value::Bytes(bytes)) => row.push(Datum::Bytes(bytes)),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::schema::ddl::parse_create_table;

    fn select(ddl: &str) -> Select {
        Select::new(&parse_create_table(ddl, "s").unwrap())
    }

    #[test]
    fn a_piece_is_asked_for_by_the_index_and_each_type_in_its_own_form() {
        let select = select(
            "CREATE TABLE t (v VARCHAR(9), d DECIMAL(20,4) NOT NULL, `e``x` ENUM('a') NOT NULL, at DATETIME(3), b BIT(3), PRIMARY KEY (`e``x`, d))",
        );
        assert_eq!(
            select.statement(&[], 10),
            "SELECT `v`, `d`, CAST(`e``x` AS UNSIGNED), CAST(`at` AS CHAR), CAST(`b` AS UNSIGNED) FROM `s`.`t` ORDER BY `e``x`, `d` LIMIT 10"
        );
        let after = [KeyPart::UInt(1), KeyPart::Text("12345678901234.5678".into())];
        assert!(select.statement(&after, 10).contains(
            "WHERE CAST(`e``x` AS UNSIGNED) >= ? AND ((CAST(`e``x` AS UNSIGNED) > ?) OR (CAST(`e``x` AS UNSIGNED) = ? AND `d` > CAST(? AS DECIMAL(20,4))))"
        ));
        let Params::Positional(values) = select.parameters(&after) else { panic!("no parameters") };
        assert_eq!(values.len(), 4);
    }

    #[test]
    fn a_key_that_cannot_be_compared_exactly_is_none() {
        assert!(!select("CREATE TABLE t (f DOUBLE PRIMARY KEY)").has_key());
        assert!(!select("CREATE TABLE t (a INT)").has_key());
        assert!(select("CREATE TABLE t (a INT NOT NULL, b BINARY(2) NOT NULL, UNIQUE u (b, a))").has_key());
    }

    #[test]
    fn a_vector_is_the_text_that_the_binlog_gives() {
        let bytes = |floats: &[f32]| Value::Bytes(floats.iter().flat_map(|float| float.to_le_bytes()).collect());
        let mut row = Row::default();
        push(&ColumnType::Vector, &bytes(&[1.0, -2.5]), &mut row).unwrap();
        assert_eq!(row.get(0), Some(Datum::Bytes(b"[1,-2.5]")));
        assert_eq!(push(&ColumnType::Vector, &Value::Bytes(vec![1, 2, 3]), &mut row), None);
    }

    #[test]
    fn binary_key_parts_come_back() {
        let part = part(&ColumnType::Binary { kind: shared::schema::BinaryKind::VarBinary, length: Some(3) }, Datum::Bytes(&[0, 255, 16]));
        assert_eq!(part, KeyPart::Binary("00ff10".into()));
        assert_eq!(value(&part), Value::Bytes(vec![0, 255, 16]));
    }
}
