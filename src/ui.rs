//! The screen: what the analyst sees and does; it reads the session and never changes it.

pub mod action;
pub mod glyphs;
pub mod keymap;
pub mod theme;
