//! What SQL Server, MySQL and Postgres sinks do with a changed table: they add columns, and nothing else.

use super::Effect;
use crate::Severity;
use crate::downstream::jdbc::{Column, JdbcSettings, Limit, Statements, Widened};
use crate::downstream::record::SinkTable;
use crate::downstream::step::Statement;

pub(super) fn change(old: &SinkTable, new: &SinkTable, settings: &JdbcSettings) -> (Vec<Statement>, Vec<Effect>) {
    let refused =
        |why: String| (Vec::new(), vec![Effect::new(None, Severity::Error, format!("The connector refuses the records: {why}."), "")]);
    if old.topic != new.topic {
        return match Statements::of(new, settings) {
            Ok(statements) => another_table(&statements, settings),
            Err(why) => refused(why),
        };
    }
    let widened = match Widened::of(old, new, settings) {
        Ok(widened) => widened,
        Err(why) => return refused(why),
    };
    let mut effects = Vec::new();
    if let Some(why) = &widened.refusal {
        let remedy = "Add the column to the sink's table by hand, as nullable, before rows of the new schema arrive.";
        effects.push(Effect::new(None, Severity::Error, format!("The task stops at the first row after the change: {why}."), remedy));
    }
    for column in &widened.before {
        match find(&widened.after, &column.name) {
            None => effects.push(dropped(column, &widened.table, settings)),
            Some(later) => effects.extend(kept(column, later, &widened.table, settings)),
        }
    }
    let keys = |columns: &[Column]| columns.iter().filter(|c| c.primary).map(|c| c.name.clone()).collect::<Vec<_>>();
    let (before, after) = (keys(&widened.before), keys(&widened.after));
    if before != after {
        let what = format!("The sink's primary key stays ({}), while rows are looked for by ({}).", before.join(", "), after.join(", "));
        effects.push(Effect::new(
            None,
            Severity::Error,
            what,
            "Change the primary key of the sink's table by hand before rows of the new schema arrive.",
        ));
    }
    if effects.is_empty() && widened.statements.is_empty() {
        effects.push(Effect::new(None, Severity::Info, "Nothing changes in the sink's table.", ""));
    }
    (widened.statements, effects)
}

fn another_table(statements: &Statements, settings: &JdbcSettings) -> (Vec<Statement>, Vec<Effect>) {
    let what = format!("Rows go to another table, {}; the old one keeps what it has.", statements.table);
    let remedy = "Rename the sink's table by hand first, if it is to go on.";
    let create = Statement::definition(statements.create.clone());
    if settings.auto_create {
        return (vec![create], vec![Effect::new(None, Severity::Warning, what, remedy)]);
    }
    let what = format!("{what} It is not made, as auto.create is off: the task stops.");
    (Vec::new(), vec![Effect::new(None, Severity::Error, what, remedy)])
}

/// By name without regard to case, as the connector looks.
fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| column.name.to_lowercase() == name.to_lowercase())
}

fn dropped(column: &Column, table: &str, settings: &JdbcSettings) -> Effect {
    let mut nullable = column.clone();
    nullable.primary = false;
    nullable.field.optional = true;
    if column.takes_null() {
        let holds = if column.field.default.is_some() { "its default" } else { "NULL" };
        let what = format!("The column stays in the sink; new rows hold {holds} in it.");
        return Effect::new(Some(&column.name), Severity::Info, what, "");
    }
    let what = "The column stays in the sink as NOT NULL, and the records no longer have it: new rows are refused.";
    Effect::new(Some(&column.name), Severity::Error, what, settings.dialect.change(table, &nullable, settings))
}

fn kept(old: &Column, new: &Column, table: &str, settings: &JdbcSettings) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut add = |severity, what: String| {
        effects.push(Effect::new(Some(&old.name), severity, what, settings.dialect.change(table, new, settings)));
    };
    if old.ty != new.ty {
        let stays = format!("The column stays {}", old.ty);
        match (old.limit, new.limit) {
            (Limit::BigInt, Limit::Int) => {}
            (Limit::Int, Limit::BigInt) => add(Severity::Warning, format!("{stays}: values beyond 32 bits are refused.")),
            (Limit::Decimal { .. }, Limit::Decimal { .. }) => {
                add(Severity::Warning, format!("{stays}: more digits after the point are rounded, more before it are refused."));
            }
            _ => add(
                Severity::Error,
                format!("{stays}, while the records' values are for {}: the database converts what it can and refuses the rest.", new.ty),
            ),
        }
    }
    if !old.takes_null() && new.takes_null() {
        add(Severity::Warning, "The column stays NOT NULL: rows with NULL in it are refused.".to_owned());
    }
    effects
}
