//! Which request of the Kafka protocol is answered by what.

use rama::layer::{MapErrLayer, MapStateLayer};
use rama::{Layer as _, Service};
use tansu_broker::Error;
use tansu_broker::coordinator::group::Coordinator;
use tansu_broker::service::{auth, coordinator, storage as stock};
use tansu_sans_io::{Body, Request, Response};
use tansu_service::{
    BytesFrameLayer, BytesFrameService, FrameRequestLayer, FrameRouteBuilder, FrameRouteService, TcpBytesLayer, TcpBytesService,
    TcpContext, TcpContextLayer, TcpContextService,
};
use tansu_storage::Storage;

use super::configs::DescribeConfigs;
use super::create_topics::CreateTopics;
use super::fetch::{Arrivals, WaitingFetch};
use super::producer_ids::InitProducerId;

/// Answers one connection.
pub(super) type Routes = TcpContextService<TcpBytesService<BytesFrameService<FrameRouteService<(), Error>>, ()>>;

type Builder = FrameRouteBuilder<(), Error>;

/// The crate's routes, with our own answers to `CreateTopics`, `DescribeConfigs`, `Fetch`, `InitProducerId` and `Produce`, and
/// without `DeleteRecords`, at which its storage engine panics.
pub(super) fn build<C, S>(cluster_id: &str, groups: C, storage: S, arrivals: Arrivals) -> Result<Routes, Error>
where
    C: Coordinator,
    S: Storage + Clone,
{
    let builder = [
        stock::add_offsets_to_txn::<S>,
        stock::add_partitions_to_txn,
        stock::alter_user_scram_credentials,
        stock::consumer_group_describe,
        stock::create_acls,
        stock::delete_groups,
        stock::delete_topics,
        stock::describe_acls,
        stock::describe_cluster,
        stock::describe_groups,
        stock::describe_topic_partitions,
        stock::describe_user_scram_credentials,
        stock::find_coordinator,
        stock::get_telemetry_subscriptions,
        stock::incremental_alter_configs,
        stock::list_groups,
        stock::list_offsets,
        stock::list_partition_reassignments,
        stock::metadata,
        stock::txn_offset_commit_request,
    ]
    .iter()
    .try_fold(FrameRouteService::<(), Error>::builder(), |builder, route| route(builder, storage.clone()))?;
    let builder = with(builder, &storage, CreateTopics)?;
    let builder = with(builder, &storage, DescribeConfigs)?;
    let builder = with(builder, &storage, InitProducerId)?;
    let builder = with(builder, &storage, WaitingFetch::new(arrivals.clone()))?;
    let builder = with(builder, &storage, arrivals.announcing_produce())?;
    let builder = auth::services(coordinator::services(builder, groups)?)?;
    let context = TcpContext::default().cluster_id(Some(cluster_id.to_owned()));
    Ok((TcpContextLayer::new(context), TcpBytesLayer::default(), BytesFrameLayer::default()).into_layer(builder.build()?))
}

/// Adds a route of our own.
fn with<S, H, Q>(builder: Builder, storage: &S, handler: H) -> Result<Builder, Error>
where
    S: Storage + Clone,
    H: Service<S, Q, Error = tansu_storage::Error, Response: Response>,
    Q: Request + TryFrom<Body, Error: Into<tansu_storage::Error>> + Send + 'static,
{
    let storage = storage.clone();
    let service =
        (MapErrLayer::new(Error::from), MapStateLayer::new(|_| storage), FrameRequestLayer::<Q>::new()).into_layer(handler).boxed();
    builder.with_route(Q::KEY, service).map_err(Into::into)
}
