//! Rescues what is readable of a damaged session into a new one, and says what is lost. The damaged file is only read.
//!
//! Invariant: what is rescued is what was written: a record whose own hash does not match is lost, however readable it looks.

mod pages;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use super::{
    chain::Sealed,
    error::SessionError,
    lock,
    record::Fact,
    store::{Store, author},
};
use pages::{Cell, Pages, Place, Value};

/// Sentences about losses kept, at most.
const MOST_LOSSES: usize = 200;

/// What was rescued.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rescued {
    /// Records.
    pub records: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// What is lost, in sentences.
    pub lost: Vec<String>,
}

/// A record to keep, with the digest of what it refers to.
type Kept = (Sealed, Fact, Option<String>);

/// Where a rescued session goes if nobody says: `demo-salvaged.stakeout`.
pub fn beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-salvaged.{}", super::library::EXTENSION))
}

/// Rescues the session at `path` into the new file `new`.
pub fn rescue(path: &Path, new: &Path) -> Result<Rescued, SessionError> {
    let found = fs::metadata(path).map_err(|error| SessionError::io(path, &error))?;
    if !found.is_file() {
        return Err(SessionError::NotASession {
            path: path.to_owned(),
        });
    }
    if fs::symlink_metadata(new).is_ok() {
        return Err(SessionError::Exists { path: new.to_owned() });
    }
    let open = || {
        let journal = lock::beside(path, "-wal");
        Pages::open(path, &journal).map_err(|error| SessionError::io(path, &error))
    };
    let mut wreck = Wreck::search(open()?);
    if wreck.records.is_empty()
        && let Some(usual) = open()?.usual()
    {
        wreck = Wreck::search(usual);
    }
    if wreck.records.is_empty() {
        return Err(SessionError::Lost {
            path: path.to_owned(),
        });
    }
    save(path, wreck, new)
}

/// What can be made out of a damaged file.
#[derive(Debug)]
struct Wreck {
    pages: Pages,
    /// Records whose own hash matches, by number.
    records: BTreeMap<u64, (Sealed, Fact)>,
    /// What is wrong with the others, by number.
    unreadable: BTreeMap<u64, String>,
    /// Kinds of records as the index has them, by number.
    kinds: BTreeMap<u64, String>,
    /// Where something stands that calls itself a piece of evidence with this digest.
    blobs: HashMap<String, Place>,
}

impl Wreck {
    fn search(pages: Pages) -> Self {
        let mut wreck = Self {
            pages,
            records: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            kinds: BTreeMap::new(),
            blobs: HashMap::new(),
        };
        for page in wreck.pages.numbers() {
            for place in wreck.pages.places(page) {
                match wreck.pages.cell(place) {
                    Some(Cell::Row(number, values)) => wreck.row(place, number, &values),
                    Some(Cell::Entry(values)) => wreck.entry(&values),
                    None => {}
                }
            }
        }
        wreck
    }

