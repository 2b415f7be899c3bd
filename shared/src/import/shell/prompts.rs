//! What a terminal writes in front of a command.

/// A terminal's prompts in front of commands, and its `> ` in front of continuation lines.
pub(super) fn without_prompts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut continues = false;
    for line in text.lines() {
        let rest = if continues { line.strip_prefix("> ").unwrap_or(line) } else { after_prompt(line) };
        continues = rest.ends_with('\\');
        out.push_str(rest);
        out.push('\n');
    }
    if !text.ends_with('\n') {
        out.pop();
    }
    out
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
