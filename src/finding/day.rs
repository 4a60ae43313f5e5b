//! A day without a time, as an accepted risk ends on one.
//!
//! Invariant: it is always written and read as `2027-03-31`, and always a day in UTC.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A day in UTC, as `2027-03-31`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// Reads `2027-03-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        is_plain.then(|| text.parse().ok().map(Self)).flatten()
    }

    /// The day so many days after the moment `at_ms`.
    pub fn after(at_ms: i64, days: i32) -> Self {
        let today = Self::of(at_ms);
        Self(today.saturating_add(jiff::Span::new().days(days)))
    }

    /// Is it over at `at_ms`?
    pub fn is_past(&self, at_ms: i64) -> bool {
        self.0 < Self::of(at_ms)
    }

    fn of(at_ms: i64) -> Date {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.to_zoned(TimeZone::UTC).date()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a day such as 2027-03-31")
    }
}
