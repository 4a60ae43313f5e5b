//! The pages of a damaged SQLite file and of the journal beside it, and the rows that can still be made out in them.
//!
//! Nothing is believed: no tree is followed, no count is trusted, whatever lies outside of a page or of the file ends the
//! row it was for. What a row holds proves itself, by the hash of a record or the digest of a piece of evidence.
//! Format: <https://sqlite.org/fileformat2.html>.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
};

/// Page size of a file whose header does not say a possible one: what SQLite uses by itself.
const USUAL: usize = 4096;
/// Bytes before the first page of a journal, and before each.
const WAL_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;
/// Kinds of pages that hold rows or entries.
const TABLE_LEAF: u8 = 0x0d;
const INDEX_LEAF: u8 = 0x0a;
const INDEX_INTERIOR: u8 = 0x02;
/// Largest row taken for one, in bytes.
const LARGEST: u64 = 1 << 30;

/// A value of a row; numbers with a fraction do not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

/// Where a row begins: in which page, how far into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    page: u32,
    at: usize,
}

/// A row that could be made out, or an entry of an index.
#[derive(Debug)]
pub(super) enum Cell {
    /// A row of a table with its number.
    Row(i64, Vec<Value>),
    /// An entry of an index.
    Entry(Vec<Value>),
}

/// A file and its journal as pages.
#[derive(Debug)]
pub(super) struct Pages {
    file: File,
    journal: Option<File>,
    /// Newest image of a page in the journal: where it begins.
    newer: HashMap<u32, u64>,
    size: usize,
    /// Pages there are, the last one perhaps in part.
    count: u32,
    /// Pages there were, as the file's header says.
    pub(super) promised: u32,
}

impl Pages {
    /// Opens both for reading, with pages of the size the header says or, where it says none, of the usual one.
    pub(super) fn open(path: &Path, journal: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut header = [0; 100];
        let length = file.metadata()?.len();
        let read = file.read(&mut header)?;
        let said = match header.get(16..18) {
            Some([0, 1]) => 65_536,
            Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
            _ => 0,
        };
        let size = if read >= 18 && said.is_power_of_two() && said >= 512 {
            said
        } else {
            USUAL
        };
        let mut pages = Self {
            file,
            journal: File::open(journal).ok(),
            newer: HashMap::new(),
            size,
            count: u32::try_from(length.div_ceil(size as u64)).unwrap_or(u32::MAX),
            promised: header.get(28..32).map_or(0, |bytes| number(bytes) as u32),
        };
        pages.read_journal();
        Ok(pages)
    }

    /// The same with pages of the usual size, if they have another one.
    pub(super) fn usual(mut self) -> Option<Self> {
        let length = self.file.metadata().ok()?.len();
        (self.size != USUAL).then(|| {
            self.size = USUAL;
            self.count = u32::try_from(length.div_ceil(USUAL as u64)).unwrap_or(u32::MAX);
            self.read_journal();
            self
        })
    }

    /// True when the file ends before the last page it had.
    pub(super) fn is_cut(&self) -> bool {
        let length = self.file.metadata().map_or(0, |found| found.len());
        self.promised > self.count || !length.is_multiple_of(self.size as u64)
    }

    fn read_journal(&mut self) {
        self.newer.clear();
        let Some(journal) = &mut self.journal else { return };
        let mut header = [0; WAL_HEADER as usize];
        if journal
            .rewind()
            .and_then(|()| journal.read_exact(&mut header))
            .is_err()
        {
            return;
        }
        let salt = header.get(16..24).map(<[u8]>::to_vec);
        let mut at = WAL_HEADER;
        let mut frame = [0; FRAME_HEADER as usize];
        while journal
            .seek(SeekFrom::Start(at))
            .and_then(|_| journal.read_exact(&mut frame))
            .is_ok()
        {
            // Frames of an earlier round of the journal carry another salt.
            if frame.get(8..16) == salt.as_deref() {
                let page = frame.get(..4).map_or(0, |bytes| number(bytes) as u32);
                self.newer.insert(page, at + FRAME_HEADER);
            }
            at += FRAME_HEADER + self.size as u64;
        }
    }

