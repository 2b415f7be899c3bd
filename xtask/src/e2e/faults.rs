//! The fault suite: real parts fail in a random order that a seed repeats, while rows change all the time.

mod changes;
mod disk;
mod draw;

use super::{
    CATCH_UP, Scene,
    clock::Clock,
    gate::Gate,
    judge,
    pipeline::{Engine, Pipeline, Runner},
    random::Random,
    seed, workload,
};
use crate::{
    lab::{self, Broker, Env, MariaDb},
    steps::human,
};
use anyhow::{Context, Result};
use changes::Changes;
use disk::Disk;
use draw::{Blow, Fault, Host};
use std::{
    collections::BTreeMap,
    env, fs, thread,
    time::{Duration, Instant},
};

/// How many faults, unless `FAULTS` says another number.
const FAULTS: u64 = 100;
/// Drained and gone after SIGTERM. A commit to a broker that has just come back may take a minute.
const DRAIN: Duration = Duration::from_secs(90);
/// Rows come all the time, so a broker with a full disk soon notices.
const NOTICED: Duration = Duration::from_secs(20);
const ENGINE_DISK: &str = "engine";
const ENGINE_MIB: u64 = 24;
const BROKER_DISK: &str = "broker";
/// It must take all that is sent: some 200 MiB in a hundred faults.
const BROKER_MIB: u64 = 300;
const BROKER_MIB_PER_FAULT: u64 = 2;

/// Everything that a fault can touch.
struct Stage<'a> {
    lab: Env,
    runner: &'a Runner,
    engine: Engine,
    engine_disk: &'a Disk,
    broker: &'a Broker,
    broker_disk: &'a Disk,
    broker_gate: &'a Gate,
    registry: &'a Gate,
    source: &'a Gate,
}

impl Stage<'_> {
    fn suffer(&mut self, Blow { fault, how_long, host, clock, .. }: Blow) -> Result<()> {
        match fault {
            Fault::EngineKilled => {
                self.engine.kill()?;
                self.start(host)?;
            }
            Fault::EngineStopped => {
                self.engine.stop(DRAIN)?;
                self.start(host)?;
            }
            Fault::EngineFrozen => {
                self.engine.signal("STOP")?;
                thread::sleep(how_long);
                self.engine.signal("CONT")?;
            }
            Fault::ClockSet => self.runner.clock.as_ref().context("the engine has a clock of its own")?.set(clock)?,
            Fault::DiskFull => {
                self.engine_disk.fill()?;
                thread::sleep(how_long);
                self.engine_disk.free()?;
            }
            Fault::BrokerKilled => self.broker.start_again()?,
            Fault::BrokerHangs => self.broker.hang(how_long)?,
            Fault::BrokerFull => {
                self.broker_disk.fill()?;
                let ended = lab::until(NOTICED, || !self.broker.is_running());
                self.runner.note(if ended { "the broker has ended" } else { "the broker still runs" })?;
                self.broker_disk.free()?;
                self.broker.start_again()?;
            }
            Fault::BrokerSlow => {
                self.broker_gate.slow_down(how_long / 10);
                thread::sleep(how_long);
                self.broker_gate.slow_down(Duration::ZERO);
            }
            Fault::BrokerCut => self.broker_gate.cut(),
            Fault::RegistryDown => {
                self.registry.close();
                // Whoever starts now needs it at once.
                self.engine.kill()?;
                self.start(host)?;
                thread::sleep(how_long);
                self.registry.open();
            }
            Fault::SourceCut => self.source.cut(),
            Fault::SourceKilled => lab::crash_source(&mut self.lab)?,
            Fault::SourceRestarted => lab::restart_source(&mut self.lab)?,
        }
        Ok(())
    }

    fn start(&mut self, host: Host) -> Result<()> {
        self.engine = match host {
            Host::CommandLine => self.runner.start()?,
            Host::Studio => self.runner.start_in_studio()?,
        };
        Ok(())
    }

    /// A disk that is not small cannot be filled: then the engine is killed instead.
    fn possible(&self, blow: Blow) -> Blow {
        let can_be = match blow.fault {
            Fault::DiskFull => self.engine_disk.is_small,
            Fault::BrokerFull => self.broker_disk.is_small,
            _ => true,
        };
        if can_be { blow } else { Blow { fault: Fault::EngineKilled, ..blow } }
    }

    /// `EngineKilled`, and `StudioKilled` when the engine runs in one.
    fn name(&self, fault: Fault) -> String {
        let name = format!("{fault:?}");
        match name.strip_prefix("Engine") {
            Some(end) if self.engine.is_in_studio() => format!("Studio{end}"),
            _ => name,
        }
    }
}

