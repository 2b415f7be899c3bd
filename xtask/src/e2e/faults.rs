//! The fault suite: real parts, in a random order that a seed repeats, while rows change all the time.

use super::{
    CATCH_UP, Scene,
    gate::Gate,
    judge,
    pipeline::{Engine, Pipeline, Runner},
    random::Random,
    seed, workload,
};
use crate::{
    lab::{self, Env, MariaDb, Server},
    process,
    steps::human,
};
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How many faults, unless `FAULTS` says another number.
const FAULTS: u64 = 100;
/// Between two faults.
const PAUSE_MS: std::ops::Range<u64> = 50..700;
/// How long a hang, a closed door or a full disk lasts.
const TROUBLE_MS: std::ops::Range<u64> = 200..1_500;
/// Drained and gone after SIGTERM.
const DRAIN: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    EngineKilled,
    EngineStopped,
    EngineFrozen,
    BrokerKilled,
    BrokerHangs,
    RegistryDown,
    SourceCut,
    SourceKilled,
    DiskFull,
}

/// Each fault with how often it comes: those that take long come less often.
const WEIGHTS: [(Fault, u64); 9] = [
    (Fault::EngineKilled, 30),
    (Fault::EngineStopped, 12),
    (Fault::EngineFrozen, 10),
    (Fault::BrokerKilled, 3),
    (Fault::BrokerHangs, 10),
    (Fault::RegistryDown, 10),
    (Fault::SourceCut, 15),
    (Fault::SourceKilled, 3),
    (Fault::DiskFull, 7),
];

impl Fault {
    fn draw(random: &mut Random) -> Self {
        let mut at = random.within(0..WEIGHTS.iter().map(|(_, weight)| weight).sum());
        for (fault, weight) in WEIGHTS {
            if at < weight {
                return fault;
            }
            at -= weight;
        }
        Self::EngineKilled
    }
}

/// Everything that a fault can touch.
struct Stage<'a> {
    lab: Env,
    runner: &'a Runner,
    engine: Engine,
    registry: &'a Gate,
    source: &'a Gate,
    disk: &'a Path,
}

impl Stage<'_> {
    fn suffer(&mut self, fault: Fault, how_long: Duration) -> Result<()> {
        match fault {
            Fault::EngineKilled => {
                self.engine.kill()?;
                self.engine = self.runner.start()?;
            }
            Fault::EngineStopped => {
                self.engine.stop(DRAIN)?;
                self.engine = self.runner.start()?;
            }
            Fault::EngineFrozen => {
                self.engine.signal("STOP")?;
                thread::sleep(how_long);
                self.engine.signal("CONT")?;
            }
            Fault::BrokerKilled => lab::crash(&mut self.lab, Server::Kafka)?,
            Fault::BrokerHangs => lab::hang(Server::Kafka, how_long)?,
            Fault::RegistryDown => {
                self.registry.close();
                // Whoever starts now needs it at once.
                self.engine.kill()?;
                self.engine = self.runner.start()?;
                thread::sleep(how_long);
                self.registry.open();
            }
            Fault::SourceCut => self.source.cut(),
            Fault::SourceKilled => lab::crash(&mut self.lab, Server::MariaDb)?,
            Fault::DiskFull => {
                let filler = self.disk.join("filler");
                fill(&filler)?;
                thread::sleep(how_long);
                fs::remove_file(&filler).context("the disk cannot be freed")?;
            }
        }
        Ok(())
    }
}

