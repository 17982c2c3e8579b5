//! The benches once more, with an allocator that counts. It slows every allocation down, so CPU time
//! is measured by the other program.

use std::process::ExitCode;

fn main() -> ExitCode {
    azvault_bench::main(Some(count))
}

/// How often this thread asks for memory in `work`; a reallocation counts too.
fn count(work: &mut dyn FnMut()) -> u64 {
    allocation_counter::measure(work).count_total
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn allocations_are_counted_one_by_one() {
        let none = count(&mut || {
            black_box(black_box(1) + 1);
        });
        let three = count(&mut || {
            black_box((vec![1; 9], vec![2; 9], Box::new(3)));
        });
        assert_eq!((none, three), (0, 3));
    }
}
