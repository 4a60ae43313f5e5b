//! Files the analyst asks for: a view as text, a figure. They lie beside the session and never replace another file.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    finding::Figure,
    session::Session,
    ui::{
        message::Message,
        state::{Screen, State},
        view::page,
    },
};

/// Columns of a view written as text.
const COLUMNS: u16 = 110;
/// Files of one name at most.
pub const MOST: usize = 1000;

/// Writes the view shown as text.
pub fn view(state: &State, session: &Session) -> Message {
    let written = page::text(state, session, COLUMNS, false)
        .map_err(|error| error.to_string())
        .and_then(|text| files(state, &name(state), &[("txt", text.into_bytes())]));
    written.map_or_else(
        |error| Message::Failed(format!("not written: {error}")),
        Message::Written,
    )
}

/// What a view is called.
fn name(state: &State) -> String {
    match state.screen() {
        Screen::Library => "sessions".to_owned(),
        Screen::Inventory => "models".to_owned(),
        Screen::Case => "case".to_owned(),
        Screen::Finding(screen) => format!("{}-{}", screen.id, screen.tab.name().to_lowercase()),
        Screen::Candidate { id, .. } => format!("candidate-{id}"),
        Screen::Leak { id, .. } => format!("leak-{id}"),
        Screen::Past(past) => format!("record-{}", past.record()),
        Screen::Blind(_) => "blind".to_owned(),
        Screen::Facts { .. } => "facts".to_owned(),
        Screen::Comparison { .. } => "comparison".to_owned(),
        Screen::Pair { left, right, .. } => format!("{left}-{right}"),
    }
}

/// What a figure is called.
pub fn figure_name(figure: Figure) -> String {
    match figure {
        Figure::Signals => "signals".to_owned(),
        Figure::Heads => "heads".to_owned(),
        Figure::Head { layer, head } => format!("L{layer:02}H{head:02}"),
        Figure::Entropy { prompt } => format!("entropy-{}", prompt + 1),
    }
}

/// Writes files called `SESSION-name.ENDING` beside the session; with a number where such a file is there already.
pub fn files(state: &State, name: &str, contents: &[(&str, Vec<u8>)]) -> Result<Vec<PathBuf>, String> {
    let (folder, stem) = place(state, name);
    contents
        .iter()
        .map(|(ending, bytes)| {
            create(&folder, &stem, ending, bytes).map_err(|error| format!("{}: {error}", folder.display()))
        })
        .collect()
}

/// The folder of the session, and what a file `name` of it is called there.
pub fn place(state: &State, name: &str) -> (PathBuf, String) {
    let folder = match state.path.parent() {
        Some(folder) if !state.path.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from(&state.folder),
    };
    // An id comes from a file: nothing but plain characters of it gets into a name.
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let stem: String = format!("{}-{name}", state.name).chars().map(plain).collect();
    (folder, stem.trim_start_matches(['-', '.']).to_owned())
}

/// A new file that nobody else reads, as the session is none.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn create(folder: &Path, stem: &str, ending: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let name = if number == 1 {
            format!("{stem}.{ending}")
        } else {
            format!("{stem}-{number}.{ending}")
        };
        let path = folder.join(name);
        match private().open(&path) {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are too many files of this name"))
}
