//! Compatibility levels and modes, of one subject or of all.

use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use shared::avro::compatibility::Level;

use super::error::{ApiError, Result, json_answer};
use super::request::{Params, json};
use super::state::{Change, GLOBAL, Mode, Settings, State};
use super::store::Store;

/// Absent on the paths of the global settings.
type Subject = Option<Path<String>>;

#[derive(Deserialize)]
struct ConfigBody {
    compatibility: String,
}

#[derive(Deserialize)]
struct ModeBody {
    mode: String,
}

fn name(subject: Subject) -> String {
    subject.map_or_else(|| GLOBAL.to_owned(), |Path(subject)| subject)
}

/// What the subject itself has; the global settings always have something.
fn own<T: Default>(state: &State, subject: &str, of: impl Fn(&Settings) -> Option<T>) -> Option<T> {
    let own = state.settings.get(subject).and_then(of);
    if subject == GLOBAL { Some(own.unwrap_or_default()) } else { own }
}

pub(super) async fn get_config(Extract(store): Extract<Store>, subject: Subject, params: Params) -> Result<Response> {
    let (state, subject) = (store.read(), name(subject));
    let level = match own(&state, &subject, |settings| settings.compatibility) {
        Some(level) => level,
        None if params.flag("defaultToGlobal") => state.level(GLOBAL),
        None => {
            let message = format!("Subject '{subject}' does not have subject-level compatibility configured");
            return Err(ApiError::new(40408, message));
        }
    };
    Ok(json_answer(&json!({ "compatibilityLevel": level })))
}

pub(super) async fn put_config(Extract(store): Extract<Store>, subject: Subject, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let ConfigBody { compatibility } = json(&headers, &body)?;
    let level: Level = compatibility.parse().map_err(|()| {
        let valid = "none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive";
        ApiError::new(42203, format!("Invalid compatibility level. Valid values are {valid}"))
    })?;
    change(&store, name(subject), move |settings| settings.compatibility = Some(level)).await?;
    Ok(json_answer(&json!({ "compatibility": level })))
}

pub(super) async fn delete_config(Extract(store): Extract<Store>, subject: Subject) -> Result<Response> {
    let subject = name(subject);
    let old = own(&store.read(), &subject, |settings| settings.compatibility).ok_or_else(|| ApiError::subject_not_found(&subject))?;
    change(&store, subject, |settings| settings.compatibility = None).await?;
    Ok(json_answer(&json!({ "compatibilityLevel": old })))
}

pub(super) async fn get_mode(Extract(store): Extract<Store>, subject: Subject, params: Params) -> Result<Response> {
    let (state, subject) = (store.read(), name(subject));
    let mode = match own(&state, &subject, |settings| settings.mode) {
        Some(mode) => mode,
        None if params.flag("defaultToGlobal") => state.mode(GLOBAL),
        None => return Err(ApiError::new(40409, format!("Subject '{subject}' does not have subject-level mode configured"))),
    };
    Ok(json_answer(&json!({ "mode": mode })))
}

pub(super) async fn put_mode(Extract(store): Extract<Store>, subject: Subject, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let ModeBody { mode } = json(&headers, &body)?;
    let mode: Mode = serde_json::from_value(json!(mode.to_ascii_uppercase())).map_err(|_| {
        let valid = "READWRITE, READONLY and READONLY_OVERRIDE";
        ApiError::new(42204, format!("Invalid mode. The playground's registry has {valid}"))
    })?;
    change(&store, name(subject), move |settings| settings.mode = Some(mode)).await?;
    Ok(json_answer(&json!({ "mode": mode })))
}

pub(super) async fn delete_mode(Extract(store): Extract<Store>, subject: Subject) -> Result<Response> {
    let subject = name(subject);
    let old = own(&store.read(), &subject, |settings| settings.mode).ok_or_else(|| ApiError::subject_not_found(&subject))?;
    change(&store, subject, |settings| settings.mode = None).await?;
    Ok(json_answer(&json!({ "mode": old })))
}

async fn change(store: &Store, subject: String, edit: impl FnOnce(&mut Settings) + Send + 'static) -> Result<()> {
    let decide = move |state: &State| {
        let mut settings = state.settings.get(&subject).copied().unwrap_or_default();
        edit(&mut settings);
        let after = (settings != Settings::default()).then_some(settings);
        Ok(((), vec![Change::Settings(subject, after)]))
    };
    store.change(decide).await
}
