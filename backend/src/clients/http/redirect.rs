//! Where a service sends us on to. reqwest would follow by itself, and forget the login whenever the host changes: so do
//! clusters whose nodes point at their owner.

use reqwest::{Method, StatusCode, header};
use url::Url;

/// More is a circle.
pub(super) const MOST_REDIRECTS: usize = 5;

/// The next address, and whether our login goes along.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub url: Url,
    pub keeps_login: bool,
}

/// What a redirect says, or `None` for what is not followed: it would send a body as something else, or leave TLS.
///
/// The login goes along within one origin and to its `https`. Between nodes of a cluster (`is_cluster`) it goes along as long as
/// the same is asked there: the node that points at another has seen the login already.
pub(super) fn next(
    asked: &Url,
    method: &Method,
    status: StatusCode,
    location: Option<&header::HeaderValue>,
    is_cluster: bool,
) -> Option<Next> {
    let keeps_method = match status.as_u16() {
        307 | 308 => true,
        301..=303 => method == Method::GET,
        _ => false,
    };
    if !keeps_method {
        return None;
    }
    let mut url = asked.join(location?.to_str().ok()?).ok()?;
    let leaves_tls = asked.scheme() == "https" && url.scheme() != "https";
    if leaves_tls || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let is_same_host = url.host() == asked.host();
    let is_same_origin = is_same_host && (url.port_or_known_default() == asked.port_or_known_default() || url.scheme() != asked.scheme());
    let is_same_question = url.path() == asked.path() && url.query() == asked.query();
    let keeps_login = is_same_origin || is_cluster && is_same_question;
    Some(Next { url, keeps_login })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_login_goes_no_further_than_its_service() {
        let asked = "http://node-1:8300/api/v2/changefeeds?keyspace=a";
        for (status, method, location, is_cluster, expected) in [
            (307, Method::POST, "http://node-2:8300/api/v2/changefeeds?keyspace=a", true, Some(true)),
            (308, Method::PUT, "http://node-2:8300/api/v2/changefeeds?keyspace=a", false, Some(false)),
            (307, Method::POST, "http://node-2:8300/elsewhere", true, Some(false)),
            (307, Method::POST, "/api/v2/other", false, Some(true)),
            (307, Method::GET, "https://node-1/api/v2/changefeeds?keyspace=a", false, Some(true)),
            (307, Method::GET, "http://node-1:9/api/v2/changefeeds?keyspace=a", false, Some(false)),
            (302, Method::GET, "/login", false, Some(true)),
            (302, Method::POST, "/login", false, None),
            (307, Method::GET, "ftp://node-1/x", true, None),
            (304, Method::GET, "/x", true, None),
        ] {
            let location_value = header::HeaderValue::from_str(location).unwrap();
            let url = Url::parse(asked).unwrap();
            let next = next(&url, &method, StatusCode::from_u16(status).unwrap(), Some(&location_value), is_cluster);
            assert_eq!(next.map(|next| next.keeps_login), expected, "{status} {method} {location}");
        }
        let secure = Url::parse("https://node-1/x").unwrap();
        let plain = header::HeaderValue::from_static("http://node-1/x");
        assert_eq!(next(&secure, &Method::GET, StatusCode::TEMPORARY_REDIRECT, Some(&plain), true), None);
        let named = header::HeaderValue::from_static("https://u:p@node-1/x");
        let next = next(&secure, &Method::GET, StatusCode::TEMPORARY_REDIRECT, Some(&named), true).unwrap();
        assert_eq!(next.url.as_str(), "https://node-1/x");
    }
}
