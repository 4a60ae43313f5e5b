//! What a message changes in the state and what is to be done about it: a pure function, without clock or files.

mod blind;
mod case;
mod dialog;
mod evidence;
mod export;
mod inventory;
mod leaving;
mod library;
mod mouse;
mod past;
mod probe;
mod prompt;
mod records;
mod ruling;

use crossterm::event::KeyEvent;

use super::{
    action::Action,
    effect::{Effect, Outcome},
    keymap::Key,
    message::Message,
    state::{
        Screen, State, Tone,
        dialog::{Dialog, Question},
        prompt::Purpose,
    },
};
use crate::session::Session;

/// Folds a message into the state.
#[expect(clippy::too_many_lines, reason = "one arm for each message there is")]
pub fn update(state: &mut State, session: &Session, message: Message) -> Vec<Effect> {
    let mut effects = match message {
        Message::Clock(now_ms) => clock(state, session, now_ms),
        Message::Key(event) => key(state, session, event),
        Message::Paste(text) => {
            dialog::paste(state, &text);
            prompt::paste(state, session, &text);
            dialog::keep(state)
        }
        Message::Mouse(event) => mouse::event(state, session, event),
        Message::Resize => Vec::new(),
        Message::Focus(here) => {
            state.away = !here;
            Vec::new()
        }
        message @ (Message::Probing
        | Message::ProbeProgress(_)
        | Message::Probed(_)
        | Message::ProbeFailed(_)) => {
            probe::heard(state, message);
            Vec::new()
        }
        Message::Written(paths) => {
            export::written(state, &paths);
            Vec::new()
        }
        Message::Proved {
            finding,
            view,
            folder,
            digest,
        } => {
            export::proved(state, finding, &view, &folder, &digest);
            Vec::new()
        }
        Message::Copied(characters) => {
            export::copied(state, characters);
            Vec::new()
        }
        Message::Signal(signal) => leaving::orderly(state, Outcome::Signal(signal)),
        Message::Progress(progress) => {
            if let Some(running) = &mut state.running {
                running.progress = Some(progress);
                running.heard_ms = state.now_ms;
            }
            Vec::new()
        }
        Message::Recorded => records::recorded(state, session),
        Message::Kept => {
            if let Some(running) = &mut state.running {
                running.kept_ms = state.now_ms;
            }
            Vec::new()
        }
        Message::Unsaved(records) => {
            state.unsaved = records;
            Vec::new()
        }
        Message::Ended => records::ended(state, session),
        Message::Ruled(draft) => ruling::saved(state, session, &draft),
        Message::Reread(reread) => {
            blind::saved(state, *reread);
            Vec::new()
        }
        Message::Past(then) => {
            past::came(state, *then);
            Vec::new()
        }
        Message::Turned { group, back } => {
            ruling::turned(state, session, group, back);
            Vec::new()
        }
        Message::Edited(note) => {
            if let Some(Dialog::Verdict(verdict)) = &mut state.dialog {
                verdict.note = note.into();
            }
            dialog::keep(state)
        }
        Message::Loaded { key, pair } => {
            evidence::loaded(state, session, key, pair);
            Vec::new()
        }
        Message::Sessions(entries) => {
            state.every_session = entries;
            state.shelve();
            Vec::new()
        }
        Message::Inventory(read) => {
            state.stock.problem = read.as_ref().err().cloned();
            state.stock.inventory = read.unwrap_or_default();
            Vec::new()
        }
        Message::Compared(comparison) => {
            // It asked for the second session.
            state.toast = None;
            state.enter(Screen::Comparison {
                comparison,
                scroll: 0,
            });
            Vec::new()
        }
        Message::Read(read) => {
            records::read_whole(state, session, read);
            Vec::new()
        }
        Message::Sifted { from, to, passing } => {
            state.sieve.take(from, to, passing);
            Vec::new()
        }
        Message::Failed(text) => {
            if let Some(Dialog::Verdict(verdict)) = &mut state.dialog {
                verdict.saving = false;
            }
            state.say(Tone::Bad, text);
            Vec::new()
        }
        Message::Drawn(drawn) => {
            let unread = drawn.unread.clone();
            looked(state);
            case::drawn(state, &drawn);
            state.drawn = drawn;
            return if unread.is_empty() {
                Vec::new()
            } else {
                vec![Effect::ReadLeaks(unread)]
            };
        }
    };
    effects.extend(evidence::wanted(state, session));
    effects
}

/// Notes what has been on the screen: a verdict says what it was given after.
fn looked(state: &mut State) {
    if let (Screen::Finding(screen), None) = (state.screen(), &state.dialog) {
        let (id, tab) = (screen.id.clone(), screen.tab.name());
        state.seen.entry(id).or_default().insert(tab);
    }
}

fn clock(state: &mut State, session: &Session, now_ms: u64) -> Vec<Effect> {
    state.now_ms = state.now_ms.max(now_ms);
    if state
        .toast
        .as_ref()
        .is_some_and(|toast| toast.until_ms <= state.now_ms)
    {
        state.toast = None;
    }
    state.candidates.settle(session, state.now_ms);
    leaving::give_up(state)
}

