//! From our engine to TiCDC at the checkpoint.

use super::rig::Rig;
use backend::{engine::position::Position, store::StoredCheckpoint};
use serde_json::json;
use shared::{
    api::{LaunchState, PipelineState},
    config::Target,
    row::CommitTs,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_move_goes_on_at_the_checkpoint_and_back_when_it_is_undone() {
    let rig = Rig::start().await;
    let life = rig.studio().await;
    let mut document = rig.document();
    document["changefeed"]["target"] = json!("native");
    life.save(document).await;
    let asked = |target: &str| json!({ "target": target });
    let refused = life.app.post("/api/v1/pipelines/orders/move", asked("ticdc")).await;
    assert!(refused.text.contains("move-without-checkpoint"), "{}", refused.text);

    // as a native run would have left it
    let commit_ts = rig.ticdc.now() - (60_000 << 18);
    let store = life.app.studio.store();
    let position = Position::Tpcc { transaction: 1, loaded: 0 };
    store.put_checkpoint("orders", &StoredCheckpoint { position, commit_ts: CommitTs(commit_ts), at_ms: 1 }, None).unwrap();
    let mut record = store.pipeline("orders").unwrap().unwrap();
    record.state = PipelineState::Paused;
    store.put_pipeline(&record).unwrap();

    let begun = life.app.post("/api/v1/pipelines/orders/move", asked("ticdc")).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let report = life.ended().await;
    assert_eq!(report.state, LaunchState::Done, "{report:#?}");
    let request = rig.ticdc.asked().into_iter().find(|one| one.method == "POST" && one.path.contains("/changefeeds")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["start_ts"], commit_ts);
    let record = store.pipeline("orders").unwrap().unwrap();
    assert_eq!((record.document.changefeed.target, record.state), (Target::Ticdc, PipelineState::Running));

    let back = life.app.post("/api/v1/pipelines/orders/move", asked("native")).await;
    assert!(back.text.contains("move-source-not-native"), "{}", back.text);
    assert_eq!(life.undo().await.state, LaunchState::Undone);
    assert!(rig.ticdc.ids().is_empty());
    let record = store.pipeline("orders").unwrap().unwrap();
    assert_eq!((record.document.changefeed.target, record.state), (Target::Native, PipelineState::Paused));
    life.end().await;
}
