//! What the screen does to the terminal beside drawing: give it away, copy, ring, take the mouse.
//!
//! Invariant: what is copied or told went through [`crate::text`] as ASCII, so no byte of a model ends a sequence of ours.

use std::io::{self, Write};

use crossterm::{clipboard::CopyToClipboard, event, execute};

use super::terminal;
use crate::text;

/// Longest text put on the clipboard, in bytes: what common terminals take.
pub const LONGEST_COPY: usize = 72 * 1024;

/// How a terminal is told that a long scan has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    /// Not at all.
    Off,
    /// The bell.
    #[default]
    Bell,
    /// A desktop notification, where the terminal has them (OSC 9), and the bell.
    Desktop,
}

/// The terminal around the screen.
pub trait Console {
    /// Gives the terminal back, stops the process until it is continued, and takes it over again.
    fn suspend(&mut self) -> io::Result<()>;
    /// Asks the terminal to put ASCII text on its clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Rings, or tells the desktop.
    fn notify(&mut self, how: Notify, text: &str) -> io::Result<()>;
    /// Takes the mouse, or leaves it to the terminal.
    fn mouse(&mut self, take: bool) -> io::Result<()>;
}

/// The terminal on standard output.
#[derive(Debug)]
pub struct Real {
    /// The mouse is taken.
    pub mouse: bool,
}

impl Console for Real {
    fn suspend(&mut self) -> io::Result<()> {
        terminal::leave();
        terminal::stop_process()?;
        terminal::reenter(self.mouse)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(terminal::out(), CopyToClipboard::to_clipboard_from(text))
    }

    fn notify(&mut self, how: Notify, text: &str) -> io::Result<()> {
        let mut out = terminal::out();
        let told = text::ascii(&text::line(text));
        match how {
            Notify::Off => return Ok(()),
            Notify::Bell => out.write_all(b"\x07")?,
            Notify::Desktop => write!(out, "\x1b]9;{told}\x1b\\\x07")?,
        }
        out.flush()
    }

    fn mouse(&mut self, take: bool) -> io::Result<()> {
        self.mouse = take;
        if take {
            execute!(terminal::out(), event::EnableMouseCapture)
        } else {
            execute!(terminal::out(), event::DisableMouseCapture)
        }
    }
}
