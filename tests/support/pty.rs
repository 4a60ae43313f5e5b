//! A real terminal for the real program: one thread drains it from spawn to end, tests wait for conditions and never sleep.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test fails and shows the last screen.
const PATIENCE: Duration = Duration::from_secs(600);

const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();

/// What the terminal shows.
pub struct Shown {
    /// The emulated terminal.
    pub parser: vt100::Parser,
    /// Every byte the program wrote, as it came.
    raw: Vec<u8>,
    ended: bool,
}

struct Shared {
    shown: Mutex<Shown>,
    changed: Condvar,
}

/// A program in a terminal.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    shared: Arc<Shared>,
    exit: mpsc::Receiver<ExitStatus>,
    process: u32,
    settings: String,
}

impl Pty {
    /// Starts `stakeout` with `words` in a terminal of 120 columns and 40 rows, keeping its things under `home`.
    pub fn start(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::sized(home, words, variables, (COLUMNS, ROWS))
    }

    /// The same in a terminal of another size: columns, rows.
    pub fn sized(
        home: &Path,
        words: &[&str],
        variables: &[(&str, &str)],
        (columns, rows): (NonZero<u16>, NonZero<u16>),
    ) -> Self {
        let size = PtySize {
            rows: rows.get(),
            cols: columns.get(),
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin("stakeout"));
        command.args(words);
        command.cwd(home);
        command.env_clear();
        command.env("STAKEOUT_HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("USER", "ana");
        for (name, value) in variables {
            command.env(name, value);
        }
        let settings = settings(pair.master.as_ref());
        let mut child = pair.slave.spawn_command(command).unwrap();
        // The end of the output is only seen once nobody but the program holds this side.
        drop(pair.slave);
        let shared = Arc::new(Shared {
            shown: Mutex::new(Shown {
                parser: vt100::Parser::new(rows, columns, 0),
                raw: Vec::new(),
                ended: false,
            }),
            changed: Condvar::new(),
        });
        let reader = pair.master.try_clone_reader().unwrap();
        let drained = Arc::clone(&shared);
        thread::spawn(move || drain(reader, &drained));
        let process = child.process_id().unwrap();
        let (sender, exit) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait().unwrap()));
        Self {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            shared,
            exit,
            process,
            settings,
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shared.shown.lock().unwrap()
    }

    /// Waits until the screen satisfies `condition`, and returns its text.
    pub fn wait(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown();
        loop {
            let text = shown.parser.screen().contents();
            if condition(shown.parser.screen()) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {what}; the screen:\n{text}");
            assert!(
                !shown.ended,
                "the program ended before {what}; the screen:\n{text}"
            );
            shown = self.shared.changed.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Waits until `text` is on the screen.
    pub fn wait_text(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contents().contains(text))
    }

    /// Every byte written so far.
    pub fn raw(&self) -> Vec<u8> {
        self.shown().raw.clone()
    }

    /// The number of the process.
    pub const fn process(&self) -> u32 {
        self.process
    }

    /// Waits until nothing more has been written for a while, and returns how many bytes were written in all.
    pub fn quiet(&self) -> usize {
        let mut before = self.raw().len();
        loop {
            thread::sleep(Duration::from_millis(250));
            let now = self.raw().len();
            if now == before {
                return now;
            }
            before = now;
        }
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Sends a signal by name, such as "TERM".
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.process)])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end of a program that was killed: the terminal is as it left it.
    pub fn killed(self) {
        self.exit.recv_timeout(PATIENCE).unwrap();
    }

    /// Waits for the end of the program, checks that the terminal is as it was, and returns the exit code and the last screen.
    pub fn ended(self) -> (u32, String) {
        let status = self.exit.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!(
                "the program does not end; the screen:\n{}",
                self.shown().parser.screen().contents()
            )
        });
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown();
        while !shown.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "the terminal was not given back by every process"
            );
            shown = self.shared.changed.wait_timeout(shown, left).unwrap().0;
        }
        let screen = shown.parser.screen();
        let text = screen.contents();
        assert!(!screen.alternate_screen(), "alternate screen left on:\n{text}");
        assert!(!screen.hide_cursor(), "cursor left hidden:\n{text}");
        assert!(!screen.bracketed_paste(), "bracketed paste left on:\n{text}");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "mouse left on:\n{text}"
        );
        assert_eq!(
            settings(self.master.as_ref()),
            self.settings,
            "raw mode left on:\n{text}"
        );
        (status.exit_code(), text)
    }
}

/// The terminal's settings (echo, line mode and so on), for comparison.
fn settings(master: &dyn MasterPty) -> String {
    format!(
        "{:?}",
        master.get_termios().expect("the terminal's settings can be read")
    )
}

fn drain(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut bytes = [0; 4096];
    loop {
        // The end is an error on Linux: nobody holds the other side any more.
        let read = reader.read(&mut bytes).unwrap_or(0);
        let mut shown = shared.shown.lock().unwrap();
        shown.parser.process(&bytes[..read]);
        shown.raw.extend_from_slice(&bytes[..read]);
        shown.ended = read == 0;
        shared.changed.notify_all();
        if read == 0 {
            return;
        }
    }
}
