//! The screen's way in and out: the library, a saved session, a running scan, one after another until the analyst leaves.

use std::{env, path::Path};

use super::{
    DONE, Setting, Streams,
    args::{LookArguments, OpenArguments},
    case::author,
    failure::Failure,
    listing, scanning, signal_code,
};
use crate::{
    report::plain,
    session::{Session, store::Store},
    ui::{
        self, App, Outcome, RunningScan,
        theme::{ColorDepth, Look, THEMES},
    },
};

/// `stakeout` alone.
pub fn library(setting: &Setting, look: &LookArguments, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let look = chosen_look(setting, look)?;
    if !streams.terminal {
        return listing::sessions(&setting.paths.sessions, streams.out);
    }
    let app = App {
        store: None,
        session: Session::default(),
        scan: None,
        keymap: setting.keymap.clone(),
        look: look.clone(),
        library: setting.paths.sessions.clone(),
        mouse: setting.config.mouse,
        author: author(setting),
    };
    show(setting, &look, app)
}

/// `stakeout open`.
pub fn open(setting: &Setting, options: &OpenArguments, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let path = setting.paths.session(&options.session);
    let look = chosen_look(setting, &options.look)?;
    if streams.terminal {
        return show(setting, &look, saved(setting, &look, &path)?);
    }
    plain::write(&Store::open(&path)?.load()?, streams.out)?;
    Ok(DONE)
}

fn saved(setting: &Setting, look: &Look, path: &Path) -> Result<App, Failure> {
    case(setting, look, Store::open(path)?, None)
}

/// What the screen needs for one session, and the scan that writes to it if one runs.
pub fn case(setting: &Setting, look: &Look, store: Store, scan: Option<RunningScan>) -> Result<App, Failure> {
    Ok(App {
        session: store.load()?,
        store: Some(store),
        scan,
        keymap: setting.keymap.clone(),
        look: look.clone(),
        library: setting.paths.sessions.clone(),
        mouse: setting.config.mouse,
        author: author(setting),
    })
}

/// Shows one screen after another until the analyst leaves or a signal ends the program.
pub fn show(setting: &Setting, look: &Look, mut app: App) -> Result<u8, Failure> {
    loop {
        app = match ui::run(app)? {
            Outcome::Quit => return Ok(DONE),
            Outcome::Signal(signal) => return Ok(signal_code(signal)),
            Outcome::Open(path) => saved(setting, look, &path)?,
            Outcome::StartDemo { clean } => {
                let (store, running) = scanning::start_demo(setting, clean)?;
                case(setting, look, store, Some(running))?
            }
        };
    }
}

/// How everything looks: the command line before the settings, and no more than the terminal can show.
pub fn chosen_look(setting: &Setting, arguments: &LookArguments) -> Result<Look, Failure> {
    let theme = arguments.theme.as_deref().unwrap_or(&setting.config.theme);
    let themes: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
    if !themes.contains(&theme) {
        return Err(Failure::unknown("theme", theme, &themes));
    }
    let variable = |name: &str| env::var(name).ok();
    let ascii = arguments.ascii || setting.config.ascii || !speaks_utf8(variable);
    Ok(Look::new(theme, ColorDepth::detect(variable), ascii)?)
}

/// False when the locale names another character set than UTF-8; terminals that say nothing are trusted.
fn speaks_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|locale| !locale.is_empty()))
        .is_none_or(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_locale_decides_on_the_character_set() {
        let locale = |pairs: &'static [(&str, &str)]| {
            speaks_utf8(move |name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(locale(&[]));
        assert!(locale(&[("LANG", "en_US.UTF-8")]));
        assert!(!locale(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(locale(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
    }
}
