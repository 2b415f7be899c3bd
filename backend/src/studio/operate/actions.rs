//! What can be asked of a part: pause, resume, restart, remove.

use super::{Opened, Place, changefeed, connector, find_place, statement};
use crate::{
    clients::{connect, ksqldb, ticdc},
    studio::{Studio, StudioError},
};
use shared::{
    Finding,
    api::{PartAction, PartStatus, PipelineState},
    config::Target,
    launch::Part,
};

impl Studio {
    /// Asks something of a part, and answers its state then. The systems only accept most of it: the state follows.
    ///
    /// # Errors
    /// There is no such pipeline or part, the action is not one of its kind (`action-impossible`), or the system refuses.
    pub async fn act(&self, name: &str, part: &str, action: PartAction) -> Result<PartStatus, StudioError> {
        let opened = self.opened(name).await?;
        let place = find_place(&opened.record.document, part)?;
        if place.part == Part::Changefeed && opened.open.changefeed.target == Target::Native {
            self.act_on_native(name, action).await?;
        } else {
            act_on_part(&opened, &place, action).await.map_err(StudioError::Refused)?;
        }
        if action == PartAction::Remove {
            self.watched.forget_part(name, part);
        }
        Ok(self.part_status(&opened, &place).await)
    }

    async fn act_on_native(&self, name: &str, action: PartAction) -> Result<(), StudioError> {
        match action {
            PartAction::Pause => self.rest(name, PipelineState::Paused).await?,
            PartAction::Resume => self.start(name).await?,
            _ => {
                return Err(StudioError::Refused(impossible(
                    "changefeed",
                    action,
                    "A pipeline on this studio's engine is removed as a whole.",
                )));
            }
        };
        Ok(())
    }
}

async fn act_on_part(opened: &Opened, place: &Place, action: PartAction) -> Result<(), Box<Finding>> {
    let open = &opened.open;
    match place.part {
        Part::Changefeed => on_changefeed(&changefeed::client(open)?, &changefeed::id(open), action).await,
        Part::Connector(index) => on_connector(&connect::Client::of_connector(open, index)?, &connector::name(open, index), action).await,
        Part::Statement(index) => on_statement(open, index, action).await,
        Part::Topics(_) => Err(impossible("", action, "Topics are no part that runs.")),
    }
}

pub(super) async fn on_changefeed(client: &ticdc::Client, id: &ticdc::ChangefeedId, action: PartAction) -> Result<(), Box<Finding>> {
    let done = match action {
        PartAction::Pause => client.pause(id).await,
        PartAction::Resume => client.resume(id, None).await,
        PartAction::Remove => client.remove(id).await,
        PartAction::Restart | PartAction::RestartFailed => {
            return Err(impossible("changefeed", action, "Pause and resume it: it goes on at its checkpoint."));
        }
    };
    done.map_err(|error| changefeed::finding(&error))
}

pub(super) async fn on_connector(client: &connect::Client, name: &str, action: PartAction) -> Result<(), Box<Finding>> {
    let done = match action {
        PartAction::Pause => client.pause(name).await,
        PartAction::Resume => client.resume(name).await,
        PartAction::Restart => client.restart(name, false).await,
        PartAction::RestartFailed => client.restart(name, true).await,
        PartAction::Remove => client.remove(name).await,
    };
    done.map_err(|error| Box::new(error.finding()))
}

/// Queries are paused and resumed; removing takes the streams and tables too, the last made first.
async fn on_statement(open: &shared::config::Pipeline, index: usize, action: PartAction) -> Result<(), Box<Finding>> {
    let client = statement::client(open)?;
    let path = format!("ksqldb[{index}]");
    if action == PartAction::Remove {
        for (name, object) in statement::made(open, index)?.into_iter().rev() {
            client.drop_object(&name, object, true).await.map_err(|error| Box::new(error.finding()))?;
        }
        return Ok(());
    }
    for (_, described) in statement::described(open, index).await? {
        for query in described.into_iter().flat_map(|described| described.write_queries) {
            on_query(&client, &query.id, action, &path).await?;
        }
    }
    Ok(())
}

pub(super) async fn on_query(client: &ksqldb::Client, id: &str, action: PartAction, path: &str) -> Result<(), Box<Finding>> {
    let done = match action {
        PartAction::Pause => client.pause(id).await,
        PartAction::Resume => client.resume(id).await,
        PartAction::Remove => client.terminate(id).await,
        PartAction::Restart | PartAction::RestartFailed => {
            return Err(impossible(path, action, "Terminate the query and run its statement again."));
        }
    };
    match done {
        Ok(()) => Ok(()),
        Err(error) if ksqldb::cannot_pause(&error) => {
            // the refusal says enough when the server does not tell its version
            let version = client.info().await.map(|info| format!(" {}", info.version)).unwrap_or_default();
            let message = format!(
                "This ksqlDB server{version} cannot pause queries: `PAUSE` and `RESUME` came with ksqlDB 0.28 (Confluent Platform 7.3)."
            );
            let hint =
                "Upgrade the server, or terminate the query; made again from the earliest records, a stream's query writes its rows anew.";
            Err(Box::new(Finding::error(path, "ksql-pause-unsupported", message).hint(hint)))
        }
        Err(error) => Err(Box::new(error.finding())),
    }
}

fn impossible(path: &str, action: PartAction, hint: &str) -> Box<Finding> {
    let word = serde_json::to_value(action).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    Box::new(Finding::error(path, "action-impossible", format!("`{word}` cannot be asked of it.")).hint(hint))
}
