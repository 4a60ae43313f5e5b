//! Carrying out effects: the only place where the screen touches the scan, the session file and the terminal's state.

use std::io;

use ratatui::backend::Backend;

use super::{Drive, export, proof};
use crate::{
    finding::{Figure, Verdict},
    inventory::Inventory,
    session::{blind::Reread, compare, draft, library},
    text,
    ui::{
        UiError,
        console::{Console, LONGEST_COPY},
        effect::{Draft, Effect, Kept, Outcome},
        message::Message,
        state::Wanted,
    },
};

impl<B, C> Drive<'_, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    /// Carries out an effect and folds what comes of it.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Result<(), UiError> {
        let gate = self.app.scan.as_ref().map(|scan| &scan.gate);
        let happened = match effect {
            Effect::Pause => {
                gate.inspect(|gate| gate.pause());
                self.tell_paused(true);
                None
            }
            Effect::Resume => {
                gate.inspect(|gate| gate.resume());
                self.tell_paused(false);
                None
            }
            Effect::Stop => {
                gate.inspect(|gate| gate.stop());
                None
            }
            Effect::Rule(draft) => Some(self.rule(draft)),
            Effect::Reread(reread) => Some(self.reread(*reread)),
            Effect::Past { record } => Some(self.past(record)),
            Effect::Undo { group } => Some(self.turn(group, true)),
            Effect::Redo { group } => Some(self.turn(group, false)),
            Effect::Keep(kept) => self.keep(kept.as_deref()),
            Effect::Edit(editing) => {
                self.outcome = Some(Outcome::Edit(editing));
                None
            }
            Effect::ListInventory => Some(self.inventory()),
            Effect::Compare { left, right } => Some(match compare::files(&left, &right) {
                Ok(comparison) => Message::Compared(Box::new(comparison)),
                Err(error) => Message::Failed(error.to_string()),
            }),
            Effect::Delete { path } => Some(match library::delete(&path) {
                Ok(()) => Message::Sessions(library::list(&self.app.library)),
                Err(error) => Message::Failed(format!("not deleted: {error}")),
            }),
            Effect::Load { key } => Some(self.load(key)),
            Effect::ReadLeaks(indices) => self.read_leaks(&indices),
            Effect::Copy { text } => Some(self.copy(&text)),
            Effect::Probe { text } => Some(self.probe(&text)),
            Effect::StopProbe => {
                self.stop_probe();
                None
            }
            Effect::Export => Some(export::view(&self.state, &self.app.session)),
            Effect::Prove => Some(proof::write(&self.state, &self.app.session)),
            Effect::ExportFigure { finding, figure } => Some(self.figure(&finding, figure)),
            Effect::Theme(theme) => {
                if let Some((_, look)) = self.app.themes.get(theme) {
                    self.app.look = look.clone();
                }
                None
            }
            Effect::Mouse(take) => {
                self.console.mouse(take)?;
                None
            }
            Effect::Notify { text } => {
                self.console.notify(self.app.habits.notify, &text)?;
                None
            }
            Effect::ListSessions => Some(Message::Sessions(library::list(&self.app.library))),
            Effect::Suspend => {
                self.console.suspend()?;
                self.terminal.clear().map_err(io::Error::other)?;
                None
            }
            Effect::Redraw => {
                self.terminal.clear().map_err(io::Error::other)?;
                None
            }
            Effect::Exit(outcome) => {
                self.outcome = Some(outcome);
                None
            }
        };
        happened.map_or(Ok(()), |message| self.handle(message))
    }

    fn inventory(&self) -> Message {
        let sessions = library::list(&self.app.library);
        let now = jiff::Timestamp::now().as_millisecond();
        let read = Inventory::read(&self.app.inventory, &sessions, now);
        Message::Inventory(read.map_err(|error| format!("{error}; {}", error.hint())))
    }

    fn keep(&self, kept: Option<&Kept>) -> Option<Message> {
        let store = self.app.store.as_ref()?;
        let kept = kept.and_then(|kept| serde_json::to_string(kept).ok());
        let failed = draft::write(store.path(), kept.as_deref()).err()?;
        Some(Message::Failed(format!(
            "what is being typed cannot be kept: {failed}"
        )))
    }

    /// Other processes are told that the scan waits, or goes on.
    fn tell_paused(&mut self, paused: bool) {
        if let Some(store) = self.app.store.as_mut().filter(|_| self.app.scan.is_some()) {
            store.tell_paused(paused);
        }
    }

    fn load(&self, key: String) -> Message {
        if let Some((_, pair)) = self.probed.iter().find(|(known, _)| *known == key) {
            let pair = Ok(pair.clone());
            return Message::Loaded { key, pair };
        }
        let pair = match &self.app.store {
            Some(store) => store
                .attention(&self.app.session, &key)
                .map(Box::new)
                .map_err(|error| error.to_string()),
            None => Err("this session has no file".to_owned()),
        };
        Message::Loaded { key, pair }
    }

    fn copy(&mut self, raw: &str) -> Message {
        let mut escaped = text::ascii(&text::line(raw)).to_string();
        let characters = raw.chars().count();
        if escaped.len() > LONGEST_COPY {
            return Message::Failed(format!(
                "not copied: {characters} characters are more than terminals take; E writes the view into a file"
            ));
        }
        // A blank at either end is easily lost on the way, and may matter: the quotes show it.
        if escaped.trim() != escaped {
            escaped = format!("\"{escaped}\"");
        }
        match self.console.copy(&escaped) {
            Ok(()) => Message::Copied(characters),
            Err(error) => Message::Failed(format!("not copied: {error}")),
        }
    }

    fn figure(&self, id: &str, figure: Figure) -> Message {
        let Some(finding) = self.state.finding(&self.app.session, id) else {
            return Message::Failed(format!("there is no finding {id}"));
        };
        let pair = match &self.state.attention {
            Some(Wanted {
                pair: Some(Ok(pair)), ..
            }) => Some(&pair.pair),
            _ => None,
        };
        let name = format!("{id}-{}", export::figure_name(figure));
        (self.app.draw_figure)(finding, pair, figure)
            .and_then(|drawn| export::files(&self.state, &name, &drawn))
            .map_or_else(
                |error| Message::Failed(format!("not drawn: {error}")),
                Message::Written,
            )
    }

    fn rule(&mut self, draft: Draft) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not saved: this session has no file".to_owned());
        };
        let verdict = Verdict {
            decision: draft.decision.clone(),
            severity: draft.severity,
            seen: Vec::new(),
            note: draft.note.clone(),
            author: self.app.author.clone(),
            at_ms: jiff::Timestamp::now().as_millisecond(),
        };
        let rulings = draft.findings.iter().map(|id| {
            let seen = self.state.seen.get(id).map(|tabs| tabs.iter().copied());
            let seen = seen.into_iter().flatten().map(str::to_owned).collect();
            (
                id.clone(),
                Verdict {
                    seen,
                    ..verdict.clone()
                },
            )
        });
        match store.rule_all(rulings.collect()) {
            Ok(records) => {
                for record in &records {
                    self.app.session.apply(record);
                }
                Message::Ruled(draft)
            }
            Err(error) => Message::Failed(format!("not saved: {error}")),
        }
    }

    fn reread(&mut self, reread: Reread) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not saved: this session has no file".to_owned());
        };
        match store.reread(&self.app.author, reread.clone()) {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Reread(Box::new(reread))
            }
            Err(error) => Message::Failed(format!("not saved: {error}")),
        }
    }

    fn turn(&mut self, group: u64, back: bool) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not saved: this session has no file".to_owned());
        };
        let turned = if back {
            store.undo(group, &self.app.author)
        } else {
            store.redo(group, &self.app.author)
        };
        match turned {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Turned { group, back }
            }
            Err(error) => Message::Failed(format!("not saved: {error}")),
        }
    }
}
