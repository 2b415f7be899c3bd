//! Headless Chromium, and the page as a person meets it: things are found by their `data-test` hooks and waited for.

use crate::Lab;
use anyhow::{Context, Result, bail};
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    error::{CmdError, ErrorStatus},
    wd::WebDriverCompatibleCommand,
};
use serde_json::{Value, json};
use std::{
    env, fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// For anything that a person would wait for.
const PATIENCE: Duration = Duration::from_secs(45);
/// The same for what is waited for inside the page; the driver ends a script after 30 seconds. Milliseconds.
const IN_PAGE_MS: u32 = 25_000;
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// Calls back when the page is drawn, with every transition at its end. They are brought there, not waited for: one of an element
/// that is not drawn, in a closed fold for instance, may never end by itself. One that has no end is taken away.
const SETTLED: &str = "
const done = arguments[0];
const end = animation => { try { animation.finish(); } catch { animation.cancel(); } };
requestAnimationFrame(() => requestAnimationFrame(() => {
    document.getAnimations().forEach(end);
    requestAnimationFrame(() => done());
}));
";

pub struct Browser {
    client: Client,
    /// What the page's addresses begin with.
    url: String,
    pictures: PathBuf,
}

impl Browser {
    /// A new browser with a profile of its own (the driver makes it and takes it away).
    ///
    /// # Errors
    /// When the driver does not answer or Chromium does not start.
    pub async fn open(lab: &Lab, url: &str) -> Result<Self> {
        let pictures = PathBuf::from(env::var_os("PICTURES").context("run journeys with `cargo xtask journeys`")?);
        fs::create_dir_all(&pictures).with_context(|| format!("cannot make {}", pictures.display()))?;
        let wanted = json!({ "goog:chromeOptions": { "args": FLAGS }, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(wanted) = wanted else { bail!("capabilities are an object") };
        let client = ClientBuilder::native().capabilities(wanted).connect(lab.webdriver()).await.context("no browser")?;
        let browser = Self { client, url: url.to_owned(), pictures };
        browser.show(Theme::Light, WIDE).await?;
        Ok(browser)
    }

    /// Opens a page of the studio.
    ///
    /// # Errors
    /// When the browser does not answer; so everywhere below.
    pub async fn go(&self, path: &str) -> Result<()> {
        Ok(self.client.goto(&format!("{}{path}", self.url)).await?)
    }

    /// Waits for the element with this hook.
    pub async fn find(&self, hook: &str) -> Result<Element> {
        self.find_css(&format!("[data-test=\"{hook}\"]")).await
    }

    /// As [`Self::find`], for any selector.
    pub async fn find_css(&self, css: &str) -> Result<Element> {
        let found = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(50)).for_element(Locator::Css(css)).await;
        if found.is_err() {
            self.picture_of_failure().await;
        }
        found.with_context(|| format!("`{css}` did not appear"))
    }

    /// What the page looked like when something was waited for in vain: `failure-….png` beside the other pictures.
    async fn picture_of_failure(&self) {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        // The error that follows says what went wrong; the picture is an extra.
        if let Ok(picture) = self.client.screenshot().await {
            let _ = fs::write(self.pictures.join(format!("failure-{port}.png")), picture);
        }
    }

    /// Clicks as soon as the element is there and can be clicked.
    pub async fn click(&self, hook: &str) -> Result<()> {
        self.click_css(&format!("[data-test=\"{hook}\"]:enabled, a[data-test=\"{hook}\"], summary[data-test=\"{hook}\"]")).await
    }

    /// Says yes to the question that is open. A page has a dialog for each of its questions.
    pub async fn confirm(&self) -> Result<()> {
        self.click_css("dialog[open] [data-test=\"confirm-yes\"]").await
    }

    /// Clicks the button with this text.
    pub async fn click_text(&self, text: &str) -> Result<()> {
        let path = format!("//button[contains(., \"{text}\")]");
        let button = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await;
        Ok(button.with_context(|| format!("no button `{text}`"))?.click().await?)
    }

    async fn click_css(&self, css: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            // The page may redraw the element between finding and clicking.
            match self.find_css(css).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if passing(&error) && Instant::now() < end => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => {
                    self.picture_of_failure().await;
                    return Err(error).with_context(|| format!("cannot click `{css}`"));
                }
            }
        }
    }

    /// Types into an emptied field.
    pub async fn fill(&self, hook: &str, text: &str) -> Result<()> {
        let field = self.find(hook).await?;
        field.clear().await?;
        field.send_keys(text).await.with_context(|| format!("cannot type into `{hook}`"))
    }

    /// Chooses an entry of a drop-down list by its value.
    pub async fn choose(&self, hook: &str, value: &str) -> Result<()> {
        let list = self.find(hook).await?;
        list.select_by_value(value).await.with_context(|| format!("`{hook}` has no `{value}`"))
    }

    /// Waits until the element with this hook holds the text.
    pub async fn find_text(&self, hook: &str, text: &str) -> Result<()> {
        const HOLDS: &str = "document.querySelector(`[data-test=\"${a}\"]`)?.innerText.includes(b)";
        if self.until(HOLDS, &[hook, text]).await? {
            return Ok(());
        }
        self.picture_of_failure().await;
        let shown = self.find(hook).await?.text().await.unwrap_or_default();
        bail!("`{hook}` does not say `{text}` but `{shown}`")
    }

    /// Waits until nothing on the page is like that.
    pub async fn wait_gone(&self, css: &str) -> Result<()> {
        if self.until("document.querySelector(a) === null", &[css]).await? {
            return Ok(());
        }
        self.picture_of_failure().await;
        bail!("`{css}` does not go away")
    }

    /// Waits for a condition in the page, looked at again with every frame that it draws; false when patience ends. `a` and `b`
    /// are the condition's arguments.
    async fn until(&self, condition: &str, arguments: &[&str]) -> Result<bool> {
        let script = format!(
            "const [given, patience, done] = arguments; const [a, b] = given; const end = performance.now() + patience;
             const look = () => ({condition}) ? done(true) : performance.now() > end ? done(false) : requestAnimationFrame(look);
             look();"
        );
        Ok(self.client.execute_async(&script, vec![json!(arguments), json!(IN_PAGE_MS)]).await?.as_bool() == Some(true))
    }

    /// What a field holds.
    pub async fn value(&self, hook: &str) -> Result<String> {
        Ok(self.find(hook).await?.prop("value").await?.unwrap_or_default())
    }

    /// Puts a whole text into a field at once, as a paste does.
    pub async fn replace(&self, hook: &str, text: &str) -> Result<()> {
        let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
        let field = serde_json::to_value(self.find(hook).await?)?;
        Ok(self.client.execute(script, vec![field, text.into()]).await.map(drop)?)
    }

    /// Runs a script in every page opened from now on, before anything of its own.
    pub async fn run_first(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script that calls back, with its last argument, when it is done.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Everything that the tab's storage holds, as JSON text.
    pub async fn session_storage(&self) -> Result<String> {
        Ok(self.client.execute("return JSON.stringify(sessionStorage)", vec![]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the tab's storage has a key that begins so.
    pub async fn wait_stored(&self, prefix: &str) -> Result<()> {
        if !self.until("Object.keys(sessionStorage).some(key => key.startsWith(a))", &[prefix]).await? {
            bail!("nothing is stored under `{prefix}`");
        }
        Ok(())
    }

    /// Waits until the pipeline's state is this word.
    pub async fn wait_state(&self, state: &str) -> Result<()> {
        if self.find_css(&format!("[data-test=\"state\"][data-state=\"{state}\"]")).await.is_ok() {
            return Ok(());
        }
        let shown = self.find("state").await?.text().await?;
        let advice = match self.client.find(Locator::Css("[data-test=\"advice\"]")).await {
            Ok(advice) => advice.text().await?,
            Err(_) => String::new(),
        };
        bail!("the state is `{shown}`, not `{state}`: {advice}")
    }

    /// The figure of a counter, as its element's `data-rows` says it.
    pub async fn rows(&self, hook: &str) -> Result<u64> {
        let text = self.find(hook).await?.attr("data-rows").await?.with_context(|| format!("`{hook}` has no data-rows"))?;
        Ok(text.parse().unwrap_or_default())
    }

    /// Waits until a counter shows at least `least`.
    pub async fn wait_rows(&self, hook: &str, least: u64) -> Result<u64> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.rows(hook).await {
                Ok(rows) if rows >= least => return Ok(rows),
                Ok(rows) if Instant::now() > end => bail!("`{hook}` shows {rows}, not {least} or more"),
                Err(error) if Instant::now() > end => return Err(error),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Keeps what the page looks like, light and dark, wide and on a telephone, as `NAME-THEME-WIDTH.png`.
    pub async fn picture(&self, name: &str) -> Result<()> {
        for theme in [Theme::Light, Theme::Dark] {
            for width in [WIDE, NARROW] {
                self.show(theme, width).await?;
                let file = self.pictures.join(format!("{name}-{}-{width}.png", theme.word()));
                fs::write(&file, self.client.screenshot().await?).with_context(|| format!("cannot write {}", file.display()))?;
                let overflow = self.client.execute("return document.documentElement.scrollWidth - innerWidth", vec![]).await?;
                if overflow.as_i64() > Some(0) {
                    bail!("at {width} px `{name}` is {overflow} px too wide");
                }
            }
        }
        self.show(Theme::Light, WIDE).await
    }

    async fn show(&self, theme: Theme, width: u32) -> Result<()> {
        let height = if width == NARROW { 860 } else { 900 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        // Without motion nothing is caught half-way between two themes.
        let scheme = json!({ "name": "prefers-color-scheme", "value": theme.word() });
        let motion = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [scheme, motion] })).await?;
        Ok(self.client.execute_async(SETTLED, vec![]).await.map(drop)?)
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Result<()> {
        let body = json!({ "cmd": command, "params": parameters });
        Ok(self.client.issue_cmd(Chromium { path: "goog/cdp/execute", body }).await.map(drop)?)
    }

    /// Has every request fail whose address ends so, from now on; those of an earlier call succeed again.
    pub async fn refuse(&self, endings: &[&str]) -> Result<()> {
        let addresses: Vec<_> = endings.iter().map(|ending| format!("*{ending}")).collect();
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.setBlockedURLs", json!({ "urls": addresses })).await
    }

    /// Ends the journey: the browser's console must hold no error, from the page or from what it loaded.
    pub async fn close(self) -> Result<()> {
        self.close_after_errors(&[]).await
    }

    /// As [`Self::close`], but for errors that the journey has caused: each names one of these.
    pub async fn close_after_errors(self, expected: &[&str]) -> Result<()> {
        let log = self.client.issue_cmd(Chromium { path: "se/log", body: json!({ "type": "browser" }) }).await?;
        self.client.close().await?;
        let entries = log.as_array().cloned().unwrap_or_default();
        // A page asks whether there was a launch, and 404 is the answer when there was none.
        let is_question = |entry: &Value| entry["message"].as_str().is_some_and(|text| text.contains("/launch - ") && text.contains("404"));
        let is_expected = |entry: &Value| entry["message"].as_str().is_some_and(|text| expected.iter().any(|name| text.contains(name)));
        let is_error = |entry: &&Value| entry["level"] == "SEVERE" && !is_question(entry) && !is_expected(entry);
        let errors: Vec<_> = entries.iter().filter(is_error).map(|entry| &entry["message"]).collect();
        if !errors.is_empty() {
            bail!("errors in the browser's console: {errors:?}");
        }
        Ok(())
    }
}

/// A page that is just being redrawn.
fn passing(error: &CmdError) -> bool {
    let covered = matches!(error, CmdError::Standard(refusal) if refusal.error == ErrorStatus::ElementClickIntercepted);
    covered || error.is_stale_element_reference() || error.is_element_not_interactable()
}

const WIDE: u32 = 1280;
const NARROW: u32 = 400;

#[derive(Clone, Copy)]
enum Theme {
    Light,
    Dark,
}

impl Theme {
    fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A command that Chromium's driver adds to WebDriver.
#[derive(Debug)]
struct Chromium {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request_url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
