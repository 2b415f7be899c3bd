//! `CreateTopics` that may also be asked what it would do.
//!
//! The crate's engine overlooks `validate_only` and creates the topics; a preflight, or a cautious user's tool, must not.

use rama::{Context, Service};
use tansu_sans_io::create_topics_request::CreatableTopic;
use tansu_sans_io::create_topics_response::CreatableTopicResult;
use tansu_sans_io::{CreateTopicsRequest, CreateTopicsResponse, ErrorCode};
use tansu_storage::{CreateTopicsService, Storage, TopicId};

/// "The broker's own" in the protocol, for partitions and copies.
const DEFAULT: i32 = -1;

pub(super) struct CreateTopics;

impl<S: Storage> Service<S, CreateTopicsRequest> for CreateTopics {
    type Response = CreateTopicsResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<S>, request: CreateTopicsRequest) -> Result<Self::Response, Self::Error> {
        if !request.validate_only.unwrap_or_default() {
            return CreateTopicsService.serve(ctx, request).await;
        }
        let mut results = Vec::new();
        for topic in request.topics.unwrap_or_default() {
            let found = ctx.state().metadata(Some(&[TopicId::Name(topic.name.clone())])).await?;
            let exists = found.topics().iter().any(|t| t.error_code == i16::from(ErrorCode::None));
            results.push(result(topic, exists));
        }
        Ok(CreateTopicsResponse::default().topics(Some(results)).throttle_time_ms(Some(0)))
    }
}

fn result(topic: CreatableTopic, exists: bool) -> CreatableTopicResult {
    let code = match topic.num_partitions {
        _ if exists => ErrorCode::TopicAlreadyExists,
        DEFAULT | 1.. => ErrorCode::None,
        _ => ErrorCode::InvalidPartitions,
    };
    CreatableTopicResult::default()
        .name(topic.name)
        .topic_id(Some([0; 16]))
        .error_code(code.into())
        .error_message(None)
        .topic_config_error_code(Some(ErrorCode::None.into()))
        .num_partitions(Some(topic.num_partitions))
        .replication_factor(Some(topic.replication_factor))
        .configs(Some([].into()))
}
