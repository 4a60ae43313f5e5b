//! Random bf16 weights in one safetensors file, written as they are made: they may be larger than memory.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

/// Writes `model.safetensors` with these names and dimensions. Matrices hold even noise `spread` wide (by their name), vectors the same around 1.
pub fn write(folder: &Path, tensors: &[(String, Vec<usize>)], spread: impl Fn(&str) -> f32) {
    /// Numbers made once and gone round, an odd count, so that no row is another's.
    const MADE: usize = (1 << 20) + 7;
    let mut header = serde_json::Map::new();
    let mut at = 0;
    for (name, dims) in tensors {
        let bytes = 2 * dims.iter().product::<usize>();
        let entry = serde_json::json!({"dtype": "BF16", "shape": dims, "data_offsets": [at, at + bytes]});
        header.insert(name.clone(), entry);
        at += bytes;
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut file = BufWriter::with_capacity(1 << 22, File::create(folder.join("weights.part")).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    let mut seed = 1_u32;
    let noise: Vec<f32> = (0..MADE)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 16_777_216.0 - 0.5
        })
        .collect();
    let mut from = 0;
    for (name, dims) in tensors {
        let (spread, around) = (spread(name), if dims.len() == 1 { 1.0 } else { 0.0 });
        let bytes: Vec<u8> = noise
            .iter()
            .flat_map(|noise| ((noise.mul_add(spread, around).to_bits() >> 16) as u16).to_le_bytes())
            .collect();
        let mut left = 2 * dims.iter().product::<usize>();
        while left > 0 {
            let part = left.min(bytes.len() - from);
            file.write_all(&bytes[from..from + part]).unwrap();
            left -= part;
            from = (from + part) % bytes.len();
        }
    }
    file.flush().unwrap();
    // Whole or not at all.
    std::fs::rename(folder.join("weights.part"), folder.join("model.safetensors")).unwrap();
}
