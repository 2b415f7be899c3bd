//! The README of a bundle: what the files are, and what has to be set before they are used.

use super::changefeed_toml::comment;
use super::secrets::Placeholder;
use crate::config::Pipeline;

/// `in_clear`: values were asked for, so that the files hold those that could be had.
pub(super) fn readme(pipeline: &Pipeline, placeholders: &[Placeholder], in_clear: bool) -> String {
    let mut text = format!(
        "# {}\n\n\
         | File | Use |\n|---|---|\n\
         | `pipeline.toml` | the pipeline document; give it back to Changefeed Studio, or keep it in git |\n\
         | `changefeed.toml` | TiCDC's changefeed configuration |\n\
         | `create-changefeed.sh` | creates the changefeed with `cdc cli` |\n\
         | `create-changefeed-tiup.sh` | the same through `tiup ctl` |\n\
         | `create-changefeed.json` | the same as a request: `POST /api/v2/changefeeds` of TiCDC's Open API |\n\
         | `client.properties` | librdkafka clients (C, Go, Python, Rust) |\n\
         | `client-java.properties` | Java clients and Kafka's own tools |\n",
        comment(&pipeline.name)
    );
    for (kind, file, use_of_it) in SETUP {
        if pipeline.connectors.iter().any(|connector| connector.kind == kind) {
            text.push_str(&format!("| `{file}` | {use_of_it}; its first lines say how to run it |\n"));
        }
    }
    if pipeline.ksqldb.iter().any(|statement| !statement.sql.is_empty()) {
        text.push_str("| `ksqldb.sql` | your ksqlDB statements |\n");
    }
    if in_clear {
        text.push_str("\nThe files hold secrets in clear: keep them to yourself.\n");
    }
    if !placeholders.is_empty() {
        text.push_str(&secrets_section(placeholders));
    }
    text
}

fn secrets_section(placeholders: &[Placeholder]) -> String {
    let mut text = String::from(
        "\n## Secrets\n\n\
         These secrets are not in the files. Where one belongs there is a placeholder such as `${NAME}`; set the variables first:\n\n\
         | Variable | Secret of |\n|---|---|\n",
    );
    for placeholder in placeholders {
        text.push_str(&format!("| `{}` | `{}` |\n", placeholder.name, placeholder.path));
    }
    text.push_str(
        "\nIn a URL a secret must be percent-encoded (`+` is `%2B`, `/` is `%2F`): there the placeholder is `${NAME_URLENCODED}`.\n\n```sh\n",
    );
    for placeholder in placeholders {
        let name = &placeholder.name;
        text.push_str(&format!("export {name}_URLENCODED=\"$(printf %s \"${name}\" | jq -sRr @uri)\"\n"));
    }
    text.push_str("```\n\nThe scripts read the variables themselves. Fill in the other files with `envsubst`, for example:\n\n```sh\nenvsubst < changefeed.toml > changefeed.filled.toml\n```\n");
    text
}

/// Kind of connector, script, what it does.
const SETUP: [(&str, &str, &str); 2] = [
    ("sqlserver", "setup/sqlserver.sql", "makes the database, login and rights that the SQL Server connector needs"),
    ("snowflake", "setup/snowflake.sql", "makes the database, role and user that the Snowflake connector needs"),
];
