//! Records that wait in memory up to a bound, and past it on disk: rows of transactions that are not decided yet.
//!
//! A **spool** is written once, to its end, and then read once. All spools of a space share its memory; the one that would go past the
//! bound moves to a file of its own, which is only appended to and goes with the spool. What a run before left behind goes when the
//! space is opened: nothing in it is needed again, since a new run reads it again from its source.
//!
//! A record in a file: length (4 bytes, little-endian), CRC-32 (4 bytes), the bytes.

use crc32fast::hash;
use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// Written to the file at a time, bytes.
const PIECE: usize = 1 << 20;
/// Length and checksum.
const HEAD: usize = 8;
/// No record is longer: an event of MySQL has 1 GiB at most.
const MOST: usize = 1 << 30;

/// Memory and a directory, shared by spools.
#[derive(Debug)]
pub struct SpillSpace {
    directory: PathBuf,
    memory: usize,
    used: AtomicUsize,
    next: AtomicU64,
}

impl SpillSpace {
    /// `directory` is for this space alone: files in it are removed. It is made when the first spool needs it.
    ///
    /// # Errors
    /// What is there cannot be removed.
    pub fn open(directory: PathBuf, memory_bytes: usize) -> io::Result<Arc<Self>> {
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Arc::new(Self { directory, memory: memory_bytes, used: AtomicUsize::new(0), next: AtomicU64::new(0) }))
    }

    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Bytes of records in memory now.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// An empty spool.
    #[must_use]
    pub fn spool(self: &Arc<Self>) -> Spool {
        Spool { space: Arc::clone(self), memory: Vec::new(), file: None, records: 0 }
    }
}

/// A sequence of records; its file goes when it is dropped.
#[derive(Debug)]
pub struct Spool {
    space: Arc<SpillSpace>,
    /// Framed records: all, or those behind the file's end.
    memory: Vec<u8>,
    file: Option<Spilled>,
    records: u64,
}

#[derive(Debug)]
struct Spilled {
    path: PathBuf,
    /// Open only while it is written: many spools may wait at once.
    writer: Option<File>,
}

impl Drop for Spilled {
    fn drop(&mut self) {
        // Left behind, it goes when the space is opened again.
        let _ = fs::remove_file(&self.path);
    }
}

