//! What the document means, computed beside the typing: findings and the routing table. Long work is cut into pieces, so
//! that the page never stands still.

use super::state::Editor;
use crate::{browser, rules};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    Finding, Severity,
    config::Pipeline,
    dispatch::{PreviewInPieces, RoutePreview},
    schema::TableModel,
};
use std::{cmp::Reverse, collections::HashSet, sync::Arc};

/// Rest after the last keystroke before anything is computed, milliseconds.
const REST_MS: u32 = 60;
/// Tables routed at a time: a few milliseconds.
const PIECE: usize = 1_000;
/// Work between two breaths of the page, milliseconds.
const BUDGET_MS: f64 = 16.0;

/// A finding, and the table that it would be gone without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub finding: Finding,
    /// Schema and name, for tables that cannot be replicated.
    pub table: Option<(String, String)>,
}

#[derive(Clone, Copy)]
pub struct Analysis {
    /// Of the document and of its tables, worst first, then in document order.
    pub said: RwSignal<Vec<Said>>,
    /// One line a table, in the catalogue's order.
    pub routes: RwSignal<Arc<Vec<RoutePreview>>>,
    turn: StoredValue<u32>,
}

impl Analysis {
    pub fn new() -> Self {
        Self { said: RwSignal::new(Vec::new()), routes: RwSignal::new(Arc::default()), turn: StoredValue::new(0) }
    }

    /// How many findings refuse a launch.
    pub fn errors(self) -> usize {
        self.said.with(|said| said.iter().filter(|one| one.finding.severity == Severity::Error).count())
    }

    /// Computes again whenever the document or the tables change.
    pub fn follow(self, editor: Editor) {
        Effect::new(move |again: Option<()>| {
            let document = editor.document.get();
            let tables = editor.catalogue.tables.get();
            self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
            let mine = self.turn.get_value();
            spawn_local(async move {
                if again.is_some() {
                    TimeoutFuture::new(REST_MS).await;
                }
                self.compute(mine, &document, &tables).await;
            });
        });
    }

    fn is_stale(self, mine: u32) -> bool {
        self.turn.try_get_value() != Some(mine)
    }

    async fn compute(self, mine: u32, document: &Pipeline, tables: &[TableModel]) {
        if self.is_stale(mine) {
            return;
        }
        let mut said: Vec<Said> = rules::findings(document).into_iter().map(|finding| Said { finding, table: None }).collect();
        // The document's own findings come at once; those of many tables follow.
        if !tables.is_empty() {
            let mut routes = rules::routing(document);
            let mut began = browser::elapsed_ms();
            for piece in tables.chunks(PIECE) {
                if let Some(routes) = &mut routes {
                    routes.add(piece);
                }
                if browser::elapsed_ms() - began > BUDGET_MS {
                    TimeoutFuture::new(0).await;
                    if self.is_stale(mine) {
                        return;
                    }
                    began = browser::elapsed_ms();
                }
            }
            let routes = routes.map(PreviewInPieces::finish).unwrap_or_default();
            said.extend(routes.iter().flat_map(|route| {
                let table = (!route.eligible).then(|| (route.schema.clone(), route.table.clone()));
                route.findings.iter().cloned().map(move |finding| Said { finding, table: table.clone() })
            }));
            let _ = self.routes.try_set(Arc::new(routes));
        } else if self.routes.with_untracked(|routes| !routes.is_empty()) {
            self.routes.set(Arc::default());
        }
        let mut seen = HashSet::new();
        said.retain(|one| seen.insert((one.finding.path.clone(), one.finding.message.clone())));
        said.sort_by_key(|one| Reverse(one.finding.severity));
        let _ = self.said.try_set(said);
    }
}
