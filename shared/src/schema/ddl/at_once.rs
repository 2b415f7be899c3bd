//! The changes of one `ALTER TABLE`, made as the server makes them: all at once.
//!
//! A statement names columns and keys as they were before it: `RENAME COLUMN a TO b, RENAME COLUMN b TO a` swaps two names, and
//! `ADD COLUMN a …, DROP COLUMN a` puts a new column in the place of an old one. So conditions are settled first, then what goes
//! away goes, then names change together, and only then the rest follows in its order, by the names that hold afterwards.

use super::alter::Change;
use super::draft::{Draft, same_name};

/// Makes all changes. A message when one does not fit the table: our picture of it is not the server's.
pub(super) fn apply(draft: &mut Draft, mut changes: Vec<Change>) -> Result<(), String> {
    changes.retain(|change| !is_void(draft, change));
    let (gone, mut rest): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_removal);
    gone.into_iter().try_for_each(|change| one(draft, change))?;
    let renames: Vec<(String, String)> = rest.iter().filter_map(rename).collect();
    draft.rename_columns(&renames)?;
    for change in &mut rest {
        follow_renames(change, &renames);
    }
    rest.into_iter().try_for_each(|change| one(draft, change))
}

/// Whether the change's IF says that there is nothing to do.
fn is_void(before: &Draft, change: &Change) -> bool {
    match change {
        Change::AddColumn { def, if_not_exists, .. } => *if_not_exists && before.find(&def.column.name).is_some(),
        Change::DropColumn { name, if_exists } => *if_exists && before.find(name).is_none(),
        Change::ReplaceColumn { old, if_exists, .. } => *if_exists && before.find(old).is_none(),
        _ => false,
    }
}

fn is_removal(change: &Change) -> bool {
    matches!(change, Change::DropColumn { .. } | Change::DropPrimaryKey | Change::DropIndex(_))
}

fn rename(change: &Change) -> Option<(String, String)> {
    match change {
        Change::RenameColumn { old, new } => Some((old.clone(), new.clone())),
        Change::ReplaceColumn { old, def, .. } if *old != def.column.name => Some((old.clone(), def.column.name.clone())),
        _ => None,
    }
}

/// Has a change name its column as it is called now.
fn follow_renames(change: &mut Change, renames: &[(String, String)]) {
    match change {
        Change::ReplaceColumn { old, def, .. } => old.clone_from(&def.column.name),
        Change::SetDefault { name, .. } => {
            if let Some((_, new)) = renames.iter().find(|(old, _)| same_name(old, name)) {
                name.clone_from(new);
            }
        }
        _ => {}
    }
}

fn one(draft: &mut Draft, change: Change) -> Result<(), String> {
    match change {
        Change::AddColumn { def, place, .. } => draft.push_column(*def, place.as_ref())?,
        Change::DropColumn { name, .. } => draft.drop_column(&name)?,
        Change::ReplaceColumn { old, def, place, .. } => draft.replace_column(&old, *def, place.as_ref())?,
        Change::SetDefault { name, default } => {
            let at = draft.find(&name).ok_or_else(|| format!("there is no column `{name}`"))?;
            let column = &mut draft.columns[at];
            column.default = default.for_type(&column.ty);
        }
        Change::AddIndex(index) => draft.pending.push(index),
        Change::DropPrimaryKey => draft.indexes.retain(|i| !i.primary),
        Change::DropIndex(name) => {
            draft.drop_index(&name);
        }
        Change::RenameIndex { old, new } => {
            for index in draft.indexes.iter_mut().filter(|i| i.name.as_deref().is_some_and(|n| same_name(n, &old))) {
                index.name = Some(new.clone());
            }
        }
        Change::ConvertCharset(charset) => draft.convert_charset(charset),
        Change::SetCharset(charset) => draft.set_charset(charset),
        // Columns were renamed together; the table's name is not the draft's.
        Change::RenameColumn { .. } | Change::RenameTable(_) => {}
    }
    Ok(())
}
