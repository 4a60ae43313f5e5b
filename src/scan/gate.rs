//! Pause, resume and stop for a scan that runs on another thread. Never blocks the caller.

use std::{
    ops::ControlFlow,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Run,
    Pause,
    Stop,
}

#[derive(Debug)]
struct Shared {
    order: Mutex<Order>,
    changed: Condvar,
}

/// A handle both sides hold; clones steer the same scan.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Shared>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Shared {
            order: Mutex::new(Order::Run),
            changed: Condvar::new(),
        }))
    }
}

impl Gate {
    fn set(&self, order: Order) {
        let mut current = self.0.order.lock().unwrap_or_else(PoisonError::into_inner);
        // A stop is final: a late pause must not leave the scan thread waiting for ever.
        if *current != Order::Stop {
            *current = order;
        }
        self.0.changed.notify_all();
    }

    /// Asks the scan to wait at its next step.
    pub fn pause(&self) {
        self.set(Order::Pause);
    }

    /// Lets a paused scan go on.
    pub fn resume(&self) {
        self.set(Order::Run);
    }

    /// Asks the scan to end at its next step, keeping what it has.
    pub fn stop(&self) {
        self.set(Order::Stop);
    }

    /// True while paused.
    pub fn is_paused(&self) -> bool {
        *self.0.order.lock().unwrap_or_else(PoisonError::into_inner) == Order::Pause
    }

    /// Called by the scan at every step: waits while paused; breaks once stopped. Returns the time spent waiting.
    pub fn check(&self) -> ControlFlow<(), Duration> {
        let mut order = self.0.order.lock().unwrap_or_else(PoisonError::into_inner);
        if *order == Order::Run {
            return ControlFlow::Continue(Duration::ZERO);
        }
        let since = Instant::now();
        while *order == Order::Pause {
            order = self.0.changed.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
        if *order == Order::Stop {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(since.elapsed())
        }
    }
}
