//! The terminal's modes: entered together, left together, whatever happens in between.
//!
//! Invariant: [`leave`] undoes everything [`enter`] did, can be called any number of times, and runs on every way out.

use std::{
    io::{self, Write},
    panic,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use crossterm::{
    cursor, event, execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

use crate::text;

static ENTERED: AtomicBool = AtomicBool::new(false);
static UI_THREAD: Mutex<Option<ThreadId>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// Leaves the terminal when dropped.
#[derive(Debug)]
pub struct Entered(());

impl Drop for Entered {
    fn drop(&mut self) {
        leave();
    }
}

/// Takes the terminal over: raw mode, alternate screen, bracketed paste, hidden cursor and, if asked for, the mouse.
pub fn enter(mouse: bool) -> io::Result<Entered> {
    *UI_THREAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
    HOOK.call_once(install_hook);
    let entered = Entered(());
    reenter(mouse)?;
    Ok(entered)
}

/// Takes the terminal over again after a [`leave`] in between; what [`enter`] returned still leaves it at the end.
pub fn reenter(mouse: bool) -> io::Result<()> {
    // Set first: if a later step fails, what was already switched on is still undone.
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        event::EnableBracketedPaste,
        event::EnableFocusChange,
        cursor::Hide
    )?;
    if mouse {
        execute!(io::stdout(), event::EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back. Errors are ignored: there is nowhere left to show them.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(
        out,
        event::DisableMouseCapture,
        event::DisableBracketedPaste,
        event::DisableFocusChange,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// Where the screen is written to.
pub fn out() -> impl Write {
    io::stdout()
}

/// Stops the whole process until the shell continues it. The terminal must have been left.
#[cfg(unix)]
pub fn stop_process() -> io::Result<()> {
    // SIGSTOP, because a SIGTSTP raised by the process itself can be discarded.
    signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)
}

/// Other systems have no such thing: nothing happens.
#[cfg(not(unix))]
pub const fn stop_process() -> io::Result<()> {
    Ok(())
}

fn install_hook() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |panicked| {
        let ui = *UI_THREAD.lock().unwrap_or_else(PoisonError::into_inner);
        if ui == Some(thread::current().id()) {
            leave();
            previous(panicked);
        } else if ENTERED.load(Ordering::SeqCst) {
            // The screen is still alive and stays; the scan reports its own failure.
            tracing::error!("a worker thread panicked: {}", text::line(&panicked.to_string()));
        } else {
            previous(panicked);
        }
    }));
}
