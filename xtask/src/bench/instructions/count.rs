//! What callgrind wrote, summed up. Its format is described in valgrind's manual, "Callgrind Format
//! Specification".

/// What a path takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Count {
    /// Instructions of the program itself, without aws-lc's.
    pub(super) instructions: f64,
    /// How often it asks for memory; a reallocation counts too.
    pub(super) allocations: f64,
}

/// What asks the C library for memory.
const ASKING: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

impl Count {
    /// The counts in a profile of the program in the file `object`, by what each function executes itself:
    /// that of aws-lc are of C, in the same file, so those whose name says that they are Rust's count.
    pub(super) fn of(profile: &str, object: &str) -> Self {
        let mut count = Self::default();
        let (mut ours, mut counts, mut callee, mut calls) = (false, false, "", None);
        for line in profile.lines() {
            if let Some(file) = line.strip_prefix("ob=") {
                ours = file.rsplit('/').next() == Some(object);
            } else if let Some(name) = line.strip_prefix("fn=") {
                counts = ours && is_rust(name);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                callee = name;
            } else if let Some(of) = line.strip_prefix("calls=") {
                calls = of.split(' ').next().and_then(|calls| calls.parse::<f64>().ok());
            } else if let Some(cost) = cost(line) {
                // After `calls=`, it is what the callee takes.
                match calls.take() {
                    Some(calls) if counts && ASKING.contains(&callee) => count.allocations += calls,
                    None if counts => count.instructions += cost,
                    _ => {}
                }
            }
        }
        count
    }

    /// The counts of one time, by a profile of fewer times and one of more: instructions by the latter alone.
    pub(super) fn between(fewer: Self, few: f64, more: Self, many: f64) -> Self {
        let allocations = (more.allocations - fewer.allocations) / (many - few);
        Self { instructions: more.instructions / many, allocations }
    }
}

/// By its path, or by how it is mangled where valgrind cannot read that.
fn is_rust(function: &str) -> bool {
    function.contains("::") || function.starts_with("_R") || function.starts_with("_ZN")
}

/// The cost on a line of a position and a cost.
fn cost(line: &str) -> Option<f64> {
    let (position, cost) = line.split_once(' ')?;
    position.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    cost.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "\
positions: line
events: Ir

ob=/t/instructions/prog
fl=???
fn=azvault::get
0 100
cob=/lib/libc.so.6
cfn=malloc
calls=3 0
0 900
cfn=azvault::parse
calls=1 0
0 50
0 20

fn=azvault::parse
0 50

fn=aws_lc_0_47_0_EVP_sign
0 70000
cob=/lib/libc.so.6
cfn=malloc
calls=8 0
0 800

ob=/lib/libc.so.6
fn=malloc
0 1700
";

    #[test]
    fn what_rust_executes_in_the_program_counts_and_nothing_else() {
        let count = Count::of(PROFILE, "prog");
        assert_eq!(count, Count { instructions: 170.0, allocations: 3.0 });
        assert_eq!(Count::of(PROFILE, "other"), Count::default());
    }

    #[test]
    fn a_count_is_that_of_one_call_without_what_was_asked_for_before() {
        let profile = |instructions, allocations| Count { instructions, allocations };
        // 15 while preparing, 3 each of 10 warming up, and 3 a call.
        let count = Count::between(profile(1700.0, 345.0), 100.0, profile(3400.0, 645.0), 200.0);
        assert_eq!(count, profile(17.0, 3.0));
    }

    #[test]
    fn mangled_names_are_rusts_and_plain_ones_are_not() {
        for name in ["core::fmt::write", "<a::B as c::D>::e", "_RNvC1a1b", "_ZN1a1bE"] {
            assert!(is_rust(name), "{name}");
        }
        for name in ["bn_mul_mont", "aws_lc_0_1_SHA256", "main"] {
            assert!(!is_rust(name), "{name}");
        }
    }
}
