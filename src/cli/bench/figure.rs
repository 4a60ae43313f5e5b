//! The reliability diagram as SVG: confidence against the share that was right, with intervals. Nothing in it is model text.

use std::fmt::Write as _;

use super::compare::Band;

const SIDE: f64 = 400.0;
const MARGIN: f64 = 60.0;

/// The diagram. The dashed line is where confidence and share agree.
pub fn reliability(bands: &[Band]) -> String {
    let x = |share: f64| MARGIN + share * SIDE;
    let y = |share: f64| MARGIN + (1.0 - share) * SIDE;
    let whole = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"white\"/>\n"
    );
    let mut put = |line: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(svg, "{line}");
    };
    for step in 0..=5 {
        let share = f64::from(step) / 5.0;
        let (across, down) = (x(share), y(share));
        put(format!(
            "<path d=\"M{} {down}H{}M{across} {}V{}\" stroke=\"#ddd\"/>\
             <text x=\"{across}\" y=\"{}\" text-anchor=\"middle\">{share:.1}</text>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{share:.1}</text>",
            x(0.0),
            x(1.0),
            y(0.0),
            y(1.0),
            y(0.0) + 20.0,
            x(0.0) - 8.0,
            down + 4.0,
        ));
    }
    put(format!(
        "<path d=\"M{} {}L{} {}\" stroke=\"#888\" stroke-dasharray=\"5 4\"/>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    ));
    for band in bands {
        let (at, right) = (x(band.confidence), band.right);
        let share = f64::from(right.k) / f64::from(right.n.max(1));
        put(format!(
            "<path d=\"M{at} {}V{}\" stroke=\"#1f6fb4\" stroke-width=\"2\"/>\
             <circle cx=\"{at}\" cy=\"{}\" r=\"5\" fill=\"#1f6fb4\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            y(right.low),
            y(right.high),
            y(share),
            at + 8.0,
            y(share) - 6.0,
            right.n,
        ));
    }
    let middle = MARGIN + SIDE / 2.0;
    put(format!(
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">confidence of the finding</text>\
         <text x=\"16\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {middle})\">share that names something planted</text>\
         <text x=\"{middle}\" y=\"30\" text-anchor=\"middle\">Reliability, 95 % intervals, number of findings</text>",
        whole - 14.0
    ));
    svg.push_str("</svg>\n");
    svg
}
