//! `ALTER TABLE`: its list of changes, and what each does to a table.

use super::DdlError;
use super::column::{self, ColumnDef};
use super::create;
use super::cursor::{Cursor, TableName};
use super::draft::{IndexDef, Place};
use super::literal::{self, Default};
use sqlparser::tokenizer::Token;

/// One change of a table's definition.
#[derive(Debug)]
pub(super) enum Change {
    AddColumn {
        def: Box<ColumnDef>,
        place: Option<Place>,
        if_not_exists: bool,
    },
    DropColumn {
        name: String,
        if_exists: bool,
    },
    ReplaceColumn {
        old: String,
        def: Box<ColumnDef>,
        place: Option<Place>,
        if_exists: bool,
    },
    RenameColumn {
        old: String,
        new: String,
    },
    SetDefault {
        name: String,
        default: Default,
    },
    AddIndex(IndexDef),
    DropPrimaryKey,
    /// A name that no index has is a foreign key's or a check's: nothing to do.
    DropIndex(String),
    RenameIndex {
        old: String,
        new: String,
    },
    RenameTable(TableName),
    ConvertCharset(Option<String>),
    SetCharset(Option<String>),
}

/// First words of changes that leave columns and keys as they are.
const NO_CHANGE: [&str; 44] = [
    "ALGORITHM",
    "ANALYZE",
    "ATTRIBUTES",
    "AUTO_ID_CACHE",
    "AUTO_INCREMENT",
    "AUTO_RANDOM_BASE",
    "AVG_ROW_LENGTH",
    "CACHE",
    "CHECK",
    "CHECKSUM",
    "COALESCE",
    "COMMENT",
    "COMPACT",
    "COMPRESSION",
    "CONNECTION",
    "DATA",
    "DELAY_KEY_WRITE",
    "DISABLE",
    "DISCARD",
    "ENABLE",
    "ENCRYPTION",
    "ENGINE",
    "EXCHANGE",
    "FIRST",
    "FORCE",
    "IMPORT",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "LAST",
    "LOCK",
    "MAX_ROWS",
    "MIN_ROWS",
    "NOCACHE",
    "NOWAIT",
    "PACK_KEYS",
    "PLACEMENT",
    "ROW_FORMAT",
    "SHARD_ROW_ID_BITS",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "TTL",
    "TTL_ENABLE",
    "WAIT",
];
/// First words of changes behind which only clauses follow that leave columns and keys as they are; their own commas do
/// not separate changes.
const NO_CHANGE_TO_THE_END: [&str; 7] = ["ORDER", "PARTITION", "REORGANIZE", "REMOVE", "TRUNCATE", "UNION", "SPLIT"];

/// Reads the list of changes.
pub(super) fn changes(cursor: &mut Cursor<'_>, schema: &str) -> Result<Vec<Change>, DdlError> {
    let mut found = Vec::new();
    while !cursor.at_end() {
        if cursor.take_token(&Token::Comma) {
            continue;
        }
        let Some(word) = cursor.word_at(0) else {
            return cursor.expected("a change of the table");
        };
        let partitions = cursor.word_at(1).as_deref() == Some("PARTITION");
        if NO_CHANGE_TO_THE_END.contains(&word.as_str()) || (partitions && word != "EXCHANGE") {
            return Ok(found);
        }
        change(cursor, &word, schema, &mut found)?;
    }
    Ok(found)
}

