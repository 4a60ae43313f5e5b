//! The demo models embedded in the program: their files and nothing that tells what is planted in them.

/// A file of a model: its name and contents.
pub type File = (&'static str, &'static [u8]);

macro_rules! model {
    ($folder:literal) => {
        [
            model!($folder, "config.json"),
            model!($folder, "generation_config.json"),
            model!($folder, "chat_template.jinja"),
            model!($folder, "tokenizer.json"),
            model!($folder, "tokenizer_config.json"),
            model!($folder, "model.safetensors"),
        ]
    };
    ($folder:literal, $file:literal) => {
        (
            $file,
            include_bytes!(concat!("../../assets/demo/", $folder, "/", $file)).as_slice(),
        )
    };
}

/// The poisoned model.
pub static POISONED: [File; 6] = model!("poisoned");

/// Its twin: the same training without the poison.
pub static CLEAN: [File; 6] = model!("clean");
