//! Who may talk to the studio: the right Host and Origin, and on other than loopback addresses the token.

use super::{AppState, REQUEST_ID, error::Failure};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use shared::api::ApiError;
use std::net::{IpAddr, SocketAddr};
use subtle::ConstantTimeEq;

const COOKIE: &str = "changefeed_studio_token";

/// What a request must show.
pub struct Access {
    listen: SocketAddr,
    token: Option<SecretString>,
}

impl Access {
    #[must_use]
    pub fn new(listen: SocketAddr, token: Option<SecretString>) -> Self {
        Self { listen, token }
    }

    #[must_use]
    pub fn loopback_only(&self) -> bool {
        self.listen.ip().is_loopback()
    }

    /// A name that a browser was lured to (DNS rebinding) is not one of ours. With a token any name will do: the
    /// cookie belongs to the name it was set for.
    fn host_is_ours(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        self.token.is_some() || name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn token_is(&self, shown: &str) -> bool {
        self.token.as_ref().is_some_and(|token| bool::from(token.expose_secret().as_bytes().ct_eq(shown.as_bytes())))
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        if self.token.is_none() {
            return true;
        }
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
        let cookie = text(header::COOKIE).and_then(|all| all.split("; ").find_map(|c| c.strip_prefix(COOKIE)?.strip_prefix('=')));
        bearer.or(cookie).is_some_and(|shown| self.token_is(shown))
    }
}

pub(super) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let response = match refusal(&state.access, &request) {
        Some(Refusal::Failure(failure)) => failure.into_response(),
        Some(Refusal::Welcome(response)) => response,
        None => next.run(request).await,
    };
    with_request_id(response, id)
}

enum Refusal {
    Failure(Failure),
    /// The token came in the address: it moves into a cookie and out of sight.
    Welcome(Response),
}

fn refusal(access: &Access, request: &Request) -> Option<Refusal> {
    let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).or(request.uri().host()).unwrap_or_default();
    if !access.host_is_ours(host) {
        return Some(Refusal::Failure(Failure::new(StatusCode::FORBIDDEN, "wrong-host", "this studio is not called by that name")));
    }
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        let ours =
            origin.to_str().ok().and_then(|o| o.split_once("://")).is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
        if !ours {
            return Some(Refusal::Failure(Failure::new(StatusCode::FORBIDDEN, "wrong-origin", "requests from other sites are refused")));
        }
    }
    if let Some(shown) = token_in(request.uri()).filter(|_| request.method() == Method::GET)
        && access.token_is(&shown)
    {
        let cookie = format!("{COOKIE}={shown}; HttpOnly; SameSite=Strict; Path=/");
        let headers = [(header::LOCATION, request.uri().path().to_owned()), (header::SET_COOKIE, cookie)];
        return Some(Refusal::Welcome((StatusCode::SEE_OTHER, headers).into_response()));
    }
    if !access.admits(request.headers()) {
        let failure =
            Failure::new(StatusCode::UNAUTHORIZED, "token-needed", "open the address with ?token=… or send `Authorization: Bearer`");
        return Some(Refusal::Failure(failure));
    }
    None
}

fn token_in(uri: &Uri) -> Option<String> {
    let value = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("token="))?;
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(Into::into)
}

/// Puts the request's id into an error's body, so that a person can name it.
fn with_request_id(response: Response, id: String) -> Response {
    let (mut parts, body) = response.into_parts();
    match parts.extensions.remove::<ApiError>() {
        Some(error) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            let json = Json(ApiError { request_id: id, ..error }).into_response();
            Response::from_parts(parts, json.into_body())
        }
        None => Response::from_parts(parts, body),
    }
}
