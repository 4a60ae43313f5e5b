//! Reading a model's files: from a folder, or from memory.
//!
//! Invariant: nothing is written, no link that leaves the folder is followed, no file above its limit is read, and every file read counts
//! for the digest.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    ops::{Deref, Range},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{error::ModelError, json};

/// Contents of a file.
#[derive(Debug)]
pub enum Bytes {
    /// Read.
    Owned(Vec<u8>),
    /// Mapped, for weights.
    Mapped(memmap2::Mmap),
    /// Part of the program.
    Embedded(&'static [u8]),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(map) => map,
            Self::Embedded(bytes) => bytes,
        }
    }
}

impl Bytes {
    /// Gives the memory of a part back that will not be read soon: a mapped file is read from the disk again when it is.
    pub fn forget(&self, range: Range<usize>) {
        #[cfg(unix)]
        if let Self::Mapped(map) = self {
            #[expect(unsafe_code, reason = "weights that were read stay in memory twice otherwise")]
            // SAFETY: the map is read-only, so that no change is lost: the pages hold what the file holds.
            let forgotten = unsafe {
                map.unchecked_advise_range(
                    memmap2::UncheckedAdvice::DontNeed,
                    range.start.min(self.len()),
                    range.len().min(self.len().saturating_sub(range.start)),
                )
            };
            // The system may keep the pages; the numbers are the same.
            drop(forgotten);
        }
        #[cfg(not(unix))]
        drop(range);
    }
}

enum Source<'a> {
    Folder(PathBuf),
    Memory(&'a [(&'a str, &'static [u8])]),
}

/// Told how much of a file is hashed: its name, bytes done, bytes in all.
pub type TellHashed<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// What becomes of the digests of files.
pub enum Hashing<'a> {
    /// They are made.
    Quiet,
    /// They are made, and somebody watches.
    Told(TellHashed<'a>),
    /// They are not made, and no file is read to its end for them.
    Off,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Its name. Raw.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its contents, hex; `None` when it was not hashed.
    pub sha256: Option<String>,
}

/// The files of one model.
pub struct Files<'a> {
    source: Source<'a>,
    hashing: Hashing<'a>,
    /// Where they come from.
    pub place: String,
    /// Names of all files there, sorted.
    pub names: Vec<String>,
    digests: BTreeMap<String, (u64, Option<[u8; 32]>)>,
}

