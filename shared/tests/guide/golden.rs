//! Expected files.

use super::folder;
use std::{env, fs};

/// Compares a text with its file; with `UPDATE_GOLDEN=1` it becomes the file.
pub(crate) fn check(file: &str, text: &str) {
    let path = folder("expected").join(file);
    if env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().expect("it stands in a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let differs = expected.lines().zip(text.lines()).position(|(expected, text)| expected != text);
    let line = differs.unwrap_or_else(|| expected.lines().count().min(text.lines().count())) + 1;
    assert!(
        expected == text,
        "expected/{file} differs from line {line} on. If that is right, run the test with UPDATE_GOLDEN=1.\nexpected: {}\nfound:    {}",
        expected.lines().nth(line - 1).unwrap_or("(the end)"),
        text.lines().nth(line - 1).unwrap_or("(the end)"),
    );
}
