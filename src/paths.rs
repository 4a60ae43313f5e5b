//! Where the program keeps things: configuration, sessions, log. Computes paths only; creates nothing.

use std::{
    env,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

/// Ending of a session file.
pub const SESSION_EXTENSION: &str = "stakeout";

/// Everything lives under this folder when this variable names one.
pub const HOME_VARIABLE: &str = "STAKEOUT_HOME";

/// Where the program keeps things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file.
    pub config: PathBuf,
    /// The keymap file.
    pub keys: PathBuf,
    /// The inventory of models.
    pub inventory: PathBuf,
    /// The folder of the analyst's own themes.
    pub themes: PathBuf,
    /// The folder of sessions.
    pub sessions: PathBuf,
    /// The log file.
    pub log: PathBuf,
}

/// There is no home folder to keep things in.
#[derive(Debug, thiserror::Error)]
#[error("no home folder to keep sessions in")]
pub struct NoHome;

impl Paths {
    /// Paths for this user: under [`HOME_VARIABLE`] if set, else where the system keeps such things.
    pub fn find() -> Result<Self, NoHome> {
        if let Some(home) = env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
            return Ok(Self::under(Path::new(&home)));
        }
        let dirs = ProjectDirs::from("", "", "stakeout").ok_or(NoHome)?;
        Ok(Self {
            config: dirs.config_dir().join("config.toml"),
            keys: dirs.config_dir().join("keys.toml"),
            inventory: dirs.config_dir().join("inventory.toml"),
            themes: dirs.config_dir().join("themes"),
            sessions: dirs.data_dir().join("sessions"),
            log: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_local_dir())
                .join("stakeout.log"),
        })
    }

    /// Paths under one folder.
    pub fn under(home: &Path) -> Self {
        Self {
            config: home.join("config.toml"),
            keys: home.join("keys.toml"),
            inventory: home.join("inventory.toml"),
            themes: home.join("themes"),
            sessions: home.join("sessions"),
            log: home.join("stakeout.log"),
        }
    }

    /// The session an analyst means: a file as given, or one in the sessions folder with or without its ending.
    ///
    /// A word that matches nothing is returned as given, so that the error names what was typed.
    pub fn session(&self, named: &Path) -> PathBuf {
        if named.exists() {
            return named.to_owned();
        }
        let saved = self.sessions.join(named);
        let mut ended = saved.clone().into_os_string();
        ended.push(".");
        ended.push(SESSION_EXTENSION);
        [saved, PathBuf::from(ended)]
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| named.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_session_is_found_by_its_bare_name() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        std::fs::create_dir_all(&paths.sessions).unwrap();
        let saved = paths.sessions.join("a.b.stakeout");
        std::fs::write(&saved, "").unwrap();
        assert_eq!(paths.session(Path::new("a.b")), saved);
        assert_eq!(paths.session(Path::new("a.b.stakeout")), saved);
        assert_eq!(paths.session(Path::new("other")), Path::new("other"));
    }
}
