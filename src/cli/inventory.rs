//! `stakeout inventory`: the models in order of risk, what is written about them, and scanning down the list.
//!
//! Invariant: a model that cannot be scanned never keeps the next one from its turn.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    DONE, ERROR, FINDINGS, INCOMPLETE, Setting, Streams,
    args::{
        AddArguments, InventoryArguments, InventoryCommand, InventoryScanArguments, ListFormat, ScanFormat,
        ScanOptions,
    },
    failure::Failure,
    scanning,
    source::Source,
};
use crate::{
    inventory::{self, Declared, Inventory, Item, Need},
    report::json as report,
    session::library,
    text,
};

/// Codes from here on say that a signal ended the scan.
const SIGNALS: u8 = 128;

/// `stakeout inventory`.
pub fn inventory(
    setting: &Setting,
    arguments: &InventoryArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    match &arguments.command {
        None => list(setting, arguments.format, streams.out),
        Some(InventoryCommand::Add(added)) => add(setting, added, streams.out),
        Some(InventoryCommand::Folder(added)) => {
            let folder = absolute(&added.folder)?;
            inventory::add_folder(&setting.paths.inventory, &folder)?;
            writeln!(streams.out, "looked through from now on: {}", shown(&folder))?;
            Ok(DONE)
        }
        Some(InventoryCommand::Scan(wanted)) => scan(setting, wanted, streams),
    }
}

/// The inventory as it is now.
pub fn read(setting: &Setting) -> Result<Inventory, Failure> {
    let sessions = library::list(&setting.paths.sessions);
    let now = Timestamp::now().as_millisecond();
    Ok(Inventory::read(&setting.paths.inventory, &sessions, now)?)
}

fn shown(path: &Path) -> text::Safe {
    text::line(&path.to_string_lossy())
}

/// A path that means the same wherever the program is started next.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|reason| Failure::Unreadable {
        path: path.to_owned(),
        reason,
    })
}

fn add(setting: &Setting, added: &AddArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let model = absolute(&added.model)?;
    let said = Declared {
        owner: added.owner.clone(),
        deployed: added.deployed.clone(),
        data: added.data,
        exposure: added.exposure,
        provenance: added.provenance,
        note: added.note.clone(),
    };
    inventory::add(&setting.paths.inventory, &model, &said)?;
    writeln!(out, "written down: {}", shown(&model))?;
    Ok(DONE)
}

fn list(setting: &Setting, format: ListFormat, out: &mut dyn Write) -> Result<u8, Failure> {
    let inventory = read(setting)?;
    if format == ListFormat::Json {
        let models: Vec<Value> = inventory.items.iter().map(document).collect();
        let whole = json!({
            "schema": "stakeout.inventory/1",
            "models": models,
            "next": inventory.next(|_| false).map(|item| item.path.to_string_lossy()),
            "notices": inventory.notices,
        });
        report::write_document(&whole, out)?;
        return Ok(DONE);
    }
    if inventory.items.is_empty() {
        writeln!(
            out,
            "No models in {} yet: `stakeout inventory add MODEL` or `stakeout inventory folder DIR`.",
            shown(&setting.paths.inventory)
        )?;
    }
    for item in &inventory.items {
        write_item(item, out)?;
    }
    for notice in &inventory.notices {
        writeln!(out, "not looked through: {}", text::line(notice))?;
    }
    if let Some(next) = inventory.next(|_| false) {
        writeln!(out, "next: {}", shown(&next.path))?;
    }
    Ok(DONE)
}

fn write_item(item: &Item, out: &mut dyn Write) -> io::Result<()> {
    let said = &item.declared;
    let due = match (item.changed_ms, item.need) {
        (None, _) => "not there",
        (Some(_), Some(need)) => need.words(),
        (Some(_), None) => "up to date",
    };
    writeln!(out, "{:>2}  {due:<13}  {}", item.risk.points, shown(&item.path))?;
    let mut about = String::new();
    for (word, value) in [
        ("owner", said.owner.clone().unwrap_or_default()),
        ("runs in", said.deployed.join(", ")),
        ("note", said.note.clone().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            _ = write!(about, "{word} {value}; ");
        }
    }
    writeln!(out, "    {}{}", text::line(&about), item.risk.sum())?;
    if let Some(last) = &item.last {
        let found = last.findings;
        writeln!(
            out,
            "    scanned {} in {}: {} high, {} medium, {} low; sha-256 {}",
            day(last.created_ms),
            text::line(&last.name),
            found.high,
            found.medium,
            found.low,
            text::line(&last.digest.chars().take(16).collect::<String>()),
        )?;
    }
    Ok(())
}