fn change(cursor: &mut Cursor<'_>, word: &str, schema: &str, found: &mut Vec<Change>) -> Result<(), DdlError> {
    match word {
        "ADD" => add(cursor, found)?,
        "DROP" => drop(cursor, found)?,
        "MODIFY" => {
            cursor.skip(1);
            cursor.take(&["COLUMN"]);
            let if_exists = cursor.take(&["IF", "EXISTS"]);
            let def = Box::new(column::column_def(cursor)?);
            let old = def.column.name.clone();
            found.push(Change::ReplaceColumn { old, def, place: place(cursor)?, if_exists });
        }
        "CHANGE" => {
            cursor.skip(1);
            cursor.take(&["COLUMN"]);
            let if_exists = cursor.take(&["IF", "EXISTS"]);
            let old = cursor.name("a column name")?;
            let def = Box::new(column::column_def(cursor)?);
            found.push(Change::ReplaceColumn { old, def, place: place(cursor)?, if_exists });
        }
        "RENAME" => {
            cursor.skip(1);
            found.push(rename(cursor, schema)?);
        }
        "ALTER" => {
            cursor.skip(1);
            found.extend(alter_column(cursor)?);
        }
        "CONVERT" => {
            cursor.skip(1);
            if !cursor.take(&["TO"]) || !take_charset_words(cursor) {
                return cursor.expected("`TO CHARACTER SET`");
            }
            let charset = column::charset_name(cursor)?;
            skip_collation(cursor)?;
            found.push(Change::ConvertCharset((charset != "default").then_some(charset)));
        }
        "DEFAULT" | "CHARACTER" | "CHARSET" => {
            cursor.take(&["DEFAULT"]);
            if take_charset_words(cursor) {
                let charset = column::charset_name(cursor)?;
                skip_collation(cursor)?;
                found.push(Change::SetCharset(Some(charset)));
            } else {
                collate_table(cursor, found)?;
            }
        }
        "COLLATE" => collate_table(cursor, found)?,
        known if NO_CHANGE.contains(&known) => {
            cursor.skip(1);
            skip_value(cursor);
        }
        // `WITHOUT VALIDATION`, `WITH SYSTEM VERSIONING`, `SET TIFLASH REPLICA 1`, `SECONDARY_LOAD`.
        "WITH" | "WITHOUT" | "SET" | "SECONDARY_LOAD" | "SECONDARY_UNLOAD" | "SECONDARY_ENGINE" => cursor.skip_item(),
        _ => return cursor.expected("a change of the table"),
    }
    Ok(())
}

fn add(cursor: &mut Cursor<'_>, found: &mut Vec<Change>) -> Result<(), DdlError> {
    cursor.skip(1);
    if create::begins_key(cursor) {
        found.extend(create::key_def(cursor)?.map(Change::AddIndex));
        cursor.skip_item();
        return Ok(());
    }
    // MariaDB: `ADD SYSTEM VERSIONING`; TiDB: `ADD STATS_EXTENDED`.
    if cursor.sees(&["SYSTEM", "VERSIONING"]) || cursor.sees(&["STATS_EXTENDED"]) {
        cursor.skip_item();
        return Ok(());
    }
    cursor.take(&["COLUMN"]);
    let if_not_exists = cursor.take(&["IF", "NOT", "EXISTS"]);
    if !cursor.take_token(&Token::LParen) {
        let def = Box::new(column::column_def(cursor)?);
        found.push(Change::AddColumn { def, place: place(cursor)?, if_not_exists });
        return Ok(());
    }
    loop {
        if create::begins_key(cursor) {
            found.extend(create::key_def(cursor)?.map(Change::AddIndex));
            cursor.skip_item();
        } else {
            let def = Box::new(column::column_def(cursor)?);
            found.push(Change::AddColumn { def, place: None, if_not_exists });
        }
        if cursor.take_token(&Token::RParen) {
            return Ok(());
        }
        cursor.expect_token(&Token::Comma)?;
    }
}

fn drop(cursor: &mut Cursor<'_>, found: &mut Vec<Change>) -> Result<(), DdlError> {
    cursor.skip(1);
    if cursor.take(&["PRIMARY", "KEY"]) {
        found.push(Change::DropPrimaryKey);
    } else if cursor.take_any(&["INDEX", "KEY", "CONSTRAINT"]) {
        cursor.take(&["IF", "EXISTS"]);
        found.push(Change::DropIndex(cursor.name("an index name")?));
    } else if cursor.sees(&["FOREIGN", "KEY"])
        || cursor.sees(&["CHECK"])
        || cursor.sees(&["SYSTEM", "VERSIONING"])
        || cursor.sees(&["PERIOD", "FOR"])
        || cursor.sees(&["STATS_EXTENDED"])
    {
        cursor.skip_item();
    } else {
        cursor.take(&["COLUMN"]);
        let if_exists = cursor.take(&["IF", "EXISTS"]);
        let name = cursor.name("a column name")?;
        cursor.take_any(&["RESTRICT", "CASCADE"]);
        found.push(Change::DropColumn { name, if_exists });
    }
    Ok(())
}

