//! What the model computed, kept so that an interrupted scan goes on without computing it again.
//!
//! Invariant: a unit is answered from the journal only if its number and the digest of its inputs are those recorded; a unit
//! whose inputs differ ends the scan, because what was recorded belongs to another one.

use std::{collections::VecDeque, fmt::Write as _};

use sha2::{Digest, Sha256};

use super::event::Unit;
use crate::model::Generation;

/// Units computed earlier, by number; the next one is asked for each time.
#[derive(Debug, Default)]
pub struct Journal {
    known: VecDeque<Unit>,
    next: u32,
}

/// What the journal says about a unit.
#[derive(Debug)]
pub enum Answer {
    /// It was computed earlier.
    Known(Unit),
    /// It has to be computed: its number.
    New(u32),
    /// Something else was computed under this number.
    Differs,
}

impl Journal {
    /// A journal that holds what an earlier run computed, in order of number.
    pub fn new(known: Vec<Unit>) -> Self {
        Self {
            known: known.into(),
            next: 0,
        }
    }

    /// Looks the next unit up.
    pub fn ask(&mut self, inputs: &str) -> Answer {
        let number = self.next;
        self.next += 1;
        // Numbers that are missing were lost with a damaged file: they are computed again.
        let is_next = self.known.front().is_some_and(|unit| unit.number <= number);
        match is_next.then(|| self.known.pop_front()).flatten() {
            Some(unit) if unit.number == number && unit.inputs == inputs => Answer::Known(unit),
            Some(_) => Answer::Differs,
            None => Answer::New(number),
        }
    }
}

/// Digest of what a unit is computed from: SHA-256 over its name and its inputs, the first 32 hex digits.
pub fn inputs(name: &str, parts: &[&dyn Keep]) -> String {
    let mut bytes = name.as_bytes().to_vec();
    bytes.push(0);
    for part in parts {
        part.write(&mut bytes);
    }
    Sha256::digest(&bytes)
        .iter()
        .take(16)
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Plain data as compact bytes: whole numbers as LEB128, floats as little-endian bits, lists after their length.
pub trait Keep {
    /// Appends the value.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes a value off the front; none when the bytes do not hold one.
    fn read(bytes: &mut &[u8]) -> Option<Self>
    where
        Self: Sized;
}

/// A value as bytes.
pub fn pack(value: &impl Keep) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// A value from all of these bytes.
pub fn unpack<T: Keep>(mut bytes: &[u8]) -> Option<T> {
    T::read(&mut bytes).filter(|_| bytes.is_empty())
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

impl Keep for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        let mut left = *self;
        while left >= 0x80 {
            out.push(left as u8 | 0x80);
            left >>= 7;
        }
        out.push(left as u8);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut value = 0;
        for shift in (0..Self::BITS).step_by(7) {
            let byte = *take(bytes, 1)?.first()?;
            value |= Self::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Keep for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        u64::read(bytes)?.try_into().ok()
    }
}

impl Keep for usize {
    fn write(&self, out: &mut Vec<u8>) {
        (*self as u64).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        u64::read(bytes)?.try_into().ok()
    }
}

impl Keep for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match take(bytes, 1)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl Keep for f32 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(take(bytes, 4)?.try_into().ok()?))
    }
}

impl Keep for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(take(bytes, 8)?.try_into().ok()?))
    }
}

impl<T: Keep> Keep for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for item in self {
            item.write(out);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        // The length is not trusted: nothing is set aside for it.
        (0..usize::read(bytes)?).map(|_| T::read(bytes)).collect()
    }
}

impl<A: Keep, B: Keep> Keep for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::read(bytes)?, B::read(bytes)?))
    }
}

impl Keep for Generation {
    fn write(&self, out: &mut Vec<u8>) {
        self.tokens.write(out);
        self.entropy.write(out);
        self.logprob.write(out);
        self.top.write(out);
        self.stopped.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self {
            tokens: Vec::read(bytes)?,
            entropy: Vec::read(bytes)?,
            logprob: Vec::read(bytes)?,
            top: Vec::read(bytes)?,
            stopped: bool::read(bytes)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(number: u32, inputs: &str) -> Unit {
        Unit {
            number,
            inputs: inputs.to_owned(),
            ..Unit::default()
        }
    }

    #[test]
    fn a_unit_is_known_by_its_number_and_its_inputs() {
        let mut journal = Journal::new(vec![unit(0, "a"), unit(2, "c"), unit(3, "d")]);
        assert!(matches!(journal.ask("a"), Answer::Known(_)));
        assert!(matches!(journal.ask("b"), Answer::New(1)));
        assert!(matches!(journal.ask("c"), Answer::Known(_)));
        assert!(matches!(journal.ask("other"), Answer::Differs));
        assert!(matches!(journal.ask("e"), Answer::New(4)));
    }

    #[test]
    fn what_is_packed_comes_back_and_nothing_else_does() {
        let value = vec![Generation {
            tokens: vec![0, 127, 128, u32::MAX],
            entropy: vec![0.1, -0.0],
            logprob: vec![f32::MIN],
            top: vec![vec![(300, -0.5)]],
            stopped: true,
        }];
        let bytes = pack(&value);
        assert_eq!(unpack(&bytes), Some(value));
        for cut in 0..bytes.len() {
            assert_eq!(unpack::<Vec<Generation>>(bytes.get(..cut).unwrap()), None);
        }
        // A length that no memory could hold.
        assert_eq!(unpack::<Vec<u32>>(&pack(&u64::MAX)), None);
        assert_eq!(unpack::<u64>(&[0xff; 11]), None);
    }

    #[test]
    fn inputs_differ_when_anything_differs() {
        let one = inputs("answers", &[&vec![1_u32, 2], &vec![3_u32]]);
        assert_eq!(one.len(), 32);
        assert_eq!(one, inputs("answers", &[&vec![1_u32, 2], &vec![3_u32]]));
        assert_ne!(one, inputs("answers", &[&vec![1_u32], &vec![2_u32, 3]]));
        assert_ne!(one, inputs("shifts", &[&vec![1_u32, 2], &vec![3_u32]]));
    }
}
