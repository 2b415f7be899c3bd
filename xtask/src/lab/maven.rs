//! What Maven Central has for the lab: a folder for each `pom.xml` below `xtask/lab/`, fetched on first use.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

/// A `pom.xml`, and the artifact whose version names the folder.
pub struct Jars {
    /// Its folder below `xtask/lab/`.
    pub name: &'static str,
    pub pom: &'static str,
    pub artifact: &'static str,
    pub form: Form,
}

/// What the dependencies are, and so how they come into the folder.
#[derive(Clone, Copy)]
pub enum Form {
    /// Jars, with all that they need.
    Jars,
    /// Archives, which are unpacked.
    Archive,
}

impl Form {
    fn goal(self) -> &'static str {
        match self {
            Self::Jars => "dependency:copy-dependencies",
            Self::Archive => "dependency:unpack-dependencies",
        }
    }
}

impl Jars {
    /// The folder with the artifact and all it needs.
    ///
    /// # Errors
    /// When Maven fails, or the folder cannot be made.
    pub fn get(&self) -> Result<PathBuf> {
        let version = self.version().with_context(|| format!("lab/{}/pom.xml names no version of {}", self.name, self.artifact))?;
        let jars = workspace::cache_dir().join(format!("{}-{version}", self.name));
        if !jars.is_dir() {
            let draft = jars.with_extension("new");
            super::remove(&draft)?;
            let mut maven = workspace::command("mvn");
            maven.arg("-q").arg("-B").arg("-f").arg(format!("xtask/lab/{}/pom.xml", self.name));
            maven.args([self.form.goal(), "-DincludeScope=runtime"]);
            process::run(maven.arg(format!("-DoutputDirectory={}", draft.display())))?;
            fs::rename(&draft, &jars).with_context(|| format!("cannot make {}", jars.display()))?;
        }
        Ok(jars)
    }

    fn version(&self) -> Option<&str> {
        let artifact = format!("<artifactId>{}</artifactId>", self.artifact);
        self.pom.split(&artifact).nth(1)?.split(['>', '<']).nth(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_artifacts_own() {
        let pom = "<version>1</version><artifactId>a</artifactId>\n<version>2.0</version><artifactId>b</artifactId>";
        assert_eq!(Jars { name: "n", pom, artifact: "a", form: Form::Jars }.version(), Some("2.0"));
        assert_eq!(Jars { name: "n", pom, artifact: "b", form: Form::Jars }.version(), None);
    }
}