    /// Numbers of every page in the file or its journal, from 1.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (1..=self.count).chain(self.newer.keys().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// A page, newest image first in line; what the file lacks of it is zeros.
    fn page(&mut self, page: u32) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.size];
        let (file, at) = match (self.newer.get(&page), &mut self.journal) {
            (Some(at), Some(journal)) => (journal, *at),
            _ => (&mut self.file, u64::from(page.checked_sub(1)?) * self.size as u64),
        };
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) | Err(_) => break,
                Ok(read) => filled += read,
            }
        }
        (filled > 0).then_some(bytes)
    }

    /// The places of everything that looks like a row or an entry in a page.
    pub(super) fn places(&mut self, page: u32) -> Vec<Place> {
        let Some(bytes) = self.page(page) else {
            return Vec::new();
        };
        let header = header_at(page);
        let kind = bytes.get(header).copied().unwrap_or(0);
        let pointers = match kind {
            TABLE_LEAF | INDEX_LEAF => header + 8,
            INDEX_INTERIOR => header + 12,
            _ => return Vec::new(),
        };
        let count = bytes.get(header + 3..header + 5).map_or(0, number) as usize;
        (0..count.min(self.size / 4))
            .filter_map(|index| bytes.get(pointers + 2 * index..pointers + 2 * index + 2))
            .map(|pointer| Place {
                page,
                at: number(pointer) as usize,
            })
            .collect()
    }

    /// What stands at a place, if it can be made out.
    pub(super) fn cell(&mut self, place: Place) -> Option<Cell> {
        let bytes = self.page(place.page)?;
        let kind = *bytes.get(header_at(place.page))?;
        let mut rest = bytes.get(place.at..)?;
        if kind == INDEX_INTERIOR {
            rest = rest.get(4..)?;
        }
        let length = usize::try_from(varint(&mut rest).filter(|length| *length <= LARGEST)?).ok()?;
        let row = if kind == TABLE_LEAF {
            Some(varint(&mut rest)? as i64)
        } else {
            None
        };
        let values = values(&self.payload(rest, length, kind)?)?;
        Some(row.map_or(Cell::Entry(values.clone()), |row| Cell::Row(row, values)))
    }

    /// A payload of `length` bytes that begins in `here` and may go on in other pages.
    fn payload(&mut self, here: &[u8], length: usize, kind: u8) -> Option<Vec<u8>> {
        let most = if kind == TABLE_LEAF {
            self.size - 35
        } else {
            (self.size - 12) * 64 / 255 - 23
        };
        if length <= most {
            return here.get(..length).map(<[u8]>::to_vec);
        }
        let least = (self.size - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.size - 4);
        let local = if fitting <= most { fitting } else { least };
        let mut payload = here.get(..local)?.to_vec();
        let mut next = number(here.get(local..local + 4)?) as u32;
        while payload.len() < length {
            let page = self.page(next)?;
            let (link, content) = page.split_at_checked(4)?;
            let wanted = (length - payload.len()).min(content.len());
            payload.extend_from_slice(content.get(..wanted)?);
            next = number(link) as u32;
        }
        Some(payload)
    }
}

/// Where the header of a page begins: the first page has the file's own before it.
const fn header_at(page: u32) -> usize {
    if page == 1 { 100 } else { 0 }
}

/// Bytes as a number, the most significant first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Takes a number of variable length off the front.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut sum = 0_u64;
    for index in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if index == 8 {
            return Some(sum << 8 | u64::from(*byte));
        }
        sum = sum << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(sum)
}

/// The values of a row.
fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let mut rest = payload;
    let header = usize::try_from(varint(&mut rest)?).ok()?;
    let mut types = payload.get(payload.len() - rest.len()..header)?;
    let mut body = payload.get(header..)?;
    let mut found = Vec::new();
    while !types.is_empty() {
        let kind = varint(&mut types)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let (bytes, after) = body.split_at_checked(length)?;
        body = after;
        found.push(match kind {
            0 => Value::Null,
            8 | 9 => Value::Integer(kind as i64 - 8),
            1..=6 => Value::Integer(signed(bytes)),
            _ if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(bytes.to_vec()),
        });
    }
    Some(found)
}

/// Bytes as a number in two's complement.
fn signed(bytes: &[u8]) -> i64 {
    let unused = 64 - 8 * bytes.len() as u32;
    ((number(bytes) << unused) as i64) >> unused
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(varint(&mut [0x81, 0x00].as_slice()), Some(128));
        assert_eq!(varint(&mut [0xff; 9].as_slice()), Some(u64::MAX));
        assert_eq!(varint(&mut [0x80].as_slice()), None);
        assert_eq!((signed(&[0xff]), signed(&[0x7f, 0xff])), (-1, 32_767));
    }

    proptest! {
        #[test]
        fn no_file_at_all_makes_it_panic(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..20_000),
            leaf in any::<bool>(),
        ) {
            // A page that looks right gets further.
            for at in (0..bytes.len()).step_by(4096) {
                bytes[at] = if leaf { TABLE_LEAF } else { INDEX_LEAF };
            }
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("any");
            std::fs::write(&path, &bytes).unwrap();
            let mut pages = Pages::open(&path, &path).unwrap();
            for page in pages.numbers() {
                for place in pages.places(page) {
                    pages.cell(place);
                }
            }
        }
    }
}
