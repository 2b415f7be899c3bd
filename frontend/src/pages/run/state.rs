//! A run page's figures: fetched once, then kept fresh by events.

use crate::{
    api::{self, Failure},
    live,
    state::Load,
};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    Finding,
    api::{LagPoint, LogEntry, PipelineState, PipelineSummary, Progress, ProgressPoint, ProgressReport, TableProgress},
};
use std::collections::VecDeque;

/// Ten minutes of one point a second: as much as the studio keeps.
const MOST_POINTS: usize = 600;
const MOST_LOG: usize = 200;

#[derive(Clone, Copy)]
pub struct RunState {
    name: StoredValue<String>,
    /// Whether anything is known yet; `Failed` when the first fetch failed.
    pub load: RwSignal<Load<()>>,
    pub progress: RwSignal<Option<Progress>>,
    pub history: RwSignal<VecDeque<ProgressPoint>>,
    /// Newest last.
    pub log: RwSignal<VecDeque<LogEntry>>,
    /// Of a changefeed on TiCDC; oldest first.
    pub lags: RwSignal<VecDeque<LagPoint>>,
    /// The chosen table, `schema.table`; the busiest one until the user chooses.
    pub chosen: RwSignal<Option<String>>,
}

impl RunState {
    /// Fetches and subscribes, until the calling component goes away.
    pub fn open(name: String) -> Self {
        let events = api::pipeline_path(&name, "events");
        let run = Self {
            name: StoredValue::new(name),
            load: RwSignal::new(Load::Waiting),
            progress: RwSignal::new(None),
            history: RwSignal::new(VecDeque::new()),
            log: RwSignal::new(VecDeque::new()),
            lags: RwSignal::new(VecDeque::new()),
            chosen: RwSignal::new(None),
        };
        run.fetch();
        live::subscribe(events, &["progress", "log"], move |name, data| run.on_event(name, data), move || run.fetch());
        run
    }

    pub fn name(self) -> String {
        self.name.get_value()
    }

    pub fn fetch(self) {
        spawn_local(async move {
            let Some(name) = self.name.try_get_value() else { return };
            self.fetched(api::progress(&name).await);
        });
    }

    fn fetched(self, answer: Result<ProgressReport, Failure>) {
        match answer {
            Ok(report) => {
                let _ = self.history.try_set(report.history.into());
                let _ = self.log.try_set(report.log.into());
                let _ = self.lags.try_set(report.lags.into());
                let _ = self.progress.try_set(Some(report.progress));
                let _ = self.load.try_set(Load::Ready(()));
            }
            // Known figures stay when a refresh fails: the banner already says that the line is broken.
            Err(failure) => {
                let _ = self.load.try_update(|load| {
                    if load.ready().is_none() {
                        *load = Load::Failed(failure);
                    }
                });
            }
        }
    }

    fn on_event(self, name: &str, data: &str) {
        match name {
            "progress" => {
                if let Ok(progress) = serde_json::from_str::<Progress>(data) {
                    self.history.update(|history| {
                        if history.back().is_none_or(|last| last.at_ms < progress.now.at_ms) {
                            history.push_back(progress.now.clone());
                        }
                        while history.len() > MOST_POINTS {
                            history.pop_front();
                        }
                    });
                    self.progress.set(Some(progress));
                }
            }
            _ => {
                if let Ok(entry) = serde_json::from_str::<LogEntry>(data) {
                    self.log.update(|log| {
                        // The entry may also have come with a fetch.
                        if !log.contains(&entry) {
                            log.push_back(entry);
                        }
                        while log.len() > MOST_LOG {
                            log.pop_front();
                        }
                    });
                }
            }
        }
    }

    /// One more reading of a changefeed's lags.
    pub fn note_lag(self, point: LagPoint) {
        let _ = self.lags.try_update(|lags| {
            lags.push_back(point);
            if lags.len() > MOST_POINTS {
                lags.pop_front();
            }
        });
    }

    /// The answer of start, pause, resume and stop: newer than the last event.
    pub fn operated(self, summary: &PipelineSummary) {
        let _ = self.progress.try_update(|progress| {
            if let Some(progress) = progress {
                progress.state = summary.state;
                progress.message.clone_from(&summary.message);
            }
        });
    }

    pub fn pipeline_state(self) -> PipelineState {
        self.read(|progress| progress.state).unwrap_or(PipelineState::Draft)
    }

    pub fn message(self) -> Option<Finding> {
        self.read(|progress| matches!(progress.state, PipelineState::Retrying | PipelineState::Failed).then(|| progress.message.clone()))
            .flatten()
            .flatten()
    }

    /// Something of the newest reading.
    pub fn read<T>(self, take: impl FnOnce(&Progress) -> T) -> Option<T> {
        self.progress.with(|progress| progress.as_ref().map(take))
    }

    /// The table whose messages are shown.
    pub fn chosen_table(self) -> Option<TableProgress> {
        let chosen = self.chosen.get();
        self.read(|progress| {
            let by_name = chosen.and_then(|chosen| progress.tables.iter().find(|table| table.table == chosen));
            by_name.or_else(|| progress.tables.iter().max_by_key(|table| table.rows)).cloned()
        })
        .flatten()
    }
}
