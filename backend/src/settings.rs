//! Settings of the process: defaults < environment < flags. Each is documented where it is declared.

use clap::Args;
use std::{net::SocketAddr, path::PathBuf};

/// Where the studio keeps its state.
#[derive(Args, Clone, Debug)]
pub struct DataDir {
    /// Directory for the studio's state: pipelines, checkpoints, sealed secrets, the playground's data.
    /// Default: `$XDG_DATA_HOME/changefeed-studio`, else `~/.local/share/changefeed-studio`.
    #[arg(long = "data-dir", env = "CHANGEFEED_STUDIO_DATA_DIR", value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
}

impl DataDir {
    #[must_use]
    pub fn path(&self) -> PathBuf {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        self.data_dir.clone().unwrap_or_else(|| {
            set("XDG_DATA_HOME")
                .or_else(|| set("HOME").map(|home| home.join(".local/share")))
                .unwrap_or_else(|| PathBuf::from("."))
                .join("changefeed-studio")
        })
    }
}

/// `serve`.
#[derive(Args, Clone, Debug)]
pub struct Serve {
    /// Address to listen on. Any other than a loopback address needs a token.
    #[arg(long, env = "CHANGEFEED_STUDIO_LISTEN", default_value = "127.0.0.1:7070", value_name = "HOST:PORT")]
    pub listen: SocketAddr,
    /// Do not start the embedded Kafka broker and Schema Registry.
    #[arg(long, env = "CHANGEFEED_STUDIO_NO_PLAYGROUND")]
    pub no_playground: bool,
    /// File that holds the token which every request must carry; at least 16 characters.
    /// The environment variable CHANGEFEED_STUDIO_TOKEN does the same.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Print addresses as one JSON object instead of text, for scripts.
    #[arg(long)]
    pub json: bool,
}
