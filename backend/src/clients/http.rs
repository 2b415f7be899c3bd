//! What the clients of HTTP APIs have in common: address, login, TLS, patience, and errors that end as findings.

mod error;
mod redirect;

pub use error::{RemoteError, RemoteErrorKind};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use reqwest::{Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::config::Service;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Connect's `validate` talks to a database, TiCDC's create to Kafka: both take seconds.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Tries of a request that may be repeated, the first included.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest that a server's `Retry-After` is followed.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Whom to talk to, with secrets as values.
#[derive(Clone, Default)]
pub struct Options {
    /// For people: `Kafka Connect`.
    pub system: &'static str,
    /// The section of the pipeline document that findings name: `connect`.
    pub path: &'static str,
    /// `http(s)://host[:port][/prefix]`.
    pub url: String,
    /// Basic authentication; empty signs in with nothing.
    pub user: String,
    pub password: SecretString,
    /// PEM; empty is the system's authorities.
    pub ca: String,
    /// PEM; a client certificate, with `key`.
    pub cert: String,
    pub key: SecretString,
}

impl Options {
    /// A service of an unsealed document.
    #[must_use]
    pub fn of_service(system: &'static str, path: &'static str, open: &Service) -> Self {
        Self {
            system,
            path,
            url: open.url.clone(),
            user: open.user.clone(),
            password: open.password.0.clone().into(),
            ca: open.ca.0.clone(),
            cert: open.cert.0.clone(),
            key: open.key.0.clone().into(),
        }
    }
}

/// A connection pool to one service; clones share it. Dropping a call's future cancels it.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    base: url::Url,
    user: String,
    password: SecretString,
    system: &'static str,
    path: &'static str,
    is_cluster: bool,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("system", &self.system).field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// Any answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON, or `None` when it is not.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Http {
    /// # Errors
    /// [`RemoteErrorKind::Url`] when the address is not an `http` or `https` URL, [`RemoteErrorKind::Tls`] when a
    /// certificate or key is not PEM.
    pub fn new(options: Options) -> Result<Self, RemoteError> {
        let Options { system, path, url, user, password, ca, cert, key } = options;
        let error = |kind, reason: String| RemoteError::new(system, path, kind, 0, reason);
        let mut base = url::Url::parse(url.trim())
            .ok()
            .filter(|base| matches!(base.scheme(), "http" | "https") && base.has_host())
            .ok_or_else(|| error(RemoteErrorKind::Url, "it is not an `http://` or `https://` address".to_owned()))?;
        // Credentials belong in their fields; what is left of them must not be sent twice or shown.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        let tls = |what: &str, source: reqwest::Error| {
            error(RemoteErrorKind::Tls, format!("`{what}` cannot be used as PEM")).caused_by(source.without_url())
        };
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("changefeed-studio/", env!("CARGO_PKG_VERSION")));
        if !ca.is_empty() {
            for certificate in reqwest::Certificate::from_pem_bundle(ca.as_bytes()).map_err(|e| tls("ca", e))? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        if !cert.is_empty() {
            let identity = reqwest::Identity::from_pkcs8_pem(cert.as_bytes(), key.expose_secret().as_bytes());
            builder = builder.identity(identity.map_err(|e| tls("cert", e))?);
        }
        let client = builder.build().map_err(|e| tls("ca", e))?;
        Ok(Self { client, base, user, password, system, path, is_cluster: false })
    }

    /// A cluster whose nodes may send a request on to one another: our login goes along.
    #[must_use]
    pub fn of_cluster(mut self) -> Self {
        self.is_cluster = true;
        self
    }

    /// The address, without credentials or a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Sends one request and answers whatever came back. `path` begins with `/` and is already percent-encoded. A `GET` (and
    /// whatever else `repeatable` says) is tried again after 429, 502, 503, 504 and lost connections.
    ///
    /// # Errors
    /// No answer: unreachable, no TLS, not in time.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>, repeatable: bool) -> Result<Answer, RemoteError> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let last = attempt == TRIES;
            let sent = self.exchange(&method, path, body, |request| request.timeout(TIMEOUT)).await;
            let error = match sent {
                Ok(response) => {
                    let busy = matches!(response.status().as_u16(), 429 | 502 | 503 | 504);
                    // What was refused for its rate was not done: any request may be sent again.
                    let again = busy && !last && (repeatable || response.status() == StatusCode::TOO_MANY_REQUESTS);
                    if again {
                        wait = retry_after(&response).unwrap_or(wait).min(LONGEST_WAIT);
                        None
                    } else {
                        let status = response.status();
                        match response.bytes().await {
                            Ok(body) => return Ok(Answer { status, body: body.into() }),
                            Err(error) => Some(error),
                        }
                    }
                }
                Err(error) => Some(error),
            };
            if let Some(error) = error
                && (last || !repeatable)
            {
                return Err(RemoteError::unreachable(self.system, self.path, self.base(), error));
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    /// The same, where any status but a success is an error.
    ///
    /// # Errors
    /// No answer, or a refusal with the system's own reason.
    pub async fn ok(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, RemoteError> {
        let repeatable = method == Method::GET || method == Method::PUT;
        let answer = self.send(method, path, body, repeatable).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refused(&answer)) }
    }

    /// A JSON document.
    ///
    /// # Errors
    /// As [`Http::ok`], and [`RemoteErrorKind::Unexpected`] when the answer is something else.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        let answer = self.ok(Method::GET, path, None).await?;
        self.decode(&answer)
    }

    /// # Errors
    /// [`RemoteErrorKind::Unexpected`] when the body is not what was asked for.
    pub fn decode<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, RemoteError> {
        serde_json::from_slice(&answer.body).map_err(|source| {
            let reason = "the answer is not what this API gives; is the address another system's, or a proxy's?".to_owned();
            RemoteError::new(self.system, self.path, RemoteErrorKind::Unexpected, answer.status.as_u16(), reason).caused_by(source)
        })
    }

    /// The error of an answer that is no success.
    #[must_use]
    pub fn refused(&self, answer: &Answer) -> RemoteError {
        RemoteError::from_answer(self.system, self.path, answer)
    }

    /// A response whose body is read bit by bit: no limit on the whole, only on the connection.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn stream(&self, method: Method, path: &str, body: Option<&Value>, accept: &str) -> Result<reqwest::Response, RemoteError> {
        let sent = self.exchange(&method, path, body, |request| request.header(header::ACCEPT, accept)).await;
        let response = sent.map_err(|error| RemoteError::unreachable(self.system, self.path, self.base(), error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.bytes().await.map(Vec::from).unwrap_or_default();
        Err(self.refused(&Answer { status, body }))
    }

    /// One request, wherever the service sends it on to.
    async fn exchange(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        with: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let first = format!("{}{path}", self.base());
        let mut response = with(self.request(method, &first, body, true)).send().await?;
        let mut has_login = true;
        for _ in 0..redirect::MOST_REDIRECTS {
            let location = response.headers().get(header::LOCATION);
            let Some(next) = redirect::next(response.url(), method, response.status(), location, self.is_cluster) else { break };
            has_login &= next.keeps_login;
            response = with(self.request(method, next.url.as_str(), body, has_login)).send().await?;
        }
        Ok(response)
    }

    fn request(&self, method: &Method, url: &str, body: Option<&Value>, has_login: bool) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method.clone(), url);
        if has_login && !self.user.is_empty() {
            request = request.basic_auth(&self.user, Some(self.password.expose_secret()));
        }
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// Everything but what a path may hold as it is: servers and proxies may refuse an encoded dot.
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as a part of a URL's path.
#[must_use]
pub fn path_part(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, PATH_PART).to_string()
}

#[cfg(test)]
mod tests;
