//! GGUF models in several files, `NAME-00002-of-00003.gguf`: which belong together, and whether all of them are there.
//!
//! Invariant: a model is read whole or not at all; the parts agree on how many they are and which each is.

use super::{Header, Value};

/// The name before the number, the number (from 1) and how many there are; none for a file that is a model by itself.
fn numbered(name: &str) -> Option<(&str, u32, u32)> {
    let digits = |text: &str| {
        let plain = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    let (rest, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (front, number) = rest.rsplit_once('-')?;
    let (number, count) = (digits(number)?, digits(count)?);
    (1..=count).contains(&number).then_some((front, number, count))
}

/// Name of the first file of the model this one belongs to.
pub fn first(name: &str) -> String {
    match numbered(name) {
        Some((front, _, count)) => named(front, 1, count),
        None => name.to_owned(),
    }
}

fn named(front: &str, number: u32, count: u32) -> String {
    format!("{front}-{number:05}-of-{count:05}.gguf")
}

/// Names of all files of the model this one belongs to, the first first.
pub fn together(name: &str) -> Vec<String> {
    match numbered(name) {
        Some((front, _, count)) => (1..=count).map(|number| named(front, number, count)).collect(),
        None => vec![name.to_owned()],
    }
}

/// Checks what the header of the file at `index` says of itself, beside `count` files found by their names.
pub fn check(header: &Header, index: usize, count: usize) -> Result<(), String> {
    let said = header.whole("split.count").unwrap_or(1).max(1);
    if said != count as u64 {
        return Err(match count {
            1 => format!(
                "it is one of {said} files of a model, which have to keep their names (NAME-00001-of-{said:05}.gguf)"
            ),
            _ => format!("it is one of {said} files by its settings, one of {count} by its name"),
        });
    }
    match header.settings.get("split.no") {
        Some(Value::Whole(number)) if *number != index as u64 => Err(format!(
            "it is file {} by its settings, file {} by its name",
            number.saturating_add(1),
            index + 1
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_model_are_told_by_their_names() {
        let parts = together("m-00002-of-00003.gguf");
        assert_eq!(
            parts,
            [
                "m-00001-of-00003.gguf",
                "m-00002-of-00003.gguf",
                "m-00003-of-00003.gguf"
            ]
        );
        assert_eq!(first("m-00002-of-00003.gguf"), parts[0]);
        for alone in [
            "m.gguf",
            "m-00004-of-00003.gguf",
            "m-00000-of-00003.gguf",
            "m-2-of-3.gguf",
            "m-+0002-of-00003.gguf",
            "-of-.gguf",
        ] {
            assert_eq!(
                (together(alone), first(alone)),
                (vec![alone.to_owned()], alone.to_owned())
            );
        }
    }
}
