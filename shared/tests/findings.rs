//! Every code that the domain gives a finding is documented.

use std::{fs, path::Path};

/// Calls that take a finding's code, and at which argument.
const CALLS: [(&str, usize); 8] = [
    ("Finding::error(", 1),
    ("Finding::warning(", 1),
    ("Finding::info(", 1),
    ("layers.error(", 1),
    ("layers.warning(", 1),
    ("self.error(", 1),
    ("self.warning(", 1),
    ("report(", 1),
];

/// The texts of a call's arguments, from just after its opening parenthesis.
fn arguments(source: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start, mut in_text, mut escaped) = (Vec::new(), 0, 0, false, false);
    for (at, c) in source.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                found.push(source[start..at].trim());
                break;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(source[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn codes(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path()) {
        if entry.is_dir() {
            codes(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") && entry.file_name().is_some_and(|name| name != "tests.rs") {
            let text = fs::read_to_string(&entry).expect("the file can be read");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (call, position) in CALLS {
                for (at, _) in text.match_indices(call) {
                    let code = arguments(&text[at + call.len()..]).get(position).and_then(|a| a.strip_prefix('"')?.strip_suffix('"'));
                    found.extend(code.map(|code| (code.to_owned(), entry.display().to_string())));
                }
            }
        }
    }
}

#[test]
fn every_code_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documented = fs::read_to_string(root.join("../docs/FINDINGS.md")).expect("the list is there");
    let mut found = Vec::new();
    codes(&root.join("src"), &mut found);
    assert!(found.len() > 80, "only {} codes were found: the scan is broken", found.len());
    let kebab = |code: &str| code.contains('-') && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    for (code, file) in found {
        assert!(kebab(&code), "`{code}` of {file} is not kebab-case");
        assert!(documented.contains(&format!("`{code}`")), "`{code}` of {file} is not in docs/FINDINGS.md");
    }
}
