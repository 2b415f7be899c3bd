//! Rows that change all the time.

use crate::{e2e::random::Random, lab::MariaDb};
use anyhow::Result;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// Small transactions on go-tpc's tables, one after the other; one that fails because the server is away is left out.
pub struct Changes {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    trouble: Arc<Mutex<Option<String>>>,
    thread: thread::JoinHandle<()>,
}

impl Changes {
    pub fn start(mariadb: &MariaDb, seed: u64) -> Self {
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
    pub fn finish(self) -> Result<u64> {
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
