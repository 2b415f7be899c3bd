//! What is left to chance: which fault comes when, how hard, and where the engine runs next.

use crate::e2e::random::Random;
use std::time::Duration;

/// Between two faults.
const PAUSE_MS: std::ops::Range<u64> = 50..500;
/// How long a hang, a closed door or a full disk lasts.
const TROUBLE_MS: std::ops::Range<u64> = 200..1_200;
/// One start in so many puts the engine into a studio.
const IN_STUDIO: u64 = 4;
/// Seconds by which the engine's clock goes wrong at most: half a day. A broker forgets producers whose messages are a day old.
const WRONG_BY: u64 = 43_200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL, and a new start. Like the next two it befalls the studio, if the engine runs in one.
    EngineKilled,
    /// SIGTERM, and a new start.
    EngineStopped,
    /// SIGSTOP, SIGCONT.
    EngineFrozen,
    /// The engine's wall clock is set to another time, up to half a day ahead or behind, and stays there.
    ClockSet,
    /// The engine's own disk has no room.
    DiskFull,
    BrokerKilled,
    /// SIGSTOP, SIGCONT.
    BrokerHangs,
    /// The broker's disk has no room: it gives up its folder and ends; then there is room, and it is started.
    BrokerFull,
    /// Every piece of data to and from the broker is late.
    BrokerSlow,
    /// Connections to the broker are cut.
    BrokerCut,
    /// The registry lets nobody in, while an engine starts.
    RegistryDown,
    /// Connections to the source are cut.
    SourceCut,
    SourceKilled,
    /// Stopped as an administrator does it, and started.
    SourceRestarted,
}

/// Each fault with how often it comes: those that take long come less often.
const WEIGHTS: [(Fault, u64); 14] = [
    (Fault::EngineKilled, 26),
    (Fault::EngineStopped, 10),
    (Fault::EngineFrozen, 8),
    (Fault::ClockSet, 10),
    (Fault::DiskFull, 6),
    (Fault::BrokerKilled, 2),
    (Fault::BrokerHangs, 8),
    (Fault::BrokerFull, 2),
    (Fault::BrokerSlow, 8),
    (Fault::BrokerCut, 6),
    (Fault::RegistryDown, 8),
    (Fault::SourceCut, 10),
    (Fault::SourceKilled, 3),
    (Fault::SourceRestarted, 3),
];

/// Where the engine runs from its next start on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// `changefeed-studio run`.
    CommandLine,
    /// `changefeed-studio serve`.
    Studio,
}

/// One fault, and everything about it that is left to chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blow {
    /// Of quiet before it.
    pub pause: Duration,
    pub fault: Fault,
    pub how_long: Duration,
    /// If it makes the engine start.
    pub host: Host,
    /// If it sets the clock: seconds ahead of the true time.
    pub clock: i64,
}

impl Blow {
    /// Takes as many numbers for every fault, so that a seed's faults stay where they are when one of them learns something new.
    pub fn draw(random: &mut Random) -> Self {
        let mut millis = |range| Duration::from_millis(random.within(range));
        let (pause, how_long) = (millis(PAUSE_MS), millis(TROUBLE_MS));
        let fault = draw_fault(random.within(0..WEIGHTS.iter().map(|(_, weight)| weight).sum()));
        let host = if random.within(0..IN_STUDIO) == 0 { Host::Studio } else { Host::CommandLine };
        let clock = random.within(0..2 * WRONG_BY + 1).cast_signed() - WRONG_BY.cast_signed();
        Self { pause, fault, how_long, host, clock }
    }
}

fn draw_fault(mut at: u64) -> Fault {
    for (fault, weight) in WEIGHTS {
        if at < weight {
            return fault;
        }
        at -= weight;
    }
    Fault::EngineKilled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_faults_and_every_fault_and_host_comes_up() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..1_000).map(|_| Blow::draw(&mut random)).collect::<Vec<_>>()
        };
        let blows = draw(7);
        assert_eq!(blows, draw(7));
        for (fault, _) in WEIGHTS {
            assert!(blows.iter().any(|blow| blow.fault == fault), "{fault:?}");
        }
        for host in [Host::CommandLine, Host::Studio] {
            assert!(blows.iter().any(|blow| blow.host == host), "{host:?}");
        }
        assert!(blows.iter().any(|blow| blow.clock < -3_600) && blows.iter().any(|blow| blow.clock > 3_600));
    }
}
