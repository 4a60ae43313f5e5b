//! What comes from outside: keys and signals, read in one place from the first screen to the last.
//!
//! Invariant: a key pressed between two screens, or while an editor closes, reaches the next one. A reader of its own for each
//! screen would lose it: what wakes the old reader and the key come to the new one together, and only the first is looked at.

use std::io;

use crossterm::event::{Event, EventStream};
use futures::{
    StreamExt,
    stream::{self, LocalBoxStream},
};
use tokio::runtime::{Builder, Runtime};

/// One thing that comes from outside.
#[derive(Debug)]
pub enum Input {
    /// A key, the mouse, a paste, another size.
    Terminal(Event),
    /// A signal that asks the process to end.
    Signal(i32),
}

/// Everything that comes from outside, in order.
pub struct Inputs {
    pub(super) runtime: Runtime,
    pub(super) stream: LocalBoxStream<'static, io::Result<Input>>,
}

impl Inputs {
    /// Begins to listen; once in a process.
    pub fn open() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _entered = runtime.enter();
            signals()?
        };
        let keys = EventStream::new().map(|event| event.map(Input::Terminal));
        let keys = keys.inspect(|_| panic_if_asked());
        Ok(Self {
            runtime,
            stream: stream::select(keys, signals).boxed_local(),
        })
    }
}

/// Only tests set the variable: what a panic in this thread leaves behind is seen from outside alone.
fn panic_if_asked() {
    let asked = std::env::var(super::PANIC_VARIABLE).is_ok_and(|thread| thread == "ui");
    assert!(!asked, "{} asked for this panic", super::PANIC_VARIABLE);
}

/// The signals that ask the process to end.
#[cfg(unix)]
fn signals() -> io::Result<impl futures::Stream<Item = io::Result<Input>> + Unpin> {
    use tokio::signal::unix::{SignalKind, signal};

    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let streams = kinds
        .into_iter()
        .map(|kind| {
            let received = signal(kind)?;
            Ok(Box::pin(stream::unfold(
                received,
                move |mut received| async move {
                    received.recv().await?;
                    Some((Ok(Input::Signal(kind.as_raw_value())), received))
                },
            )))
        })
        .collect::<io::Result<Vec<_>>>()?;
    Ok(stream::select_all(streams))
}

/// The signals that ask the process to end.
#[cfg(not(unix))]
fn signals() -> io::Result<impl futures::Stream<Item = io::Result<Input>> + Unpin> {
    const INTERRUPT: i32 = 2;
    Ok(Box::pin(stream::unfold((), |()| async {
        tokio::signal::ctrl_c().await.ok()?;
        Some((Ok(Input::Signal(INTERRUPT)), ()))
    })))
}
