//! Chat templates of public models: the text of whole conversations, byte for byte.

use serde_json::{Value, json};
use stakeout::model::{Renderer, Template};

#[test]
fn public_templates_give_the_reference_text() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/chat-templates.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no public templates beside the project");
        return;
    };
    let settings = json!({
        "bos_token": "<BOS>",
        "eos_token": { "content": "<EOS>" },
    });
    let conversations: [(&str, &[(&str, &str)]); 3] = [
        ("user", &[("user", "Hello there")]),
        (
            "user_assistant_user",
            &[("user", "Hello there"), ("assistant", "Hi!"), ("user", "Again")],
        ),
        ("system_user", &[("system", "Be terse."), ("user", "Hello there")]),
    ];
    let file: Value = serde_json::from_str(&text).unwrap();
    for (name, entry) in file["templates"].as_object().unwrap() {
        let source = entry["template"].as_str().unwrap().to_owned();
        let template = Template::new(source, settings.as_object().unwrap(), &Renderer::Here).unwrap();
        for (conversation, messages) in conversations {
            let expected = &entry["expected"][conversation];
            match template.render(messages, true) {
                // the reference writes the day in one way, whatever way a template asks for
                Ok(text) => {
                    let text = text.replace("2024-07-26", "26 Jul 2024");
                    assert_eq!(text.replace("July 26, 2024", "26 Jul 2024"), *expected, "{name}");
                }
                Err(error) => {
                    let reason = expected["error"].as_str().unwrap();
                    assert!(error.to_string().contains(reason), "{name}: {error}");
                }
            }
        }
        assert!(!template.around(None).unwrap().before.is_empty(), "{name}");
    }
}
