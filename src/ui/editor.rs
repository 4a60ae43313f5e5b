//! A note written in an editor of the analyst's own. The terminal must have been left; the note is plain text in a private file.

use std::{
    env, fs,
    io::{self, Write as _},
    process::{self, Command},
};

/// Longest note taken over, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Opens `$VISUAL` or `$EDITOR` (else vi) on `note` and returns what was saved, blanks at the end aside.
pub fn edit(note: &str) -> io::Result<String> {
    let path = env::temp_dir().join(format!("stakeout-note-{}.txt", process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(note.as_bytes())?;
    drop(file);
    let written = run(&path).and_then(|()| {
        if fs::metadata(&path)?.len() > LONGEST {
            return Err(io::Error::other("the note is longer than 64 KiB"));
        }
        fs::read_to_string(&path)
    });
    // It holds what an analyst thinks about a case: it does not stay behind.
    drop(fs::remove_file(&path));
    written.map(|note| note.trim_end().to_owned())
}

/// Opens a file in it.
pub fn run(path: &std::path::Path) -> io::Result<()> {
    let line = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|line| !line.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned());
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(path).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{program} ended with {status}")))
    }
}
