//! A session file keeps what was found and ruled: replayed it is the live state, changed it is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod case;
mod integrity;
mod library;
mod opening;
mod reading_back;
mod rescue;
mod rulings;
mod sample;
mod sql;
mod writing;
