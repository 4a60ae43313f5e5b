//! A scan without a screen: every event is recorded as it comes, talk goes to one stream and the result to the other.
//!
//! Invariant: whatever ends the scan, what it reported until then is in the session before the result is printed.

use std::{
    io::{self, Write},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, sleep_until},
};

use super::{
    Streams,
    args::ScanFormat,
    failure::Failure,
    signals::{INTERRUPT, Signals},
};
use crate::{
    report::{json, jsonl, plain},
    scan::{
        event::{Progress, ScanEvent},
        gate::Gate,
    },
    session::{Session, store::Store},
    ui::RunningScan,
};

/// Records wait at most this long for the disk.
const COMMIT_EVERY: Duration = Duration::from_millis(200);
/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// A scan that came to an end.
#[derive(Debug)]
pub struct Ended {
    /// What is known about it.
    pub session: Session,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// Follows a scan to its end, records it in `store` and prints the result.
pub async fn follow(
    running: RunningScan,
    store: &mut Store,
    signals: &mut Signals,
    format: ScanFormat,
    streams: &mut Streams<'_>,
) -> Result<Ended, Failure> {
    let RunningScan { mut events, gate } = running;
    let mut follower = Follower {
        session: store.load()?,
        store,
        format,
        lines: jsonl::Lines::default(),
        teller: Teller::default(),
        out: streams.out,
        talk: streams.talk,
    };
    let followed = follower.events(&mut events, &gate, signals).await;
    if followed.is_err() {
        gate.stop();
    }
    // Kept even if following failed: a reader that left takes nothing away from the session.
    let flushed = follower.store.flush();
    let signal = followed?;
    flushed?;
    follower.result()?;
    Ok(Ended {
        session: follower.session,
        signal,
    })
}

/// Prints the result of a scan that ended earlier.
pub fn print(session: &Session, format: ScanFormat, streams: &mut Streams<'_>) -> io::Result<()> {
    match format {
        ScanFormat::Text => plain::write(session, streams.out),
        ScanFormat::Json => json::write(session, streams.out),
        ScanFormat::Jsonl => jsonl::Lines::default().result(session, Timestamp::now(), streams.out),
    }
}

struct Follower<'a> {
    session: Session,
    store: &'a mut Store,
    format: ScanFormat,
    lines: jsonl::Lines,
    teller: Teller,
    out: &'a mut dyn Write,
    talk: &'a mut dyn Write,
}

impl Follower<'_> {
    /// Takes events until the scan closes its end, or a second interrupt asks to leave at once.
    async fn events(
        &mut self,
        events: &mut Receiver<ScanEvent>,
        gate: &Gate,
        signals: &mut Signals,
    ) -> Result<Option<i32>, Failure> {
        let mut signal = None;
        let mut commit_at = None;
        loop {
            tokio::select! {
                biased;
                number = signals.next() => {
                    if signal.is_some() && number == INTERRUPT {
                        return Ok(signal);
                    }
                    if signal.is_none() {
                        signal = Some(number);
                        gate.stop();
                        writeln!(self.talk, "stopping; what was found is kept (again to leave at once)")?;
                    }
                }
                () = sleep_until(commit_at.unwrap_or_else(Instant::now)), if commit_at.is_some() => {
                    self.store.commit()?;
                    commit_at = None;
                }
                event = events.recv() => match event {
                    Some(event) => self.event(event)?,
                    None => return Ok(signal),
                },
            }
            if commit_at.is_none() && self.store.uncommitted() > 0 {
                commit_at = Some(Instant::now() + COMMIT_EVERY);
            }
        }
    }

    fn event(&mut self, event: ScanEvent) -> Result<(), Failure> {
        if self.format == ScanFormat::Jsonl {
            self.lines.event(&event, Timestamp::now(), self.out)?;
        }
        if let ScanEvent::Progress(progress) = &event {
            self.teller.tell(progress, Instant::now(), self.talk)?;
        }
        for record in self.store.append_event(event)? {
            self.session.apply(&record);
        }
        Ok(())
    }

    fn result(&mut self) -> io::Result<()> {
        match self.format {
            ScanFormat::Text => plain::write(&self.session, self.out),
            ScanFormat::Json => json::write(&self.session, self.out),
            ScanFormat::Jsonl => self.lines.result(&self.session, Timestamp::now(), self.out),
        }
    }
}

/// Tells progress in plain lines, rarely and only when there is something new.
#[derive(Debug, Default)]
pub struct Teller {
    told: String,
    next: Option<Instant>,
}

impl Teller {
    /// Tells `progress` if it is time to.
    pub fn tell(&mut self, progress: &Progress, now: Instant, talk: &mut dyn Write) -> io::Result<()> {
        if self.next.is_some_and(|next| now < next) {
            return Ok(());
        }
        let line = progress_line(progress);
        if line == self.told {
            return Ok(());
        }
        writeln!(talk, "{line}")?;
        self.told = line;
        self.next = Some(now + TELL_EVERY);
        Ok(())
    }
}

fn progress_line(progress: &Progress) -> String {
    let left = progress
        .eta_s
        .map(|(low, high)| format!(", {low:.0} to {high:.0} s left"))
        .unwrap_or_default();
    format!(
        "{:>3.0}%  {} {} of {}  {:.0} tokens/s{left}  {} leaks, {} candidates, {} findings",
        100.0 * progress.overall,
        progress.phase.name(),
        progress.done,
        progress.total,
        progress.tokens_per_s,
        progress.funnel.leaks,
        progress.funnel.candidates,
        progress.funnel.findings,
    )
}
