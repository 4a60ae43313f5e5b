//! Lists: sessions, keys, themes, settings. Keys and settings are printed in the form their files take.

use std::{fs, io::Write, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{DONE, Setting, args::ListFormat, failure::Failure};
use crate::{
    report::json as report,
    session::{
        ScanState,
        library::{self, Entry},
    },
    text,
    ui::{
        keymap::{Context, Keymap},
        theme,
    },
};

/// `stakeout sessions`: newest first, one line each.
pub fn sessions(folder: &Path, format: ListFormat, out: &mut dyn Write) -> Result<u8, Failure> {
    let entries = library::list(folder);
    if format == ListFormat::Json {
        let listed: Vec<Value> = entries.iter().map(document).collect();
        report::write_document(&json!({ "sessions": listed }), out)?;
        return Ok(DONE);
    }
    if entries.is_empty() {
        writeln!(
            out,
            "No sessions in {} yet.",
            text::line(&folder.to_string_lossy())
        )?;
    }
    for entry in &entries {
        match &entry.error {
            Some(error) => writeln!(
                out,
                "{}  cannot be read: {}",
                text::line(&entry.name),
                text::line(error)
            )?,
            None => writeln!(out, "{}", row(entry))?,
        }
    }
    Ok(DONE)
}

fn document(entry: &Entry) -> Value {
    let created = Timestamp::from_millisecond(entry.created_ms).map(|moment| moment.to_string());
    json!({
        "name": entry.name,
        "path": entry.path.to_string_lossy(),
        "model": entry.model,
        "sha256": entry.digest,
        "created": created.ok(),
        "state": state(entry),
        "findings": {
            "high": entry.findings.high,
            "medium": entry.findings.medium,
            "low": entry.findings.low,
        },
        "ruled": entry.ruled,
        "bytes": entry.size_bytes,
        "error": entry.error,
    })
}

const fn state(entry: &Entry) -> &'static str {
    match &entry.state {
        ScanState::Waiting => "not begun",
        ScanState::Running(_) if entry.live => "running",
        ScanState::Running(_) | ScanState::Stopped => "interrupted",
        ScanState::Complete => "complete",
        ScanState::Failed(_) => "broke",
    }
}

fn row(entry: &Entry) -> String {
    let created = Timestamp::from_millisecond(entry.created_ms).map_or_else(
        |_| "?".to_owned(),
        |moment| moment.strftime("%Y-%m-%d %H:%M").to_string(),
    );
    let state = state(entry);
    let levels = entry.findings;
    format!(
        "{}  {created}  {state:<11}  findings: {} high, {} medium, {} low; {} ruled  {}",
        text::line(&entry.name),
        levels.high,
        levels.medium,
        levels.low,
        entry.ruled,
        text::line(&entry.model),
    )
}

/// `stakeout keys`: the keys in force, as a keymap file.
pub fn keys(keymap: &Keymap, out: &mut dyn Write) -> Result<u8, Failure> {
    let bound = Context::ALL
        .iter()
        .filter(|context| !keymap.bindings(**context).is_empty());
    for (index, context) in bound.enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "# {}\n[{}]", context.title(), context.name())?;
        for binding in keymap.bindings(*context) {
            let keys: Vec<String> = binding
                .keys
                .iter()
                .map(|key| toml::Value::String(key.to_string()).to_string())
                .collect();
            let setting = format!("{} = [{}]", binding.action.name(), keys.join(", "));
            writeln!(out, "{setting:<40} # {}", binding.action.description())?;
        }
    }
    Ok(DONE)
}

/// `stakeout themes`: the default first, the analyst's own last.
pub fn themes(folder: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    for name in theme_names(folder) {
        writeln!(out, "{}", text::line(&name))?;
    }
    Ok(DONE)
}

/// Names of the themes in the program, and of the files in the analyst's folder of themes.
pub fn theme_names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = theme::THEMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut own: Vec<String> = files
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| !names.contains(name))
        .collect();
    own.sort();
    names.extend(own);
    names
}

/// `stakeout config`: the settings in force, as a configuration file.
pub fn config(setting: &Setting, out: &mut dyn Write) -> Result<u8, Failure> {
    let paths = &setting.paths;
    let places = [
        ("Settings, read if there", &paths.config),
        ("Keys, read if there", &paths.keys),
        ("Models, read if there", &paths.inventory),
        ("Themes of your own, one file each", &paths.themes),
        ("Sessions", &paths.sessions),
        ("Log", &paths.log),
    ];
    for (what, path) in places {
        writeln!(out, "# {what}: {}", text::line(&path.to_string_lossy()))?;
    }
    let settings = toml::Table::try_from(&setting.config)
        .map(|table| table.to_string())
        .unwrap_or_default();
    write!(out, "{settings}")?;
    Ok(DONE)
}