fn key(state: &mut State, session: &Session, event: KeyEvent) -> Vec<Effect> {
    let key = Key::from(event);
    let action = state.keymap.action(state.context(), key);
    if matches!(state.dialog, Some(Dialog::Verdict(_) | Dialog::Mark(_)))
        && dialog::typed(state, event, key, action)
    {
        return dialog::keep(state);
    }
    if prompt::typed(state, session, event, key, action) || counted(state, key, action) {
        return Vec::new();
    }
    let before = state.dialog.is_some();
    let effects = action.map_or_else(Vec::new, |action| act(state, session, action));
    if state.dialog.is_some() && !before {
        // What was said before must not lie over the dialog's keys.
        state.toast = None;
    }
    state.count = None;
    effects
}

/// A digit without a meaning of its own: how many times the next key moves.
fn counted(state: &mut State, key: Key, action: Option<Action>) -> bool {
    const MOST: usize = 1_000_000;
    let digit = if action.is_none() && state.dialog.is_none() {
        key.digit().filter(|digit| *digit > 0 || state.count.is_some())
    } else {
        None
    };
    if let Some(digit) = digit {
        state.count = Some((state.count.unwrap_or(0) * 10 + digit).min(MOST));
    }
    digit.is_some()
}

fn act(state: &mut State, session: &Session, action: Action) -> Vec<Effect> {
    match action {
        Action::Interrupt => return leaving::interrupt(state),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ => {}
    }
    if matches!(state.dialog, Some(Dialog::Prompt(_))) {
        return prompt::act(state, session, action);
    }
    if state.dialog.is_some() {
        return dialog::act(state, session, action);
    }
    let apart = blind::act(state, action).or_else(|| past::act(state, session, action));
    if let Some(effects) = apart {
        return effects;
    }
    if quiet(state, session, action) {
        return Vec::new();
    }
    match action {
        Action::Back => {
            if !evidence::back(state) && !state.go_back() && !state.filter.is_empty() {
                state.narrow(session, "");
            }
            Vec::new()
        }
        Action::Forward => {
            if !state.go_forward() {
                state.say(Tone::Plain, "there is no screen ahead");
            }
            Vec::new()
        }
        Action::Stop if state.probing.is_some() => {
            probe::failed(state, "it was stopped");
            vec![Effect::StopProbe]
        }
        Action::Copy => export::copy(state, session),
        Action::Export => vec![Effect::Export],
        Action::Prove => export::prove(state, session),
        Action::ExportFigure => export::figure(state, session),
        Action::Theme => {
            let next = (state.theme + 1).checked_rem(state.themes.len()).unwrap_or(0);
            theme(state, next)
        }
        Action::ToggleMouse => {
            state.mouse = !state.mouse;
            vec![Effect::Mouse(state.mouse)]
        }
        Action::Leave => leaving::leave(state),
        Action::Past => past::open(state, session),
        Action::Undo => ruling::undo(state, session),
        Action::Redo => ruling::redo(state, session),
        Action::Adopt => ruling::adopt(state, session),
        Action::Resume => case::resume(state, session),
        Action::Pause => leaving::pause(state),
        Action::Stop => {
            if leaving::steerable(state) {
                state.dialog = Some(Dialog::Question(Question::Stop));
            }
            Vec::new()
        }
        _ => match state.screen() {
            Screen::Library => library::act(state, action),
            Screen::Inventory => inventory::act(state, action),
            Screen::Case => {
                case::act(state, session, action);
                Vec::new()
            }
            Screen::Candidate { .. }
            | Screen::Leak { .. }
            | Screen::Facts { .. }
            | Screen::Pair { .. }
            | Screen::Comparison { .. }
            | Screen::Blind(_)
            | Screen::Past(_)
            | Screen::Finding(_) => {
                evidence::act(state, session, action);
                Vec::new()
            }
        },
    }
}

/// Shows everything in a theme, and says which.
fn theme(state: &mut State, theme: usize) -> Vec<Effect> {
    let Some(name) = state.themes.get(theme).cloned() else {
        return Vec::new();
    };
    state.theme = theme;
    state.say(Tone::Plain, format!("theme {name}"));
    vec![Effect::Theme(theme)]
}

/// Actions that only change what is looked at; false when it is none of them.
fn quiet(state: &mut State, session: &Session, action: Action) -> bool {
    match action {
        Action::Help => state.dialog = Some(Dialog::Help { scroll: 0 }),
        Action::Mark => ruling::mark(state, session),
        Action::MarkAll => ruling::mark_all(state, session),
        Action::MarkWhere => ruling::mark_where(state, session),
        Action::TruePositive
        | Action::FalsePositive
        | Action::Undecided
        | Action::Reviewing
        | Action::AcceptRisk
        | Action::Duplicate
        | Action::Reopen => ruling::open(state, session, action),
        Action::NextUnruled | Action::PreviousUnruled => {
            ruling::step(state, session, action == Action::NextUnruled);
        }
        Action::Probe => probe::open(state, session),
        Action::KeepFilter => prompt::keep_filter(state),
        Action::Pattern => prompt::open(state, Purpose::Pattern, ""),
        Action::Palette => prompt::open(state, Purpose::Palette, ""),
        _ => return false,
    }
    true
}
