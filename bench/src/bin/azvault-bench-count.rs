//! The benches once more, with an allocator that counts. It slows every allocation down, so CPU time
//! is measured by the other program.

use std::process::ExitCode;

use azvault_bench::Counted;

fn main() -> ExitCode {
    azvault_bench::main(Some(count))
}

fn count(work: &mut dyn FnMut()) -> Counted {
    let counted = allocation_counter::measure(work);
    Counted { allocations: counted.count_total, most_bytes: counted.bytes_max }
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
        assert_eq!((none.allocations, three.allocations), (0, 3));
        assert_eq!((none.most_bytes, three.most_bytes), (0, 76));
    }
}