impl<'a> Files<'a> {
    /// Those of a folder.
    pub fn folder(path: &Path) -> Result<Self, ModelError> {
        let meta = fs::metadata(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => ModelError::Missing {
                path: path.to_owned(),
            },
            _ => io(path, source),
        })?;
        if !meta.is_dir() {
            return Err(ModelError::IsFile {
                path: path.to_owned(),
            });
        }
        let root = fs::canonicalize(path).map_err(|source| io(path, source))?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&root).map_err(|source| io(path, source))? {
            let entry = entry.map_err(|source| io(path, source))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        if names.is_empty() {
            return Err(ModelError::Empty {
                path: path.to_owned(),
            });
        }
        Ok(Self::new(Source::Folder(root), path.display().to_string(), names))
    }

    /// A single file, and those of `beside` that stand there.
    pub fn file(path: &Path, beside: &[String]) -> Result<Self, ModelError> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(ModelError::Missing {
                path: path.to_owned(),
            });
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let root = fs::canonicalize(folder).map_err(|source| io(path, source))?;
        let name = name.to_string_lossy().into_owned();
        let others = beside.iter().filter(|other| **other != name);
        let there = others.filter(|other| root.join(other).exists()).cloned();
        let names = there.chain([name.clone()]).collect();
        Ok(Self::new(Source::Folder(root), path.display().to_string(), names))
    }

    /// Those in memory: (name, contents).
    pub fn memory(place: &str, files: &'a [(&'a str, &'static [u8])]) -> Self {
        let names = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self::new(Source::Memory(files), place.to_owned(), names)
    }

    fn new(source: Source<'a>, place: String, mut names: Vec<String>) -> Self {
        names.sort();
        Self {
            source,
            hashing: Hashing::Quiet,
            place,
            names,
            digests: BTreeMap::new(),
        }
    }

    /// The same, with another way of hashing.
    #[must_use]
    pub fn hashed(mut self, hashing: Hashing<'a>) -> Self {
        self.hashing = hashing;
        self
    }

    /// Whether there is such a file.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    /// Names of the files that were not read.
    pub fn unread(&self) -> Vec<String> {
        let unread = self.names.iter().filter(|name| !self.was_read(name));
        unread.cloned().collect()
    }

    /// Whether this file was read.
    pub fn was_read(&self, name: &str) -> bool {
        self.digests.contains_key(name)
    }

    /// Reads a file, if it is there.
    pub fn read(&mut self, name: &str, limit: u64) -> Result<Option<Bytes>, ModelError> {
        if !self.has(name) {
            return Ok(None);
        }
        let bytes = match &self.source {
            Source::Folder(root) => {
                let (mut file, length) = plain(root, name)?;
                if length > limit {
                    return Err(too_large(name, length, limit));
                }
                let mut bytes = Vec::with_capacity(length as usize);
                let limited = (&mut file).take(limit + 1).read_to_end(&mut bytes);
                limited.map_err(|source| io(Path::new(name), source))?;
                Bytes::Owned(bytes)
            }
            Source::Memory(files) => {
                let found = files.iter().find(|(other, _)| *other == name);
                Bytes::Embedded(found.map_or(&[], |(_, bytes)| *bytes))
            }
        };
        if bytes.len() as u64 > limit {
            return Err(too_large(name, bytes.len() as u64, limit));
        }
        self.note(name, &bytes);
        Ok(Some(bytes))
    }

    /// A weights file, mapped: it may be larger than memory.
    pub fn map(&mut self, name: &str) -> Result<Bytes, ModelError> {
        let bytes = match &self.source {
            Source::Folder(root) => {
                let (file, length) = plain(root, name)?;
                if length == 0 {
                    Bytes::Owned(Vec::new())
                } else {
                    #[expect(unsafe_code, reason = "weights are too large to copy")]
                    // SAFETY: the map is read-only and private to this process. Another process that shortens the file while the model is open would
                    // end this one with a signal; it cannot make it compute with anything but the file's bytes.
                    let map = unsafe { memmap2::Mmap::map(&file) };
                    Bytes::Mapped(map.map_err(|source| io(Path::new(name), source))?)
                }
            }
            Source::Memory(files) => {
                let found = files.iter().find(|(other, _)| *other == name);
                Bytes::Embedded(found.map_or(&[], |(_, bytes)| *bytes))
            }
        };
        self.note(name, &bytes);
        Ok(bytes)
    }

    /// Reads a JSON object, if the file is there.
    pub fn object(&mut self, name: &str, limit: u64) -> Result<Option<Map<String, Value>>, ModelError> {
        let Some(bytes) = self.read(name, limit)? else {
            return Ok(None);
        };
        json::object(&bytes).map(Some).map_err(|reason| ModelError::Json {
            file: name.to_owned(),
            reason,
        })
    }

    fn note(&mut self, name: &str, bytes: &Bytes) {
        /// Bytes hashed between two tellings.
        const PIECE: usize = 16 << 20;
        let length = bytes.len() as u64;
        let digest = match &mut self.hashing {
            Hashing::Off => None,
            hashing => {
                let (mut all, mut done) = (Sha256::new(), 0);
                for piece in bytes.chunks(PIECE) {
                    all.update(piece);
                    bytes.forget(done..done + piece.len());
                    done += piece.len();
                    if let Hashing::Told(tell) = hashing {
                        tell(name, done as u64, length);
                    }
                }
                Some(all.finalize().into())
            }
        };
        self.digests.insert(name.to_owned(), (length, digest));
    }

    /// What was read.
    pub fn facts(&self) -> Vec<FileFacts> {
        self.digests
            .iter()
            .map(|(name, (bytes, digest))| FileFacts {
                name: name.clone(),
                bytes: *bytes,
                sha256: digest.map(|digest| format!("{:x}", sha2::digest::Output::<Sha256>::from(digest))),
            })
            .collect()
    }

    /// Digest over names, lengths and contents of what was read, hex; empty when nothing is hashed.
    pub fn digest(&self) -> String {
        let mut all = Sha256::new();
        for (name, (length, digest)) in &self.digests {
            let Some(digest) = digest else {
                return String::new();
            };
            all.update((name.len() as u64).to_le_bytes());
            all.update(name.as_bytes());
            all.update(length.to_le_bytes());
            all.update(digest);
        }
        format!("{:x}", all.finalize())
    }
}

/// Opens a file of the folder: a plain one, inside it, or where a Hugging Face cache keeps it.
fn plain(root: &Path, name: &str) -> Result<(File, u64), ModelError> {
    let target = fs::canonicalize(root.join(name)).map_err(|source| io(Path::new(name), source))?;
    let cached = || {
        let blobs = root.parent()?.parent()?.join("blobs");
        Some(target.parent()? == blobs)
    };
    if !target.starts_with(root) && cached() != Some(true) {
        return Err(ModelError::Outside {
            file: name.to_owned(),
        });
    }
    let meta = fs::metadata(&target).map_err(|source| io(Path::new(name), source))?;
    if !meta.is_file() {
        return Err(ModelError::NotPlain {
            file: name.to_owned(),
        });
    }
    let file = File::open(&target).map_err(|source| io(Path::new(name), source))?;
    Ok((file, meta.len()))
}

/// A file above its limit.
pub fn too_large(file: &str, bytes: u64, limit: u64) -> ModelError {
    ModelError::TooLarge {
        file: file.to_owned(),
        bytes,
        limit,
    }
}

fn io(path: &Path, source: std::io::Error) -> ModelError {
    ModelError::Io {
        file: path.display().to_string(),
        source,
    }
}
