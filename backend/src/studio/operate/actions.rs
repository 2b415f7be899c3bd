//! What can be asked of a part: pause, resume, restart, remove.

use super::{Opened, Place, changefeed, connector, find_place, statement};
use crate::{
    clients::{connect, ticdc},
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
        Ok(self.part_status(&opened, &place).await)
    }

    async fn act_on_native(&self, name: &str, action: PartAction) -> Result<(), StudioError> {
        match action {
            PartAction::Pause => self.rest(name, PipelineState::Paused).await?,
            PartAction::Resume => self.start(name).await?,
            _ => {
                return Err(StudioError::Invalid(vec![*impossible(
                    "changefeed",
                    action,
                    "A pipeline on this studio's engine is removed as a whole.",
                )]));
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

pub(super) async fn on_query(
    client: &crate::clients::ksqldb::Client,
    id: &str,
    action: PartAction,
    path: &str,
) -> Result<(), Box<Finding>> {
    let verb = match action {
        PartAction::Pause => "PAUSE",
        PartAction::Resume => "RESUME",
        PartAction::Remove => return client.terminate(id).await.map_err(|error| Box::new(error.finding())),
        PartAction::Restart | PartAction::RestartFailed => {
            return Err(impossible(path, action, "Terminate the query and run its statement again."));
        }
    };
    let executed = client.execute(&format!("{verb} {id};")).await.map_err(|error| Box::new(error.finding()))?;
    statement::failed(path, &executed).map_or(Ok(()), |finding| Err(Box::new(finding)))
}

fn impossible(path: &str, action: PartAction, hint: &str) -> Box<Finding> {
    let word = serde_json::to_value(action).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    Box::new(Finding::error(path, "action-impossible", format!("`{word}` cannot be asked of it.")).hint(hint))
}
