//! Going on from a checkpoint: by GTID on whichever server has it, else only on the server whose file it names.

use super::{Place, Start};
use crate::engine::{
    error::{EngineError, ErrorKind},
    position::Position,
    source::mysql::{
        connect::Connector,
        failure::{START, failure},
        gtid::GtidState,
        load::{Load, Loaded},
    },
};
use shared::row::CommitTs;

impl Start {
    /// # Errors
    /// The position is of another kind of source, or of another server and has no GTIDs.
    pub(super) fn resume(&mut self, connector: &Connector, position: Position, commit_ts: CommitTs) -> Result<(), EngineError> {
        let (place, gtid, server, load) = match position {
            Position::Binlog { file, position, gtid, server } => (Place { file, position }, gtid, server, None),
            Position::Load { file, position, gtid, server, table, key } => {
                let begun = Place { file, position };
                let load = Load { begun: begun.clone(), done: table.map(|(schema, name)| Loaded { schema, name, key }) };
                (begun, gtid, server, Some(load))
            }
            Position::Tpcc { .. } => {
                return Err(failure(
                    ErrorKind::Config,
                    START,
                    "start-foreign",
                    "the checkpoint is from another kind of source",
                    "start anew, or give the pipeline another name",
                ));
            }
        };
        let address = &connector.peer().address;
        if let Some(text) = gtid {
            // It also finds its place on another server, after a failover; a file name there would mean something else.
            let gtid = GtidState::parse(&text, self.flavour.mariadb).ok_or_else(|| foreign_gtid(&text, address, &self.flavour.name))?;
            (self.gtid, self.by_gtid) = (Some(gtid), true);
        } else {
            if let (Some(kept), Some(now)) = (&server, &self.server)
                && kept != now
            {
                return Err(foreign_file(&place, kept, address, now));
            }
            self.place = place;
        }
        (self.floor, self.load) = (commit_ts, load);
        Ok(())
    }
}

fn foreign_gtid(text: &str, address: &str, name: &str) -> EngineError {
    failure(
        ErrorKind::PositionLost,
        START,
        "start-gtid",
        format!("the checkpoint's GTID position `{text}` is none of `{address}`, which is {name}"),
        "let `source.url` name the server of before, or start anew (a snapshot, or from now on)",
    )
}

fn foreign_file(place: &Place, kept: &str, address: &str, now: &str) -> EngineError {
    failure(
        ErrorKind::PositionLost,
        START,
        "binlog-of-another-server",
        format!(
            "the checkpoint is `{}:{}` of the server with id {kept}, and `{address}` has id {now}: a file of that name has other changes there",
            place.file, place.position
        ),
        "let `source.url` name the server of before, or start anew (a snapshot, or from now on); with GTIDs (MySQL: `gtid_mode=ON`) a \
         pipeline goes on after a failover",
    )
}
