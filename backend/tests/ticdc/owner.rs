//! The node that is asked is not the owner, or stops being it.

use crate::support::{client, count, created, id, pipeline};
use backend::clients::http::{Options as Login, RemoteErrorKind};
use backend::clients::ticdc::{Client, State};
use doubles::ticdc::{Options, SecondNode, TiCdc, Trouble};

async fn cluster(second_node: SecondNode) -> (TiCdc, Client) {
    let login = Some(("root".to_owned(), "ticdc-s3cret".to_owned()));
    let ticdc = TiCdc::start(Options { second_node: Some(second_node), login, ..Options::default() }).await;
    let client = Client::of_pipeline(&pipeline(ticdc.second_url())).unwrap();
    (ticdc, client)
}

#[tokio::test]
async fn a_node_that_is_not_the_owner_gets_everything_done() {
    for second_node in [SecondNode::Forwards, SecondNode::Redirects] {
        let (ticdc, client) = cluster(second_node).await;
        assert!(!client.status().await.unwrap().is_owner);
        created(&client).await;
        client.pause(&id()).await.unwrap();
        client.resume(&id(), None).await.unwrap();
        assert_eq!(client.changefeed(&id()).await.unwrap().unwrap().state, State::Normal);
        let owners: Vec<bool> = client.captures().await.unwrap().iter().map(|capture| capture.is_owner).collect();
        assert_eq!(owners, [true, false]);
        client.remove(&id()).await.unwrap();
        assert_eq!(ticdc.ids(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_owner_may_move_while_it_is_asked() {
    for trouble in [Trouble::NoOwner, Trouble::OwnerMoves, Trouble::OwnerNotReady] {
        for second_node in [SecondNode::Forwards, SecondNode::Redirects] {
            let (ticdc, client) = cluster(second_node).await;
            ticdc.fail_next_read(trouble.clone());
            ticdc.fail_next(trouble.clone());
            created(&client).await;
            ticdc.fail_next(trouble.clone());
            client.pause(&id()).await.unwrap();
            ticdc.fail_next(trouble.clone());
            client.resume(&id(), None).await.unwrap();
            assert_eq!(ticdc.state("orders").as_deref(), Some("normal"), "{trouble:?}");
            ticdc.fail_next(trouble.clone());
            client.remove(&id()).await.unwrap();
            assert_eq!(ticdc.ids(), Vec::<String>::new(), "{trouble:?}");
        }
    }
}

#[tokio::test]
async fn a_cluster_that_stays_without_an_owner_is_reported() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    client.api_version().await.unwrap();
    tokio::time::pause();
    for _ in 0..10 {
        ticdc.fail_next_read(Trouble::NoOwner);
    }
    let error = client.health().await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (RemoteErrorKind::Failing, "CDC:ErrOwnerNotFound"));
    assert!(error.finding().hint.contains("owner"), "{:?}", error.finding());
}

#[tokio::test]
async fn pausing_and_removing_survive_lost_answers_and_resuming_is_done_once() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    let made = created(&client).await;
    for trouble in [Trouble::AnswerLost, Trouble::ConnectionLost, Trouble::GatewayTimeout, Trouble::Unavailable] {
        ticdc.fail_next(trouble.clone());
        client.pause(&id()).await.unwrap();
        assert_eq!(ticdc.state("orders").as_deref(), Some("stopped"), "{trouble:?}");
        ticdc.fail_next(trouble.clone());
        client.resume(&id(), Some(made.start_ts)).await.unwrap();
        assert_eq!(ticdc.state("orders").as_deref(), Some("normal"), "{trouble:?}");
    }
    // Two were not done and sent again, two were done.
    assert_eq!(count(&ticdc, "POST", "/resume"), 6);
    let error = client.resume(&id(), None).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (RemoteErrorKind::Conflict, "CDC:ErrChangefeedUpdateRefused"));
    ticdc.fail_next(Trouble::AnswerLost);
    client.remove(&id()).await.unwrap();
    assert_eq!(ticdc.ids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_that_was_never_made_is_no_lost_answer() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::new(Login { url: format!("http://127.0.0.1:{port}"), ..Login::default() }, "").unwrap();
    let error = client.create(&crate::support::request()).await.unwrap_err();
    assert!(error.is_unsent() && !error.reason.contains("not known"), "{error}");
    assert_eq!((error.kind, error.path), (RemoteErrorKind::Unreachable, "changefeed.ticdc_server"));
}
