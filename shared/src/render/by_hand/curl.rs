//! One request as a command for a POSIX shell.

use crate::render::secrets::Prepared;
use crate::render::shell::word;
use crate::secret::{SecretRef, SecretText};

/// A request. What it holds may have marks of a [`Prepared`] document; rendering makes them placeholders.
pub(super) struct Curl<'a> {
    url: String,
    body: Option<&'a str>,
    headers: Vec<&'a str>,
    user: Option<String>,
    /// Options and the files that they name.
    files: Vec<(&'static str, String)>,
}

impl<'a> Curl<'a> {
    pub(super) fn get(url: &str) -> Self {
        Self { url: url.to_owned(), body: None, headers: Vec::new(), user: None, files: Vec::new() }
    }

    /// A JSON body makes it a `POST`.
    pub(super) fn post(url: &str, body: &'a str) -> Self {
        Self { body: Some(body), headers: vec!["Content-Type: application/json"], ..Self::get(url) }
    }

    pub(super) fn header(mut self, header: &'a str) -> Self {
        self.headers.push(header);
        self
    }

    /// Basic authentication; none without a user.
    pub(super) fn login(mut self, user: &str, password: &SecretText) -> Self {
        self.user = (!user.is_empty()).then(|| format!("{user}:{}", password.0));
        self
    }

    /// Certificates as the document has them, references and all.
    pub(super) fn certificates(mut self, ca: &SecretText, cert: &SecretText, key: &SecretText) -> Self {
        for (option, name, secret) in [("--cacert", "ca", ca), ("--cert", "cert", cert), ("--key", "key", key)] {
            self.files.extend(pem_file(name, secret).map(|file| (option, file)));
        }
        self
    }

    pub(super) fn render(&self, prepared: &Prepared) -> String {
        let mut lines = vec!["curl -fsS".to_owned()];
        lines.extend(self.user.as_ref().map(|user| format!("-u {}", word(&prepared.fill(user)))));
        lines.extend(self.files.iter().map(|(option, file)| format!("{option} {}", word(file))));
        lines.extend(self.headers.iter().map(|header| format!("-H {}", word(header))));
        lines.extend(self.body.map(|body| format!("--data-binary {}", word(&prepared.fill(body)))));
        lines.push(word(&self.url));
        lines.join(" \\\n  ")
    }
}

/// Where a certificate or key lies for a command that wants a file; `None` when the document has none.
pub(super) fn pem_file(name: &str, secret: &SecretText) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    Some(match SecretRef::parse(&secret.0) {
        SecretRef::File(path) => path,
        _ => format!("{name}.pem"),
    })
}
