//! Sealed secrets and the resolving of references.

use super::{SECRETS, Store, StoreError};
use secrecy::{ExposeSecret, SecretString};
use shared::{config::Pipeline, secret::SecretRef};
use std::collections::HashSet;

/// A reference that leads nowhere. Names the place, never the value.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("environment variable `{0}` is not set")]
    Env(String),
    #[error("secret file `{path}` cannot be read")]
    File { path: String, source: std::io::Error },
    #[error("the store has no secret `{0}`")]
    Missing(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a reference stands for when there is no store: `store:` references lead nowhere then.
///
/// # Errors
/// It leads nowhere.
pub fn resolve_outside(reference: &SecretRef) -> Result<SecretString, ResolveError> {
    match reference {
        SecretRef::Inline(value) => Ok(value.clone().into()),
        SecretRef::Env(name) => std::env::var(name).map(Into::into).map_err(|_| ResolveError::Env(name.clone())),
        SecretRef::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| ResolveError::File { path: path.clone(), source })?;
            Ok(text.strip_suffix('\n').map(|t| t.strip_suffix('\r').unwrap_or(t)).unwrap_or(&text).to_owned().into())
        }
        SecretRef::Store(name) => Err(ResolveError::Missing(name.clone())),
    }
}

/// A name for the secret at a path that no other field of the document refers to: connectors change places, and a secret that
/// was sealed when its connector stood here must not be replaced by another's.
fn free_name(pipeline: &str, path: &str, taken: &mut HashSet<String>) -> String {
    // quotes of a path would have to be escaped in the document
    let first = format!("{pipeline}/{}", path.replace('"', ""));
    let more = (2..).map(|number| format!("{first}-{number}"));
    let free = std::iter::once(first.clone()).chain(more).find(|name| !taken.contains(name)).unwrap_or(first);
    taken.insert(free.clone());
    free
}

impl Store {
    /// Seals a secret under a name, replacing what was there.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn put_secret(&self, name: &str, value: &SecretString) -> Result<(), StoreError> {
        self.put(SECRETS, name, &self.key.seal(name, value.expose_secret().as_bytes()))
    }

    /// A sealed secret's value.
    ///
    /// # Errors
    /// It was sealed with another key, or the disk cannot be read.
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, StoreError> {
        let Some(sealed) = self.get(SECRETS, name)? else { return Ok(None) };
        let value = String::from_utf8(self.key.open(name, &sealed)?).map_err(|_| StoreError::Sealed { name: name.to_owned() })?;
        Ok(Some(value.into()))
    }

    /// What a reference stands for, now.
    ///
    /// # Errors
    /// It leads nowhere.
    pub fn resolve(&self, reference: &SecretRef) -> Result<SecretString, ResolveError> {
        match reference {
            SecretRef::Store(name) => self.secret(name)?.ok_or_else(|| ResolveError::Missing(name.clone())),
            elsewhere => resolve_outside(elsewhere),
        }
    }

    /// Seals every inline secret of a document and puts a `store:` reference in its place. Says whether there was one.
    ///
    /// # Errors
    /// The disk cannot be written; the document is then as it was, its secrets not saved.
    pub fn seal_inline(&self, pipeline: &mut Pipeline) -> Result<bool, StoreError> {
        let mut sealed = pipeline.clone();
        let name = pipeline.name.clone();
        let mut taken = HashSet::new();
        sealed.for_each_secret(&mut |_, text| {
            if let SecretRef::Store(name) = SecretRef::parse(text) {
                taken.insert(name);
            }
        });
        let mut result = Ok(false);
        sealed.for_each_secret(&mut |path, text| {
            let SecretRef::Inline(value) = SecretRef::parse(text) else { return };
            let key = free_name(&name, path, &mut taken);
            match (&result, self.put_secret(&key, &value.into())) {
                (Ok(_), Ok(())) => result = Ok(true),
                (Ok(_), Err(error)) => result = Err(error),
                (Err(_), _) => {}
            }
            *text = format!("store:{key}");
        });
        if result.is_ok() {
            *pipeline = sealed;
        }
        result
    }

    /// The document with every secret's value in it: for the engine, never for an answer.
    ///
    /// # Errors
    /// The path of the secret that leads nowhere, and why.
    pub fn unseal(&self, pipeline: &Pipeline) -> Result<Pipeline, (String, ResolveError)> {
        let mut open = pipeline.clone();
        let mut failed = None;
        open.for_each_secret(&mut |path, text| match self.resolve(&SecretRef::parse(text)) {
            Ok(value) => value.expose_secret().clone_into(text),
            Err(error) => failed = failed.take().or(Some((path.to_owned(), error))),
        });
        failed.map_or(Ok(open), Err)
    }
}
