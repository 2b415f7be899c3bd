//! The main job, proved from outside: go-tpc changes MariaDB, the studio's own program replicates, and an independent consumer
//! (`tests/judge`) rebuilds the tables from Kafka and compares them with the database.

mod clock;
mod connect;
mod copy;
mod faults;
mod gate;
mod java;
mod judge;
mod pipeline;
mod plugins;
mod random;
mod snowflake_account;
mod studio;
mod workload;

use crate::{
    lab::{self, Cloud, Env},
    page, process, setup,
    steps::{Steps, human},
    workspace,
};
use anyhow::{Context, Result, bail};
use pipeline::{Pipeline, Runner};
use random::Random;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant, SystemTime},
};
use studio::Studio;
use workload::Workload;

/// How often the engine is killed.
const CRASHES: u32 = 20;
/// Time between start and kill: start-up, the middle of a batch and quiet moments are all hit.
const LIFETIME_MS: std::ops::Range<u64> = 300..2_500;
/// Of the workload, once it has loaded its tables.
const RUN_FOR: &str = "20s";
/// For catching up after the workload has ended.
const CATCH_UP: Duration = Duration::from_secs(180);

/// `cargo xtask e2e [NAME…]`, with the lab as it is or started for it.
pub fn run(names: &[&str]) -> Result<()> {
    const ALL: [&str; 7] = ["kafka", "playground", "crashes", "exactly-once", "faults", "connect", "connect-plugins"];
    let names = if names.is_empty() { &ALL[..] } else { names };
    // The page is a part of the studio: an older one would be walked through.
    page::build(&setup::install(&mut Steps::new(setup::STEPS))?)?;
    crate::test::build_studio()?;
    let lab = lab::start(&mut Steps::new(lab::STEPS))?;
    for name in names {
        let start = Instant::now();
        match *name {
            "kafka" => kafka(&lab)?,
            "playground" => playground(&lab)?,
            "crashes" => crashes(&lab)?,
            "exactly-once" => exactly_once(&lab)?,
            "faults" => faults(&lab)?,
            "connect" => connect(&lab)?,
            "connect-plugins" => connect_plugins(&lab)?,
            "journeys" => journeys(&lab)?,
            other => bail!("no proof is named `{other}`: there are {} and journeys", ALL.join(", ")),
        }
        println!("{name}: ok in {}", human(start.elapsed()));
    }
    Ok(())
}

/// go-tpc prepares one warehouse and runs while the pipeline replicates to Apache Kafka, over TLS and with a login as at
/// Confluent Cloud.
pub fn kafka(lab: &Env) -> Result<()> {
    let mut scene = Scene::new(lab, "kafka")?;
    scene.cloud = Some(&lab.kafka.cloud);
    scene.prove(&lab.kafka.bootstrap, Conduct::Steady)?;
    rights()
}

/// The preflight's question whether a key may write, put to a broker that has rights.
fn rights() -> Result<()> {
    let mut test = workspace::cargo(&["test", "--locked", "--lib"]);
    test.args(workspace::NATIVE).args(["--", "--ignored", "an_authorizer_s_refusal"]).env("LAB", lab::dir().join("env.json"));
    let said = process::output(&mut test)?;
    if !said.contains("1 passed") {
        bail!("the test of rights was not run:\n{said}");
    }
    Ok(())
}

/// The same, to the embedded broker; and Java's clients, too, must be able to work with broker and registry.
pub fn playground(lab: &Env) -> Result<()> {
    let scene = Scene::new(lab, "playground")?;
    java::use_registry(lab, &scene.studio.registry)?;
    let broker = scene.studio.kafka.clone();
    scene.prove(&broker, Conduct::Steady)
}

/// The engine is killed at random moments and started again, all the while.
pub fn crashes(lab: &Env) -> Result<()> {
    Scene::new(lab, "crashes")?.prove(&lab.kafka.bootstrap, Conduct::Crashing { seed: seed("crashes")? })
}

/// The same with transactions: nobody who reads what is committed sees a message twice.
pub fn exactly_once(lab: &Env) -> Result<()> {
    let mut scene = Scene::new(lab, "exactly-once")?;
    scene.exactly_once = true;
    scene.prove(&lab.kafka.bootstrap, Conduct::Crashing { seed: seed("exactly-once")? })
}

/// Every part of the lab fails at random moments, with each kind of delivery.
pub fn faults(lab: &Env) -> Result<()> {
    faults::prove(lab, "faults", false)?;
    // The servers were started again meanwhile.
    faults::prove(&Env::read(&lab::dir().join("env.json"))?, "faults-once", true)
}

/// From the environment, to do it again, or of this moment; it is printed.
fn seed(name: &str) -> Result<u64> {
    let seed = match env::var("SEED") {
        Ok(text) => text.parse().context("SEED is a number")?,
        Err(_) => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.subsec_nanos().into(),
    };
    println!("{name}: SEED={seed}");
    Ok(seed)
}

