//! Enough of ksqlDB's SQL to keep a catalogue: what is made, dropped, ended and asked for.

/// A piece of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Letters, digits, `_`, `.` and the like, as written.
    Word(String),
    /// Between back-ticks or double quotes: a name whose case counts.
    Quoted(String),
    /// Between single quotes.
    Text(String),
    Symbol(char),
}

/// A stream or table that is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CreateSource {
    pub is_table: bool,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: String,
    /// Name, type and whether it is a key.
    pub columns: Vec<(String, String, bool)>,
    /// Names in upper case.
    pub properties: Vec<(String, String)>,
    /// What is read by `AS SELECT`: the source, and the names of the result (empty: all of the source's).
    pub query: Option<(String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    Create(CreateSource),
    CreateConnector {
        name: String,
        if_not_exists: bool,
        is_sink: bool,
    },
    Drop {
        is_table: bool,
        name: String,
        if_exists: bool,
        delete_topic: bool,
    },
    DropConnector {
        name: String,
        if_exists: bool,
    },
    InsertSelect {
        into: String,
        from: String,
    },
    Terminate(String),
    Pause(String),
    Resume(String),
    Describe(String),
    /// `STREAMS`, `TABLES`, `QUERIES`, `TOPICS`, `CONNECTORS`, …
    List(String),
    /// `SET` and `UNSET`: of this request only.
    Set,
    /// `SELECT` and `PRINT`.
    Query,
}

/// A request's statements, each with its text.
pub(super) fn statements(text: &str) -> Result<Vec<(String, Statement)>, String> {
    let mut found = Vec::new();
    for statement in split(text) {
        let pieces = pieces(&statement)?;
        if !pieces.is_empty() {
            let parsed = Reader { pieces: &pieces, at: 0 }.statement()?;
            found.push((format!("{};", statement.trim()), parsed));
        }
    }
    Ok(found)
}

/// The stream or table that a `SELECT` reads, and its `LIMIT`.
pub(super) fn select(text: &str) -> Result<(String, Option<usize>), String> {
    let pieces = pieces(text.trim().trim_end_matches(';'))?;
    let mut reader = Reader { pieces: &pieces, at: 0 };
    reader.expect("SELECT")?;
    let (from, _) = reader.after_select()?;
    let limit = pieces.iter().position(|piece| is_word(piece, "LIMIT")).and_then(|at| pieces.get(at + 1));
    Ok((from, limit.and_then(|piece| if let Piece::Word(word) = piece { word.parse().ok() } else { None })))
}

/// At `;` outside quotes and comments; comments are left out.
fn split(text: &str) -> Vec<String> {
    let mut statements = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = chars.next() {
        let current = statements.last_mut().expect("there is always one");
        match quote {
            Some(end) => {
                current.push(c);
                if c == end {
                    quote = None;
                }
            }
            None if c == '-' && chars.peek() == Some(&'-') => while chars.next().is_some_and(|c| c != '\n') {},
            None if c == ';' => statements.push(String::new()),
            None => {
                if matches!(c, '\'' | '`' | '"') {
                    quote = Some(c);
                }
                current.push(c);
            }
        }
    }
    statements
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            _ if c.is_whitespace() => {}
            '\'' | '`' | '"' => {
                let mut inner = String::new();
                loop {
                    match chars.get(at) {
                        None => return Err(format!("line 1:{at}: mismatched input '{c}' expecting its end")),
                        // twice is once
                        Some(&end) if end == c && chars.get(at + 1) == Some(&c) => {
                            inner.push(c);
                            at += 2;
                        }
                        Some(&end) if end == c => break,
                        Some(&other) => {
                            inner.push(other);
                            at += 1;
                        }
                    }
                }
                at += 1;
                pieces.push(if c == '\'' { Piece::Text(inner) } else { Piece::Quoted(inner) });
            }
            _ if c.is_alphanumeric() || c == '_' => {
                let start = at - 1;
                while chars.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '.')) {
                    at += 1;
                }
                pieces.push(Piece::Word(chars[start..at].iter().collect()));
            }
            _ => pieces.push(Piece::Symbol(c)),
        }
    }
    Ok(pieces)
}

fn is_word(piece: &Piece, word: &str) -> bool {
    matches!(piece, Piece::Word(w) if w.eq_ignore_ascii_case(word))
}

