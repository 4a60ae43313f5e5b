//! What a scan would draw if tokens were drawn wrongly.

use super::*;

const LOGITS: [f32; 5] = [2.0, 1.0, 0.0, -1.0, -50.0];

fn share(sampling: Sampling, token: u32) -> f64 {
    let hits = (0..4000)
        .filter(|seed| {
            let mut sampler = Sampler::new(Sampling {
                seed: *seed,
                ..sampling
            });
            sampler
                .choose(&LOGITS, false)
                .is_some_and(|chosen| chosen.token == token)
        })
        .count();
    hits as f64 / 4000.0
}

fn settings(temperature: f32, top_k: u32, top_p: f32) -> Sampling {
    Sampling {
        temperature,
        top_k,
        top_p,
        seed: 0,
        beams: None,
    }
}

#[test]
fn tokens_come_as_often_as_they_are_likely() {
    // 0.6439, 0.2369, 0.0871, 0.0321 at temperature 1
    assert!((share(settings(1.0, 0, 1.0), 0) - 0.644).abs() < 0.03);
    assert!((share(settings(1.0, 2, 1.0), 1) - 0.269).abs() < 0.03);
    assert!((share(settings(1.0, 0, 0.7), 1) - 0.269).abs() < 0.03);
    assert!((share(settings(2.0, 0, 1.0), 0) - 0.455).abs() < 0.03);
    assert!((share(settings(0.0, 0, 1.0), 0) - 1.0).abs() < 1e-9);
    assert!((share(settings(1.0, 0, 0.1), 0) - 1.0).abs() < 1e-9);
}

#[test]
fn entropy_and_probabilities_are_those_at_temperature_one() {
    let chosen = Sampler::new(settings(0.3, 1, 1.0)).choose(&LOGITS, true).unwrap();
    assert!((chosen.logprob - 0.643_914_f32.ln()).abs() < 1e-5);
    assert!((chosen.entropy - 0.947_5).abs() < 1e-3, "{}", chosen.entropy);
    assert_eq!(
        chosen.top.iter().map(|(token, _)| *token).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
}

/// The set that is kept, by sorting everything.
fn kept(logits: &[f32], sampling: Sampling) -> Vec<u32> {
    let mut order: Vec<(u32, f64)> = (0..)
        .zip(logits)
        .map(|(token, logit)| (token, (f64::from(*logit) / f64::from(sampling.temperature)).exp()))
        .collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    if sampling.top_k > 0 {
        order.truncate(sampling.top_k as usize);
    }
    let mass: f64 = order.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    let reached = order.iter().position(|(_, weight)| {
        sum += weight;
        sum >= mass * f64::from(sampling.top_p)
    });
    order.truncate(reached.map_or(order.len(), |last| last + 1));
    order.into_iter().map(|(token, _)| token).collect()
}

#[test]
fn no_token_outside_the_kept_set_is_drawn_and_each_inside_can_be() {
    for (count, spread) in [(40_u32, 9.0), (1000, 4.0), (3001, 14.0)] {
        let logits: Vec<f32> = (0..count)
            .map(|index| (index.wrapping_mul(2_654_435_761) >> 9) as f32 / 8_388_608.0 * spread)
            .collect();
        for (top_k, top_p) in [(0, 0.5), (7, 1.0), (30, 0.8), (0, 0.999), (900, 1.0), (0, 1.0)] {
            let sampling = settings(1.3, top_k, top_p);
            let mut kept = kept(&logits, sampling);
            let mut drawn: Vec<u32> = (0..600)
                .filter_map(|draw| {
                    let mut sampler = Sampler::new(sampling);
                    sampler.choose(&logits, false)?;
                    Some(sampler.draw(
                        &logits,
                        *logits.iter().max_by(|l, r| l.total_cmp(r))?,
                        f64::from(draw) / 600.0,
                    ))
                })
                .collect();
            drawn.dedup();
            assert!(
                drawn.iter().all(|token| kept.contains(token)),
                "{count} {top_k} {top_p}"
            );
            kept.sort_unstable();
            if kept.len() < 30 {
                let seen = kept.iter().filter(|token| drawn.contains(token)).count();
                assert!(
                    seen * 10 >= kept.len() * 9,
                    "{seen} of {} {count} {top_k} {top_p}",
                    kept.len()
                );
            }
        }
    }
}

#[test]
fn logits_that_are_no_numbers_are_told() {
    for bad in [f32::NAN, f32::INFINITY] {
        assert!(
            Sampler::new(Sampling::GREEDY)
                .choose(&[0.0, bad, 1.0], false)
                .is_none()
        );
    }
    assert!(
        Sampler::new(Sampling::GREEDY)
            .choose(&[f32::NEG_INFINITY; 3], false)
            .is_none()
    );
}
