//! The browser around the page: storage, clock, clipboard, title. Everything here may be refused by the browser, and then
//! does nothing.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, HtmlAnchorElement, MessageChannel};

fn window() -> web_sys::Window {
    web_sys::window().expect("the page runs in a window")
}

fn document() -> web_sys::Document {
    window().document().expect("a window has a document")
}

/// Takes away the static first screen of `index.html`.
pub fn remove_boot_screen() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}

/// As the browser's own button.
pub fn reload() {
    // Refused only while the page is being closed.
    let _ = window().location().reload();
}

/// Until the browser has nothing to do. One that cannot tell (Safari) gets the next turn.
pub async fn idle() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let can_tell = js_sys::Reflect::has(&window(), &"requestIdleCallback".into()).unwrap_or(false);
        // Neither fails on a window that is there.
        let _ = if can_tell {
            window().request_idle_callback(&resolve).map(drop)
        } else {
            window().set_timeout_with_callback(&resolve).map(drop)
        };
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

/// A remembered choice.
pub fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Remembers a choice, or forgets it.
pub fn remember(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        // Storage may be full or denied; the choice then lasts until the page is closed.
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// What this tab remembers across a reload.
pub fn remembered_here(key: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(key).ok()?
}

/// Remembers for this tab, or forgets.
pub fn remember_here(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        // As for `remember`.
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// Whether the system asks for dark pages.
pub fn system_is_dark() -> bool {
    window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
}

/// Calls `changed` whenever the system's theme changes, as long as the page lives.
pub fn on_system_theme(changed: impl Fn() + 'static) {
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let changed = wasm_bindgen::closure::Closure::<dyn Fn()>::new(changed);
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        changed.forget();
    }
}

pub fn set_root_class(class: &str, on: bool) {
    if let Some(root) = document().document_element() {
        let _ = root.class_list().toggle_with_force(class, on);
    }
}

pub fn set_title(title: &str) {
    document().set_title(&if title.is_empty() { "Changefeed Studio".to_owned() } else { format!("{title} · Changefeed Studio") });
}

/// Moves the keyboard's place to an element.
pub fn focus(id: &str) {
    focus_first(&[id.to_owned()]);
}

/// Moves the keyboard's place to the first of these elements that is there.
pub fn focus_first(ids: &[String]) {
    let element = ids.iter().find_map(|id| document().get_element_by_id(id)?.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}

/// Whether the keyboard's place is a field.
pub fn is_typing() -> bool {
    document().active_element().is_some_and(|element| ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str()))
}

/// Milliseconds since the page was opened, for time budgets.
pub fn elapsed_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// The user's wall clock: `10:09:41`, or `10:09` without seconds.
pub fn time_of_day(at_ms: u64, seconds: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    let date = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
    let (h, m, s) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    if seconds { format!("{h:02}:{m:02}:{s:02}") } else { format!("{h:02}:{m:02}") }
}

/// Puts text on the clipboard; false when the browser refuses.
pub async fn copy(text: &str) -> bool {
    // Only pages from https or loopback have a clipboard.
    let navigator = window().navigator();
    if js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_undefined()) {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Offers text as a file.
pub fn download(name: &str, text: &str) {
    let save = || -> Result<(), JsValue> {
        let blob = web_sys::Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
        let url = web_sys::Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        web_sys::Url::revoke_object_url(&url)
    };
    // A browser that cannot save files still shows them.
    let _ = save();
}

/// Cancels a request on its way when dropped or told to.
pub struct Cancel(AbortController);

impl Cancel {
    pub fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }

    pub fn signal(&self) -> web_sys::AbortSignal {
        self.0.signal()
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The user's clock, seconds since 1970.
pub fn unix_seconds() -> u64 {
    unix_millis() / 1000
}

/// The user's clock, milliseconds since 1970.
pub fn unix_millis() -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the clock is after 1970")]
    let millis = js_sys::Date::now() as u64;
    millis
}

/// Signs with RSA and SHA-256; `None` when the browser does not take the key. `key` is PKCS#8 in DER.
pub async fn sign_rs256(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let set = |object: &js_sys::Object, name: &str, value: &str| js_sys::Reflect::set(object, &name.into(), &value.into()).ok();
    let algorithm = js_sys::Object::new();
    set(&algorithm, "name", "RSASSA-PKCS1-v1_5")?;
    set(&algorithm, "hash", "SHA-256")?;
    // Only pages from https or loopback have it.
    let subtle = window().crypto().ok()?.subtle();
    let key = js_sys::Uint8Array::from(key);
    let usages = js_sys::Array::of1(&"sign".into());
    let imported = subtle.import_key_with_object("pkcs8", &key, &algorithm, false, &usages).ok()?;
    let imported: web_sys::CryptoKey = wasm_bindgen_futures::JsFuture::from(imported).await.ok()?.unchecked_into();
    let signing = subtle.sign_with_str_and_u8_array("RSASSA-PKCS1-v1_5", &imported, text.as_bytes()).ok()?;
    let signature = wasm_bindgen_futures::JsFuture::from(signing).await.ok()?;
    Some(js_sys::Uint8Array::new(&signature).to_vec())
}

/// One path or query part, percent-encoded.
pub fn encode(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

/// Lets the browser draw and take input before the rest of a long work. By a message: a timer would make nested waits 4 milliseconds
/// long, a quarter of the time of the work itself.
pub async fn breathe() {
    let promise = Promise::new(&mut |resolve, _| {
        let sent = MessageChannel::new().and_then(|channel| {
            channel.port1().set_onmessage(Some(&resolve));
            channel.port2().post_message(&JsValue::NULL)
        });
        if sent.is_err() {
            // Then there is no breath, and the work goes on.
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    let _ = JsFuture::from(promise).await;
}
