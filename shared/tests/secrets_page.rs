//! The tables of `docs/SECRETS.md` are what the inspector says. `UPDATE_DOCS=1` writes them.

use shared::secret::{Consumer, Inspection, Outcome, inspect};
use std::{fs, path::PathBuf};

/// Those that make trouble somewhere; base64 has `+`, `/` and `=`.
const CHARACTERS: [&str; 23] =
    ["+", "/", "=", "%", "%2B", "&", "#", ";", ":", "@", "?", "\"", "'", "\\", "$", "${", "`", "!", "{", "<", " ", "\n", "é"];

/// The text between `<!-- name -->` and `<!-- /name -->`, and the range it has in the page.
fn section<'a>(page: &'a str, name: &str) -> (&'a str, std::ops::Range<usize>) {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let start = page.find(&open).expect("the section begins") + open.len();
    let end = start + page[start..].find(&close).expect("the section ends");
    (&page[start..end], start..end)
}

/// Code in a table: neither a backtick nor a bar may end it.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn written(inspection: &Inspection) -> String {
    let mut table = "\n| Reader | Place | Rule | The example |\n|---|---|---|---|\n".to_owned();
    for reading in &inspection.readings {
        let form = reading.write.as_deref().map_or_else(|| "cannot be written".to_owned(), code);
        let consumer = reading.consumer;
        table.push_str(&format!("| {} | {} | {} | {form} |\n", consumer.name(), code(consumer.place()), consumer.rule()));
    }
    table
}

/// How each reader takes each character between two letters.
fn read() -> String {
    let shown = |c: &str| match c {
        " " => "space".to_owned(),
        "\n" => "line break".to_owned(),
        c => code(c),
    };
    let names: Vec<&str> = Consumer::ALL.iter().map(|consumer| consumer.name()).collect();
    let mut table = format!("\n| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for c in CHARACTERS {
        let inspection = inspect(&format!("a{c}b"));
        let verdicts = inspection.readings.iter().map(|reading| match reading.as_read {
            Outcome::Same => "",
            Outcome::Different(_) => "other",
            Outcome::Refused(_) => "refused",
        });
        table.push_str(&format!("| {} | {} |\n", shown(c), verdicts.collect::<Vec<_>>().join(" | ")));
    }
    table
}

#[test]
fn the_page_says_what_the_inspector_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/SECRETS.md");
    let mut page = fs::read_to_string(&path).expect("the page is there");
    let example = section(&page, "example").0.trim_matches('`').to_owned();
    let inspection = inspect(&example);
    for (name, table) in [("written", written(&inspection)), ("read", read())] {
        let (current, range) = section(&page, name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            page.replace_range(range, &table);
            fs::write(&path, &page).expect("the page can be written");
        } else {
            assert_eq!(current, table, "run the test with UPDATE_DOCS=1 and look at the difference");
        }
    }
}
