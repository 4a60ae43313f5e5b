//! What can go wrong before or beside the work: one sentence that says what and where, and a hint. Quoted names are made safe.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::{
    config::{self, ConfigError},
    inventory::InventoryError,
    model::ModelError,
    paths::{HOME_VARIABLE, NoHome},
    session::error::SessionError,
    text,
    ui::{UiError, keymap::KeymapError, theme::ThemeError},
};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is wrong.
    #[error("{what}")]
    Usage {
        /// What is wrong with it. Safe.
        what: String,
        /// What to write instead. Safe.
        hint: String,
    },
    /// There is nowhere to keep things.
    #[error(transparent)]
    NoHome(#[from] NoHome),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keymap file is wrong.
    #[error("the keymap {}:{}:{}: {}", shown(.path), .error.line, .error.column, .error.what)]
    Keymap {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: KeymapError,
    },
    /// A file the analyst named or keeps cannot be read.
    #[error("{} cannot be read: {}", shown(.path), text::line(&.reason.to_string()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// A system prompt is far longer than a model can read, or not text.
    #[error("the arm {} {problem}", shown(.path))]
    Arm {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A file of prompts is far too large, or not text.
    #[error("the prompts {} {problem}", shown(.path))]
    Prompts {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The model cannot be opened.
    #[error("{}", text::line(&.0.to_string()))]
    Model(#[from] ModelError),
    /// The session cannot be opened, read or written.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The inventory's file cannot be used.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The session has no such finding.
    #[error("{}: no finding {}", shown(.path), text::line(.id))]
    NoFinding {
        /// The session.
        path: PathBuf,
        /// The id asked for.
        id: String,
        /// Ids it has.
        known: Vec<String>,
    },
    /// A session's scan cannot go on.
    #[error("{}: its scan cannot be resumed: {}", shown(.path), text::line(&.why.join("; ")))]
    CannotResume {
        /// The session.
        path: PathBuf,
        /// Why, in sentences.
        why: Vec<String>,
    },
    /// A report would overwrite a file.
    #[error("{}: exists already", shown(.path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A report cannot be written.
    #[error("{} cannot be written: {}", shown(.path), text::line(&.reason.to_string()))]
    Unwritable {
        /// The file, or "standard output".
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// The scan broke; what it found so far is saved.
    #[error("the scan broke: {}", text::line(.message))]
    Broken {
        /// What happened.
        message: String,
    },
    /// A measurement by hand did not reach its end.
    #[error("the measurement broke: {}", text::line(.message))]
    Unmeasured {
        /// What happened.
        message: String,
    },
    /// The screen cannot go on.
    #[error("{}", text::line(&.0.to_string()))]
    Screen(#[from] UiError),
    /// A theme file of the analyst's own is wrong.
    #[error("the theme {}: {}", shown(.path), text::line(&.error.to_string()))]
    ThemeFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ThemeError,
    },
    /// The theme cannot be used.
    #[error("{}", text::line(&.0.to_string()))]
    Theme(#[from] ThemeError),
    /// The system refused a thread, a signal handler or the terminal.
    #[error("{what}: {}", text::line(&.reason.to_string()))]
    System {
        /// What could not be done.
        what: &'static str,
        /// The system's words.
        reason: io::Error,
    },
    /// Whoever read the output has left.
    #[error("nobody reads the output any more")]
    Closed,
}

impl From<io::Error> for Failure {
    /// An error of writing to standard output.
    fn from(reason: io::Error) -> Self {
        match reason.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Unwritable {
                path: PathBuf::from("standard output"),
                reason,
            },
        }
    }
}

impl Failure {
    /// What clap found wrong, in this program's form.
    pub fn usage(error: &clap::Error) -> Self {
        let rendered = error.to_string();
        let first = rendered.split("\n\n").next().unwrap_or_default();
        let first = first.strip_prefix("error: ").unwrap_or(first);
        let sentence = match error.kind() {
            ErrorKind::MissingRequiredArgument => first.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => first
                .split_once("\n  [")
                .map_or(first, |(before, _)| before)
                .to_owned(),
        };
        let words = |kind| match error.get(kind) {
            Some(ContextValue::String(word)) => Some(word.clone()),
            Some(ContextValue::Strings(words)) if !words.is_empty() => Some(words.join(", ")),
            _ => None,
        };
        let hint = [
            ContextKind::SuggestedArg,
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedValue,
        ]
        .into_iter()
        .find_map(words)
        .map(|near| format!("did you mean `{near}`?"))
        .or_else(|| words(ContextKind::ValidValue).map(|known| format!("known: {known}")))
        .unwrap_or_else(|| {
            "`stakeout --help` lists the commands, `stakeout COMMAND --help` their options".to_owned()
        });
        Self::Usage {
            what: text::line(&sentence).to_string(),
            hint: text::line(&hint).to_string(),
        }
    }

    /// A word that is none of those known.
    pub fn unknown(what: &str, word: &str, known: &[&str]) -> Self {
        Self::Usage {
            what: format!("there is no {what} `{}`", text::line(word)),
            hint: config::nearest(word, known),
        }
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::NoHome(_) => format!("set {HOME_VARIABLE} to a folder"),
            Self::Config(error) => error.hint(),
            Self::Keymap { error, .. } => error.hint.clone(),
            Self::Unreadable { .. } => "check the name and its permissions".to_owned(),
            Self::Arm { .. } => "an arm is a text file that holds one system prompt".to_owned(),
            Self::Prompts { .. } => "prompts are a text file with one of them on each line".to_owned(),
            Self::Unmeasured { .. } => {
                "try another string or position; `stakeout trace` shows whether the model computes at all"
                    .to_owned()
            }
            Self::Model(error) => text::line(&error.hint()).to_string(),
            Self::Screen(UiError::Terminal(_)) => "use --headless where there is no terminal".to_owned(),
            Self::ThemeFile { .. } => {
                "the themes in the program show what a theme file may hold; `base` names one to build on"
                    .to_owned()
            }
            Self::Theme(_) => "`stakeout themes` lists the names".to_owned(),
            Self::Session(error) | Self::Screen(UiError::Store(error)) => error.hint().to_owned(),
            Self::Inventory(error) => error.hint().to_owned(),
            Self::NoFinding { known, .. } if known.is_empty() => {
                "the scan had made no finding there".to_owned()
            }
            Self::NoFinding { known, .. } => {
                format!("its findings: {}", text::line(&known.join(", ")))
            }
            Self::CannotResume { .. } => {
                "nothing was changed; repeat what was used then, or start a new scan".to_owned()
            }
            Self::Exists { .. } => "name another file, or remove this one first".to_owned(),
            Self::Unwritable { .. } => "check the folder, its permissions and the space left".to_owned(),
            Self::Broken { .. } => "what was found so far is saved; `stakeout open` shows it".to_owned(),
            Self::System { .. } => "check the limits of this account and the terminal".to_owned(),
            Self::Closed => String::new(),
        }
    }
}

/// A path as it may be shown.
fn shown(path: &Path) -> text::Safe {
    text::line(&path.to_string_lossy())
}
