#![allow(clippy::unwrap_used)]
use super::*;
use shared::config::Pipeline;

const NEVER: Duration = Duration::from_secs(3_600);

fn about<'a>(id: &str, needs: &[&str]) -> About<'a> {
    let needs = needs.iter().map(|need| (*need).to_owned()).collect();
    About { id: id.to_owned(), group: CheckGroup::Connection, subject: "system", title: "try", needs, limit: NEVER }
}

fn error(message: &str) -> Outcome {
    Outcome::failed(Finding::error("p", "c", message))
}

/// Runs a plan to its end and gives every line that was sent.
async fn run(plan: Plan) -> (PreflightVerdict, Vec<(String, CheckState, String)>) {
    let (out, mut lines) = mpsc::channel(256);
    let verdict = plan.run(&out, &Scrub::of(&Pipeline::named("p")), &CancellationToken::new()).await;
    drop(out);
    let mut sent = Vec::new();
    while let Some(line) = lines.recv().await {
        sent.push((line.id, line.state, line.detail));
    }
    (verdict, sent)
}

#[tokio::test]
async fn a_check_waits_for_what_it_needs_and_is_left_out_when_that_fails() {
    let mut plan = Plan::default();
    plan.add(about("tcp", &["dns"]), |_| async { Outcome::ok("there") });
    plan.add(about("dns", &["not-in-the-plan"]), |_| async { Outcome::ok("") });
    plan.add(about("login", &["tcp"]), |_| async { error("wrong password") });
    plan.add(about("topics", &["login"]), |_| async { Outcome::ok("never") });
    plan.add(about("rights", &["topics"]), |_| async { Outcome::ok("never") });
    plan.add(about("other", &[]), |_| async { Outcome::with("", vec![Finding::warning("p", "c", "look")]) });
    let (verdict, sent) = run(plan).await;
    let expect = PreflightVerdict { ok: 2, warnings: 1, failed: 1, skipped: 2, cancelled: false };
    assert_eq!(verdict, expect);
    assert!(sent[..6].iter().all(|(_, state, _)| *state == CheckState::Waiting), "{sent:?}");
    let at = |id: &str, state| sent.iter().position(|line| line.0 == id && line.1 == state).unwrap();
    assert!(at("dns", CheckState::Ok) < at("tcp", CheckState::Running));
    assert_eq!(sent[at("topics", CheckState::Skipped)].2, "not tried: `try` failed");
    assert_eq!(sent[at("rights", CheckState::Skipped)].2, "not tried, as `try` was not");
}

#[tokio::test]
async fn independent_checks_run_at_once() {
    let meet = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let mut plan = Plan::default();
    for id in ["a", "b"] {
        let meet = meet.clone();
        plan.add(about(id, &[]), move |_| async move {
            meet.wait().await;
            Outcome::ok("")
        });
    }
    assert_eq!(run(plan).await.0.ok, 2);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_takes_too_long_fails_and_tells_how_far_it_was() {
    let mut plan = Plan::default();
    plan.add(About { limit: Duration::from_secs(7), ..about("slow", &[]) }, |notes| async move {
        notes.say("1 of 9");
        std::future::pending().await
    });
    let (verdict, sent) = run(plan).await;
    assert_eq!(verdict.failed, 1);
    assert!(sent.contains(&("slow".to_owned(), CheckState::Running, "1 of 9".to_owned())), "{sent:?}");
}

#[tokio::test]
async fn a_stop_ends_it_at_once() {
    let mut plan = Plan::default();
    plan.add(about("done", &[]), |_| async { Outcome::ok("") });
    plan.add(about("endless", &["done"]), |_| std::future::pending());
    plan.add(about("later", &["endless"]), |_| async { Outcome::ok("") });
    let (out, mut lines) = mpsc::channel(256);
    let stop = CancellationToken::new();
    let token = stop.clone();
    let running = tokio::spawn(async move { plan.run(&out, &Scrub::of(&Pipeline::named("p")), &token).await });
    while let Some(line) = lines.recv().await {
        if (line.id.as_str(), line.state) == ("endless", CheckState::Running) {
            stop.cancel();
        }
    }
    let verdict = running.await.unwrap();
    assert_eq!(verdict, PreflightVerdict { ok: 1, skipped: 2, cancelled: true, ..PreflightVerdict::default() });
}

#[tokio::test]
async fn a_secret_that_a_system_repeats_is_blacked_out() {
    let mut pipeline = Pipeline::named("p");
    pipeline.source.password.0 = "s3cr+t/1".to_owned();
    let scrub = Scrub::of(&pipeline);
    let text = scrub.text("denied s3cr+t/1 and s3cr%2Bt%2F1".to_owned());
    assert!(!text.contains("s3cr"), "{text}");
}