    fn row(&mut self, place: Place, number: i64, values: &[Value]) {
        match values {
            [Value::Text(digest), Value::Blob(_)] => {
                self.blobs
                    .insert(String::from_utf8_lossy(digest).into_owned(), place);
            }
            [_, at_ms, author, kind, body, prev, hash] => {
                let Some(sealed) = sealed(number, at_ms, [author, kind, body, prev, hash]) else {
                    return;
                };
                let seq = sealed.seq;
                match sealed.open() {
                    Ok(fact) => {
                        self.records.entry(seq).or_insert((sealed, fact));
                    }
                    Err(what) => {
                        self.unreadable.insert(seq, what);
                    }
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, values: &[Value]) {
        // The index of kinds is the only one that holds a word and a number.
        if let [Value::Text(kind), Value::Integer(number)] = values
            && let Ok(number) = u64::try_from(*number)
        {
            self.kinds
                .insert(number, String::from_utf8_lossy(kind).into_owned());
        }
    }

    /// What is lost of the records, in sentences; neighbours of one kind and one fate share theirs.
    fn lost_records(&self) -> Vec<String> {
        let last = [
            self.records.keys().next_back(),
            self.unreadable.keys().next_back(),
            self.kinds.keys().next_back(),
        ];
        let last = last.into_iter().flatten().max().copied().unwrap_or(0);
        let mut runs: Vec<(u64, u64, String)> = Vec::new();
        let present = self.records.keys().copied().chain([last + 1]);
        let mut expected = 1;
        for number in present {
            for missing in expected..number.min(expected + 100_000) {
                let what = self.fate(missing);
                match runs.last_mut() {
                    Some((_, to, before)) if *to + 1 == missing && *before == what => *to = missing,
                    _ => runs.push((missing, missing, what)),
                }
            }
            expected = number + 1;
        }
        runs.into_iter()
            .map(|(from, to, what)| match to - from {
                0 => format!("record {from}: {what}"),
                more => format!("records {from} to {to} ({} of them): {what}", more + 1),
            })
            .collect()
    }

    /// What became of a record that is not there.
    fn fate(&self, number: u64) -> String {
        let what = self.unreadable.get(&number).map_or("gone", String::as_str);
        match self.kinds.get(&number) {
            Some(kind) => format!("{what}; it was a {kind}"),
            None => what.to_owned(),
        }
    }

    /// The piece of evidence with this digest and length, if it is whole.
    fn evidence(&mut self, digest: &str, length: u64) -> Option<Vec<u8>> {
        let place = *self.blobs.get(digest)?;
        match self.pages.cell(place)? {
            Cell::Row(_, values) => match values.into_iter().nth(1)? {
                Value::Blob(bytes)
                    if bytes.len() as u64 == length && super::blob::digest(&bytes) == digest =>
                {
                    Some(bytes)
                }
                _ => None,
            },
            Cell::Entry(_) => None,
        }
    }
}

/// A row as a record, if its columns have the right types.
fn sealed(number: i64, at_ms: &Value, texts: [&Value; 5]) -> Option<Sealed> {
    let text = |value: &Value| match value {
        Value::Text(bytes) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    };
    let [author, kind, body, prev, hash] = texts.map(text);
    Some(Sealed {
        seq: u64::try_from(number).ok().filter(|number| *number > 0)?,
        at_ms: match at_ms {
            Value::Integer(at_ms) => *at_ms,
            _ => return None,
        },
        author: author?,
        kind: kind?,
        body: body?,
        prev: prev?,
        hash: hash?,
    })
}

/// Writes what was made out into a new session.
fn save(path: &Path, mut wreck: Wreck, new: &Path) -> Result<Rescued, SessionError> {
    let mut rescued = Rescued::default();
    if wreck.pages.is_cut() {
        let what = format!(
            "the end of the file: it had {} pages; what stood last there may be gone without a trace",
            wreck.pages.promised
        );
        lose(&mut rescued.lost, what);
    }
    for what in wreck.lost_records() {
        lose(&mut rescued.lost, what);
    }
    let mut prev: Option<(u64, String)> = None;
    let mut kept: Vec<Kept> = Vec::new();
    for (seq, (sealed, fact)) in std::mem::take(&mut wreck.records) {
        if let Some((before, hash)) = &prev
            && *before + 1 == seq
            && *hash != sealed.prev
        {
            let what = format!("record {seq} does not follow the record before it");
            lose(&mut rescued.lost, what);
        }
        prev = Some((seq, sealed.hash.clone()));
        match refers(&fact) {
            None => kept.push((sealed, fact, None)),
            Some((_, digest, length)) if wreck.evidence(&digest, length).is_some() => {
                kept.push((sealed, fact, Some(digest)));
            }
            Some((what, ..)) => lose(&mut rescued.lost, format!("{what} of record {seq}")),
        }
    }
    renumber(&mut kept);
    let mut store = Store::create(new)?;
    for (sealed, fact, digest) in kept {
        rescued.evidence += u64::from(matches!(fact, Fact::Stored { .. }));
        let stored = match (digest, refers(&fact)) {
            // It was whole a moment ago.
            (Some(digest), Some((.., length))) => {
                wreck.evidence(&digest, length).map(|bytes| (digest, bytes))
            }
            _ => None,
        };
        store.adopt(&sealed.author, sealed.at_ms, fact, stored)?;
        rescued.records += 1;
    }
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    store.append(
        &author(),
        Fact::Salvaged {
            from: name,
            lost: rescued.lost.clone(),
        },
    )?;
    store.flush()?;
    Ok(rescued)
}

/// What a record refers to: in words, its digest, its length.
fn refers(fact: &Fact) -> Option<(String, String, u64)> {
    match fact {
        Fact::Stored { key, digest, bytes } => Some((format!("evidence {key}"), digest.clone(), *bytes)),
        Fact::Computed { unit, digest, bytes } => {
            Some((format!("unit {}", unit.number), digest.clone(), *bytes))
        }
        _ => None,
    }
}

/// Records in the new file start after its own first one, without gaps: rulings that others refer to get other numbers.
fn renumber(kept: &mut [Kept]) {
    let numbers: HashMap<u64, u64> = kept
        .iter()
        .zip(2_u64..)
        .map(|((sealed, ..), number)| (sealed.seq, number))
        .collect();
    let new = |old: u64| numbers.get(&old).copied().unwrap_or(0);
    for (_, fact, _) in kept {
        match fact {
            Fact::Undone { record } | Fact::Redone { record } => *record = new(*record),
            Fact::Ruled {
                group: Some(group), ..
            } => *group = new(*group),
            _ => {}
        }
    }
}

fn lose(lost: &mut Vec<String>, what: String) {
    match lost.len() {
        0..MOST_LOSSES => lost.push(what),
        MOST_LOSSES => lost.push("and more".to_owned()),
        _ => {}
    }
}
