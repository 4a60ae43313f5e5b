//! Every character drawn as a sign, in two sets: one any font has, and ASCII.
//!
//! Invariant: with `ascii` set, each function returns ASCII only, of the same width as the other set's.

use ratatui::symbols::border;

/// Frame of a panel.
pub const fn border(ascii: bool) -> border::Set<'static> {
    if ascii {
        border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        }
    } else {
        border::PLAIN
    }
}

/// Horizontal rule.
pub const fn rule(ascii: bool) -> &'static str {
    if ascii { "-" } else { "─" }
}

/// Vertical rule.
pub const fn pipe(ascii: bool) -> &'static str {
    if ascii { "|" } else { "│" }
}

/// Separates facts on one line.
pub const fn separator(ascii: bool) -> &'static str {
    if ascii { "|" } else { "·" }
}

/// Leads from one thing to the next.
pub const fn arrow(ascii: bool) -> &'static str {
    if ascii { ">" } else { "→" }
}

/// Points at something to the right of it: the selected row.
pub const fn pointer(ascii: bool) -> &'static str {
    if ascii { ">" } else { "▸" }
}

/// Stands between the places on the way here.
pub const fn crumb(ascii: bool) -> &'static str {
    if ascii { ">" } else { "›" }
}

/// More above.
pub const fn up(ascii: bool) -> &'static str {
    if ascii { "^" } else { "▲" }
}

/// More below.
pub const fn down(ascii: bool) -> &'static str {
    if ascii { "v" } else { "▼" }
}

/// More to the left.
pub const fn left(ascii: bool) -> &'static str {
    if ascii { "<" } else { "◂" }
}

/// More to the right.
pub const fn right(ascii: bool) -> &'static str {
    if ascii { ">" } else { "▸" }
}

/// Text was cut here.
pub const fn ellipsis(ascii: bool) -> &'static str {
    if ascii { "~" } else { "…" }
}

/// Yes, done, fired.
pub const fn check(ascii: bool) -> &'static str {
    if ascii { "*" } else { "✓" }
}

/// No, refused.
pub const fn cross(ascii: bool) -> &'static str {
    if ascii { "x" } else { "✗" }
}

/// Not decided, not yet.
pub const fn open(ascii: bool) -> &'static str {
    if ascii { "o" } else { "○" }
}

/// Something is there.
pub const fn dot(ascii: bool) -> &'static str {
    if ascii { "*" } else { "●" }
}

/// Multiplied by, "by".
pub const fn times(ascii: bool) -> &'static str {
    if ascii { "x" } else { "×" }
}

/// A whole cell.
pub const fn full(ascii: bool) -> &'static str {
    if ascii { "#" } else { "█" }
}

/// The part of a bar that is not sure.
pub const fn half_tone(ascii: bool) -> &'static str {
    if ascii { "=" } else { "▒" }
}

/// Behind a curve: where most runs lie, with the trigger or without.
pub const fn band(ascii: bool, with: bool) -> &'static str {
    match (ascii, with) {
        (false, true) => "░",
        (true, true) => ":",
        (false, false) => "·",
        (true, false) => ".",
    }
}

/// The empty part of a bar.
pub const fn track(ascii: bool) -> &'static str {
    if ascii { "." } else { "░" }
}

/// The upper half of a cell: foreground above, background below.
pub const fn upper_half(ascii: bool) -> &'static str {
    if ascii { "\"" } else { "▀" }
}

/// What has no counterpart.
pub const fn hatch(ascii: bool) -> &'static str {
    if ascii { "/" } else { "╱" }
}

/// Marks the place where row and column meet.
pub const fn crosshair(ascii: bool) -> &'static str {
    if ascii { "X" } else { "╳" }
}

/// Stands beside the lines of one group.
pub const fn bracket(ascii: bool) -> &'static str {
    if ascii { "[" } else { "▐" }
}

/// Stands below the columns of one group.
pub const fn underline(ascii: bool) -> &'static str {
    if ascii { "=" } else { "▀" }
}

/// Points of the run with the trigger.
pub const fn with_mark(ascii: bool) -> &'static str {
    if ascii { "#" } else { "●" }
}

/// Points of the run without it.
pub const fn without_mark(ascii: bool) -> &'static str {
    if ascii { "o" } else { "○" }
}

/// Points where both runs lie on each other.
pub const fn both_mark(ascii: bool) -> &'static str {
    if ascii { "@" } else { "◉" }
}

/// A column of `level` eighths, 0 to 8.
pub fn eighths(ascii: bool, level: usize) -> &'static str {
    const UNICODE: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    const ASCII: [&str; 9] = [" ", ".", ".", ":", "-", "=", "+", "#", "#"];
    let set = if ascii { ASCII } else { UNICODE };
    set.get(level.min(8)).copied().unwrap_or(" ")
}

/// One frame of the sign that something is running.
pub fn spinner(ascii: bool, frame: usize) -> &'static str {
    const UNICODE: [&str; 8] = ["⣾", "⣽", "⣻", "⢿", "⡿", "⣟", "⣯", "⣷"];
    const ASCII: [&str; 4] = ["|", "/", "-", "\\"];
    if ascii {
        ASCII.get(frame % ASCII.len()).copied().unwrap_or("|")
    } else {
        UNICODE.get(frame % UNICODE.len()).copied().unwrap_or("⣾")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn both_sets_have_one_cell_signs_and_one_is_ascii() {
        let signs: [fn(bool) -> &'static str; 27] = [
            crumb,
            half_tone,
            rule,
            pipe,
            separator,
            arrow,
            pointer,
            up,
            down,
            left,
            right,
            ellipsis,
            check,
            cross,
            open,
            dot,
            times,
            full,
            track,
            upper_half,
            hatch,
            with_mark,
            without_mark,
            both_mark,
            crosshair,
            bracket,
            underline,
        ];
        for sign in signs {
            assert!(sign(true).is_ascii());
            assert_eq!(
                (sign(true).width(), sign(false).width()),
                (1, 1),
                "{}",
                sign(false)
            );
        }
        for level in 0..12 {
            assert!(eighths(true, level).is_ascii() && spinner(true, level).is_ascii());
            assert_eq!(
                (eighths(false, level).width(), spinner(false, level).width()),
                (1, 1)
            );
        }
        assert!(border(true).top_left.is_ascii() && border(true).horizontal_top.is_ascii());
    }
}
