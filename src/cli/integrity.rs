//! Does a session hold together, and what can be rescued of one that does not?

use std::{io::Write, path::Path};

use super::{BROKEN, DONE, Setting, Streams, args::SalvageArguments, failure::Failure, source::Source};
use crate::{
    model::{DeviceChoice, OpenOptions, Renderer},
    session::{Session, error::SessionError, salvage, store::Store},
    text,
};

/// `stakeout verify`: a session that cannot be found or is none at all is an error, one that was changed is broken.
pub fn verify(setting: &Setting, session: &Path, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let verified = Store::look(&setting.paths.session(session))
        .and_then(|store| store.verify().and_then(|verified| Ok((verified, store.load()?))));
    let (verified, session) = match verified {
        Ok(verified) => verified,
        Err(
            error @ (SessionError::Damaged { .. }
            | SessionError::Record { .. }
            | SessionError::Evidence { .. }),
        ) => {
            writeln!(streams.talk, "error: {error}\nhint: {}", error.hint())?;
            return Ok(BROKEN);
        }
        Err(error) => return Err(error.into()),
    };
    writeln!(
        streams.out,
        "intact: {} records, {} pieces of evidence\nhead: {}",
        verified.records,
        verified.evidence,
        text::line(&verified.head)
    )?;
    model(&session, &setting.renderer, streams)
}

/// Compares the model with what was scanned, where it still is.
fn model(session: &Session, renderer: &Renderer, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let Some(started) = &session.started else {
        return Ok(DONE);
    };
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        renderer: renderer.clone(),
        ..OpenOptions::default()
    };
    match Source::scanned(&started.model.path).open(&options) {
        Ok(model) if model.facts().sha256 == started.model.sha256 => {
            writeln!(streams.out, "model: unchanged")?;
            Ok(DONE)
        }
        Ok(_) => {
            writeln!(
                streams.talk,
                "error: the model in {} is not the one that was scanned: its digest differs\nhint: the evidence stands; scan the model again to judge what it is now",
                text::line(&started.model.path)
            )?;
            Ok(BROKEN)
        }
        Err(failure) => {
            writeln!(streams.out, "model: not compared: {failure}")?;
            Ok(DONE)
        }
    }
}

/// `stakeout salvage`.
pub fn salvage(setting: &Setting, arguments: &SalvageArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(&arguments.session);
    let new = arguments.output.clone().unwrap_or_else(|| salvage::beside(&path));
    let rescued = salvage::rescue(&path, &new)?;
    writeln!(
        out,
        "rescued: {} records, {} pieces of evidence, into {}",
        rescued.records,
        rescued.evidence,
        text::line(&new.to_string_lossy())
    )?;
    for lost in &rescued.lost {
        writeln!(out, "lost: {}", text::line(lost))?;
    }
    if rescued.lost.is_empty() {
        writeln!(out, "lost: nothing")?;
    }
    Ok(DONE)
}
