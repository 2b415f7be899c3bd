//! `serve`: the studio.

use crate::{
    api::{self, Access, AppState},
    embedded::registry,
    settings::{DataDir, Serve},
    store::Store,
    studio::{Embedded, Studio},
};
use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use std::{net::SocketAddr, process::ExitCode, sync::Arc};
use tokio::{net::TcpListener, signal::unix};
use tokio_util::sync::CancellationToken;

const TOKEN_VARIABLE: &str = "CHANGEFEED_STUDIO_TOKEN";
const TOKEN_MIN: usize = 16;

/// Serves until interrupted; pipelines then stop at their checkpoints and go on at the next start.
///
/// # Errors
/// The address, the data directory or the playground's services cannot be had.
pub async fn run(settings: Serve, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let token = token(&settings)?;
    if !settings.listen.ip().is_loopback() && token.is_none() {
        bail!("`{}` can be reached from other machines: give a token with --token-file or {TOKEN_VARIABLE}", settings.listen);
    }
    let directory = data_dir.path();
    let store = Arc::new(Store::open(&directory)?);
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on `{}`; choose another address with --listen", settings.listen))?;
    let address = listener.local_addr()?;
    let embedded = if settings.no_playground { None } else { Some(start_embedded(&directory).await?) };

    let studio = Arc::new(Studio::new(store, embedded.as_ref().map(Embedded::addresses)));
    let stop = CancellationToken::new();
    let access = Arc::new(Access::new(address, token));
    let router = api::router(AppState { studio: Arc::clone(&studio), access, stop: stop.clone() });
    studio.resume_all().await?;
    announce(address, &studio, &directory, settings.json);

    let graceful = stop.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(graceful.cancelled_owned()).await });
    interrupted().await;
    tracing::info!("stopping; pipelines go on from their checkpoints at the next start");
    stop.cancel();
    studio.shut_down().await;
    server.await.context("the server broke down")??;
    if let Some(embedded) = embedded {
        embedded.shut_down().await;
    }
    Ok(ExitCode::SUCCESS)
}

fn token(settings: &Serve) -> anyhow::Result<Option<SecretString>> {
    let text = match &settings.token_file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read the token file `{}`", path.display()))?,
        None => match std::env::var(TOKEN_VARIABLE) {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    let token = SecretString::from(text.trim());
    if token.expose_secret().len() < TOKEN_MIN {
        bail!("the token is shorter than {TOKEN_MIN} characters");
    }
    Ok(Some(token))
}

async fn start_embedded(directory: &std::path::Path) -> anyhow::Result<Embedded> {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let registry = registry::start(registry::Options { data_dir: directory.join("registry"), listen: any_port })
        .await
        .context("the embedded Schema Registry does not start")?;
    #[cfg(feature = "playground")]
    let broker = crate::embedded::broker::start(crate::embedded::broker::Options { data_dir: directory.join("broker"), listen: any_port })
        .await
        .context("the embedded broker does not start")?;
    Ok(Embedded {
        #[cfg(feature = "playground")]
        broker,
        registry,
    })
}

fn announce(address: SocketAddr, studio: &Studio, directory: &std::path::Path, json: bool) {
    let url = format!("http://{address}/");
    let playground = studio.playground();
    if json {
        println!("{}", serde_json::json!({ "url": url, "data_dir": directory, "playground": playground }));
        return;
    }
    println!("Changefeed Studio   {url}");
    if let Some(playground) = playground {
        println!("  Kafka             {}", playground.kafka);
        println!("  Schema Registry   {}", playground.schema_registry);
    }
    println!("  data directory    {}", directory.display());
    println!("Ctrl-C stops it; pipelines go on from their checkpoints at the next start.");
}

/// Resolves at Ctrl-C or SIGTERM. Both are heeded from the call on, not from the first wait: nothing in between may end the process.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    let signals = [unix::SignalKind::interrupt(), unix::SignalKind::terminate()].map(unix::signal);
    async move {
        let [Ok(mut interrupt), Ok(mut terminate)] = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
