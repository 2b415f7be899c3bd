//! One HTTP call to the registry, with its headers, time limits and retries.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use shared::secret::REDACTED;
use url::{Host, Url};

use super::{Options, RegistryError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the first byte sent to the last byte read, one attempt.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A schema is a few kilobytes; an answer beyond this is not a registry's.
const MAX_ANSWER_BYTES: usize = 8 << 20;

const ACCEPTED: &str = "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json";
const SENT: &str = "application/vnd.schemaregistry.v1+json";

/// Unreserved characters of RFC 3986 stay; everything else in a subject is escaped, `/` and `:` included.
const SUBJECT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn escape(subject: &str) -> String {
    utf8_percent_encode(subject, SUBJECT).to_string()
}

/// How often and how soon a call that failed for a passing reason is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Calls in all; at least 1.
    pub attempts: u32,
    /// Before the second call; doubles from there.
    pub first_delay: Duration,
    /// No wait is longer, also when the registry's `Retry-After` asks for more.
    pub longest_delay: Duration,
}

impl Default for Retry {
    /// Five calls within some 4 s: enough for a restarting registry, short enough for the pipeline's own back-off to take over.
    fn default() -> Self {
        Self { attempts: 5, first_delay: Duration::from_millis(250), longest_delay: Duration::from_secs(5) }
    }
}

impl Retry {
    /// One call and no more.
    pub const NEVER: Self = Self { attempts: 1, first_delay: Duration::ZERO, longest_delay: Duration::ZERO };

    fn delay(&self, failed_attempts: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.first_delay.saturating_mul(1 << (failed_attempts - 1).min(16));
        asked.unwrap_or(doubled).min(self.longest_delay)
    }
}

/// What the registry said, whatever the status.
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    retry_after: Option<Duration>,
}

#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    /// Without credentials and without trailing `/`.
    base: Arc<str>,
    user: Arc<str>,
    password: Option<SecretString>,
    retry: Retry,
}

impl Transport {
    pub fn new(options: Options, retry: Retry) -> Result<Self, RegistryError> {
        let mut url = Url::parse(options.url.trim()).map_err(|e| RegistryError::url(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RegistryError::url(format!("the scheme is `{}`, not `http` or `https`", url.scheme())));
        }
        let (user, password) = if options.user.is_empty() && !url.username().is_empty() {
            let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            (decode(url.username()), url.password().map(|p| SecretString::from(decode(p))))
        } else {
            (options.user, options.password)
        };
        // Neither can fail: an http(s) URL has a host.
        let _ = url.set_username("").and_then(|()| url.set_password(None));

        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let mut http = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(REQUEST_TIMEOUT);
        if loopback {
            // A proxy of the environment cannot reach this machine's loopback.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|e| RegistryError::url("TLS cannot be set up".to_owned()).caused_by(e))?;
        Ok(Self { http, base: url.as_str().trim_end_matches('/').into(), user: user.into(), password, retry })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str, subject: &str) -> Result<Answer, RegistryError> {
        self.call(Method::GET, path, None, subject).await
    }

    pub async fn post(&self, path: &str, body: String, subject: &str) -> Result<Answer, RegistryError> {
        self.call(Method::POST, path, Some(body), subject).await
    }

    /// Every call is idempotent, registration included, so that a lost answer may simply be asked for again.
    async fn call(&self, method: Method, path: &str, body: Option<String>, subject: &str) -> Result<Answer, RegistryError> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(method.clone(), path, body.clone()).await;
            let asked = match &outcome {
                Ok(answer) if !is_passing(answer.status) => return outcome.map_err(|e| self.unreachable(e, subject)),
                Ok(answer) => answer.retry_after,
                Err(_) => None,
            };
            if attempt >= self.retry.attempts {
                return outcome.map_err(|e| self.unreachable(e, subject));
            }
            tokio::time::sleep(self.retry.delay(attempt, asked)).await;
            attempt += 1;
        }
    }

    async fn once(&self, method: Method, path: &str, body: Option<String>) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).header(ACCEPT, ACCEPTED);
        if !self.user.is_empty() {
            request = request.basic_auth(&self.user, self.password.as_ref().map(ExposeSecret::expose_secret));
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, SENT).body(body);
        }
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok()).map(Duration::from_secs);
        let mut body = Vec::new();
        while body.len() < MAX_ANSWER_BYTES {
            let Some(chunk) = response.chunk().await? else { break };
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body: self.without_password(body), retry_after })
    }

    /// A proxy's error page may repeat what it was sent; the password must not reach a log or a page that way.
    fn without_password(&self, body: Vec<u8>) -> Vec<u8> {
        let password = self.password.as_ref().map_or("", ExposeSecret::expose_secret);
        match std::str::from_utf8(&body) {
            Ok(text) if !password.is_empty() && text.contains(password) => text.replace(password, REDACTED).into_bytes(),
            _ => body,
        }
    }

    fn unreachable(&self, error: reqwest::Error, subject: &str) -> RegistryError {
        RegistryError::unreachable(&self.base, subject, error)
    }
}

fn is_passing(status: u16) -> bool {
    [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].iter().any(|passing| status == passing.as_u16())
        || (500..600).contains(&status)
}