fn day(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn document(item: &Item) -> Value {
    let moment = |ms: i64| Timestamp::from_millisecond(ms).ok().map(|at| at.to_string());
    let said = &item.declared;
    let parts: Vec<Value> = item
        .risk
        .parts
        .iter()
        .map(|(what, points)| json!({"what": what, "points": points}))
        .collect();
    json!({
        "path": item.path.to_string_lossy(),
        "owner": said.owner,
        "deployed": said.deployed,
        "data": said.data,
        "exposure": said.exposure,
        "provenance": said.provenance,
        "note": said.note,
        "listed": item.listed,
        "there": item.changed_ms.is_some(),
        "changed": item.changed_ms.and_then(moment),
        "bytes": item.bytes,
        "due": item.need.map(Need::words),
        "risk": {"points": item.risk.points, "parts": parts},
        "last_scan": item.last.as_ref().map(|last| json!({
            "session": last.path.to_string_lossy(),
            "at": moment(last.created_ms),
            "sha256": last.digest,
            "findings": {"high": last.findings.high, "medium": last.findings.medium, "low": last.findings.low},
            "ruled": last.ruled,
        })),
    })
}

/// A model that had its turn: its path, and the exit code of its scan or why it could not be scanned.
type Turn = (PathBuf, Result<u8, String>);

fn scan(
    setting: &Setting,
    wanted: &InventoryScanArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let mut turns: Vec<Turn> = Vec::new();
    loop {
        let passed: BTreeSet<PathBuf> = turns.iter().map(|(path, _)| path.clone()).collect();
        let inventory = read(setting)?;
        let Some(item) = inventory.next(|path| passed.contains(path)) else {
            break;
        };
        writeln!(streams.talk, "model {}", shown(&item.path))?;
        let turn = one(setting, item, wanted, streams).map_err(|failure| failure.to_string());
        if let Err(why) = &turn {
            writeln!(streams.talk, "not scanned: {why}")?;
        }
        let ended = matches!(turn, Ok(code) if code >= SIGNALS);
        turns.push((item.path.clone(), turn));
        if ended || !wanted.all {
            break;
        }
    }
    tell(setting, &turns, wanted.format, streams.out)?;
    let codes = turns.iter().map(|(_, turn)| *turn.as_ref().unwrap_or(&ERROR));
    // The worst thing that happened: a signal, then findings, then what was not covered.
    let worst = |code: &u8| match *code {
        DONE => 0,
        INCOMPLETE => 1,
        ERROR => 2,
        FINDINGS => 3,
        _ => 4,
    };
    Ok(codes.max_by_key(worst).unwrap_or(DONE))
}

fn one(
    setting: &Setting,
    item: &Item,
    wanted: &InventoryScanArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let options = ScanOptions {
        headless: true,
        format: Some(ScanFormat::Text),
        // An interrupted scan goes on where it can.
        resume: item.need == Some(Need::Interrupted),
        budget: wanted.budget,
        seed: wanted.seed,
        compute: wanted.compute.clone(),
        fail_on: wanted.fail_on,
        ..ScanOptions::default()
    };
    let mut result = Vec::new();
    let mut own = Streams {
        out: &mut result,
        talk: &mut *streams.talk,
        terminal: false,
        program: streams.program.clone(),
    };
    scanning::scan(setting, &Source::Folder(item.path.clone()), &options, &mut own)
}

fn tell(setting: &Setting, turns: &[Turn], format: ListFormat, out: &mut dyn Write) -> Result<(), Failure> {
    let inventory = read(setting)?;
    let of = |path: &Path| inventory.items.iter().find(|item| item.path == path);
    if format == ListFormat::Json {
        let scanned: Vec<Value> = turns
            .iter()
            .map(|(path, turn)| {
                json!({
                    "path": path.to_string_lossy(),
                    "exit": turn.as_ref().unwrap_or(&ERROR),
                    "error": turn.as_ref().err(),
                    "model": of(path).map(document),
                })
            })
            .collect();
        report::write_document(
            &json!({"schema": "stakeout.inventory/1", "scanned": scanned}),
            out,
        )?;
        return Ok(());
    }
    if turns.is_empty() {
        writeln!(out, "No model is due.")?;
    }
    for (path, turn) in turns {
        match (turn, of(path)) {
            (Ok(_), Some(item)) => write_item(item, out)?,
            (Ok(_), None) => writeln!(out, "scanned: {}", shown(path))?,
            (Err(why), _) => writeln!(out, "not scanned: {}: {why}", shown(path))?,
        }
    }
    Ok(())
}
