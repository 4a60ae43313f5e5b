//! The products against their definition, at every edge.

use super::*;

fn numbers(count: usize, seed: u32, halves: bool) -> Vec<f32> {
    let number = |index: u32| {
        let mixed = (index ^ seed).wrapping_mul(2_654_435_761) >> 8;
        let value = mixed as f32 / 16_777_216.0 - 0.5;
        if halves {
            f32::from_bits(value.to_bits() & 0xffff_0000)
        } else {
            value
        }
    };
    (0..count as u32).map(number).collect()
}

fn check(rows: usize, inputs: usize, widths: &[usize], halves: bool, turned: bool) {
    let parts: Vec<Vec<f32>> = widths
        .iter()
        .map(|width| numbers(width * inputs, *width as u32, halves))
        .collect();
    let slices: Vec<&[f32]> = parts.iter().map(Vec::as_slice).collect();
    let panels = Panels::new(&slices, inputs, turned);
    assert_eq!(matches!(panels.store, Store::Upper(_)), halves);
    let x = numbers(rows * inputs, 7, false);
    let outputs = panels.outputs();
    let mut out = vec![0.25; rows * outputs];
    panels.add_product(&x, &mut out);
    let weight = |mut output: usize, input: usize| {
        for (part, width) in parts.iter().zip(widths) {
            if output < *width {
                let at = if turned {
                    input * width + output
                } else {
                    output * inputs + input
                };
                return part[at];
            }
            output -= width;
        }
        f32::NAN
    };
    for row in 0..rows {
        for output in 0..outputs {
            let exact: f64 = (0..inputs)
                .map(|input| f64::from(x[row * inputs + input]) * f64::from(weight(output, input)))
                .sum();
            let ours = f64::from(out[row * outputs + output]) - 0.25;
            assert!(
                (ours - exact).abs() < 1e-4,
                "{rows}x{inputs}x{outputs}: {ours} is not {exact}"
            );
        }
    }
    let mut row = vec![0.0; inputs];
    panels.row(outputs - 1, &mut row);
    let last: Vec<f32> = (0..inputs).map(|input| weight(outputs - 1, input)).collect();
    assert_eq!(row, last);
    // a row alone gives the same bits
    let mut alone = vec![0.25; outputs];
    panels.add_product(&x[(rows - 1) * inputs..], &mut alone);
    assert_eq!(alone, out[(rows - 1) * outputs..]);
}

#[test]
fn products_agree_with_their_definition_at_every_edge() {
    for (rows, inputs, widths) in [
        (1, 1, &[1][..]),
        (3, 7, &[33]),
        (21, 40, &[32, 5, 64]),
        (37, 600, &[31, 2, 95]),
        (130, 520, &[40]),
    ] {
        for halves in [false, true] {
            check(rows, inputs, widths, halves, false);
            check(rows, inputs, widths, halves, true);
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let weights = numbers(512 * 512, 1, false);
    let panels = Panels::new(&[&weights], 512, false);
    let x = numbers(64 * 512, 2, false);
    let product = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut out = vec![0.0; 64 * 512];
        pool.install(|| panels.add_product(&x, &mut out));
        out
    };
    assert_eq!(product(1), product(5));
}
