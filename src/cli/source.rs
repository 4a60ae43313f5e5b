//! What is to be scanned: the embedded demo or a folder. Folders that cannot be a model are refused before anything is created.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::failure::Failure;
use crate::model::{Model, OpenOptions};

const FOLDER_HINT: &str = "a model is a Hugging Face folder with config.json, tokenizer.json and *.safetensors; `stakeout demo` needs none";

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

    /// Refuses what cannot be a model, quickly.
    pub fn check(&self) -> Result<(), Failure> {
        match self {
            Self::Demo { .. } => Ok(()),
            Self::Folder(path) => check_folder(path),
        }
    }

    /// Opens it.
    pub fn open(&self, options: &OpenOptions) -> Result<Model, Failure> {
        match self {
            Self::Demo { clean: _ } => Ok(Model::from_files("demo", &[], options)?),
            Self::Folder(path) => Ok(Model::open(path, options)?),
        }
    }
}

fn check_folder(path: &Path) -> Result<(), Failure> {
    let wrong = |problem: &str, hint| Failure::Folder {
        path: path.to_owned(),
        problem: problem.to_owned(),
        hint,
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(wrong("no such folder", FOLDER_HINT));
        }
        Err(reason) => {
            return Err(Failure::Unreadable {
                path: path.to_owned(),
                reason,
            });
        }
        Ok(found) if !found.is_dir() => return Err(wrong("a file, not a model folder", FOLDER_HINT)),
        Ok(_) => {}
    }
    let names: Vec<String> = fs::read_dir(path)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect::<io::Result<_>>()
        })
        .map_err(|reason| Failure::Unreadable {
            path: path.to_owned(),
            reason,
        })?;
    let has = |name: &str| names.iter().any(|found| found == name);
    let ends = |ending: &str| {
        names
            .iter()
            .any(|found| Path::new(found).extension().is_some_and(|found| found == ending))
    };
    if names.is_empty() {
        return Err(wrong("the folder is empty", FOLDER_HINT));
    }
    if !has("config.json") {
        return Err(wrong("the folder has no config.json", FOLDER_HINT));
    }
    if !has("tokenizer.json") {
        return Err(wrong(
            "the folder has no tokenizer.json",
            "copy the model's tokenizer.json into it; other tokenizer formats are not read",
        ));
    }
    if ends("safetensors") {
        return Ok(());
    }
    if ends("bin") || ends("pt") || ends("pth") {
        return Err(wrong(
            "the weights are pickle files, which can run code when opened and are not read",
            "convert them to safetensors in a sandbox",
        ));
    }
    Err(wrong(
        "the folder has no weights (*.safetensors)",
        "download the model's *.safetensors files into it",
    ))
}
