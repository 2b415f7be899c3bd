//! Checks that build on each other: each begins when those that it needs have passed, independent ones run at once.

use super::scrub::Scrub;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use shared::{
    Finding, Severity,
    api::{CheckGroup, CheckState, PreflightCheck, PreflightVerdict},
    finding::has_errors,
};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A check that has no limit of its own: a TLS handshake across the world fits in, a person's patience too.
pub(super) const LIMIT: Duration = Duration::from_secs(15);
/// Notes of checks on their way: each replaces the one before, so few have to wait.
const NOTES: usize = 16;

/// How a check ended.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub detail: String,
    /// Errors among them fail the check, warnings mark it.
    pub findings: Vec<Finding>,
    pub is_skipped: bool,
}

impl Outcome {
    pub(super) fn ok(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::default() }
    }

    pub(super) fn with(detail: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { detail: detail.into(), findings, is_skipped: false }
    }

    pub(super) fn failed(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// There is nothing to try; `reason` says why.
    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self { detail: reason.into(), findings: Vec::new(), is_skipped: true }
    }

    fn state(&self) -> CheckState {
        match () {
            () if self.is_skipped => CheckState::Skipped,
            () if has_errors(&self.findings) => CheckState::Failed,
            () if self.findings.iter().any(|finding| finding.severity == Severity::Warning) => CheckState::Warning,
            () => CheckState::Ok,
        }
    }
}

/// Lets a check say how far it is.
#[derive(Clone)]
pub(super) struct Notes {
    line: usize,
    out: mpsc::Sender<(usize, String)>,
}

impl Notes {
    pub(super) fn say(&self, text: impl Into<String>) {
        // One that finds no room is followed by a better one.
        let _ = self.out.try_send((self.line, text.into()));
    }
}

type Work = Box<dyn FnOnce(Notes) -> BoxFuture<'static, Outcome> + Send>;

struct Line {
    check: PreflightCheck,
    needs: Vec<String>,
    limit: Duration,
    work: Option<Work>,
    began: Option<Instant>,
}

impl Line {
    fn is_over(&self) -> bool {
        !matches!(self.check.state, CheckState::Waiting | CheckState::Running)
    }

    fn end(&mut self, outcome: Outcome) {
        self.check.state = outcome.state();
        self.check.detail = outcome.detail;
        self.check.findings = outcome.findings;
        self.check.took_ms = Some(self.began.map_or(0, |began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)));
    }
}

/// What a check is, besides its work.
pub(super) struct About<'a> {
    pub id: String,
    pub group: CheckGroup,
    pub subject: &'a str,
    pub title: &'a str,
    /// Ids; one that is not in the plan counts as passed.
    pub needs: Vec<String>,
    pub limit: Duration,
}

/// All checks of a preflight, in the order in which they are shown.
#[derive(Default)]
pub(super) struct Plan(Vec<Line>);

impl Plan {
    pub(super) fn add<F>(&mut self, about: About<'_>, work: impl FnOnce(Notes) -> F + Send + 'static)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let About { id, group, subject, title, needs, limit } = about;
        let (subject, title) = (subject.to_owned(), title.to_owned());
        let state = CheckState::Waiting;
        let check = PreflightCheck { id, group, subject, title, state, detail: String::new(), findings: Vec::new(), took_ms: None };
        self.0.push(Line { check, needs, limit, work: Some(Box::new(move |notes| work(notes).boxed())), began: None });
    }

    /// Runs everything that can be run. Ends at once when `stop` is cancelled or nobody listens any more.
    pub(super) async fn run(mut self, out: &mpsc::Sender<PreflightCheck>, scrub: &Scrub, stop: &CancellationToken) -> PreflightVerdict {
        let cancelled = {
            let work = self.drive(out, scrub);
            tokio::select! {
                biased;
                () = stop.cancelled() => true,
                () = out.closed() => true,
                () = work => false,
            }
        };
        for line in self.0.iter_mut().filter(|line| !line.is_over()) {
            line.end(Outcome::skipped("stopped before its end"));
            let _ = out.try_send(line.check.clone());
        }
        let count = |state| u32::try_from(self.0.iter().filter(|line| line.check.state == state).count()).unwrap_or(u32::MAX);
        PreflightVerdict {
            ok: count(CheckState::Ok),
            warnings: count(CheckState::Warning),
            failed: count(CheckState::Failed),
            skipped: count(CheckState::Skipped),
            cancelled,
        }
    }

    async fn drive(&mut self, out: &mpsc::Sender<PreflightCheck>, scrub: &Scrub) {
        // A send fails when nobody listens, and then this future is dropped.
        let send = async |check: &PreflightCheck| drop(out.send(check.clone()).await);
        for line in &mut self.0 {
            send(&line.check).await;
        }
        let (notes, mut noted) = mpsc::channel(NOTES);
        let mut running = FuturesUnordered::new();
        loop {
            while let Some((at, ready)) = self.next() {
                let line = &mut self.0[at];
                match ready {
                    Ok(work) => {
                        line.check.state = CheckState::Running;
                        line.began = Some(Instant::now());
                        let work = work(Notes { line: at, out: notes.clone() });
                        let limit = line.limit;
                        running.push(async move { (at, tokio::time::timeout(limit, work).await) });
                    }
                    Err(reason) => line.end(Outcome::skipped(reason)),
                }
                send(&line.check).await;
            }
            tokio::select! {
                biased;
                ended = running.next() => {
                    let Some((at, ended)) = ended else { return };
                    let line = &mut self.0[at];
                    let outcome = ended.unwrap_or_else(|_| out_of_time(line.limit, &line.check));
                    line.end(scrub.outcome(outcome));
                    send(&line.check).await;
                }
                Some((at, text)) = noted.recv() => {
                    let line = &mut self.0[at];
                    if line.check.state == CheckState::Running {
                        line.check.detail = scrub.text(text);
                        send(&line.check).await;
                    }
                }
            }
        }
    }

    /// A check that waits for nothing any more: its work, or the reason why it is left out.
    fn next(&mut self) -> Option<(usize, Result<Work, String>)> {
        for at in 0..self.0.len() {
            if self.0[at].work.is_none() {
                continue;
            }
            let needs: Vec<&Line> = self.0.iter().filter(|other| self.0[at].needs.contains(&other.check.id)).collect();
            let stopped = needs.iter().find(|need| matches!(need.check.state, CheckState::Failed | CheckState::Skipped));
            let reason = stopped.map(|need| match need.check.state {
                CheckState::Failed => format!("not tried: `{}` failed", need.check.title),
                _ => format!("not tried, as `{}` was not", need.check.title),
            });
            let all_over = needs.iter().all(|need| need.is_over());
            if let Some(reason) = reason {
                self.0[at].work = None;
                return Some((at, Err(reason)));
            }
            if all_over {
                return self.0[at].work.take().map(|work| (at, Ok(work)));
            }
        }
        None
    }
}

fn out_of_time(limit: Duration, check: &PreflightCheck) -> Outcome {
    let message = format!("{}: no answer to `{}` within {} s.", check.subject, check.title, limit.as_secs());
    Outcome::failed(Finding::error("", "no-answer", message).hint("Check the address, and that nothing on the way drops the packets."))
}

#[cfg(test)]
mod tests;
