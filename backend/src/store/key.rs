//! The key that seals secrets at rest: from the environment, or a file that only its owner can read.

use super::StoreError;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path};

/// 32 bytes in base64; when set, the key file is neither read nor made.
pub const KEY_VARIABLE: &str = "CHANGEFEED_STUDIO_KEY";
const FILE: &str = "secret.key";
const NONCE_BYTES: usize = 24;

pub(super) struct SealingKey(XChaCha20Poly1305);

impl SealingKey {
    pub(super) fn load(directory: &Path) -> Result<Self, StoreError> {
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return Self::parse(KEY_VARIABLE, &text);
        }
        let path = directory.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path.display().to_string(), &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::make(&path),
            Err(source) => Err(StoreError::Directory { path, source }),
        }
    }

    fn make(path: &Path) -> Result<Self, StoreError> {
        let mut bytes = [0_u8; 32];
        fill_random(&mut bytes);
        let directory_error = |source| StoreError::Directory { path: path.to_owned(), source };
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(directory_error)?;
        file.write_all(STANDARD.encode(bytes).as_bytes()).and_then(|()| file.sync_all()).map_err(directory_error)?;
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    fn parse(origin: &str, text: &str) -> Result<Self, StoreError> {
        let fail = |reason: &str| StoreError::Key { origin: origin.to_owned(), reason: reason.to_owned() };
        let bytes = STANDARD.decode(text.trim()).map_err(|_| fail("it is not base64"))?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| fail("it is not 32 bytes long"))?;
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    /// Nonce and ciphertext. The name is bound in, so that one secret cannot be put in another's place.
    pub(super) fn seal(&self, name: &str, secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE_BYTES];
        fill_random(&mut nonce);
        let sealed = self.0.encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: name.as_bytes() });
        let mut out = nonce.to_vec();
        out.extend(sealed.expect("a secret is far below the cipher's limit of 256 GiB"));
        out
    }

    pub(super) fn open(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let fail = || StoreError::Sealed { name: name.to_owned() };
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(fail)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| fail())?;
        self.0.decrypt(&XNonce::from(nonce), Payload { msg: text, aad: name.as_bytes() }).map_err(|_| fail())
    }
}

fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}
