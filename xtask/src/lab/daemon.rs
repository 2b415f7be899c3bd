//! Programs that outlive the command that started them. A pid file holds pid and start time, so that after a crash or a reboot
//! a stranger with the same pid is never taken for ours.

use super::wait;
use crate::process;
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// For a clean stop; a server that is still there afterwards is killed.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Daemon {
    name: String,
    pid_file: PathBuf,
    log: PathBuf,
}

impl Daemon {
    pub fn new(lab: &Path, name: &str) -> Self {
        Self { name: name.to_owned(), pid_file: lab.join("run").join(name), log: lab.join("log").join(format!("{name}.log")) }
    }

    /// Starts in a process group of its own, so that Ctrl-C in the terminal does not reach it.
    ///
    /// # Errors
    /// When the program cannot be started or the pid not be noted.
    pub fn start(&self, command: &mut Command) -> Result<u32> {
        let log = File::create(&self.log).with_context(|| format!("cannot write {}", self.log.display()))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let pid = command.spawn().with_context(|| format!("cannot start `{}`", process::line(command)))?.id();
        let born = birth(pid).with_context(|| format!("{} ended at once; see {}", self.name, self.log.display()))?;
        fs::write(&self.pid_file, format!("{pid} {born}")).with_context(|| format!("cannot write {}", self.pid_file.display()))?;
        Ok(pid)
    }

    /// The pid, while it lives.
    pub fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(&self.pid_file).ok()?;
        let (pid, born) = text.split_once(' ')?;
        let pid = pid.parse().ok()?;
        (birth(pid)?.to_string() == born).then_some(pid)
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// When the program ends first or takes longer than `patience`; the text has the end of its log.
    pub fn wait_ready(&self, patience: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let came = wait::until(patience, || ready() || self.pid().is_none());
        if came && self.pid().is_some() {
            return Ok(());
        }
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let tail: Vec<&str> = log.lines().rev().take(15).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
        self.stop()?;
        bail!("{} did not come up ({}):\n{tail}", self.name, self.log.display())
    }

    /// SIGKILL, as a crash would; the pid file stays until the next start.
    ///
    /// # Errors
    /// When it does not run, or does not go.
    pub fn crash(&self) -> Result<()> {
        self.signal("KILL")?;
        if !wait::until(PATIENCE, || self.pid().is_none()) {
            bail!("{} survived SIGKILL", self.name);
        }
        Ok(())
    }

    /// # Errors
    /// When it does not run.
    pub fn signal(&self, name: &str) -> Result<()> {
        let pid = self.pid().with_context(|| format!("{} does not run", self.name))?;
        signal(name, pid)
    }

    /// Asks it to stop, waits, and kills it when asking does not help. Nothing to do when it does not run.
    pub fn stop(&self) -> Result<()> {
        if let Some(pid) = self.pid() {
            signal("TERM", pid)?;
            if !wait::until(PATIENCE, || self.pid().is_none()) {
                signal("KILL", pid)?;
                wait::until(PATIENCE, || self.pid().is_none());
            }
        }
        match fs::remove_file(&self.pid_file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("cannot remove a pid file"),
            _ => Ok(()),
        }
    }
}

/// The shell's own `kill`: it is everywhere, and needs no unsafe code here.
fn signal(name: &str, pid: u32) -> Result<()> {
    process::output(Command::new("sh").args(["-c", &format!("kill -{name} {pid} 2>/dev/null || true")])).map(drop)
}

/// Start time of a live process, in clock ticks since boot (`man 5 proc_pid_stat`); a zombie does not live.
fn birth(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything: the fields we want follow the last one.
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
    let state = fields.next()?;
    if state == "Z" { None } else { fields.nth(18)?.parse().ok() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lab(name: &str) -> PathBuf {
        let lab = std::env::temp_dir().join(format!("xtask-daemon-{name}-{}", std::process::id()));
        fs::create_dir_all(lab.join("run")).unwrap();
        fs::create_dir_all(lab.join("log")).unwrap();
        lab
    }

    #[test]
    fn a_daemon_is_found_again_and_stopped_by_another_command() {
        let lab = lab("found");
        let pid = Daemon::new(&lab, "cat").start(Command::new("sh").args(["-c", "exec tail -f /dev/null"])).unwrap();
        let found = Daemon::new(&lab, "cat");
        assert_eq!(found.pid(), Some(pid));
        found.stop().unwrap();
        assert_eq!(found.pid(), None);
        fs::remove_dir_all(lab).unwrap();
    }

    #[test]
    fn a_stranger_with_the_noted_pid_is_left_alone() {
        let lab = lab("stranger");
        let ours = std::process::id();
        fs::write(lab.join("run/x"), format!("{ours} 1")).unwrap();
        let daemon = Daemon::new(&lab, "x");
        assert_eq!(daemon.pid(), None);
        daemon.stop().unwrap();
        fs::remove_dir_all(lab).unwrap();
    }

    #[test]
    fn a_daemon_that_ends_at_once_shows_its_last_words() {
        let lab = lab("ends");
        let daemon = Daemon::new(&lab, "x");
        let error = match daemon.start(Command::new("sh").args(["-c", "echo no such luck"])) {
            Ok(_) => daemon.wait_ready(Duration::from_secs(10), || false).expect_err("ended"),
            Err(ended) => ended.context(fs::read_to_string(lab.join("log/x.log")).unwrap()),
        };
        assert!(format!("{error:#}").contains("no such luck"), "{error:#}");
        fs::remove_dir_all(lab).unwrap();
    }
}
