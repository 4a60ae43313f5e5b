//! The header of a GGUF file: what it says of the model, and where its tensors stand.
//!
//! Invariant: nothing is believed: every count, length and offset is checked against the bytes that are there before anything is
//! reserved for it, so memory stays a small multiple of the header.

pub mod config;
pub mod names;
pub mod parts;
pub mod tokenizer;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::decoder::numbers::Kind;

/// Settings and tensors beyond this are no model.
const MOST: u64 = 1 << 17;
/// Elements of an array beyond this are no vocabulary.
const LONGEST: u64 = 1 << 22;
/// Bytes of a name.
const NAME: u64 = 1 << 10;
/// Bytes of a header.
const HEADER: usize = 256 << 20;
/// The strictest alignment there may be.
const ALIGNMENT: u64 = 1 << 16;

/// A header, checked.
#[derive(Debug)]
pub struct Header {
    /// What the file says of the model.
    pub settings: BTreeMap<String, Value>,
    /// The tensors, in the order of the file.
    pub tensors: Vec<Entry>,
}

/// One tensor.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its shape, rows first.
    pub shape: Vec<usize>,
    /// How it is stored.
    pub kind: Kind,
    /// Which of the model's files it stands in, from 0.
    pub part: usize,
    /// Where in that file.
    pub range: Range<usize>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(u64),
    /// A whole number below zero.
    Negative(i64),
    /// A float.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// A text.
    Text(String),
    /// Texts.
    Texts(Vec<String>),
    /// Numbers of any kind.
    Numbers(Vec<f64>),
}

impl Header {
    /// Reads the front of a file; the reason is one sentence.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let mut cursor = Cursor {
            file,
            at: 0,
            end: file.len().min(HEADER),
        };
        if cursor.take(4)? != b"GGUF" {
            return Err("it does not begin with GGUF".into());
        }
        let version = u32::from_le_bytes(cursor.fixed()?);
        if !(2..=3).contains(&version) {
            return Err(match version.swap_bytes() {
                1..=3 => "it is stored big-endian, only little-endian is read".into(),
                _ => format!("version {version} is not read, only 2 and 3"),
            });
        }
        let tensors = cursor.count("tensors", MOST)?;
        let count = cursor.count("settings", MOST)?;
        let mut settings = BTreeMap::new();
        for _ in 0..count {
            let name = cursor.name()?;
            let kind = u32::from_le_bytes(cursor.fixed()?);
            let value = cursor.value(kind)?;
            if settings.contains_key(&name) {
                return Err(format!("setting {name} stands there twice"));
            }
            settings.insert(name, value);
        }
        let alignment = match settings.get("general.alignment") {
            None => 32,
            Some(Value::Whole(number)) if number.is_power_of_two() && *number <= ALIGNMENT => *number,
            Some(_) => return Err("general.alignment is no power of two that makes sense".into()),
        } as usize;
        let raw: Vec<Raw> = (0..tensors).map(|_| cursor.tensor()).collect::<Result<_, _>>()?;
        let start = cursor.at.next_multiple_of(alignment);
        Ok(Self {
            settings,
            tensors: place(raw, file.len(), start, alignment)?,
        })
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> Option<u64> {
        match self.settings.get(name) {
            Some(Value::Whole(number)) => Some(*number),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.settings.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Texts.
    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.settings.get(name) {
            Some(Value::Texts(texts)) => Some(texts),
            // an empty array may be of any kind
            Some(Value::Numbers(numbers)) if numbers.is_empty() => Some(&[]),
            _ => None,
        }
    }

    /// Numbers.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.settings.get(name) {
            Some(Value::Numbers(numbers)) => Some(numbers),
            _ => None,
        }
    }

    /// True or false.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.settings.get(name) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }
}

/// A tensor before its place is checked.
struct Raw {
    name: String,
    shape: Vec<usize>,
    kind: Kind,
    offset: u64,
}

/// Finds every tensor's bytes: aligned, inside the file, none shared, each name once.
fn place(raw: Vec<Raw>, length: usize, start: usize, alignment: usize) -> Result<Vec<Entry>, String> {
    let mut names = BTreeSet::new();
    let mut entries = Vec::with_capacity(raw.len());
    for tensor in raw {
        let Raw {
            name,
            shape,
            kind,
            offset,
        } = tensor;
        if !names.insert(name.clone()) {
            return Err(format!("tensor {name} stands there twice"));
        }
        let numbers = shape.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
        let whole = shape
            .last()
            .is_some_and(|width| width.is_multiple_of(kind.block().0));
        let bytes = numbers.filter(|_| whole).and_then(|numbers| kind.bytes(numbers));
        let range = bytes.and_then(|bytes| {
            let from = usize::try_from(offset).ok()?;
            let from = start.checked_add(from)?;
            Some(from..from.checked_add(bytes)?)
        });
        let range =
            range.ok_or_else(|| format!("tensor {name} has a shape its {} cannot have", kind.name()))?;
        if !offset.is_multiple_of(alignment as u64) {
            return Err(format!("tensor {name} is not aligned"));
        }
        if range.end > length {
            return Err(format!("tensor {name} ends beyond the file"));
        }
        entries.push(Entry {
            name,
            shape,
            kind,
            part: 0,
            range,
        });
    }
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by_key(|entry| entry.range.start);
    for pair in order.windows(2) {
        if let [first, second] = pair
            && first.range.end > second.range.start
        {
            return Err(format!("tensors {} and {} overlap", first.name, second.name));
        }
    }
    Ok(entries)
}

struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
    /// Where a header must have ended.
    end: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], String> {
        let until = self.at.checked_add(bytes).filter(|until| *until <= self.end);
        let taken = until.and_then(|until| self.file.get(self.at..until));
        let taken = taken.ok_or("the header ends beyond the file, or beyond 256 MB")?;
        self.at += bytes;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let bytes = self.take(N)?;
        bytes.first_chunk().copied().ok_or_else(String::new)
    }

    fn count(&mut self, what: &str, most: u64) -> Result<u64, String> {
        let count = u64::from_le_bytes(self.fixed()?);
        if count > most {
            return Err(format!("it claims {count} {what}, the limit is {most}"));
        }
        Ok(count)
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.count("bytes of a text", HEADER as u64)?;
        let bytes = self.take(length as usize)?;
        let text = std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")?;
        Ok(text.to_owned())
    }

    fn name(&mut self) -> Result<String, String> {
        let start = self.at;
        let length = self.count("bytes of a name", NAME)?;
        if length == 0 {
            return Err("a name is empty".into());
        }
        self.at = start;
        self.text()
    }

    fn value(&mut self, kind: u32) -> Result<Value, String> {
        if kind == 9 {
            let inner = u32::from_le_bytes(self.fixed()?);
            let count = self.count("elements of an array", LONGEST)?;
            return self.array(inner, count);
        }
        if kind == 8 {
            return Ok(Value::Text(self.text()?));
        }
        self.number(kind)
    }

    fn number(&mut self, kind: u32) -> Result<Value, String> {
        let signed = |number: i64| u64::try_from(number).map_or(Value::Negative(number), Value::Whole);
        Ok(match kind {
            0 => Value::Whole(u64::from(u8::from_le_bytes(self.fixed()?))),
            1 => signed(i64::from(i8::from_le_bytes(self.fixed()?))),
            2 => Value::Whole(u64::from(u16::from_le_bytes(self.fixed()?))),
            3 => signed(i64::from(i16::from_le_bytes(self.fixed()?))),
            4 => Value::Whole(u64::from(u32::from_le_bytes(self.fixed()?))),
            5 => signed(i64::from(i32::from_le_bytes(self.fixed()?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.fixed()?))),
            7 => match self.fixed()? {
                [0] => Value::Flag(false),
                [1] => Value::Flag(true),
                _ => return Err("a flag is neither true nor false".into()),
            },
            10 => Value::Whole(u64::from_le_bytes(self.fixed()?)),
            11 => signed(i64::from_le_bytes(self.fixed()?)),
            12 => Value::Float(f64::from_le_bytes(self.fixed()?)),
            other => return Err(format!("a setting has the unknown kind {other}")),
        })
    }

    fn array(&mut self, kind: u32, count: u64) -> Result<Value, String> {
        if kind == 9 {
            return Err("an array of arrays is not read".into());
        }
        if kind == 8 {
            let texts = (0..count).map(|_| self.text());
            return texts.collect::<Result<_, _>>().map(Value::Texts);
        }
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(match self.number(kind)? {
                Value::Whole(number) => number as f64,
                Value::Negative(number) => number as f64,
                Value::Float(number) => number,
                Value::Flag(flag) => f64::from(u8::from(flag)),
                Value::Text(_) | Value::Texts(_) | Value::Numbers(_) => continue,
            });
        }
        Ok(Value::Numbers(numbers))
    }

    fn tensor(&mut self) -> Result<Raw, String> {
        let name = self.name()?;
        let dimensions = u32::from_le_bytes(self.fixed()?);
        if !(1..=4).contains(&dimensions) {
            return Err(format!("tensor {name} has {dimensions} dimensions"));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            let size = u64::from_le_bytes(self.fixed()?);
            let size = usize::try_from(size).map_err(|_| format!("tensor {name} is too large"))?;
            shape.insert(0, size);
        }
        let code = u32::from_le_bytes(self.fixed()?);
        let kind = kind(code)
            .ok_or_else(|| format!("tensor {name} is stored in a way that is not read (type {code})"))?;
        let offset = u64::from_le_bytes(self.fixed()?);
        Ok(Raw {
            name,
            shape,
            kind,
            offset,
        })
    }
}

/// The kinds that are read, by their numbers in the file.
const fn kind(code: u32) -> Option<Kind> {
    Some(match code {
        0 => Kind::F32,
        1 => Kind::F16,
        2 => Kind::Q4_0,
        6 => Kind::Q5_0,
        8 => Kind::Q8_0,
        12 => Kind::Q4K,
        13 => Kind::Q5K,
        14 => Kind::Q6K,
        30 => Kind::Bf16,
        _ => return None,
    })
}