struct Reader<'a> {
    pieces: &'a [Piece],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Piece> {
        self.pieces.get(self.at)
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|piece| is_word(piece, word));
        self.at += usize::from(is);
        is
    }

    fn symbol(&mut self, symbol: char) -> bool {
        let is = self.peek() == Some(&Piece::Symbol(symbol));
        self.at += usize::from(is);
        is
    }

    fn unexpected<T>(&self, wanted: &str) -> Result<T, String> {
        let found = match self.peek() {
            Some(Piece::Word(text) | Piece::Quoted(text) | Piece::Text(text)) => text.clone(),
            Some(Piece::Symbol(symbol)) => symbol.to_string(),
            None => "<EOF>".to_owned(),
        };
        Err(format!("line 1:{}: mismatched input '{found}' expecting {wanted}", self.at + 1))
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { self.unexpected(&format!("'{word}'")) }
    }

    /// As it is stored: in upper case, unless it is quoted.
    fn name(&mut self) -> Result<String, String> {
        let name = match self.peek() {
            Some(Piece::Word(word)) => word.to_uppercase(),
            Some(Piece::Quoted(name)) => name.clone(),
            _ => return self.unexpected("{IDENTIFIER}"),
        };
        self.at += 1;
        Ok(name)
    }

    fn if_exists(&mut self, not: bool) -> Result<bool, String> {
        if !self.take("IF") {
            return Ok(false);
        }
        if not {
            self.expect("NOT")?;
        }
        self.expect("EXISTS").map(|()| true)
    }

    fn statement(&mut self) -> Result<Statement, String> {
        let first = match self.peek() {
            Some(Piece::Word(word)) => word.to_uppercase(),
            _ => return self.unexpected("{<EOF>, 'SELECT', 'CREATE', 'INSERT', 'DESCRIBE', 'LIST', 'TERMINATE', 'DROP', 'SET'}"),
        };
        self.at += 1;
        match first.as_str() {
            "SELECT" | "PRINT" => Ok(Statement::Query),
            "SET" | "UNSET" | "DEFINE" | "UNDEFINE" => Ok(Statement::Set),
            "LIST" | "SHOW" => self.name().map(Statement::List),
            "DESCRIBE" => {
                self.take("EXTENDED");
                self.name().map(Statement::Describe)
            }
            "TERMINATE" => self.query_id().map(Statement::Terminate),
            "PAUSE" => self.query_id().map(Statement::Pause),
            "RESUME" => self.query_id().map(Statement::Resume),
            "INSERT" => {
                self.expect("INTO")?;
                let into = self.name()?;
                self.expect("SELECT")?;
                Ok(Statement::InsertSelect { into, from: self.after_select()?.0 })
            }
            "DROP" => self.drop(),
            "CREATE" => self.create(),
            _ => {
                self.at -= 1;
                self.unexpected("{<EOF>, 'SELECT', 'CREATE', 'INSERT', 'DESCRIBE', 'LIST', 'TERMINATE', 'DROP', 'SET'}")
            }
        }
    }

    /// `ALL`, or an id: an identifier like others, so only a quoted one keeps its case.
    fn query_id(&mut self) -> Result<String, String> {
        self.name().map_err(|_| format!("line 1:{}: mismatched input expecting {{'ALL', IDENTIFIER}}", self.at + 1))
    }

    fn drop(&mut self) -> Result<Statement, String> {
        if self.take("CONNECTOR") {
            let if_exists = self.if_exists(false)?;
            return Ok(Statement::DropConnector { name: self.name()?, if_exists });
        }
        let is_table = self.is_table()?;
        let if_exists = self.if_exists(false)?;
        let name = self.name()?;
        let delete_topic = self.take("DELETE");
        Ok(Statement::Drop { is_table, name, if_exists, delete_topic })
    }

    fn is_table(&mut self) -> Result<bool, String> {
        match () {
            () if self.take("STREAM") => Ok(false),
            () if self.take("TABLE") => Ok(true),
            () => self.unexpected("{'STREAM', 'TABLE', 'CONNECTOR'}"),
        }
    }

    fn create(&mut self) -> Result<Statement, String> {
        let or_replace = self.take("OR") && self.take("REPLACE");
        let (source, sink) = (self.take("SOURCE"), self.take("SINK"));
        if (source || sink) && self.take("CONNECTOR") {
            let if_not_exists = self.if_exists(true)?;
            return Ok(Statement::CreateConnector { name: self.name()?, if_not_exists, is_sink: sink });
        }
        let mut create = CreateSource { or_replace, is_table: self.is_table()?, ..CreateSource::default() };
        create.if_not_exists = self.if_exists(true)?;
        create.name = self.name()?;
        if self.symbol('(') {
            create.columns = self.columns()?;
        }
        if self.take("WITH") {
            create.properties = self.properties()?;
        }
        if self.take("AS") {
            self.expect("SELECT")?;
            create.query = Some(self.after_select()?);
        }
        if self.at < self.pieces.len() && create.query.is_none() {
            return self.unexpected("';'");
        }
        Ok(Statement::Create(create))
    }

    fn columns(&mut self) -> Result<Vec<(String, String, bool)>, String> {
        let mut columns = Vec::new();
        loop {
            let name = self.name()?;
            let (mut words, mut depth, mut is_key) = (String::new(), 0_u32, false);
            loop {
                match self.peek() {
                    None => return self.unexpected("{',', ')'}"),
                    Some(Piece::Symbol(',' | ')')) if depth == 0 => break,
                    Some(Piece::Word(word)) if depth == 0 && ["PRIMARY", "KEY"].iter().any(|w| word.eq_ignore_ascii_case(w)) => {
                        is_key = true
                    }
                    Some(Piece::Word(word)) => {
                        words.push_str(if words.is_empty() || words.ends_with(['<', '(']) { "" } else { " " });
                        words.push_str(&word.to_uppercase());
                    }
                    Some(Piece::Quoted(word)) => words.push_str(&format!("{}`{word}`", if words.ends_with(',') { " " } else { "" })),
                    Some(Piece::Text(word)) => words.push_str(&format!("'{word}'")),
                    Some(Piece::Symbol(symbol)) => {
                        match symbol {
                            '<' | '(' => depth += 1,
                            '>' | ')' => depth -= 1,
                            _ => {}
                        }
                        words.push(*symbol);
                    }
                }
                self.at += 1;
            }
            columns.push((name, words, is_key));
            if self.symbol(')') {
                return Ok(columns);
            }
            if !self.symbol(',') {
                return self.unexpected("{',', ')'}");
            }
        }
    }

    fn properties(&mut self) -> Result<Vec<(String, String)>, String> {
        let mut properties = Vec::new();
        if !self.symbol('(') {
            return self.unexpected("'('");
        }
        loop {
            let name = match self.peek() {
                Some(Piece::Word(word) | Piece::Text(word)) => word.to_uppercase(),
                _ => return self.unexpected("{IDENTIFIER}"),
            };
            self.at += 1;
            if !self.symbol('=') {
                return self.unexpected("'='");
            }
            let value = match self.peek() {
                Some(Piece::Word(word) | Piece::Text(word)) => word.clone(),
                _ => return self.unexpected("a literal"),
            };
            self.at += 1;
            properties.push((name, value));
            if self.symbol(')') {
                return Ok(properties);
            }
            if !self.symbol(',') {
                return self.unexpected("{',', ')'}");
            }
        }
    }

    /// The source after `FROM`, and the names before it: of an alias, or of the column itself; empty for `*`.
    fn after_select(&mut self) -> Result<(String, Vec<String>), String> {
        let (mut names, mut last, mut depth) = (Vec::new(), None, 0_u32);
        loop {
            match self.peek() {
                None => return self.unexpected("'FROM'"),
                Some(piece) if depth == 0 && is_word(piece, "FROM") => break,
                Some(Piece::Symbol('(')) => depth += 1,
                Some(Piece::Symbol(')')) => depth -= 1,
                Some(Piece::Symbol(',')) if depth == 0 => names.extend(last.take()),
                Some(Piece::Word(word)) if depth == 0 => last = Some(word.to_uppercase()),
                Some(Piece::Quoted(word)) if depth == 0 => last = Some(word.clone()),
                Some(_) => {}
            }
            self.at += 1;
        }
        names.extend(last);
        self.at += 1;
        Ok((self.name()?, names))
    }
}
