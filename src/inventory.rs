//! The models an analyst answers for: what is written about them, what their files say, when they were last scanned.
//!
//! Invariant: looking never changes anything: neither a model nor the analyst's file is written to.

mod file;
mod find;
mod risk;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

pub use file::{Declared, InventoryError, add, add_folder, prepare};
pub use risk::{Data, Exposure, Need, Provenance, Risk};

use crate::session::library::Entry;

/// One model. Text is raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    /// The model's folder or file.
    pub path: PathBuf,
    /// What is written about it; empty where nothing is.
    pub declared: Declared,
    /// It is written down, not only found in a folder.
    pub listed: bool,
    /// When its files last changed, milliseconds since the epoch; none: it is not there.
    pub changed_ms: Option<i64>,
    /// Size of its files in bytes.
    pub bytes: u64,
    /// The latest scan of it.
    pub last: Option<Entry>,
    /// Why it should be scanned next, if it should.
    pub need: Option<Need>,
    /// How much depends on it and how little is known.
    pub risk: Risk,
}

impl Item {
    /// The last part of its path.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || self.path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// It is there and should be scanned.
    pub const fn is_due(&self) -> bool {
        self.need.is_some() && self.changed_ms.is_some()
    }
}

/// The models, riskiest first, and what could not be looked at: one sentence each, raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inventory {
    /// The models.
    pub items: Vec<Item>,
    /// Folders that cannot be read, or hold more than is looked through.
    pub notices: Vec<String>,
}

impl Inventory {
    /// The model to scan next: the riskiest that is due and for which `passed` is false.
    pub fn next(&self, passed: impl Fn(&Path) -> bool) -> Option<&Item> {
        self.items
            .iter()
            .find(|item| item.is_due() && !passed(&item.path))
    }

    /// Reads the inventory at `file`, looks through its folders, and adds what `sessions` say, newest first.
    pub fn read(file: &Path, sessions: &[Entry], now_ms: i64) -> Result<Self, InventoryError> {
        let written = file::read(file)?;
        let mut notices = Vec::new();
        let mut models: BTreeMap<PathBuf, (Declared, bool)> = BTreeMap::new();
        for folder in &written.folders {
            for path in find::models(folder, &mut notices) {
                models.entry(known_as(&path)).or_default();
            }
        }
        for (path, declared) in written.models {
            models.insert(known_as(&path), (declared, true));
        }
        let scanned: BTreeMap<PathBuf, &Entry> = sessions
            .iter()
            .rev()
            .filter(|entry| entry.error.is_none() && !entry.model.is_empty())
            .map(|entry| (known_as(Path::new(&entry.model)), entry))
            .collect();
        let mut items: Vec<Item> = models
            .into_iter()
            .map(|(path, (declared, listed))| {
                let (changed_ms, bytes) = find::weight(&path);
                let last = scanned.get(&path).map(|entry| (*entry).clone());
                let mut item = Item {
                    path,
                    declared,
                    listed,
                    changed_ms,
                    bytes,
                    last,
                    ..Item::default()
                };
                (item.need, item.risk) = risk::of(&item, now_ms);
                item
            })
            .collect();
        items.sort_by(|a, b| {
            b.risk
                .points
                .cmp(&a.risk.points)
                .then_with(|| a.path.cmp(&b.path))
        });
        Ok(Self { items, notices })
    }
}

/// One name for each model, whichever way it was reached.
fn known_as(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests;
