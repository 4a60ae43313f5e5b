//! The inventory's file: TOML written by hand. What is added keeps every comment, blank and order of what was there.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;
use toml_edit::{Array, DocumentMut, Item as Node, Table, Value};

use super::{Data, Exposure, Provenance};
use crate::text;

/// The file as it is begun: comments that say what can stand in it.
const TEMPLATE: &str = include_str!("../../assets/inventory.toml");
/// Largest file read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What is written about a model; what is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it runs.
    #[serde(default)]
    pub deployed: Vec<String>,
    /// What it gets to see.
    pub data: Option<Data>,
    /// Who can put text in front of it.
    pub exposure: Option<Exposure>,
    /// Where it comes from.
    pub provenance: Option<Provenance>,
    /// Anything else.
    pub note: Option<String>,
}

/// What can be wrong with the inventory's file.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It cannot be read or written.
    #[error("the inventory {} cannot be {verb}: {}", shown(.path), text::line(&.reason.to_string()))]
    File {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        verb: &'static str,
        /// The system's words.
        reason: io::Error,
    },
    /// A line of it is wrong.
    #[error("the inventory {}, line {line}: {}", shown(.path), text::line(.what))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong there. Raw.
        what: String,
    },
}

impl InventoryError {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "check its permissions; `stakeout config` says where it is",
            Self::Wrong { .. } => {
                "mend the line in an editor: nothing was changed; README.md shows the fields"
            }
        }
    }
}

fn shown(path: &Path) -> text::Safe {
    text::line(&path.to_string_lossy())
}

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) folders: Vec<PathBuf>,
    pub(super) models: Vec<(PathBuf, Declared)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(default)]
    folders: Vec<String>,
    #[serde(default)]
    model: Vec<Spanned<Listed>>,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    #[serde(flatten)]
    declared: toml::Table,
}

/// Reads the file; one that is not there says nothing.
pub(super) fn read(path: &Path) -> Result<Written, InventoryError> {
    let source = source(path)?.unwrap_or_default();
    let wrong = |at: usize, what: String| InventoryError::Wrong {
        path: path.to_owned(),
        line: 1 + source.bytes().take(at).filter(|byte| *byte == b'\n').count(),
        what,
    };
    let contents: Contents = toml::from_str(&source).map_err(|error| {
        wrong(
            error.span().map_or(0, |span| span.start),
            error.message().to_owned(),
        )
    })?;
    let models = contents.model.into_iter().map(|listed| {
        let at = listed.span().start;
        let Listed { path, declared } = listed.into_inner();
        let declared = declared
            .try_into()
            .map_err(|error: toml::de::Error| wrong(at, format!("{path}: {}", error.message())))?;
        Ok((at_home(&path), declared))
    });
    Ok(Written {
        models: models.collect::<Result<_, _>>()?,
        folders: contents.folders.iter().map(|folder| at_home(folder)).collect(),
    })
}

fn source(path: &Path) -> Result<Option<String>, InventoryError> {
    let unreadable = |reason| InventoryError::File {
        path: path.to_owned(),
        verb: "read",
        reason,
    };
    match fs::metadata(path) {
        Ok(found) if found.len() > LARGEST => Err(unreadable(io::Error::other("it is larger than 4 MiB"))),
        Ok(_) => fs::read_to_string(path).map(Some).map_err(unreadable),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error)),
    }
}

/// A path with `~/` in the place of the home folder it stands for.
fn at_home(written: &str) -> PathBuf {
    match (written.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(written),
    }
}

/// Makes the file with its explanations, if there is none; for an editor to open.
pub fn prepare(path: &Path) -> Result<(), InventoryError> {
    match source(path)? {
        Some(_) => Ok(()),
        None => write(path, TEMPLATE),
    }
}

/// Adds a model, or what is said about one that is there; what is not said stays as it was.
pub fn add(path: &Path, model: &Path, said: &Declared) -> Result<(), InventoryError> {
    let is_it = |table: &Table| {
        let written = table.get("path").and_then(Node::as_str);
        written.is_some_and(|written| super::known_as(&at_home(written)) == super::known_as(model))
    };
    let is_there = read(path)?
        .models
        .iter()
        .any(|(written, _)| super::known_as(written) == super::known_as(model));
    // At the very end, behind whatever comments stand there.
    let more = Value::from(model.to_string_lossy().as_ref());
    let more = if is_there {
        String::new()
    } else {
        format!("\n[[model]]\npath = {more}\n")
    };
    edit(path, &more, |document| {
        let models = document.get_mut("model").and_then(Node::as_array_of_tables_mut);
        let models = models.ok_or("`model` is no list of tables: write [[model]]")?;
        if let Some(table) = models.iter_mut().find(|table| is_it(table)) {
            say(table, said);
        }
        Ok(())
    })
}

fn say(table: &mut Table, said: &Declared) {
    let words = [
        ("owner", said.owner.as_deref()),
        ("data", said.data.map(Data::name)),
        ("exposure", said.exposure.map(Exposure::name)),
        ("provenance", said.provenance.map(Provenance::name)),
        ("note", said.note.as_deref()),
    ];
    for (key, word) in words {
        if let Some(word) = word {
            set(table, key, Value::from(word));
        }
    }
    if !said.deployed.is_empty() {
        set(
            table,
            "deployed",
            Value::Array(said.deployed.iter().collect::<Array>()),
        );
    }
}

/// Sets a value and keeps what stands around the one before, a comment behind it for one.
fn set(table: &mut Table, key: &str, mut value: Value) {
    if let Some(before) = table.get(key).and_then(Node::as_value) {
        *value.decor_mut() = before.decor().clone();
    }
    table.insert(key, Node::Value(value));
}

/// Adds a folder to look through.
pub fn add_folder(path: &Path, folder: &Path) -> Result<(), InventoryError> {
    edit(path, "", |document| {
        let folders = document
            .entry("folders")
            .or_insert(toml_edit::value(Array::new()))
            .as_array_mut()
            .ok_or("`folders` is no list")?;
        let is_it = |value: &Value| value.as_str().is_some_and(|written| at_home(written) == folder);
        if !folders.iter().any(is_it) {
            folders.push(folder.to_string_lossy().as_ref());
        }
        Ok(())
    })
}

/// Puts `more` behind what is written, and changes it.
fn edit(
    path: &Path,
    more: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), &'static str>,
) -> Result<(), InventoryError> {
    // A file that is wrong is not made worse.
    read(path)?;
    let source = source(path)?.unwrap_or_else(|| TEMPLATE.to_owned());
    let wrong = |what: String| InventoryError::Wrong {
        path: path.to_owned(),
        line: 1,
        what,
    };
    let mut document: DocumentMut = format!("{source}{more}")
        .parse()
        .map_err(|error: toml_edit::TomlError| wrong(error.message().to_owned()))?;
    change(&mut document).map_err(|what| wrong(what.to_owned()))?;
    write(path, &document.to_string())
}

/// In one step: a file that is cut off halfway would cost what was written by hand.
fn write(path: &Path, contents: &str) -> Result<(), InventoryError> {
    let unwritable = |reason| InventoryError::File {
        path: path.to_owned(),
        verb: "written",
        reason,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    // A link leads to where the analyst really keeps the file.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut new = path.clone().into_os_string();
    new.push("-new");
    fs::write(&new, contents)
        .and_then(|()| fs::File::open(&new)?.sync_all())
        .and_then(|()| fs::rename(&new, &path))
        .map_err(unwritable)
}
