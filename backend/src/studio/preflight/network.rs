//! The way to a system: its name's addresses, a connection to its port.

use super::graph::{About, LIMIT, Outcome, Plan};
use futures::future::join_all;
use shared::{Finding, api::CheckGroup};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::net::{TcpStream, lookup_host};

/// One address of several may be a dead one: it must not eat the time of the others.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub host: String,
    pub port: u16,
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') { write!(f, "[{}]:{}", self.host, self.port) } else { write!(f, "{}:{}", self.host, self.port) }
    }
}

impl Endpoint {
    /// `host:port` or `[v6]:port`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.trim().rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (!host.is_empty()).then_some(())?;
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }

    /// Of a URL with a host; `default_port` for schemes that have none of their own.
    pub(super) fn of_url(text: &str, default_port: u16) -> Option<Self> {
        let url = url::Url::parse(text.trim()).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { host, port: url.port_or_known_default().unwrap_or(default_port) })
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    async fn resolve(&self) -> std::io::Result<Vec<SocketAddr>> {
        lookup_host((self.host.as_str(), self.port)).await.map(Iterator::collect)
    }
}

/// Whether HTTP goes through a proxy of the environment, which then does the looking up and connecting.
pub(super) fn is_proxied(endpoint: &Endpoint) -> bool {
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    !endpoint.is_loopback() && names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Where a system is, for its two checks.
pub(super) struct Way<'a> {
    /// `kafka` gives `kafka.dns` and `kafka.tcp`.
    pub prefix: &'a str,
    pub subject: &'a str,
    /// The field that holds the address.
    pub path: &'a str,
    /// Reaching one of them is enough; the others are a warning.
    pub endpoints: Vec<Endpoint>,
}

/// Adds the checks of names and ports.
pub(super) fn add(plan: &mut Plan, way: &Way<'_>) {
    let about = |step: &str, title, needs| About {
        id: format!("{}.{step}", way.prefix),
        group: CheckGroup::Connection,
        subject: way.subject,
        title,
        needs,
        limit: LIMIT,
    };
    let (path, endpoints) = (way.path.to_owned(), way.endpoints.clone());
    plan.add(about("dns", "Name resolution", Vec::new()), move |_| async move { resolve(&path, &endpoints).await });
    let (path, endpoints) = (way.path.to_owned(), way.endpoints.clone());
    let needs = vec![format!("{}.dns", way.prefix)];
    plan.add(about("tcp", "TCP connection", needs), move |_| async move { connect(&path, &endpoints).await });
}

async fn resolve(path: &str, endpoints: &[Endpoint]) -> Outcome {
    let tried = join_all(endpoints.iter().map(|endpoint| async move {
        match endpoint.resolve().await {
            Ok(addresses) if !addresses.is_empty() => {
                let mut ips: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
                ips.dedup();
                let shown =
                    if ips == [endpoint.host.clone()] { endpoint.host.clone() } else { format!("{}: {}", endpoint.host, ips.join(", ")) };
                Ok(shown)
            }
            other => {
                let why = other.err().map_or_else(|| "it has no address".to_owned(), |error| error.to_string());
                let message = format!("The name `{}` has no address: {why}.", endpoint.host);
                let hint = "Check its spelling. A private name (peering, VPN, Kubernetes) is known only to machines inside.";
                Err(Finding::error(path, "host-not-found", message).hint(hint))
            }
        }
    }))
    .await;
    any_is_enough(tried)
}

/// Connects to an endpoint's addresses, one after the other.
///
/// # Errors
/// Why the last one could not be reached.
pub(super) async fn reach(endpoint: &Endpoint) -> Result<SocketAddr, String> {
    let mut why = "its name has no address".to_owned();
    for address in endpoint.resolve().await.map_err(|error| error.to_string())? {
        match tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(address),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("no answer within {} s", CONNECT_LIMIT.as_secs()),
        }
    }
    Err(why)
}

async fn connect(path: &str, endpoints: &[Endpoint]) -> Outcome {
    let tried = join_all(endpoints.iter().map(|endpoint| async move {
        let began = Instant::now();
        match reach(endpoint).await {
            Ok(_) => Ok(format!("{endpoint} in {} ms", began.elapsed().as_millis())),
            Err(why) => {
                let message = format!("No connection to `{endpoint}`: {why}.");
                let hint = if why.contains("refused") {
                    "The machine is there, and nothing listens on this port: check the port, and that the service runs."
                } else {
                    "Check the port, the service, and the firewall or network policy between here and there."
                };
                Err(Finding::error(path, "port-unreachable", message).hint(hint))
            }
        }
    }))
    .await;
    any_is_enough(tried)
}

/// Fails when all failed; a part of them is a warning.
fn any_is_enough(tried: Vec<Result<String, Finding>>) -> Outcome {
    let (mut details, mut findings) = (Vec::new(), Vec::new());
    for one in tried {
        match one {
            Ok(detail) => details.push(detail),
            Err(finding) => findings.push(finding),
        }
    }
    if !details.is_empty() {
        findings.iter_mut().for_each(|finding| finding.severity = shared::Severity::Warning);
    }
    Outcome::with(details.join("; "), findings)
}
