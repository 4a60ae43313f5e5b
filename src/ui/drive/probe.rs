//! A string measured on the analyst's word: the model computes on a thread of its own, and nothing of it is recorded.
//!
//! Invariant: what is measured by hand never gets into the session.

use std::{fmt, sync::Arc};

use ratatui::backend::Backend;

use super::Drive;
use crate::{
    finding::Finding,
    scan::event::ScanEvent,
    session::Session,
    ui::{RunningScan, UiError, console::Console, message::Message},
};

type Start = dyn Fn(&Session, &str) -> Result<RunningScan, String>;

/// Starts to measure a string as the scan of a session measures a candidate; one sentence where that cannot be.
pub struct Prober(Box<Start>);

impl Prober {
    /// A prober that starts so.
    pub fn new(start: impl Fn(&Session, &str) -> Result<RunningScan, String> + 'static) -> Self {
        Self(Box::new(start))
    }
}

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prober")
    }
}

impl<B, C> Drive<'_, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    /// Starts to measure a string.
    pub(super) fn probe(&mut self, text: &str) -> Message {
        let Some(Prober(start)) = &self.app.prober else {
            return Message::ProbeFailed("there is no model here to measure it with".to_owned());
        };
        match start(&self.app.session, text) {
            Ok(running) => {
                self.app.probing = Some(running);
                Message::Probing
            }
            Err(told) => Message::ProbeFailed(told),
        }
    }

    /// Ends a measurement.
    pub(super) fn stop_probe(&mut self) {
        if let Some(probing) = self.app.probing.take() {
            probing.gate.stop();
        }
    }

    /// Takes what a measurement reported; `taken` is 0 when it hung up.
    pub(super) fn measured(&mut self, taken: usize, chunk: &mut Vec<ScanEvent>) -> Result<(), UiError> {
        if taken == 0 {
            self.app.probing = None;
            return self.handle(Message::ProbeFailed("it ended without a result".to_owned()));
        }
        for event in chunk.drain(..) {
            match event {
                ScanEvent::Progress(progress) => self.handle(Message::ProbeProgress(progress.overall))?,
                ScanEvent::Attention { key, pair } => self.probed.push((key, pair)),
                ScanEvent::Finding(finding) => {
                    let finding = self.named(*finding);
                    self.handle(Message::Probed(Arc::new(finding)))?;
                }
                ScanEvent::Failed { message } => {
                    self.app.probing = None;
                    self.handle(Message::ProbeFailed(message))?;
                }
                ScanEvent::Finished(finished) => {
                    self.app.probing = None;
                    if !finished.complete {
                        self.handle(Message::ProbeFailed("it was stopped".to_owned()))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The finding under an id and with keys of its own: another one may follow.
    fn named(&mut self, mut finding: Finding) -> Finding {
        finding.id = format!("P-{}", self.state.probed.len() + 1);
        for key in &mut finding.evidence.attention {
            let own = format!("{}/{key}", finding.id);
            if let Some((stored, _)) = self.probed.iter_mut().find(|(stored, _)| stored == key) {
                stored.clone_from(&own);
            }
            *key = own;
        }
        finding
    }
}
