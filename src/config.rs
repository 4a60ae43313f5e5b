//! Settings: the documented defaults in `assets/config.toml`, patched by the analyst's own file. Mistakes are errors, never ignored.

use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use similar::get_close_matches;

use crate::text;

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("../assets/config.toml");

/// Largest configuration file read, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Words a setting may have.
const BUDGETS: [&str; 3] = ["quick", "standard", "deep"];
const LOG_LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
const NOTIFY: [&str; 3] = ["off", "bell", "desktop"];
const KEYS: [&str; 10] = [
    "theme",
    "mouse",
    "motion",
    "notify",
    "ascii",
    "author",
    "threads",
    "budget",
    "evidence_mb",
    "log",
];

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Config {
    /// Name of a theme.
    pub theme: String,
    /// Wheel and clicks.
    pub mouse: bool,
    /// Signs may move by themselves.
    pub motion: bool,
    /// "off", "bell" or "desktop": what tells an analyst who looks elsewhere that a long scan has ended.
    pub notify: String,
    /// ASCII characters only.
    pub ascii: bool,
    /// Name written beside rulings; empty: the account's name.
    pub author: String,
    /// Threads to compute with; 0: all processors.
    pub threads: usize,
    /// "quick", "standard" or "deep".
    pub budget: String,
    /// Room for evidence in a session, in megabytes.
    pub evidence_mb: u32,
    /// Level of the log file.
    pub log: String,
}

/// A file that may set some of the settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    theme: Option<toml::Spanned<String>>,
    mouse: Option<bool>,
    motion: Option<bool>,
    notify: Option<toml::Spanned<String>>,
    ascii: Option<bool>,
    author: Option<String>,
    threads: Option<toml::Spanned<u64>>,
    budget: Option<toml::Spanned<String>>,
    evidence_mb: Option<u32>,
    log: Option<toml::Spanned<String>>,
}

/// What can be wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("the configuration {} cannot be read: {reason}", text::line(&path.to_string_lossy()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// It is far larger than settings can be.
    #[error("the configuration {} is larger than {LARGEST} bytes", text::line(&path.to_string_lossy()))]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A line of it is wrong.
    #[error("the configuration {}:{line}:{column}: {}", text::line(&path.to_string_lossy()), text::line(problem))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong there.
        problem: String,
        /// What to write instead.
        hint: String,
    },
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => {
                "check its permissions, or move it away to use the defaults".to_owned()
            }
            Self::TooLarge { .. } => {
                "it should hold a few lines; `stakeout config` prints them all".to_owned()
            }
            Self::Wrong { hint, .. } => hint.clone(),
        }
    }
}

/// Something wrong at some bytes of a file.
struct Mistake {
    at: Range<usize>,
    problem: String,
    hint: String,
}

impl Config {
    /// Room for evidence in a session, in bytes.
    pub fn evidence_bytes(&self) -> u64 {
        u64::from(self.evidence_mb) * 1_000_000
    }

    /// The settings in force: the defaults, patched by the file at `path` if there is one. `themes` are the names known.
    pub fn load(path: &Path, themes: &[&str]) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        config.patch(Path::new("assets/config.toml"), DEFAULTS, themes)?;
        if let Some(source) = read(path)? {
            config.patch(path, &source, themes)?;
        }
        Ok(config)
    }

    fn patch(&mut self, path: &Path, source: &str, themes: &[&str]) -> Result<(), ConfigError> {
        parse(source, themes)
            .map(|patch| self.apply(patch))
            .map_err(|mistake| {
                let (line, column) = position(source, mistake.at.start);
                ConfigError::Wrong {
                    path: path.to_owned(),
                    line,
                    column,
                    problem: mistake.problem,
                    hint: mistake.hint,
                }
            })
    }

    fn apply(&mut self, patch: Patch) {
        fn set<T>(setting: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *setting = value;
            }
        }
        set(&mut self.theme, patch.theme.map(toml::Spanned::into_inner));
        set(&mut self.mouse, patch.mouse);
        set(&mut self.motion, patch.motion);
        set(&mut self.notify, patch.notify.map(toml::Spanned::into_inner));
        set(&mut self.ascii, patch.ascii);
        set(&mut self.author, patch.author);
        set(&mut self.threads, patch.threads.map(|n| n.into_inner() as usize));
        set(&mut self.budget, patch.budget.map(toml::Spanned::into_inner));
        set(&mut self.evidence_mb, patch.evidence_mb);
        set(&mut self.log, patch.log.map(toml::Spanned::into_inner));
    }
}

fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |reason| ConfigError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match fs::metadata(path) {
        Ok(found) if found.len() > LARGEST => Err(ConfigError::TooLarge {
            path: path.to_owned(),
        }),
        Ok(_) => fs::read_to_string(path).map(Some).map_err(unreadable),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error)),
    }
}

fn parse(source: &str, themes: &[&str]) -> Result<Patch, Mistake> {
    let patch: Patch = toml::from_str(source).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        let key = source
            .get(at.clone())
            .filter(|_| error.message().starts_with("unknown field"));
        match key {
            Some(key) => unknown(at, "setting", key, &KEYS),
            None => Mistake {
                at,
                problem: error.message().to_owned(),
                hint: "`stakeout config` prints every setting with its type".to_owned(),
            },
        }
    })?;
    let words = [
        ("theme", &patch.theme, themes),
        ("budget", &patch.budget, BUDGETS.as_slice()),
        ("notification", &patch.notify, NOTIFY.as_slice()),
        ("log level", &patch.log, LOG_LEVELS.as_slice()),
    ];
    for (what, word, known) in words {
        if let Some(word) = word
            && !known.contains(&word.get_ref().as_str())
        {
            return Err(unknown(word.span(), what, word.get_ref(), known));
        }
    }
    if let Some(threads) = &patch.threads
        && *threads.get_ref() > 1024
    {
        return Err(Mistake {
            at: threads.span(),
            problem: format!("{} threads are too many", threads.get_ref()),
            hint: "use 0 for all processors, or a number up to 1024".to_owned(),
        });
    }
    Ok(patch)
}

fn unknown(at: Range<usize>, what: &str, word: &str, known: &[&str]) -> Mistake {
    Mistake {
        at,
        problem: format!("there is no {what} `{word}`"),
        hint: nearest(word, known),
    }
}

/// A hint that names the known word nearest to `word`, or all of them.
pub fn nearest(word: &str, known: &[&str]) -> String {
    match get_close_matches(word, known, 1, 0.5).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(source: &str, byte: usize) -> (usize, usize) {
    let before = source.get(..byte).unwrap_or(source);
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [&str; 2] = ["terminal", "dark"];

    fn load(source: &str) -> Result<Config, ConfigError> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        fs::write(&path, source).unwrap();
        Config::load(&path, &THEMES)
    }

    #[test]
    fn the_defaults_set_every_setting_and_every_setting_is_known() {
        let defaults: toml::Table = toml::from_str(DEFAULTS).unwrap();
        let mut keys: Vec<&str> = defaults.keys().map(String::as_str).collect();
        let mut known = KEYS.to_vec();
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
        let absent = Config::load(Path::new("/nowhere/at/all"), &THEMES).unwrap();
        assert_eq!(absent.theme, "terminal");
        assert!(absent.mouse);
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let config = load("author = \"Ana\"\nthreads = 2\n").unwrap();
        assert_eq!((config.author.as_str(), config.threads), ("Ana", 2));
        assert_eq!(config.budget, "standard");
    }

    #[test]
    fn mistakes_name_line_column_and_the_nearest_word() {
        let cases = [
            (
                "mouse = true\nthene = \"dark\"\n",
                (2, 1),
                "did you mean `theme`?",
            ),
            ("theme = \"drak\"\n", (1, 9), "did you mean `dark`?"),
            (
                "\n\n  budget = \"huge\"\n",
                (3, 12),
                "known: quick, standard, deep",
            ),
            (
                "threads = 5000\n",
                (1, 11),
                "use 0 for all processors, or a number up to 1024",
            ),
        ];
        for (source, place, advice) in cases {
            match load(source) {
                Err(ConfigError::Wrong {
                    line, column, hint, ..
                }) => {
                    assert_eq!((line, column), place, "{source}");
                    assert_eq!(hint, advice, "{source}");
                }
                other => panic!("{source}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_wrong_type_and_broken_syntax_are_placed() {
        for (source, place) in [("mouse = \"yes\"\n", (1, 9)), ("ascii = true\nlog = \n", (2, 7))] {
            match load(source) {
                Err(ConfigError::Wrong { line, column, .. }) => assert_eq!((line, column), place, "{source}"),
                other => panic!("{source}: {other:?}"),
            }
        }
    }
}
