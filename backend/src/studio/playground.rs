//! The playground: embedded broker and registry, and the pipeline that shows them at work.

use super::{Studio, StudioError};
use crate::embedded::registry;
use shared::{
    api::{PipelineSummary, Playground, SavePipeline},
    config::{Dispatcher, Pipeline, SchemaRegistry, SourceKind},
};

/// The playground pipeline's name.
pub const NAME: &str = "playground";

/// Running embedded services.
pub struct Embedded {
    #[cfg(feature = "playground")]
    pub broker: crate::embedded::broker::Handle,
    pub registry: registry::Handle,
}

impl Embedded {
    /// Where ordinary clients find them.
    #[must_use]
    pub fn addresses(&self) -> Playground {
        Playground {
            #[cfg(feature = "playground")]
            kafka: self.broker.address().to_string(),
            #[cfg(not(feature = "playground"))]
            kafka: String::new(),
            schema_registry: format!("http://{}", self.registry.address()),
        }
    }

    /// Stops both; to be called after the pipelines have stopped.
    pub async fn shut_down(self) {
        #[cfg(feature = "playground")]
        self.broker.shutdown().await;
        self.registry.shutdown().await;
    }
}

impl Studio {
    /// Makes the playground pipeline if it is not there, points it at this run's embedded services, and starts it.
    pub async fn start_playground(&self) -> Result<PipelineSummary, StudioError> {
        let playground = self.playground.clone().ok_or(StudioError::NoPlayground)?;
        match self.record(NAME).await {
            Ok(record) => {
                let document = pointed_at(record.document.clone(), &playground);
                if document != record.document {
                    self.save(SavePipeline::Document { document: Box::new(document) }, Some(NAME)).await?;
                }
            }
            Err(StudioError::NoSuchPipeline(_)) => {
                let document = Box::new(pointed_at(workload(), &playground));
                match self.save(SavePipeline::Document { document }, None).await {
                    // Two clicks at once: the other one made it.
                    Ok(_) | Err(StudioError::NameTaken(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        }
        self.start(NAME).await
    }
}

fn workload() -> Pipeline {
    let mut document = Pipeline::named(NAME);
    document.source.kind = SourceKind::Tpcc;
    document.source.warehouses = Some(1);
    document.source.rows_per_second = Some(1_000);
    document.changefeed.id = NAME.to_owned();
    document.changefeed.config.filter.rules = vec!["tpcc.*".to_owned(), "!tpcc.history".to_owned()];
    document.changefeed.config.sink.dispatchers = vec![Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "tidb_{schema}_{table}".to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }];
    document.kafka.topic = "ticdc-meta".to_owned();
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    document.kafka.params.insert("partition-num".to_owned(), 3.into());
    document.kafka.params.insert("replication-factor".to_owned(), 1.into());
    document
}

/// The embedded services may have other ports than last time, when theirs were taken meanwhile.
fn pointed_at(mut document: Pipeline, playground: &Playground) -> Pipeline {
    document.kafka.brokers = vec![playground.kafka.clone()];
    let registry = document.schema_registry.get_or_insert_with(SchemaRegistry::default);
    registry.url.clone_from(&playground.schema_registry);
    document
}
