//! `DescribeConfigs` as a Kafka broker answers it: what was set on a topic over the defaults, and the broker's own settings.
//!
//! The crate's answer knows only what was set on a topic, and nothing of a broker; clients that size their messages by
//! `max.message.bytes` (TiCDC and our sink do) need both.

use rama::{Context, Service};
use tansu_sans_io::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult};
use tansu_sans_io::{ConfigResource, ConfigSource, ConfigType, DescribeConfigsRequest, DescribeConfigsResponse, ErrorCode};
use tansu_storage::Storage;

/// Topic settings and their defaults in Kafka 3 and 4.
const TOPIC: &[(&str, &str, ConfigType)] = &[
    ("cleanup.policy", "delete", ConfigType::List),
    ("compression.type", "producer", ConfigType::String),
    ("max.message.bytes", "1048588", ConfigType::Int),
    ("message.timestamp.type", "CreateTime", ConfigType::String),
    ("min.insync.replicas", "1", ConfigType::Int),
    ("retention.bytes", "-1", ConfigType::Long),
    ("retention.ms", "604800000", ConfigType::Long),
];

/// Broker settings; what the playground has no use for is left out.
const BROKER: &[(&str, &str, ConfigType)] = &[
    ("auto.create.topics.enable", "false", ConfigType::Boolean),
    ("default.replication.factor", "1", ConfigType::Int),
    ("message.max.bytes", "1048588", ConfigType::Int),
    ("min.insync.replicas", "1", ConfigType::Int),
    ("num.partitions", "1", ConfigType::Int),
];

pub(super) struct DescribeConfigs;

impl<S: Storage> Service<S, DescribeConfigsRequest> for DescribeConfigs {
    type Response = DescribeConfigsResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<S>, request: DescribeConfigsRequest) -> Result<Self::Response, Self::Error> {
        let mut results = Vec::new();
        for resource in request.resources.unwrap_or_default() {
            let keys = resource.configuration_keys.as_deref().filter(|keys| !keys.is_empty());
            let kind = ConfigResource::from(resource.resource_type);
            let mut result = match kind {
                ConfigResource::Broker => DescribeConfigsResult::default()
                    .error_code(ErrorCode::None.into())
                    .error_message(None)
                    .resource_type(resource.resource_type)
                    .resource_name(resource.resource_name)
                    .configs(Some(defaults(BROKER, ConfigSource::StaticBrokerConfig).collect())),
                _ => ctx.state().describe_config(&resource.resource_name, kind, None).await?,
            };
            if matches!(kind, ConfigResource::Topic) && result.error_code == i16::from(ErrorCode::None) {
                result.configs = Some(over_defaults(result.configs.unwrap_or_default()));
            }
            if let (Some(keys), Some(configs)) = (keys, &mut result.configs) {
                configs.retain(|config| keys.contains(&config.name));
            }
            results.push(result);
        }
        Ok(DescribeConfigsResponse::default().throttle_time_ms(0).results(Some(results)))
    }
}

fn over_defaults(set: Vec<DescribeConfigsResourceResult>) -> Vec<DescribeConfigsResourceResult> {
    let unset: Vec<_> =
        defaults(TOPIC, ConfigSource::DefaultConfig).filter(|default| set.iter().all(|config| config.name != default.name)).collect();
    let set = set.into_iter().map(|config| {
        let kind = TOPIC.iter().find(|(name, ..)| *name == config.name).map_or(ConfigType::String, |(.., kind)| *kind);
        config.config_source(Some(ConfigSource::DynamicTopicConfig.into())).config_type(Some(kind.into()))
    });
    set.chain(unset).collect()
}

fn defaults(
    table: &'static [(&'static str, &'static str, ConfigType)],
    source: ConfigSource,
) -> impl Iterator<Item = DescribeConfigsResourceResult> {
    table.iter().map(move |(name, value, kind)| {
        DescribeConfigsResourceResult::default()
            .name((*name).to_owned())
            .value(Some((*value).to_owned()))
            .read_only(false)
            .is_default(Some(true))
            .config_source(Some(source.into()))
            .is_sensitive(false)
            .synonyms(Some(Vec::new()))
            .config_type(Some((*kind).into()))
            .documentation(None)
    })
}
