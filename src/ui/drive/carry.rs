//! Carrying out effects: the only place where the screen touches the scan, the session file and the terminal's state.

use std::io;

use ratatui::backend::Backend;

use super::Drive;
use crate::{
    finding::Verdict,
    session::library,
    ui::{
        UiError,
        effect::{Draft, Effect},
        message::Message,
    },
};

impl<B, F> Drive<'_, B, F>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    F: FnMut() -> io::Result<()>,
{
    /// Carries out an effect and folds what comes of it.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Result<(), UiError> {
        let gate = self.app.scan.as_ref().map(|scan| &scan.gate);
        let happened = match effect {
            Effect::Pause => {
                gate.inspect(|gate| gate.pause());
                None
            }
            Effect::Resume => {
                gate.inspect(|gate| gate.resume());
                None
            }
            Effect::Stop => {
                gate.inspect(|gate| gate.stop());
                None
            }
            Effect::Rule(draft) => Some(self.rule(draft)),
            Effect::Undo { record, draft } => Some(self.undo(record, draft)),
            Effect::Load { key } => Some(self.load(key)),
            Effect::ListSessions => Some(Message::Sessions(library::list(&self.app.library))),
            Effect::Suspend => {
                (self.suspend)()?;
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

    fn load(&self, key: String) -> Message {
        let pair = match &self.app.store {
            Some(store) => store
                .attention(&self.app.session, &key)
                .map(Box::new)
                .map_err(|error| error.to_string()),
            None => Err("this session has no file".to_owned()),
        };
        Message::Loaded { key, pair }
    }

    fn rule(&mut self, draft: Draft) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not saved: this session has no file".to_owned());
        };
        let verdict = Verdict {
            ruling: draft.ruling,
            reason: draft.reason.clone(),
            note: draft.note.clone(),
            author: self.app.author.clone(),
            at_ms: jiff::Timestamp::now().as_millisecond(),
        };
        match store.rule(&draft.finding, verdict) {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Ruled(draft)
            }
            Err(error) => Message::Failed(format!("not saved: {error}")),
        }
    }

    fn undo(&mut self, record: u64, draft: Draft) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not taken back: this session has no file".to_owned());
        };
        match store.undo(record) {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Undone(draft)
            }
            Err(error) => Message::Failed(format!("not taken back: {error}")),
        }
    }
}
