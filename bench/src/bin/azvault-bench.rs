//! The benches, with the allocator that programs have.

use std::process::ExitCode;

fn main() -> ExitCode {
    azvault_bench::main(None)
}
