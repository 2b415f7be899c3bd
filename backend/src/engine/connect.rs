//! From a document to the parts that it names: the only place that knows which source kinds there are.

use super::{
    error::{EngineError, ErrorKind},
    source::{
        Inspect, Source, Wanted,
        mysql::{MysqlInspect, MysqlOptions, MysqlSource, TlsOptions},
        tpcc::{RateControl, TpccInspect, TpccOptions, TpccSource},
    },
};
use crate::clients::schema_registry;
use secrecy::SecretString;
use shared::{
    Finding,
    config::{Pipeline, SourceKind, StartFrom},
};
use std::path::Path;

/// Row changes per second of a workload whose document does not say.
pub const DEFAULT_ROWS_PER_SECOND: u32 = 1_000;
const DEFAULT_WAREHOUSES: u32 = 1;
/// The workload's seed is fixed: every playground shows the same shop.
const SEED: u64 = 2_026;

/// The source of a document whose secrets are resolved.
///
/// # Errors
/// The document does not describe one that this engine can read.
pub fn source(pipeline: &Pipeline, wanted: Wanted, directory: &Path, rate: &RateControl) -> Result<Box<dyn Source>, EngineError> {
    match pipeline.source.kind {
        SourceKind::Tpcc => Ok(Box::new(TpccSource::new(TpccOptions {
            warehouses: warehouses(pipeline),
            seed: SEED,
            state_dir: directory.join("tpcc").join(&pipeline.name),
            rate: rate.clone(),
            wanted,
        }))),
        SourceKind::Mysql => Ok(Box::new(MysqlSource::new(mysql_options(pipeline, wanted), directory.join("spill").join(&pipeline.name)))),
        SourceKind::Tidb => Err(tidb_is_not_native()),
    }
}

/// For questions to the source of a document whose secrets are resolved.
///
/// # Errors
/// As [`source`].
pub fn inspect(pipeline: &Pipeline) -> Result<Box<dyn Inspect>, EngineError> {
    match pipeline.source.kind {
        SourceKind::Tpcc => Ok(Box::new(TpccInspect::new(warehouses(pipeline)))),
        SourceKind::Mysql => {
            let inspect = MysqlInspect::new(pipeline.source.url.clone(), mysql_password(pipeline));
            let inspect = inspect.with_tls(TlsOptions::of(&pipeline.source));
            // A start that is not understood is the document's mistake, which is told elsewhere.
            Ok(Box::new(match StartFrom::parse(&pipeline.source.start) {
                Ok(from) => inspect.starting_at(from),
                Err(_) => inspect,
            }))
        }
        SourceKind::Tidb => Err(tidb_is_not_native()),
    }
}

/// The registry client of a document whose secrets are resolved.
///
/// # Errors
/// There is no registry in it, or its URL is none.
pub fn registry(pipeline: &Pipeline) -> Result<schema_registry::Client, EngineError> {
    let config = |message: &str| EngineError::new(ErrorKind::Config, Finding::error("schema_registry.url", "registry-missing", message));
    let registry = pipeline.schema_registry.as_ref().filter(|r| !r.url.is_empty());
    let registry = registry.ok_or_else(|| config("Avro needs a Schema Registry; the document names none"))?;
    let options = schema_registry::Options {
        url: registry.url.clone(),
        user: registry.user.clone(),
        password: (!registry.password.is_empty()).then(|| registry.password.0.clone().into()),
    };
    schema_registry::Client::new(options).map_err(EngineError::from)
}

fn warehouses(pipeline: &Pipeline) -> u32 {
    pipeline.source.warehouses.unwrap_or(DEFAULT_WAREHOUSES)
}

fn mysql_options(pipeline: &Pipeline, wanted: Wanted) -> MysqlOptions {
    MysqlOptions {
        url: pipeline.source.url.clone(),
        password: mysql_password(pipeline),
        tls: TlsOptions::of(&pipeline.source),
        server_id: pipeline.source.server_id.unwrap_or_else(|| server_id(&pipeline.name)),
        wanted,
    }
}

fn mysql_password(pipeline: &Pipeline) -> Option<SecretString> {
    (!pipeline.source.password.is_empty()).then(|| pipeline.source.password.0.clone().into())
}

/// The same for the same name, apart from the small numbers that people give to their servers.
fn server_id(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash | 0x4000_0000
}

fn tidb_is_not_native() -> EngineError {
    EngineError::new(
        ErrorKind::Config,
        Finding::error("source.kind", "source-not-native", "this engine does not read TiDB clusters yet")
            .hint("Use target = \"export\" and run the changefeed on TiCDC, or a MySQL-compatible source."),
    )
}