/// Random faults with at-least-once or exactly-once delivery; then the judge compares.
///
/// # Errors
/// When the engine ends by itself, does not catch up, or the tables differ.
pub fn prove(lab: &Env, name: &'static str, exactly_once: bool) -> Result<()> {
    let mut random = Random::new(seed(name)?);
    let faults = env::var("FAULTS").ok().map_or(Ok(FAULTS), |text| text.parse()).context("FAULTS is a number")?;
    let mut scene = Scene::new(lab, name)?;
    scene.exactly_once = exactly_once;
    let prefix = scene.prefix()?;
    workload::prepare(lab, &scene.dir.join("go-tpc.log"))?;
    let registry = Gate::to(scene.studio.registry.trim_start_matches("http://"))?;
    let source = Gate::to(&format!("{}:{}", lab.mariadb.host, lab.mariadb.port))?;
    let through = MariaDb { port: source.address.rsplit(':').next().unwrap_or_default().parse()?, ..lab.mariadb.clone() };
    let pipeline = Pipeline {
        prefix: &prefix,
        broker: &lab.kafka.bootstrap,
        cloud: None,
        registry: &format!("http://{}", registry.address),
        start: "snapshot",
        delivery: if exactly_once { "exactly-once" } else { "at-least-once" },
        tidb_extension: true,
        connectors: "",
    };
    let file = scene.dir.join("pipeline.toml");
    fs::write(&file, pipeline.to_toml(&through))?;
    let disk = Disk::mount(&scene.dir.join("engine"))?;
    let runner = Runner::new(&file, &disk.0, &scene.dir.join("engine.log"), lab);

    let changes = Changes::start(&lab.mariadb, random.within(0..u64::MAX));
    let began = Instant::now();
    let engine = runner.start()?;
    let mut stage = Stage { lab: lab.clone(), runner: &runner, engine, registry: &registry, source: &source, disk: &disk.0 };
    let mut suffered: BTreeMap<Fault, u64> = BTreeMap::new();
    for number in 1..=faults {
        thread::sleep(Duration::from_millis(random.within(PAUSE_MS)));
        let (fault, how_long) = (Fault::draw(&mut random), Duration::from_millis(random.within(TROUBLE_MS)));
        stage.engine.expect_alive().with_context(|| format!("before fault {number}, {fault:?}"))?;
        stage.suffer(fault, how_long).with_context(|| format!("fault {number}, {fault:?}"))?;
        *suffered.entry(fault).or_default() += 1;
    }
    stage.engine.expect_alive()?;
    stage.engine.stop(DRAIN)?;
    let statements = changes.finish()?;
    let counts: Vec<String> = suffered.iter().map(|(fault, count)| format!("{fault:?} {count}")).collect();
    println!("{name}: {faults} faults in {} ({}), {statements} transactions meanwhile", human(began.elapsed()), counts.join(", "));
    let start = Instant::now();
    runner.until_idle(CATCH_UP)?;
    println!("{name}: caught up {} after the last fault", human(start.elapsed()));
    judge::compare(&stage.lab, &stage.lab.kafka.bootstrap, &scene.studio.registry, &prefix, exactly_once, &scene.dir)
}

/// Writes until nothing more fits.
fn fill(file: &Path) -> Result<()> {
    let mut filler = fs::File::create(file).context("the disk cannot be filled")?;
    let zeros = [0; 64 << 10];
    while filler.write_all(&zeros).is_ok() {}
    Ok(())
}

/// A small disk of its own, so that it can be filled. Mounting needs root, as CI has.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Result<Self> {
        fs::create_dir_all(at)?;
        process::output(Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(at)).context("no small disk")?;
        Ok(Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = process::output(Command::new("umount").arg("--lazy").arg(&self.0));
    }
}

/// Small transactions on go-tpc's tables, one after the other; one that fails because the server is away is left out.
struct Changes {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    trouble: Arc<Mutex<Option<String>>>,
    thread: thread::JoinHandle<()>,
}

impl Changes {
    fn start(mariadb: &MariaDb, seed: u64) -> Self {
        let (stop, done, trouble) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default(), Arc::<Mutex<Option<String>>>::default());
        let (mariadb, stopped, counted, last) = (mariadb.clone(), Arc::clone(&stop), Arc::clone(&done), Arc::clone(&trouble));
        let thread = thread::spawn(move || {
            let mut random = Random::new(seed);
            while !stopped.load(Ordering::SeqCst) {
                match mariadb.query(&transactions(&mut random)) {
                    Ok(_) => _ = counted.fetch_add(PER_CALL, Ordering::SeqCst),
                    Err(error) => {
                        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{error:#}"));
                        thread::sleep(Duration::from_millis(200));
                    }
                }
            }
        });
        Self { stop, done, trouble, thread }
    }

    /// How many transactions were committed.
    fn finish(self) -> Result<u64> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().map_err(|_| anyhow::anyhow!("the changes' thread broke down"))?;
        let done = self.done.load(Ordering::SeqCst);
        let last = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        anyhow::ensure!(done > 0, "nothing was changed: {}", last.unwrap_or_default());
        Ok(done)
    }
}

/// Transactions in one call of the client, whose start is the expensive part.
const PER_CALL: u64 = 20;

/// Inserts, updates and deletes; a row's key changes, too.
fn transactions(random: &mut Random) -> String {
    let mut sql = String::from("USE tpcc;");
    for _ in 0..PER_CALL {
        let (district, item, customer) = (random.within(1..11), random.within(1..1_000), random.within(1..300));
        let order = random.within(1_000_000..2_000_000);
        sql += &format!(
            "START TRANSACTION;
             UPDATE stock SET s_quantity = s_quantity + 1, s_ytd = s_ytd + {order} WHERE s_w_id = 1 AND s_i_id IN ({item}, {item} + 7);
             UPDATE customer SET c_balance = c_balance - 1.25, c_payment_cnt = c_payment_cnt + 1 WHERE c_w_id = 1 AND c_d_id = {district} AND c_id = {customer};
             INSERT IGNORE INTO new_order VALUES ({order}, {district}, 1);
             UPDATE IGNORE new_order SET no_o_id = no_o_id + 5000000 WHERE no_w_id = 1 AND no_d_id = {district} AND no_o_id = {order} - 1;
             DELETE FROM new_order WHERE no_w_id = 1 AND no_d_id = {district} ORDER BY no_o_id LIMIT 1;
             COMMIT;"
        );
    }
    sql
}