/// A published sink on a real worker makes a second database of the topics, while go-tpc runs and a table gets new columns.
pub fn connect(lab: &Env) -> Result<()> {
    let worker = lab::start_connect(lab)?;
    connect::prove(&Scene::new(lab, "connect")?, &worker.url)
}

/// The published plugins on that worker say of our connectors what is on record.
pub fn connect_plugins(lab: &Env) -> Result<()> {
    let worker = lab::start_connect(lab)?;
    plugins::judge(lab, &worker.url, &empty_dir("connect-plugins")?)
}

/// A person's way through the page, in a real browser; pictures go to `target/journeys`.
pub fn journeys(lab: &Env) -> Result<()> {
    workload::reset(&lab.mariadb)?;
    process::run(&mut walk(&workspace::studio(), &lab::dir().join("env.json")))
}

/// The journeys through a studio's page, with the addresses that a file of the lab's holds; names of some can be added.
pub fn walk(studio: &Path, lab: &Path) -> Command {
    let mut journeys = workspace::cargo(&["test", "--locked", "--test", "journeys"]);
    journeys.args(workspace::NATIVE).env("STUDIO", studio).env("LAB", lab).env("PICTURES", workspace::target_dir().join("journeys"));
    // Some print figures.
    journeys.args(["--", "--nocapture"]);
    journeys
}

/// A proof's own folder.
fn empty_dir(name: &str) -> Result<PathBuf> {
    let dir = lab::dir().join("e2e").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

#[derive(Clone, Copy)]
enum Conduct {
    Steady,
    Crashing { seed: u64 },
}

/// One proof's own things: an empty database, a studio for its registry (and broker), a data folder.
struct Scene<'a> {
    lab: &'a Env,
    name: &'static str,
    dir: PathBuf,
    studio: Studio,
    exactly_once: bool,
    /// For the pipeline; the judges come through the broker's plain listener.
    cloud: Option<&'a Cloud>,
}

impl<'a> Scene<'a> {
    fn new(lab: &'a Env, name: &'static str) -> Result<Self> {
        let dir = empty_dir(name)?;
        workload::reset(&lab.mariadb)?;
        let studio = Studio::serve(&dir.join("studio"), &dir.join("studio.log"), &lab.mariadb.password)?;
        Ok(Self { lab, name, dir, studio, exactly_once: false, cloud: None })
    }

    /// Topics of an earlier proof on the same broker must not be taken for ours.
    fn prefix(&self) -> Result<String> {
        let stamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        Ok(format!("{}_{stamp}_", self.name))
    }

    fn prove(&self, broker: &str, conduct: Conduct) -> Result<()> {
        let prefix = self.prefix()?;
        let pipeline = Pipeline {
            prefix: &prefix,
            broker: self.cloud.map_or(broker, |cloud| &cloud.bootstrap),
            cloud: self.cloud,
            registry: &self.studio.registry,
            start: &workload::position(&self.lab.mariadb)?,
            delivery: if self.exactly_once { "exactly-once" } else { "at-least-once" },
            tidb_extension: true,
            connectors: "",
        };
        let file = self.dir.join("pipeline.toml");
        fs::write(&file, pipeline.to_toml(&self.lab.mariadb))?;
        let runner = Runner::new(&file, &self.dir.join("engine"), &self.dir.join("engine.log"), self.lab);

        let workload = Workload::start(self.lab, RUN_FOR, &self.dir.join("go-tpc.log"))?;
        match conduct {
            Conduct::Steady => replicate(&runner, workload)?,
            Conduct::Crashing { seed } => replicate_crashing(&runner, workload, seed)?,
        }
        let start = Instant::now();
        runner.until_idle(CATCH_UP)?;
        println!("{}: caught up {} after the workload", self.name, human(start.elapsed()));
        judge::compare(self.lab, broker, &self.studio.registry, &prefix, self.exactly_once, Path::new(&self.dir))?;
        // Rows here come and go: `new_order` has deletes.
        java::read_table(self.lab, broker, &self.studio.registry, &prefix, "new_order")
    }
}

fn replicate(runner: &Runner, workload: Workload) -> Result<()> {
    let mut engine = runner.start()?;
    workload.finish()?;
    engine.expect_alive()
}

fn replicate_crashing(runner: &Runner, mut workload: Workload, seed: u64) -> Result<()> {
    let mut random = Random::new(seed);
    let mut during_workload = 0;
    for _ in 0..CRASHES {
        let mut engine = runner.start()?;
        thread::sleep(Duration::from_millis(random.within(LIFETIME_MS)));
        engine.expect_alive()?;
        during_workload += u32::from(workload.is_running());
        engine.kill()?;
    }
    println!("crashes: {CRASHES} kills, {during_workload} of them while the workload ran");
    workload.finish()
}
