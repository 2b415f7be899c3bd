//! Where a row goes: which tables are wanted, their topics, and the partition of each row.

mod checksum;
mod column_filter;
mod filter;
mod partition;
mod pattern;
mod preview;
mod re2;
mod router;
mod spread;
mod topic;

pub use column_filter::ColumnFilter;
pub use filter::{TableFilter, exclusion, is_system_schema};
pub use partition::{PARTITION_WORDS, PartitionPlan, PartitionRule};
pub use preview::{PreviewInPieces, RoutePreview, preview};
pub(crate) use re2::check as check_re2;
pub use router::{Route, Router};
pub use spread::Spread;
pub use topic::{MAX_TOPIC_BYTES, TopicError, TopicExpression, is_legal_topic};
