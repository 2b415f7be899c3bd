//! The README of a bundle: what the files are, and what has to be set before they are used.

use super::changefeed_toml::comment;
use super::connectors::{file_names, is_exported, variable};
use super::secrets::Placeholder;
use crate::config::{Connector, Pipeline};
use crate::connector::Flavour;

/// What a connector's file is called, and what it is for.
const CONNECTOR_ROWS: [(&str, &str); 5] = [
    ("connectors/", "| `connectors/*.json` | a connector each, as a request: `POST /connectors` |\n"),
    (".cli.json", "| `connectors/*.cli.json` | the same for Confluent's command line |\n"),
    (".md", "| `connectors/*.md` | the same to type into the console's form |\n"),
    (".tf", "| `terraform/connectors.tf` | Confluent Cloud's connectors for Terraform |\n"),
    (".tfvars", "| `terraform/secrets.auto.tfvars` | the secrets that `connectors.tf` asks for |\n"),
];

/// `in_clear`: values were asked for, so that the files hold those that could be had. `connectors`: the connectors' files.
pub(super) fn readme(pipeline: &Pipeline, placeholders: &[Placeholder], in_clear: bool, connectors: &[(String, String)]) -> String {
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
    if !pipeline.ksqldb.is_empty() {
        text.push_str("| `ksqldb.sql` | the ksqlDB statements; run them when the changefeed has sent its first rows |\n");
    }
    for (part, row) in CONNECTOR_ROWS {
        if connectors.iter().any(|(name, _)| name.contains(part)) {
            text.push_str(row);
        }
    }
    for (kind, file, use_of_it) in SETUP {
        if pipeline.connectors.iter().any(|connector| connector.kind == kind) {
            text.push_str(&format!("| `{file}` | {use_of_it}; its first lines say how to run it |\n"));
        }
    }
    if in_clear {
        text.push_str("\nThe files hold secrets in clear: keep them to yourself.\n");
    }
    text.push_str(&connectors_section(pipeline, placeholders));
    if !placeholders.is_empty() {
        text.push_str(&secrets_section(placeholders));
        if pipeline.connectors.iter().any(is_exported) {
            text.push_str(&connector_secrets(pipeline, placeholders));
        }
    }
    text
}

fn is_managed(connector: &Connector) -> bool {
    is_exported(connector) && Flavour::parse(&connector.flavour) == Some(Flavour::ConfluentCloud)
}

/// How each connector is created. The topics have to be there: Confluent Cloud refuses names that it does not know.
fn connectors_section(pipeline: &Pipeline, placeholders: &[Placeholder]) -> String {
    const CLOUD: &str = "https://api.confluent.cloud/connect/v1/environments/$ENVIRONMENT_ID/clusters/$CLUSTER_ID/connectors";
    let mut text = String::new();
    for (connector, name) in pipeline.connectors.iter().zip(file_names(pipeline)) {
        let post = format!("-H 'Content-Type: application/json' -d @connectors/{name}.json");
        if is_managed(connector) {
            text.push_str(&format!("curl -fsS -u \"$CLOUD_API_KEY:$CLOUD_API_SECRET\" {post} \"{CLOUD}\"\n"));
            text.push_str(&format!("# or: confluent connect cluster create --config-file connectors/{name}.cli.json\n"));
        } else if is_exported(connector) {
            text.push_str(&format!("curl -fsS {post} \"$CONNECT_URL/connectors\"\n"));
        }
    }
    if text.is_empty() {
        return text;
    }
    let secrets = if placeholders.is_empty() { "" } else { " Then fill in the secrets, as described below." };
    format!(
        "\n## Connectors\n\n\
         Start the changefeed first, so that topics and schemas are there.{secrets} Connectors of Confluent Cloud are made with a Cloud API key\n\
         (`confluent api-key create --resource cloud`), not with the cluster's; Terraform takes it from `CONFLUENT_CLOUD_API_KEY` and\n\
         `CONFLUENT_CLOUD_API_SECRET`.\n\n```sh\n{text}```\n"
    )
}

/// `envsubst` would also replace `${topic}`, which is the connector's own, and knows nothing of JSON.
fn connector_secrets(pipeline: &Pipeline, placeholders: &[Placeholder]) -> String {
    let mut names: Vec<&str> = placeholders.iter().map(|placeholder| placeholder.name.as_str()).collect();
    names.dedup();
    let filter = format!("(.. | strings) |= gsub(\"\\\\$\\\\{{(?<name>{})\\\\}}\"; $ENV[.name])", names.join("|"));
    let mut text = format!(
        "\nNot so the files of `connectors/`, where `${{topic}}` is the connector's own. With `jq` the values are exported variables too:\n\n\
         ```sh\nfor file in connectors/*.json; do\n  jq '{filter}' \"$file\" > \"$file.filled\" && mv \"$file.filled\" \"$file\"\ndone\n```\n"
    );
    if pipeline.connectors.iter().any(is_managed) {
        text.push_str("\nTerraform reads `TF_VAR_` and the name in lower case:\n\n```sh\n");
        for name in names {
            text.push_str(&format!("export TF_VAR_{}=\"${name}\"\n", variable(name)));
        }
        text.push_str("```\n");
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
    for placeholder in placeholders.iter().filter(|placeholder| !placeholder.path.starts_with("connectors[")) {
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
