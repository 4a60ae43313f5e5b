//! The screen: what the analyst sees and does; it reads the session and never changes it.

pub mod glyphs;
pub mod theme;
pub mod view;
pub mod widget;
