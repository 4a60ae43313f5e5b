//! What is to be scanned: a folder, or the demo model embedded in the program. Either is only ever read.

use std::{fs, path::PathBuf};

use super::{demo, failure::Failure};
use crate::model::{Model, OpenOptions};

/// What is to be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The embedded demo model.
    Demo {
        /// Its twin without poison.
        clean: bool,
    },
    /// A model folder.
    Folder(PathBuf),
}

impl Source {
    /// What was scanned, from the path a session recorded.
    pub fn scanned(path: &str) -> Self {
        [false, true]
            .into_iter()
            .map(|clean| Self::Demo { clean })
            .find(|demo| demo.name() == path)
            .unwrap_or_else(|| Self::Folder(PathBuf::from(path)))
    }

    /// The name a new session gets.
    pub fn name(&self) -> String {
        match self {
            Self::Demo { clean: false } => "demo".to_owned(),
            Self::Demo { clean: true } => "demo-twin".to_owned(),
            Self::Folder(path) => {
                let named = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                named
                    .file_name()
                    .map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
            }
        }
    }

    /// Opens it.
    pub fn open(&self, options: &OpenOptions) -> Result<Model, Failure> {
        match self {
            Self::Demo { clean } => {
                let files = if *clean { &demo::CLEAN } else { &demo::POISONED };
                Ok(Model::from_files(&self.name(), files, options)?)
            }
            Self::Folder(path) => Ok(Model::open(path, options)?),
        }
    }
}
