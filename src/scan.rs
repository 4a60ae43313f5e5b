//! One run over one model: leak, mine, probe, refine, score. Blocking code; reports by [`event::ScanEvent`], never touches the terminal or a file.

pub mod control;
pub mod event;
pub mod plan;

use std::ops::ControlFlow;

use crate::model::Model;
use control::Control;
use event::ScanEvent;
use plan::Plan;

/// Runs a scan to its end, or until `control` stops it or `emit` breaks. Every event, the last one included
/// ([`ScanEvent::Finished`] or [`ScanEvent::Failed`]), goes through `emit`.
pub fn run(
    _model: &Model,
    _plan: &Plan,
    _control: &Control,
    _emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>,
) {
}