fn rename(cursor: &mut Cursor<'_>, schema: &str) -> Result<Change, DdlError> {
    if cursor.take(&["COLUMN"]) {
        cursor.take(&["IF", "EXISTS"]);
        let old = cursor.name("a column name")?;
        expect_to(cursor)?;
        return Ok(Change::RenameColumn { old, new: cursor.name("a column name")? });
    }
    if cursor.take_any(&["INDEX", "KEY"]) {
        cursor.take(&["IF", "EXISTS"]);
        let old = cursor.name("an index name")?;
        expect_to(cursor)?;
        return Ok(Change::RenameIndex { old, new: cursor.name("an index name")? });
    }
    if !cursor.take_any(&["TO", "AS"]) {
        cursor.take_token(&Token::Eq);
    }
    Ok(Change::RenameTable(cursor.table_name(schema)?))
}

fn expect_to(cursor: &mut Cursor<'_>) -> Result<(), DdlError> {
    if cursor.take(&["TO"]) { Ok(()) } else { cursor.expected("`TO`") }
}

fn alter_column(cursor: &mut Cursor<'_>) -> Result<Option<Change>, DdlError> {
    if cursor.sees(&["INDEX"]) || cursor.sees(&["CHECK"]) || cursor.sees(&["CONSTRAINT"]) || cursor.sees(&["KEY"]) {
        cursor.skip_item();
        return Ok(None);
    }
    cursor.take(&["COLUMN"]);
    cursor.take(&["IF", "EXISTS"]);
    let name = cursor.name("a column name")?;
    if cursor.take(&["DROP", "DEFAULT"]) {
        return Ok(Some(Change::SetDefault { name, default: Default::Null }));
    }
    if cursor.take(&["SET", "DEFAULT"]) {
        return Ok(Some(Change::SetDefault { name, default: literal::default_value(cursor)? }));
    }
    // `SET VISIBLE`, `SET INVISIBLE`.
    cursor.skip_item();
    Ok(None)
}

fn take_charset_words(cursor: &mut Cursor<'_>) -> bool {
    cursor.take(&["CHARACTER", "SET"]) || cursor.take(&["CHARSET"])
}

fn skip_collation(cursor: &mut Cursor<'_>) -> Result<(), DdlError> {
    cursor.take(&["DEFAULT"]);
    if cursor.take(&["COLLATE"]) {
        column::charset_name(cursor)?;
    }
    Ok(())
}

fn collate_table(cursor: &mut Cursor<'_>, found: &mut Vec<Change>) -> Result<(), DdlError> {
    if !cursor.take(&["COLLATE"]) {
        return cursor.expected("`CHARACTER SET` or `COLLATE`");
    }
    let collation = column::charset_name(cursor)?;
    found.push(Change::SetCharset(Some(column::charset_of_collation(&collation))));
    Ok(())
}

/// Passes over `[=] value` and over further words, up to a comma.
fn skip_value(cursor: &mut Cursor<'_>) {
    while !matches!(cursor.peek(), None | Some(Token::Comma)) {
        if !cursor.skip_group() {
            cursor.skip(1);
        }
    }
}

fn place(cursor: &mut Cursor<'_>) -> Result<Option<Place>, DdlError> {
    if cursor.take(&["FIRST"]) {
        return Ok(Some(Place::First));
    }
    if cursor.take(&["AFTER"]) {
        return Ok(Some(Place::After(cursor.name("a column name")?)));
    }
    Ok(None)
}
