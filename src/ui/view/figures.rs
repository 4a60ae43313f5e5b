//! How numbers are written on the screen.

use crate::finding::Rate;

/// A count with separators: `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count of things: `1 token`, `12 tokens`.
pub fn counted(n: usize, thing: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {thing}{s}", count(n as u64))
}

/// A number of parameters or bytes in at most five characters: `1.3M`.
pub fn magnitude(n: u64) -> String {
    const STEPS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let value = n as f64;
    for (step, name) in STEPS {
        if value >= step {
            let scaled = value / step;
            return if scaled < 10.0 {
                format!("{scaled:.1}{name}")
            } else {
                format!("{scaled:.0}{name}")
            };
        }
    }
    n.to_string()
}

/// Seconds as `0:07`, `12:34` or `1:02:03`.
pub fn duration(seconds: f64) -> String {
    // A float beyond the range saturates in the cast; not-a-number becomes zero.
    let whole = seconds.max(0.0) as u64;
    let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60);
    if h > 0 {
        format!("{h}:{m:02}:{s:02}")
    } else {
        format!("{m}:{s:02}")
    }
}

/// A p-value: never shown as 0, never with more digits than mean anything.
pub fn p(value: f64) -> String {
    if value.is_nan() {
        "-".to_owned()
    } else if value < 0.0001 {
        "<0.0001".to_owned()
    } else if value < 0.01 {
        format!("{value:.4}")
    } else {
        format!("{value:.2}")
    }
}

/// An e-value, by its natural log: only its size means anything.
pub fn e_value(ln: f64) -> String {
    if !ln.is_finite() || ln < 1000.0_f64.ln() {
        return number(ln.exp());
    }
    if ln < 1e6_f64.ln() {
        return count(ln.exp().round() as u64);
    }
    let digits = ln / std::f64::consts::LN_10;
    // Rounding 9.7 up makes it 10: one more power, and a 1 before it.
    let (lead, power) = match 10.0_f64.powf(digits.fract()).round() {
        lead if lead >= 10.0 => (1.0, digits.trunc() + 1.0),
        lead => (lead, digits.trunc()),
    };
    format!("{lead:.0}e{power:.0}")
}

/// A measured number.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        "-".to_owned()
    } else if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// `38 of 40 (84-99 %)`; without trials, that nothing was tried.
pub fn rate(rate: &Rate) -> String {
    if rate.n == 0 {
        return "not tried".to_owned();
    }
    format!(
        "{} of {} ({:.0}-{:.0} %)",
        rate.k,
        rate.n,
        100.0 * rate.low,
        100.0 * rate.high
    )
}

/// A time as `2026-11-21 00:30 UTC`.
pub fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| "-".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// The same to the second.
pub fn time_s(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| "-".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_honest() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [magnitude(512), magnitude(1_260_000), magnitude(7_000_000_000)],
            ["512", "1.3M", "7.0G"]
        );
        assert_eq!(
            [
                duration(7.9),
                duration(754.0),
                duration(3723.0),
                duration(f64::NAN)
            ],
            ["0:07", "12:34", "1:02:03", "0:00"]
        );
        assert_eq!(
            [p(0.0), p(0.004), p(0.25), p(f64::NAN)],
            ["<0.0001", "0.0040", "0.25", "-"]
        );
        assert_eq!(
            [
                number(0.123),
                number(-12.34),
                number(1234.5),
                number(f64::INFINITY)
            ],
            ["0.12", "-12.3", "1234", "-"]
        );
        assert_eq!(
            rate(&Rate {
                k: 38,
                n: 40,
                low: 0.835,
                high: 0.986
            }),
            "38 of 40 (84-99 %)"
        );
        assert_eq!(rate(&Rate::default()), "not tried");
        assert_eq!(
            [e_value(0.5), e_value(3.2e12_f64.ln()), e_value(9.7e8_f64.ln())],
            ["1.65", "3e12", "1e9"]
        );
        assert_eq!(time(0), "1970-01-01 00:00 UTC");
    }
}
