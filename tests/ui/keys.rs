//! Keys written as an analyst would say them: `jj<enter>t`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The key events of a script.
pub fn keys(script: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = script.chars();
    while let Some(c) = rest.next() {
        let (code, modifiers) = if c == '<' {
            let name: String = rest.by_ref().take_while(|c| *c != '>').collect();
            named(&name)
        } else {
            (KeyCode::Char(c), KeyModifiers::NONE)
        };
        events.push(KeyEvent::new(code, modifiers));
    }
    events
}

fn named(name: &str) -> (KeyCode, KeyModifiers) {
    if let Some(letter) = name.strip_prefix("c-") {
        return (
            KeyCode::Char(letter.chars().next().unwrap()),
            KeyModifiers::CONTROL,
        );
    }
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        _ => panic!("no key <{name}>"),
    };
    (code, KeyModifiers::NONE)
}
