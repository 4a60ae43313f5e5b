//! Looking for models in folders: by the names of files alone, no file is opened. Bounded, and links are not followed
//! but to files.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Levels below a folder that are looked through; a cache of the Hugging Face hub has three.
const DEPTH: usize = 4;
/// Files and folders looked at below one folder, at most.
const MOST: usize = 20_000;

/// The models below `folder`; what could not be looked at goes into `notices`.
pub(super) fn models(folder: &Path, notices: &mut Vec<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = MOST;
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                notices.push(format!("{} cannot be looked through: {error}", path.display()));
                continue;
            }
        };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            if left == 0 {
                notices.push(format!(
                    "{} holds more than {MOST} files: name its models one by one",
                    folder.display()
                ));
                return found;
            }
            left -= 1;
            names.push(entry.file_name().to_string_lossy().into_owned());
            if depth < DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push((entry.path(), depth + 1));
            }
        }
        let has = |fits: &dyn Fn(&str) -> bool| names.iter().any(|name| fits(name));
        if has(&|name| name == "config.json") && has(&|name| ends(name, ".safetensors")) {
            found.push(path.clone());
        }
        let quantised = names
            .iter()
            .filter(|name| ends(name, ".gguf") && !is_later_part(name));
        found.extend(quantised.map(|name| path.join(name)));
    }
    found
}

fn ends(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

/// Is it a part of a model in several files, and not the first?
fn is_later_part(name: &str) -> bool {
    name.contains("-of-") && !name.contains("-00001-of-")
}

/// When the files of a model last changed, in milliseconds since the epoch (none: it is not there), and their size.
pub(super) fn weight(path: &Path) -> (Option<i64>, u64) {
    let Ok(own) = fs::metadata(path) else {
        return (None, 0);
    };
    let mut files = vec![own.clone()];
    if own.is_dir() {
        // A folder's own time tells of files that went; links lead to the files of a cache.
        let inside = fs::read_dir(path).into_iter().flatten().flatten().take(MOST);
        files.extend(inside.filter_map(|entry| fs::metadata(entry.path()).ok()));
    }
    let changed = files
        .iter()
        .filter_map(|found| found.modified().ok()?.duration_since(UNIX_EPOCH).ok())
        .map(|since| since.as_millis() as i64)
        .max();
    let bytes = files
        .iter()
        .filter(|found| found.is_file())
        .map(fs::Metadata::len)
        .sum();
    (Some(changed.unwrap_or(0)), bytes)
}
