//! A TiCDC double to talk to by hand, or with TiCDC's own client: `ticdc [classic VERSION | v1]`. It prints its address, and runs
//! until it is interrupted.

use doubles::ticdc::{Options, Table, TiCdc};

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let options = match words.next().as_deref() {
        Some("classic") => Options::classic(&words.next().unwrap_or_else(|| "v7.5.0".to_owned())),
        Some("v1") => Options::v1_only(),
        _ => Options::default(),
    };
    let tables = vec![Table::new("app", "orders"), Table::new("app", "log").without_key()];
    let ticdc = TiCdc::start(Options { tables, ..options }).await;
    println!("{}", ticdc.url());
    std::future::pending::<()>().await;
}
