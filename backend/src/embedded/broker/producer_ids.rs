//! `InitProducerId` for clients that already have an id.
//!
//! An idempotent producer that lost track of its sequence numbers asks to go on under its old id with the next epoch, and
//! old protocol versions name no id at all. The crate's engine panics at both. A fresh id is an allowed answer to either
//! (for a transactional producer: the id of its name with the next epoch), so that is what we ask the engine for.

use rama::{Context, Service};
use tansu_sans_io::{InitProducerIdRequest, InitProducerIdResponse};
use tansu_storage::{InitProducerIdService, Storage};

/// "I have none" in the protocol.
const NONE: i16 = -1;

pub(super) struct InitProducerId;

impl<S: Storage> Service<S, InitProducerIdRequest> for InitProducerId {
    type Response = InitProducerIdResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<S>, mut request: InitProducerIdRequest) -> Result<Self::Response, Self::Error> {
        request.producer_id = Some(NONE.into());
        request.producer_epoch = Some(NONE);
        InitProducerIdService.serve(ctx, request).await
    }
}
