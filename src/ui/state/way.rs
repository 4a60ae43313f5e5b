//! The way through the screens: into one, back, and forward again to those left last.
//!
//! Invariant: the first screen is never left; entering a new screen forgets what lay ahead.

use super::{Screen, State};

/// Screens kept to go forward to.
const AHEAD: usize = 32;

impl State {
    /// Shows another screen over this one.
    pub fn enter(&mut self, screen: Screen) {
        self.ahead.clear();
        self.screens.push(screen);
    }

    /// Back to the screen below; false on the first.
    pub fn go_back(&mut self) -> bool {
        if self.screens.len() < 2 {
            return false;
        }
        if self.ahead.len() >= AHEAD {
            self.ahead.remove(0);
        }
        self.ahead.extend(self.screens.pop());
        true
    }

    /// Forward to the screen left last; false where none was.
    pub fn go_forward(&mut self) -> bool {
        let ahead = self.ahead.pop();
        let any = ahead.is_some();
        self.screens.extend(ahead);
        any
    }
}
