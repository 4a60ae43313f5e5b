//! Spreads batches over the cores: one batch a core runs faster than one batch on all cores, as small matrices do not split well.
//!
//! Invariant: results reach the caller's thread in order of the jobs, whichever ends first, so sums over them do not depend on timing.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use super::error::ModelError;

/// Steps a worker may be ahead of the caller: when the caller waits (a paused scan), workers wait soon after.
const AHEAD: usize = 4;

enum Message<R> {
    Step(usize),
    Done(usize, Result<R, ModelError>),
}

/// How long the work between two ticks may take before one is put in.
const OFTEN: Duration = Duration::from_millis(100);

/// Ticks with no tokens when the last such tick is a while ago: to be called often, between layers.
pub fn now_and_then(tick: &mut dyn FnMut(usize) -> ControlFlow<()>) -> impl FnMut() -> ControlFlow<()> + '_ {
    let mut last = Instant::now();
    move || {
        if last.elapsed() < OFTEN {
            return ControlFlow::Continue(());
        }
        last = Instant::now();
        tick(0)
    }
}

/// What a job reports after every step: how many tokens it made. Broken when the caller wants no more.
pub type Step<'a> = &'a dyn Fn(usize) -> ControlFlow<()>;

/// Runs `work` on every job, on `workers` threads; `tick` and `deliver` run on the calling thread and may break.
pub fn spread<J: Sync, R: Send>(
    jobs: &[J],
    workers: usize,
    work: impl Fn(&J, Step) -> Result<R, ModelError> + Sync,
    tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
    deliver: &mut dyn FnMut(R) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ModelError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::sync_channel::<Message<R>>(AHEAD);
    thread::scope(|scope| {
        for _ in 0..workers.min(jobs.len()) {
            let (sender, next, stop, work) = (sender.clone(), &next, &stop, &work);
            scope.spawn(move || {
                let run = || {
                    while !stop.load(Ordering::Relaxed) {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = jobs.get(index) else { break };
                        let step = |made| {
                            let gone =
                                stop.load(Ordering::Relaxed) || sender.send(Message::Step(made)).is_err();
                            if gone {
                                ControlFlow::Break(())
                            } else {
                                ControlFlow::Continue(())
                            }
                        };
                        let result = work(job, &step);
                        if sender.send(Message::Done(index, result)).is_err() {
                            break;
                        }
                    }
                };
                // A pool of one keeps what runs inside on this core. Without it the work is only slower.
                match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                    Ok(pool) => pool.install(run),
                    Err(_) => run(),
                }
            });
        }
        drop(sender);
        let end = collect(&receiver, tick, deliver);
        stop.store(true, Ordering::Relaxed);
        drop(receiver);
        end
    })
}

fn collect<R>(
    receiver: &mpsc::Receiver<Message<R>>,
    tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
    deliver: &mut dyn FnMut(R) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ModelError> {
    let mut waiting = BTreeMap::new();
    let mut turn = 0;
    for message in receiver {
        match message {
            Message::Step(made) => {
                if tick(made).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Message::Done(index, result) => {
                waiting.insert(index, result?);
                while let Some(result) = waiting.remove(&turn) {
                    turn += 1;
                    if deliver(result).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_break_ends_it() {
        let jobs: Vec<usize> = (0..40).collect();
        let work = |job: &usize, step: Step| {
            let _ = step(1);
            Ok(*job * 2)
        };
        let (mut steps, mut seen) = (0, Vec::new());
        let mut tick = |made| {
            steps += made;
            ControlFlow::Continue(())
        };
        let flow = spread(&jobs, 3, work, &mut tick, &mut |result| {
            seen.push(result);
            ControlFlow::Continue(())
        });
        assert!(matches!(flow, Ok(ControlFlow::Continue(()))));
        assert_eq!(seen, (0..40).map(|job| job * 2).collect::<Vec<_>>());
        assert_eq!(steps, 40);
        let mut first = Vec::new();
        let flow = spread(
            &jobs,
            3,
            work,
            &mut |_| ControlFlow::Continue(()),
            &mut |result| {
                first.push(result);
                if first.len() == 5 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert!(matches!(flow, Ok(ControlFlow::Break(()))));
        assert_eq!(first, [0, 2, 4, 6, 8]);
    }

    #[test]
    fn an_error_reaches_the_caller() {
        let work = |job: &usize, _: Step| {
            if *job == 3 {
                Err(ModelError::EmptyRow { row: 3 })
            } else {
                Ok(())
            }
        };
        let jobs: Vec<usize> = (0..9).collect();
        let flow = spread(&jobs, 2, work, &mut |_| ControlFlow::Continue(()), &mut |()| {
            ControlFlow::Continue(())
        });
        assert!(matches!(flow, Err(ModelError::EmptyRow { row: 3 })));
    }
}
