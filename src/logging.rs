//! A log file for the program's own troubles. Nothing is ever logged to the screen.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io,
    path::Path,
    sync::Mutex,
};

use tracing_subscriber::EnvFilter;

/// Directives in this variable go before the configured level, for example `stakeout=debug`.
pub const LEVEL_VARIABLE: &str = "STAKEOUT_LOG";

/// A log larger than this is put aside when the program starts, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Starts logging to `path` at `level` ("off" to "trace"). The program works without a log: the caller may go on after an error.
pub fn start(path: &Path, level: &str) -> io::Result<()> {
    let directives = env::var(LEVEL_VARIABLE).unwrap_or_else(|_| level.to_owned());
    if directives == "off" {
        return Ok(());
    }
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("{LEVEL_VARIABLE}: {error}")))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Mutex::new(open(path)?))
        .with_ansi(false)
        .try_init()
        .map_err(io::Error::other)
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|found| found.len() > LARGEST) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_grew_too_large_is_put_aside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state").join("stakeout.log");
        drop(open(&path).unwrap());
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(LARGEST + 1)
            .unwrap();
        drop(open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert!(path.with_extension("log.old").exists());
    }
}
