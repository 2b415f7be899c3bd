//! What Snowflake's connector does with a changed table.

use super::Effect;
use crate::Severity;
use crate::downstream::connect::Field;
use crate::downstream::record::SinkTable;
use crate::downstream::snowflake::{SnowflakeSettings, column_type, current_state_view, widening};
use crate::downstream::step::Statement;

pub(super) fn change(old: &SinkTable, new: &SinkTable, settings: &SnowflakeSettings) -> (Vec<Statement>, Vec<Effect>) {
    let mut effects = Vec::new();
    let table = |topic: &str| settings.topic_to_table.table_name(topic).stored;
    if table(&old.topic) != table(&new.topic) {
        let what = format!("Rows go to another table, {}; the old one keeps what it has.", settings.qualified(&table(&new.topic)));
        let view = current_state_view(new, settings).unwrap_or_default();
        return (Vec::new(), vec![Effect::new(None, Severity::Warning, what, view)]);
    }
    let statements: Vec<Statement> = if settings.schematized { widening(old, new, settings).into_iter().collect() } else { Vec::new() };
    for field in &old.value.fields {
        match find(new, field) {
            None => effects.push(Effect::new(Some(&field.name), Severity::Info, gone(settings), "")),
            Some(later) if settings.schematized && column_type(field) != column_type(later) => {
                let name = field.name.to_uppercase();
                let what = format!(
                    "The column stays {}, while the records' values are for {}: rows that do not fit go to the dead letter queue or stop \
                     the task.",
                    column_type(field),
                    column_type(later)
                );
                let remedy =
                    format!("Add a column for the new type, or make the table anew: \"{name}\" cannot change to {}.", column_type(later));
                effects.push(Effect::new(Some(&field.name), Severity::Error, what, remedy));
            }
            Some(_) => {}
        }
    }
    let (before, after) = (current_state_view(old, settings), current_state_view(new, settings));
    if before != after {
        let what = "The current-state view still shows the old columns.";
        effects.push(Effect::new(None, Severity::Warning, what, after.unwrap_or_default()));
    }
    if effects.is_empty() && statements.is_empty() {
        effects.push(Effect::new(None, Severity::Info, "Nothing changes in the sink's table.", ""));
    }
    (statements, effects)
}

fn find<'a>(table: &'a SinkTable, field: &Field) -> Option<&'a Field> {
    table.value.fields.iter().find(|other| other.name.to_uppercase() == field.name.to_uppercase())
}

fn gone(settings: &SnowflakeSettings) -> &'static str {
    if settings.schematized {
        "The column stays; new rows hold NULL in it, also when it was NOT NULL."
    } else {
        "New rows no longer have the field in RECORD_CONTENT; old ones keep it."
    }
}
