//! What an analyst is typing, kept in a file beside the session until it is saved or dropped: a crash does not cost a long note.

use std::{fs, io, path::Path};

use super::lock::beside;

/// Longest draft read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Keeps a draft for the session at `path`, replacing the one before at once or not at all; none removes it.
pub fn write(path: &Path, draft: Option<&str>) -> io::Result<()> {
    let place = beside(path, "-draft");
    let Some(draft) = draft else {
        return match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    };
    let new = beside(path, "-draft-new");
    fs::write(&new, draft)?;
    fs::rename(&new, &place)
}

/// The draft kept for the session at `path`.
pub fn read(path: &Path) -> Option<String> {
    let place = beside(path, "-draft");
    let is_short = fs::metadata(&place).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
    is_short.then(|| fs::read_to_string(&place).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_stays_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo.stakeout");
        assert_eq!(read(&path), None);
        write(&path, Some("first")).unwrap();
        write(&path, Some("second")).unwrap();
        assert_eq!(read(&path).as_deref(), Some("second"));
        write(&path, None).unwrap();
        write(&path, None).unwrap();
        assert_eq!(read(&path), None);
    }
}
