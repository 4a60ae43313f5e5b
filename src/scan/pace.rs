//! Rate and time left of a scan. Pure: seconds come in as numbers.

/// Share of the whole scan's time that each phase takes, by order of phases; shared out again as real times come in.
const SHARES: [f64; 4] = [0.25, 0.25, 0.3, 0.2];

/// Watches progress and estimates what is left.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// (seconds, tokens) lately, oldest first.
    lately: std::collections::VecDeque<(f64, u64)>,
}

impl Pace {
    /// Seconds over which the rate is taken.
    const WINDOW: f64 = 3.0;

    /// Notes the number of tokens made since the scan began.
    pub fn note(&mut self, elapsed_s: f64, tokens: u64) {
        self.lately.push_back((elapsed_s, tokens));
        while self.lately.len() > 2
            && self
                .lately
                .front()
                .is_some_and(|(at, _)| elapsed_s - at > Self::WINDOW)
        {
            self.lately.pop_front();
        }
    }

    /// Tokens per second over the last seconds; 0 before there are two notes.
    pub fn rate(&self) -> f64 {
        match (self.lately.front(), self.lately.back()) {
            (Some((a, from)), Some((b, to))) if b > a => (to - from) as f64 / (b - a),
            _ => 0.0,
        }
    }
}

/// Share of the whole scan done, 0 to 1, when phase `phase` (from 0) has `done` of `total` units behind it.
pub fn overall(phase: usize, done: u32, total: u32) -> f32 {
    let before: f64 = SHARES.iter().take(phase).sum();
    let inside = if total == 0 {
        0.0
    } else {
        (f64::from(done) / f64::from(total)).min(1.0)
    };
    (before + SHARES.get(phase).copied().unwrap_or(0.0) * inside).clamp(0.0, 1.0) as f32
}

/// Seconds left as a range, once a twentieth is done. The range is wide because the shares of the phases differ between
/// models; it narrows as the end comes near.
pub fn left(elapsed_s: f64, overall: f32) -> Option<(f64, f64)> {
    let done = f64::from(overall);
    if done < 0.05 {
        return None;
    }
    let guess = elapsed_s * (1.0 - done) / done;
    let spread = 0.6 * (1.0 - done);
    Some((guess * (1.0 - spread), guess * (1.0 + spread)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_forgets_what_is_long_past() {
        let mut pace = Pace::default();
        for second in 0..10_u32 {
            pace.note(
                f64::from(second),
                if second < 5 {
                    0
                } else {
                    u64::from(second - 4) * 100
                },
            );
        }
        assert!((pace.rate() - 100.0).abs() < 1.0, "{}", pace.rate());
    }

    #[test]
    fn nothing_is_promised_at_the_start_and_little_is_left_at_the_end() {
        assert_eq!(left(1.0, 0.01), None);
        let (low, high) = left(90.0, 0.9).expect("an estimate");
        assert!(low < 10.0 && 10.0 < high && high < 12.0);
        assert!((overall(3, 5, 5) - 1.0).abs() < 1e-6);
    }
}
