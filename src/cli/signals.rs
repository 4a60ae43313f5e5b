//! Signals that ask the program to end, as numbers, for the event loop. Listening replaces the system's default: dying at once.

use std::io;

/// Number of the signal Ctrl-C sends.
pub const INTERRUPT: i32 = 2;

/// Listens for signals.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    kinds: [tokio::signal::unix::Signal; 3],
}

#[cfg(unix)]
impl Signals {
    /// Starts to listen for SIGINT, SIGTERM and SIGHUP. Needs a running tokio runtime.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            kinds: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
            ],
        })
    }

    /// The number of the next signal.
    pub async fn next(&mut self) -> i32 {
        let [interrupt, terminate, hangup] = &mut self.kinds;
        tokio::select! {
            _ = interrupt.recv() => INTERRUPT,
            _ = terminate.recv() => 15,
            _ = hangup.recv() => 1,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Starts to listen for Ctrl-C.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The number of the next signal.
    pub async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPT,
            // Without a handler the system's default stands, so there is nothing to report.
            Err(_) => std::future::pending().await,
        }
    }
}
