//! One JSON line for each event as it happens, and the whole result as the last line. Lines carry `type`, `seq` and `ts`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::json;
use crate::{scan::event::ScanEvent, session::Session};

/// Numbers the lines of one scan.
#[derive(Debug, Default)]
pub struct Lines {
    written: u64,
}

impl Lines {
    /// Writes an event that happened at `at`. Attention maps stay in the session: only their key is written.
    pub fn event(&mut self, event: &ScanEvent, at: Timestamp, out: &mut dyn Write) -> io::Result<()> {
        let mut fields = match event {
            // A scan's own notes: nothing that anybody reads.
            ScanEvent::Computed(_) => return Ok(()),
            ScanEvent::Attention { key, .. } => Map::from_iter([
                ("event".to_owned(), "attention".into()),
                ("key".to_owned(), key.as_str().into()),
            ]),
            _ => match serde_json::to_value(event)? {
                Value::Object(fields) => fields,
                _ => Map::new(),
            },
        };
        let kind = fields.remove("event").unwrap_or_default();
        self.line(kind, fields, at, out)
    }

    /// Writes the result: the document of [`json`] as a line of type "result".
    pub fn result(&mut self, session: &Session, at: Timestamp, out: &mut dyn Write) -> io::Result<()> {
        match json::document(session) {
            Value::Object(fields) => self.line("result".into(), fields, at, out),
            _ => Ok(()),
        }
    }

    fn line(
        &mut self,
        kind: Value,
        fields: Map<String, Value>,
        at: Timestamp,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.written += 1;
        let mut line = Map::from_iter([
            ("type".to_owned(), kind),
            ("seq".to_owned(), self.written.into()),
            ("ts".to_owned(), at.to_string().into()),
        ]);
        line.extend(fields);
        json::write_value(&Value::Object(line), false, out)?;
        writeln!(out)?;
        out.flush()
    }
}
