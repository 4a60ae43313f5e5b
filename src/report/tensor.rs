//! One tensor of measured numbers as a safetensors file, written as it is read: never held a second time in memory.

use std::io::{self, Write};

use serde_json::json;

/// The length of the header is a multiple of this, so that the numbers are aligned.
const ALIGNED: usize = 8;

/// Writes the tensor `name` of 32-bit floats, row-major. Fails when the numbers do not fill the shape.
pub fn write(name: &str, shape: &[usize], values: &[f32], out: &mut dyn Write) -> io::Result<()> {
    if shape.iter().product::<usize>() != values.len() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the numbers do not fill the shape",
        ));
    }
    let mut header = json!({
        name: {"dtype": "F32", "shape": shape, "data_offsets": [0, size_of_val(values)]}
    })
    .to_string();
    while !header.len().is_multiple_of(ALIGNED) {
        header.push(' ');
    }
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in values {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_stand_aligned_behind_a_header_that_places_them() {
        let mut bytes = Vec::new();
        let values = [1.0, -0.0, f32::MIN_POSITIVE, 1e-42, 3.5, f32::MAX];
        write("logits", &[2, 3], &values, &mut bytes).unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(length % ALIGNED, 0);
        let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        let expected = json!({"logits": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}});
        assert_eq!(header, expected);
        let back = bytes[8 + length..].chunks_exact(4);
        let back: Vec<u32> = back
            .map(|four| u32::from_le_bytes(four.try_into().unwrap()))
            .collect();
        assert_eq!(back, values.map(f32::to_bits));
    }

    #[test]
    fn numbers_that_do_not_fill_the_shape_are_refused() {
        assert!(write("logits", &[2, 3], &[1.0], &mut Vec::new()).is_err());
    }
}