impl Spool {
    /// Adds a record given in two parts, so that a caller need not join them. In memory only: see [`Spool::must_spill`].
    pub fn push(&mut self, head: &[u8], body: &[u8]) {
        let before = self.memory.capacity();
        let length = u32::try_from(head.len() + body.len()).expect("an event of MySQL has 1 GiB at most");
        let mut sum = crc32fast::Hasher::new();
        sum.update(head);
        sum.update(body);
        self.memory.extend_from_slice(&length.to_le_bytes());
        self.memory.extend_from_slice(&sum.finalize().to_le_bytes());
        self.memory.extend_from_slice(head);
        self.memory.extend_from_slice(body);
        self.space.used.fetch_add(self.memory.capacity() - before, Ordering::Relaxed);
        self.records += 1;
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Whether [`Spool::spill`] has to be called before more is pushed.
    #[must_use]
    pub fn must_spill(&self) -> bool {
        if self.file.is_some() { self.memory.len() >= PIECE } else { self.space.used() > self.space.memory && !self.memory.is_empty() }
    }

    /// Whether it is on disk.
    #[must_use]
    pub fn is_spilled(&self) -> bool {
        self.file.is_some()
    }

    /// Writes what is in memory to the file. Blocks.
    ///
    /// # Errors
    /// The disk is full or not writable; the spool is lost.
    pub fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                fs::create_dir_all(&self.space.directory)?;
                let path = self.space.directory.join(format!("{}.spool", self.space.next.fetch_add(1, Ordering::Relaxed)));
                self.file.insert(Spilled { path, writer: None })
            }
        };
        let writer = match &mut file.writer {
            Some(writer) => writer,
            None => file.writer.insert(File::options().create(true).append(true).open(&file.path)?),
        };
        writer.write_all(&self.memory)?;
        self.give_back();
        Ok(())
    }

    /// No more is pushed for now: a spilled one writes the rest and closes its file. Blocks.
    ///
    /// # Errors
    /// As [`Spool::spill`].
    pub fn close(&mut self) -> io::Result<()> {
        if self.file.is_some() && !self.memory.is_empty() {
            self.spill()?;
        }
        if let Some(file) = &mut self.file {
            file.writer = None;
        }
        Ok(())
    }

    /// Reads it from the beginning. Blocks.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn read(mut self) -> io::Result<SpoolReader> {
        self.close()?;
        let file = match &self.file {
            Some(file) => Some(BufReader::with_capacity(256 << 10, File::open(&file.path)?)),
            None => None,
        };
        let left = self.records;
        Ok(SpoolReader { spool: self, file, at: 0, left })
    }

    fn give_back(&mut self) {
        self.space.used.fetch_sub(self.memory.capacity(), Ordering::Relaxed);
        self.memory = Vec::new();
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Reads a spool's records in the order in which they were pushed.
#[derive(Debug)]
pub struct SpoolReader {
    spool: Spool,
    file: Option<BufReader<File>>,
    /// Place in memory.
    at: usize,
    left: u64,
}

impl SpoolReader {
    /// Some records, about `bytes` of them; none at the end. Blocks.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else than was written.
    pub fn some(&mut self, bytes: usize) -> io::Result<Vec<Vec<u8>>> {
        let (mut records, mut sum) = (Vec::new(), 0);
        while self.left > 0 && sum < bytes {
            let record = match &mut self.file {
                Some(file) => read_record(file)?,
                None => read_record(&mut self.spool.memory.get(self.at..).unwrap_or_default())?,
            };
            self.at += HEAD + record.len();
            self.left -= 1;
            sum += record.len();
            records.push(record);
        }
        Ok(records)
    }
}

fn read_record(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a spilled record is damaged");
    let mut head = [[0; 4]; 2];
    from.read_exact(head.as_flattened_mut())?;
    let [length, sum] = head.map(u32::from_le_bytes);
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST).ok_or_else(damaged)?;
    let mut record = vec![0; length];
    from.read_exact(&mut record)?;
    if hash(&record) == sum { Ok(record) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fill(spool: &mut Spool, records: u32, bytes: usize) {
        for number in 0..records {
            spool.push(&number.to_le_bytes(), &vec![7; bytes]);
            if spool.must_spill() {
                spool.spill().unwrap();
            }
        }
        spool.close().unwrap();
    }

    fn numbers(spool: Spool) -> Vec<u32> {
        let mut reader = spool.read().unwrap();
        let mut numbers = Vec::new();
        loop {
            let some = reader.some(1_000).unwrap();
            if some.is_empty() {
                return numbers;
            }
            numbers.extend(some.iter().map(|record| u32::from_le_bytes(record[..4].try_into().unwrap())));
        }
    }

    fn files(space: &SpillSpace) -> usize {
        fs::read_dir(space.directory()).map_or(0, Iterator::count)
    }

    #[test]
    fn records_come_back_in_order_from_memory_and_from_disk_and_memory_stays_bounded() {
        let directory = tempfile::tempdir().unwrap();
        let space = SpillSpace::open(directory.path().join("spill"), 4 << 20).unwrap();
        let (mut small, mut large, mut late) = (space.spool(), space.spool(), space.spool());
        fill(&mut small, 10, 1_000);
        fill(&mut large, 1_000, 20_000);
        assert_eq!((small.is_spilled(), large.is_spilled(), files(&space)), (false, true, 1));
        assert!(space.used() < 4 << 20, "{}", space.used());
        fill(&mut late, 10, 10);
        assert!(!late.is_spilled(), "what was spilled has made room");
        assert_eq!(numbers(large), (0..1_000).collect::<Vec<_>>());
        assert_eq!((numbers(small), numbers(late)), ((0..10).collect(), (0..10).collect()));
        assert_eq!((space.used(), files(&space)), (0, 0), "read or dropped, nothing is left");
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_wrong_record() {
        let directory = tempfile::tempdir().unwrap();
        let space = SpillSpace::open(directory.path().join("spill"), 0).unwrap();
        let mut spool = space.spool();
        fill(&mut spool, 3, 100);
        let path = fs::read_dir(space.directory()).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[150] ^= 1;
        fs::write(&path, bytes).unwrap();
        let error = spool.read().unwrap().some(1_000).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_a_run_before_left_behind_goes_when_the_space_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("spill")).unwrap();
        fs::write(directory.path().join("spill/3.spool"), "left").unwrap();
        let space = SpillSpace::open(directory.path().join("spill"), 0).unwrap();
        assert_eq!(files(&space), 0);
    }
}
