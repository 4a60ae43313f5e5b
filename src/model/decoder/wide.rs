//! Loops compiled for the widest vector instructions there are, chosen at run time.
//!
//! Invariant: no unsafe code here; what runs inside is ordinary code the compiler vectorises.

/// A piece of work whose `run` is inlined into code for each kind of machine.
pub trait Task {
    /// What it gives.
    type Out;

    /// Does the work; must be `#[inline(always)]`, as must what it calls, or it stays narrow.
    fn run(self) -> Self::Out;
}

/// Runs a task with the vectors of the machine at hand.
#[cfg(target_arch = "x86_64")]
pub fn run<T: Task>(task: T) -> T::Out {
    use pulp::{
        Simd, WithSimd,
        x86::{V3, V4},
    };

    struct Inlined<T>(T);

    impl<T: Task> WithSimd for Inlined<T> {
        type Output = T::Out;

        #[expect(
            clippy::inline_always,
            reason = "only what is inlined is compiled for the wider vectors"
        )]
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> T::Out {
            self.0.run()
        }
    }

    if let Some(simd) = V4::try_new() {
        return Simd::vectorize(simd, Inlined(task));
    }
    if let Some(simd) = V3::try_new() {
        return Simd::vectorize(simd, Inlined(task));
    }
    task.run()
}

/// Runs a task: elsewhere the baseline already has the vectors.
#[cfg(not(target_arch = "x86_64"))]
pub fn run<T: Task>(task: T) -> T::Out {
    task.run()
}

/// Defines a function whose body is compiled for each kind of machine.
macro_rules! wide {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$life:lifetime>($($arg:ident: $type:ty),+ $(,)?) -> $out:ty $body:block) => {
        $(#[$meta])*
        $vis fn $name<$life>($($arg: $type),+) -> $out {
            struct Work<$life> {
                $($arg: $type),+
            }

            impl<$life> $crate::model::decoder::wide::Task for Work<$life> {
                type Out = $out;

                #[inline(always)]
                fn run(self) -> Self::Out {
                    let Self { $($arg),+ } = self;
                    $body
                }
            }

            $crate::model::decoder::wide::run(Work { $($arg),+ })
        }
    };
}

pub(crate) use wide;
