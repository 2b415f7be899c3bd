//! One column's definition: name, type and everything that may follow.

use super::DdlError;
use super::cursor::Cursor;
use super::{literal, types};
use crate::schema::{Column, Generated};
use sqlparser::tokenizer::Token;

/// A column as written, with the indexes that its own line makes.
#[derive(Debug)]
pub(super) struct ColumnDef {
    pub column: Column,
    pub primary: bool,
    pub unique: bool,
    /// The column line says `CHAR(10) BYTE` or a binary character set.
    pub binary: bool,
}

/// Options of the form `WORD [=] value` that say nothing about the rows.
const IGNORED_WITH_VALUE: [&str; 7] =
    ["COLUMN_FORMAT", "STORAGE", "SRID", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "COMMENT", "REF_SYSTEM_ID"];
/// Options of one word, with or without a group in brackets, that say nothing about the rows.
const IGNORED: [&str; 14] = [
    "INVISIBLE",
    "VISIBLE",
    "AUTO_RANDOM",
    "CLUSTERED",
    "NONCLUSTERED",
    "GLOBAL",
    "LOCAL",
    "ENFORCED",
    "COMPRESSED",
    "BINARY",
    "VIRTUAL",
    "STORED",
    "PERSISTENT",
    "SECONDARY",
];

/// Reads `name type options…` up to the end of the list item, `FIRST` or `AFTER`.
pub(super) fn column_def(cursor: &mut Cursor<'_>) -> Result<ColumnDef, DdlError> {
    let name = cursor.name("a column name")?;
    let serial = cursor.sees(&["SERIAL"]);
    let ty = types::column_type(cursor)?;
    let column = Column { name, ty, nullable: !serial, default: None, auto_increment: serial, generated: None, charset: None };
    let mut def = ColumnDef { column, primary: false, unique: serial, binary: false };
    while !cursor.at_item_end() && !cursor.sees(&["FIRST"]) && !cursor.sees(&["AFTER"]) {
        option(cursor, &mut def)?;
    }
    if def.primary {
        def.column.nullable = false;
    }
    if def.column.charset.as_deref() == Some("binary") {
        def.binary = true;
    }
    Ok(def)
}

fn option(cursor: &mut Cursor<'_>, def: &mut ColumnDef) -> Result<(), DdlError> {
    let Some(word) = cursor.word_at(0) else {
        return cursor.expected("a column option");
    };
    match word.as_str() {
        "NOT" if cursor.take(&["NOT", "NULL"]) => def.column.nullable = false,
        "NOT" => cursor.skip(2),
        "NULL" => {
            cursor.skip(1);
            def.column.nullable = true;
        }
        "DEFAULT" => {
            cursor.skip(1);
            def.column.default = literal::default_value(cursor)?.for_type(&def.column.ty);
        }
        "ON" if cursor.take(&["ON", "UPDATE"]) => {
            cursor.skip(1);
            cursor.skip_group();
        }
        "AUTO_INCREMENT" => {
            cursor.skip(1);
            def.column.auto_increment = true;
        }
        "SERIAL" if cursor.take(&["SERIAL", "DEFAULT", "VALUE"]) => {
            def.column.auto_increment = true;
            def.column.nullable = false;
            def.unique = true;
        }
        "PRIMARY" | "KEY" => {
            cursor.skip(1);
            cursor.take(&["KEY"]);
            def.primary = true;
        }
        "UNIQUE" => {
            cursor.skip(1);
            cursor.take(&["KEY"]);
            def.unique = true;
        }
        "CHARACTER" | "CHARSET" | "CHAR" => {
            cursor.skip(1);
            cursor.take(&["SET"]);
            def.column.charset = Some(charset_name(cursor)?);
        }
        "COLLATE" => {
            cursor.skip(1);
            let collation = charset_name(cursor)?;
            def.column.charset.get_or_insert_with(|| charset_of_collation(&collation));
        }
        "ASCII" => {
            cursor.skip(1);
            def.column.charset = Some("latin1".to_owned());
        }
        "UNICODE" => {
            cursor.skip(1);
            def.column.charset = Some("ucs2".to_owned());
        }
        "BYTE" => {
            cursor.skip(1);
            def.binary = true;
        }
        "GENERATED" | "AS" => generated(cursor, def)?,
        "CONSTRAINT" => {
            cursor.skip(1);
            if !cursor.sees(&["CHECK"]) {
                cursor.name("a constraint name")?;
            }
        }
        "CHECK" => {
            cursor.skip(1);
            cursor.skip_group();
        }
        "REFERENCES" => cursor.skip_item(),
        // MariaDB: `WITHOUT SYSTEM VERSIONING`.
        "WITH" | "WITHOUT" => cursor.skip(3),
        known if IGNORED_WITH_VALUE.contains(&known) => {
            cursor.skip(1);
            cursor.take_token(&Token::Eq);
            cursor.skip(1);
        }
        known if IGNORED.contains(&known) => {
            cursor.skip(1);
            cursor.skip_group();
        }
        // MariaDB: options of a storage engine.
        _ if cursor.peek_at(1) == Some(&Token::Eq) => cursor.skip(3),
        _ => return cursor.expected(&format!("an option of column `{}`", def.column.name)),
    }
    Ok(())
}

fn generated(cursor: &mut Cursor<'_>, def: &mut ColumnDef) -> Result<(), DdlError> {
    cursor.take(&["GENERATED", "ALWAYS"]);
    if !cursor.take(&["AS"]) {
        return cursor.expected("`AS`");
    }
    // MariaDB's system versioning: the period columns are kept in the row.
    if cursor.take(&["ROW"]) {
        cursor.skip(1);
        def.column.generated = Some(Generated::Stored);
        return Ok(());
    }
    if !cursor.skip_group() {
        return cursor.expected("an expression in brackets");
    }
    let stored = cursor.take_any(&["STORED", "PERSISTENT"]);
    def.column.generated = Some(if stored { Generated::Stored } else { Generated::Virtual });
    Ok(())
}

/// A character set's or collation's name, in lower case.
pub(super) fn charset_name(cursor: &mut Cursor<'_>) -> Result<String, DdlError> {
    cursor.take_token(&Token::Eq);
    let name = match cursor.string() {
        Some(text) => text,
        None => cursor.name("a character set")?,
    };
    Ok(name.to_lowercase())
}

/// A collation's name begins with its character set's, but for MariaDB's `uca1400_…`, which leaves it open.
pub(super) fn charset_of_collation(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}
