//! What a terminal writes in front of a command.

/// The text without a terminal's prompts in front of commands, and without its `> ` in front of continuation lines. A line that
/// begins within quotes has none.
pub(super) fn without_prompts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut continues = false;
    let mut open = None;
    for line in text.lines() {
        let rest = match open {
            Some(_) => line,
            None if continues => line.strip_prefix("> ").unwrap_or(line),
            None => after_prompt(line),
        };
        open = open_quote(rest, open);
        continues = rest.ends_with('\\');
        out.push_str(rest);
        out.push('\n');
    }
    if !text.ends_with('\n') {
        out.pop();
    }
    out
}

/// The quote that is still open at a line's end, when `open` is at its beginning.
fn open_quote(line: &str, mut open: Option<char>) -> Option<char> {
    let mut chars = line.chars();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None | Some('"'), '\\') => {
                chars.next();
            }
            (None, '#') if before.is_whitespace() => return None,
            (None, '\'' | '"') => open = Some(c),
            _ => {}
        }
        before = c;
    }
    open
}

/// `$ cdc …`, `[root@host ~]# tiup …`
fn after_prompt(line: &str) -> &str {
    const PROGRAMS: [&str; 5] = ["cdc ", "tiup ", "./cdc ", "curl ", "sudo "];
    let end = line.char_indices().find(|(at, c)| "$#%❯".contains(*c) && line[at + c.len_utf8()..].starts_with(' '));
    let Some((at, c)) = end else { return line };
    let (prompt, rest) = (&line[..at], line[at + c.len_utf8()..].trim_start());
    let is_prompt =
        !prompt.contains(['"', '\'', '=', '`', '\\', '|', '<', '>']) && PROGRAMS.iter().any(|program| rest.starts_with(program));
    // a prompt alone, in front of anything
    if is_prompt || (prompt.trim().is_empty() && c == '$') { rest } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_go_and_quoted_lines_stay() {
        for (text, expected) in [
            ("$ cdc x \\\n> --y", "cdc x \\\n--y"),
            ("[root@host ~]# tiup ctl", "tiup ctl"),
            ("$ cdc '\n$ a\n$ b'\n$ c", "cdc '\n$ a\n$ b'\nc"),
            ("$ cdc \"a\\\"\n$ b\"\n$ c", "cdc \"a\\\"\n$ b\"\nc"),
            ("$ cdc # it's\n$ c", "cdc # it's\nc"),
            ("$ cdc it\\'s\n$ c", "cdc it\\'s\nc"),
        ] {
            assert_eq!(without_prompts(text), expected, "{text}");
        }
    }
}
