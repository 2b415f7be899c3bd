#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::process::Command as Process;

fn words(text: &str) -> Vec<Vec<String>> {
    commands(text).into_iter().map(|command| command.words).collect()
}

#[test]
fn words_are_cut_as_a_shell_cuts_them() {
    for (text, expected) in [
        (r"a 'b c' d\ e", vec!["a", "b c", "d e"]),
        (r#"a "b \"c\" \x \\" '\'"#, vec!["a", r#"b "c" \x \"#, r"\"]),
        (r"a 'it'\''s'", vec!["a", "it's"]),
        (r"a $'q\'\n\x41\101\u00e9\q'", vec!["a", "q'\nAAéq"]),
        ("a \\\n  b \\\n c", vec!["a", "b", "c"]),
        ("a '' \"\"", vec!["a", "", ""]),
        ("a b#c # d", vec!["a", "b#c"]),
        ("a $x ${y}z \"$1\" '$q' $(b c)d", vec!["a", "${x}", "${y}z", "$1", "$q", "$(b c)d"]),
        ("a <broker-endpoint> x", vec!["a", "<broker-endpoint>", "x"]),
        ("a 'open", vec!["a", "open"]),
        ("a \"open", vec!["a", "open"]),
        ("a \\", vec!["a"]),
        ("a > out 2>&1 < in", vec!["a"]),
    ] {
        assert_eq!(words(text), [expected], "{text}");
    }
    assert_eq!(words("a; b && c | d\ne & f (g)").len(), 7);
    assert!(words("# only\n\n").is_empty());
}

#[test]
fn prompts_go_and_continuations_stay() {
    for text in ["$ cdc cli x \\\n> y", "[root@host ~]# cdc cli x y", "user@host:~$ cdc cli x y", "  $ cdc cli x y", "% cdc cli x y"] {
        assert_eq!(words(text), [["cdc", "cli", "x", "y"]], "{text}");
    }
    assert_eq!(words("# a comment"), Vec::<Vec<String>>::new());
    assert_eq!(words("tiup ctl:v<version> cdc x"), [["tiup", "ctl:v<version>", "cdc", "x"]]);
}

#[test]
fn variables_of_the_text_are_filled_in() {
    assert_eq!(
        words("K='a b'\nexport S=\"$K/c\" T=1\nrun \"$K\" ${S} $T '$T' $U"),
        [vec!["export", "S=a b/c", "T=1"], vec!["run", "a b", "a b/c", "1", "$T", "${U}"]]
    );
    let bomb: String = (0..64).fold("A=aaaaaaaa\n".to_owned(), |text, _| text + "A=$A$A\n") + "run $A";
    assert!(words(&bomb)[0][1].len() < 4 << 20);
}

#[test]
fn here_documents_are_kept() {
    let found = commands("N=1\ncat > \"cf.toml\" <<'EOF'\na=$N\n\tEOF\nEOF\ncat <<-X >f2\n\ta=${N}\n\tX\nrun");
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].output.as_deref(), found[0].here.as_deref()), (Some("cf.toml"), Some("a=$N\n\tEOF\n")));
    assert_eq!((found[1].output.as_deref(), found[1].here.as_deref()), (Some("f2"), Some("a=1\n")));
    assert_eq!(found[2].words, ["run"]);
}

#[test]
fn an_unquoted_address_stays_whole_and_is_marked() {
    let found = commands("cdc --sink-uri=kafka://h/t?a=b&c=d --x & sleep");
    assert_eq!(found[0].words, ["cdc", "--sink-uri=kafka://h/t?a=b&c=d", "--x"]);
    assert!(found[0].is_cut && !found[1].is_cut);
}

/// Pieces that together make words; none that only a shell in a directory could expand.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9=:/,.%+-]{1,4}",
        2 => "'[ -&(-~\n]{0,6}'",
        2 => "\"([ !#%-\\[\\]-_a-~]|\\\\[\"\\\\x $]){0,6}\"",
        1 => "\\\\[ -~]",
        1 => Just("\\\n".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just(" \t ".to_owned()),
        1 => Just("é😀".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_real_shell_cuts_the_same_words(pieces in proptest::collection::vec(piece(), 0..12)) {
        let text = format!("printf '%s\\0' x{}", pieces.concat());
        let output = Process::new("sh").arg("-c").arg(&text).output().unwrap();
        let expected: Vec<String> = String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect();
        let found = words(&text);
        prop_assert_eq!(&found[0][2..], &expected[..], "{}", text);
    }
}
