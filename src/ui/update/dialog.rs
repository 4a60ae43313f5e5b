//! Keys while a dialog lies over the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::{leaving, ruling};
use crate::{
    session::Session,
    ui::{
        action::Action,
        effect::{Editing, Effect, Outcome},
        keymap::Key,
        state::{
            State, Tone,
            dialog::{Dialog, Field, Question},
        },
    },
};

/// Longest note, in characters.
const NOTE_CHARS: usize = 20_000;

/// A key in the verdict dialog that is typing or choosing; false when it is for the keymap.
pub fn typed(state: &mut State, event: KeyEvent, key: Key, action: Option<Action>) -> bool {
    let verdict = match &mut state.dialog {
        Some(Dialog::Mark(line)) => return write(line, event, key, action),
        Some(Dialog::Verdict(verdict)) if !verdict.asking => verdict,
        _ => return false,
    };
    let Some(line) = verdict.typing() else {
        let digit = key.digit().filter(|digit| *digit > 0 && action.is_none());
        if let Some(digit) = digit {
            verdict.choose_row(digit - 1);
        }
        return digit.is_some();
    };
    write(line, event, key, action)
}

/// A key that changes a line being typed; false when it is for the keymap.
fn write(line: &mut Input, event: KeyEvent, key: Key, action: Option<Action>) -> bool {
    // Text wins over single-character keys: whatever the keymap says, a note can hold any letter.
    if !key.is_text() && action.is_some() {
        return false;
    }
    let room = line.value().chars().count() < NOTE_CHARS;
    if let Some(request) = editing(event).filter(|_| room || !key.is_text()) {
        line.handle(request);
    }
    true
}

/// Keeps what is being typed, if anything is.
pub fn keep(state: &State) -> Vec<Effect> {
    match &state.dialog {
        Some(Dialog::Verdict(verdict)) => vec![Effect::Keep(verdict.kept())],
        _ => Vec::new(),
    }
}

/// What a key does to the line being typed.
pub fn editing(event: KeyEvent) -> Option<InputRequest> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (event.code, ctrl) {
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Backspace, _) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Char(c), false) => InputRequest::InsertChar(c),
        _ => return None,
    })
}

/// Pasted text goes into the line being typed or the note, as one line.
pub fn paste(state: &mut State, text: &str) {
    let line = match &mut state.dialog {
        Some(Dialog::Mark(line)) => line,
        Some(Dialog::Verdict(verdict)) => {
            verdict.field = Field::Note;
            &mut verdict.note
        }
        _ => return,
    };
    let room = NOTE_CHARS.saturating_sub(line.value().chars().count());
    for c in text.chars().take(room) {
        let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
        line.handle(InputRequest::InsertChar(c));
    }
}

/// An action while a dialog lies over the screen.
pub fn act(state: &mut State, session: &Session, action: Action) -> Vec<Effect> {
    match &mut state.dialog {
        Some(Dialog::Verdict(verdict)) => match action {
            Action::Up => verdict.choose(-1),
            Action::Down => verdict.choose(1),
            Action::NextField => verdict.next_field(),
            Action::EditNote => {
                return vec![Effect::Edit(Editing::Note(verdict.note.value().to_owned()))];
            }
            Action::Save | Action::Confirm if !verdict.saving => return save(state, action),
            Action::Cancel if verdict.asking => verdict.asking = false,
            Action::Cancel => {
                state.dialog = None;
                return vec![Effect::Keep(None)];
            }
            _ => {}
        },
        Some(Dialog::Mark(line)) => match action {
            Action::Save => {
                let words = line.value().to_owned();
                ruling::mark_those(state, session, &words);
            }
            Action::Cancel => state.dialog = None,
            _ => {}
        },
        Some(Dialog::Question(question)) => {
            let question = question.clone();
            match action {
                Action::Confirm => {
                    state.dialog = None;
                    return match question {
                        Question::Leave => leaving::orderly(state, Outcome::Quit),
                        Question::Stop => stop(state),
                        Question::ScanDown(_) => vec![Effect::Exit(Outcome::ScanDown)],
                        Question::Delete(path) => vec![Effect::Delete { path }],
                    };
                }
                Action::Cancel => state.dialog = None,
                _ => {}
            }
        }
        Some(Dialog::Help { scroll }) => match action {
            Action::Help | Action::Back | Action::Leave => state.dialog = None,
            _ => *scroll = super::evidence::scrolled(action, *scroll, state.drawn.page, state.drawn.end),
        },
        Some(Dialog::Prompt(_)) | None => {}
    }
    Vec::new()
}

/// Saves the ruling; several findings at once only after another key.
fn save(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Dialog::Verdict(verdict)) = &mut state.dialog else {
        return Vec::new();
    };
    match verdict.draft() {
        Ok(_) if verdict.findings.len() > 1 && action != Action::Confirm => verdict.asking = true,
        Ok(draft) => {
            verdict.saving = true;
            return vec![Effect::Rule(draft)];
        }
        Err(missing) => state.say(Tone::Bad, missing),
    }
    Vec::new()
}

fn stop(state: &mut State) -> Vec<Effect> {
    let Some(running) = &mut state.running else {
        return Vec::new();
    };
    running.stopping = true;
    vec![Effect::Stop]
}
