#![allow(clippy::unwrap_used)]

use super::*;

fn literal(text: &str) -> HclValue {
    HclValue::Literal(text.to_owned())
}

fn expression(text: &str) -> HclValue {
    HclValue::Expression(text.to_owned())
}

fn value(text: &str) -> Option<HclValue> {
    Some(read(&format!("a = {text}\n")).ok()?.attribute("a")?.clone())
}

#[test]
fn values_are_read_with_their_escapes() {
    for (text, expected) in [
        (r#""a\n\t\"\\\u00e9""#, literal("a\n\t\"\\é")),
        (r#""$${a} %%{b} $5 100%""#, literal("${a} %{b} $5 100%")),
        (r#""x-${var.y}""#, expression("x-${var.y}")),
        (r#""${lookup(a, "}")}""#, expression(r#"lookup(a, "}")"#)),
        (r#""${var.y}""#, expression("var.y")),
        ("var.password # comment", expression("var.password")),
        ("join(\",\", [\"a\", var.b])", expression("join(\",\", [\"a\", var.b])")),
        ("12", literal("12")),
        ("true", literal("true")),
        ("[\"a\",\n  1,\n]", HclValue::List(vec![literal("a"), literal("1")])),
        ("{\n \"a.b\" = \"c\", d: 1\n}", HclValue::Map(vec![("a.b".to_owned(), literal("c")), ("d".to_owned(), literal("1"))])),
        ("<<EOT\n  a\n b\nEOT", literal("  a\n b\n")),
        ("<<-EOT\n    a\n   b\n   EOT", literal(" a\nb\n")),
    ] {
        assert_eq!(value(text), Some(expected), "{text}");
    }
    for text in ["\"open", "{ a = ", "[1", "<<EOT\nno end", "\"\\u00", "\"\\d\"", ""] {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn blocks_have_labels_and_blocks() {
    let file = read("# c\n/* x */ resource \"t\" \"n\" {\n  a = 1 // y\n  inner {\n    id = \"e\"\n  }\n}\nlocals {}\n").unwrap();
    assert_eq!(file.blocks.len(), 2);
    assert_eq!((file.blocks[0].kind.as_str(), file.blocks[0].labels.join(" ").as_str()), ("resource", "t n"));
    assert_eq!(file.blocks[0].blocks[0].attribute("id"), Some(&literal("e")));
}

#[test]
fn a_broken_text_gives_its_line_and_deep_nesting_ends() {
    assert_eq!(read("a {\n  b = 1\n}\n}\n"), Err(4));
    assert!(read(&"a {\n".repeat(100_000)).is_err());
    assert!(read(&format!("a = {}", "[".repeat(100_000))).is_err());
}
