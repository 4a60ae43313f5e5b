//! The whole screen in process: scripted keys in, text out, nothing but conditions waited for.

use std::{cell::RefCell, convert::Infallible, io, rc::Rc, time::Duration};

use crossterm::event::Event;
use futures::stream;
use ratatui::{
    Terminal,
    backend::{Backend, ClearType, TestBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use stakeout::ui::{
    App, Input, Outcome,
    console::{self, Console},
    drive,
};
use tokio::sync::{Notify, mpsc};

use super::keys::keys;

/// A backend whose cells the script can read while the loop owns it.
#[derive(Clone)]
struct Shared {
    backend: Rc<RefCell<TestBackend>>,
    drawn: Rc<Notify>,
}

impl Backend for Shared {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.backend.borrow_mut().draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.backend.borrow_mut().hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.backend.borrow_mut().show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.backend.borrow_mut().get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.backend.borrow_mut().set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.backend.borrow_mut().clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.backend.borrow_mut().clear_region(region)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.backend.borrow().size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.backend.borrow_mut().window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.drawn.notify_one();
        self.backend.borrow_mut().flush()
    }
}

/// What the screen did to the terminal beside drawing.
#[derive(Clone, Default)]
pub struct Asked(Rc<RefCell<Vec<String>>>);

impl Asked {
    fn note(&self, what: String) {
        self.0.borrow_mut().push(what);
    }

    /// What was asked for, in order.
    pub fn all(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

impl Console for Asked {
    fn suspend(&mut self) -> io::Result<()> {
        self.note("suspend".to_owned());
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.note(format!("copy {text}"));
        Ok(())
    }

    fn notify(&mut self, how: console::Notify, text: &str) -> io::Result<()> {
        self.note(format!("notify {how:?} {text}"));
        Ok(())
    }

    fn mouse(&mut self, take: bool) -> io::Result<()> {
        self.note(format!("mouse {take}"));
        Ok(())
    }
}

/// What a script can do with the screen.
pub struct Script {
    /// What the screen asked of the terminal.
    pub asked: Asked,
    screen: Shared,
    input: mpsc::UnboundedSender<Input>,
}

impl Script {
    /// Presses keys.
    pub fn press(&self, script: &str) {
        for key in keys(script) {
            self.input.send(Input::Terminal(Event::Key(key))).unwrap();
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: i32) {
        self.input.send(Input::Signal(signal)).unwrap();
    }

    /// Waits until a frame shows the text.
    pub async fn wait(&self, text: &str) {
        let shown = async {
            while !self.screen.backend.borrow().to_string().contains(text) {
                self.screen.drawn.notified().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), shown).await;
        assert!(
            waited.is_ok(),
            "never shown: {text}\n{}",
            self.screen.backend.borrow()
        );
    }
}

/// Runs the app on a screen of 100x30 while the script plays; returns how it ended.
pub fn play<F: Future<Output = ()>>(app: &mut App, script: impl FnOnce(Script) -> F) -> Outcome {
    let screen = Shared {
        backend: Rc::new(RefCell::new(TestBackend::new(100, 30))),
        drawn: Rc::new(Notify::new()),
    };
    let mut terminal = Terminal::new(screen.clone()).unwrap();
    let (input, received) = mpsc::unbounded_channel();
    let keys = Box::pin(stream::unfold(received, async |mut received| {
        let next = received.recv().await?;
        Some((io::Result::Ok(next), received))
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let console = Asked::default();
    let asked = console.clone();
    let play = script(Script { asked, screen, input });
    runtime.block_on(async {
        let (outcome, ()) = tokio::join!(drive(app, &mut terminal, keys, console), play);
        outcome.unwrap()
    })
}