/// Random faults with at-least-once or exactly-once delivery; then the judge compares.
///
/// # Errors
/// When the engine ends by itself, does not catch up, or the tables differ.
pub fn prove(lab: &Env, name: &'static str, exactly_once: bool) -> Result<()> {
    let mut random = Random::new(seed(name)?);
    let faults = env::var("FAULTS").ok().map_or(Ok(FAULTS), |text| text.parse()).context("FAULTS is a number")?;
    for disk in [ENGINE_DISK, BROKER_DISK] {
        Disk::release(&lab::dir().join("e2e").join(name).join(disk));
    }
    let scene = Scene::new(lab, name)?;
    let prefix = scene.prefix()?;
    workload::prepare(lab, &scene.dir.join("go-tpc.log"))?;

    // A broker of its own: its disk is filled, and it knows its clients by a gate.
    let listens = format!("127.0.0.1:{}", lab::free_port()?);
    let broker_gate = Gate::to(&listens)?;
    let broker_disk = Disk::mount(&scene.dir.join(BROKER_DISK), BROKER_MIB + faults * BROKER_MIB_PER_FAULT)?;
    let broker = Broker::start(&broker_disk.at, &listens, &broker_gate.address)?;
    let registry = Gate::to(scene.studio.registry.trim_start_matches("http://"))?;
    let source = Gate::to(&format!("{}:{}", lab.mariadb.host, lab.mariadb.port))?;
    let through = MariaDb { port: source.address.rsplit(':').next().unwrap_or_default().parse()?, ..lab.mariadb.clone() };
    let pipeline = Pipeline {
        prefix: &prefix,
        broker: &broker_gate.address,
        cloud: None,
        registry: &format!("http://{}", registry.address),
        start: "snapshot",
        delivery: if exactly_once { "exactly-once" } else { "at-least-once" },
        tidb_extension: true,
        connectors: "",
    };
    let file = scene.dir.join("pipeline.toml");
    fs::write(&file, pipeline.to_toml(&through))?;
    let engine_disk = Disk::mount(&scene.dir.join(ENGINE_DISK), ENGINE_MIB)?;
    let mut runner = Runner::new(&file, &engine_disk.at, &scene.dir.join("engine.log"), lab);
    runner.clock = Some(Clock::make(&scene.dir)?);

    let changes = Changes::start(&lab.mariadb, random.within(0..u64::MAX));
    let began = Instant::now();
    let engine = runner.start()?;
    let mut stage = Stage {
        lab: lab.clone(),
        runner: &runner,
        engine,
        engine_disk: &engine_disk,
        broker: &broker,
        broker_disk: &broker_disk,
        broker_gate: &broker_gate,
        registry: &registry,
        source: &source,
    };
    let mut suffered: BTreeMap<String, u64> = BTreeMap::new();
    for number in 1..=faults {
        let blow = stage.possible(Blow::draw(&mut random));
        thread::sleep(blow.pause);
        let name = stage.name(blow.fault);
        stage.engine.expect_alive().with_context(|| format!("before fault {number}, {name}"))?;
        runner.note(&format!("{:.1} s: fault {number}, {name} {blow:?}", began.elapsed().as_secs_f32()))?;
        stage.suffer(blow).with_context(|| format!("fault {number}, {name}"))?;
        *suffered.entry(name).or_default() += 1;
    }
    stage.engine.expect_alive()?;
    stage.engine.stop(DRAIN)?;
    let transactions = changes.finish()?;
    let counts: Vec<String> = suffered.iter().map(|(fault, count)| format!("{fault} {count}")).collect();
    println!("{name}: {faults} faults in {} ({}), {transactions} transactions meanwhile", human(began.elapsed()), counts.join(", "));
    let start = Instant::now();
    runner.until_idle(CATCH_UP)?;
    println!("{name}: caught up {} after the last fault", human(start.elapsed()));
    judge::compare(&stage.lab, &broker_gate.address, &scene.studio.registry, &prefix, exactly_once, &scene.dir)
}
