//! What the document means, computed beside the typing: findings and the routing table. Long work is cut into pieces or waits, so
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
use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Rest after the last keystroke before anything is computed, milliseconds.
const REST_MS: u32 = 30;
/// Tables routed at a time: a few milliseconds.
const PIECE: usize = 1_000;
/// Old routes freed at a time: a few milliseconds.
const FREED_AT_ONCE: usize = 5_000;
/// Work between two breaths of the page, milliseconds.
const BUDGET_MS: f64 = 16.0;
/// Tables that are looked into column by column within one breath; the findings of more wait for a longer rest.
const AT_ONCE: usize = 300;
/// That rest, milliseconds.
const LONG_REST_MS: u32 = 300;
/// Tables that are looked into at all: about a tenth of a second.
const MOST_CHECKED: usize = 2_000;

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
    /// How many tables are too many to look into column by column; 0 when all are looked into.
    pub unchecked: RwSignal<usize>,
    /// What looking into the tables gave the last time.
    of_tables: StoredValue<Vec<Finding>>,
    turn: StoredValue<u32>,
}

impl Analysis {
    pub fn new() -> Self {
        Self {
            said: RwSignal::new(Vec::new()),
            routes: RwSignal::new(Arc::default()),
            unchecked: RwSignal::new(0),
            of_tables: StoredValue::new(Vec::new()),
            turn: StoredValue::new(0),
        }
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
        if tables.is_empty() {
            if self.routes.with_untracked(|routes| !routes.is_empty()) {
                self.routes.set(Arc::default());
            }
            self.unchecked.set(0);
            self.show(said, Vec::new());
            return;
        }
        let Some(routes) = self.route(mine, document, tables).await else { return };
        said.extend(routes.iter().flat_map(|route| {
            let table = (!route.eligible).then(|| (route.schema.clone(), route.table.clone()));
            route.findings.iter().cloned().map(move |finding| Said { finding, table: table.clone() })
        }));
        let matched = routes.iter().filter(|route| route.matched).count();
        let too_many = matched > MOST_CHECKED;
        let wanted = if too_many { Cow::Borrowed(&[][..]) } else { rules::matched_tables(tables, &routes) };
        let routed = !routes.is_empty();
        // Drawing takes a time of its own.
        browser::breathe().await;
        if self.is_stale(mine) {
            return;
        }
        let old = self.routes.try_get_untracked().unwrap_or_default();
        let _ = self.routes.try_set(Arc::new(routes));
        spawn_local(let_go(old));
        let _ = self.unchecked.try_set(if too_many { matched } else { 0 });
        if !routed || too_many {
            // Drawing the routes has taken its time.
            browser::breathe().await;
            if !self.is_stale(mine) {
                self.show(said, Vec::new());
            }
            return;
        }
        if wanted.len() > AT_ONCE {
            // The last ones stand in: findings that come and go with every keystroke are no help.
            self.show(said.clone(), self.of_tables.try_get_value().unwrap_or_default());
            TimeoutFuture::new(LONG_REST_MS).await;
            if self.is_stale(mine) {
                return;
            }
        }
        let found = rules::table_findings(document, &wanted);
        self.show(said, found);
    }

    /// The routing table, made piece by piece; `None` when something newer has begun. Empty when the document does not compile.
    async fn route(self, mine: u32, document: &Pipeline, tables: &[TableModel]) -> Option<Vec<RoutePreview>> {
        let mut routes = rules::routing(document);
        let mut began = browser::elapsed_ms();
        for piece in tables.chunks(PIECE) {
            if let Some(routes) = &mut routes {
                routes.add(piece);
            }
            if browser::elapsed_ms() - began > BUDGET_MS {
                browser::breathe().await;
                if self.is_stale(mine) {
                    return None;
                }
                began = browser::elapsed_ms();
            }
        }
        // What the tables have against each other is seen in all of them at once.
        browser::breathe().await;
        if self.is_stale(mine) {
            return None;
        }
        Some(routes.map(PreviewInPieces::finish).unwrap_or_default())
    }

    /// Shows findings once each, worst first: the document's and the routing's, then what looking into the tables gave.
    fn show(self, mut said: Vec<Said>, of_tables: Vec<Finding>) {
        let key = |finding: &Finding| (finding.path.clone(), finding.message.clone());
        // Looking into the tables finds the routing's again, with a way out.
        let fixes: HashMap<_, _> = of_tables.iter().filter_map(|one| Some((key(one), one.fix.clone()?))).collect();
        for one in said.iter_mut().filter(|one| one.finding.fix.is_none()) {
            one.finding.fix = fixes.get(&key(&one.finding)).cloned();
        }
        said.extend(of_tables.iter().cloned().map(|finding| Said { finding, table: None }));
        let mut seen = HashSet::new();
        said.retain(|one| seen.insert(key(&one.finding)));
        said.sort_by_key(|one| Reverse(one.finding.severity));
        self.of_tables.try_set_value(of_tables);
        let _ = self.said.try_set(said);
    }
}

/// Frees an old routing table little by little: to free all of a hundred thousand routes at once would stop the page.
async fn let_go(old: Arc<Vec<RoutePreview>>) {
    let Ok(mut routes) = Arc::try_unwrap(old) else { return };
    while !routes.is_empty() {
        routes.truncate(routes.len().saturating_sub(FREED_AT_ONCE));
        browser::breathe().await;
    }
}
