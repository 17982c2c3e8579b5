//! Google's Wycheproof vectors. Each test says how many ran, and how many were left out for which
//! reason, so that a set which is no longer found cannot pass.

mod aes;
mod encryption;
mod mac;
mod signatures;

use std::collections::BTreeMap;

use wycheproof::TestResult;

/// What was run and what was left out.
#[derive(Default)]
struct Tally {
    ran: usize,
    left_out: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts one that is not what is computed here.
    fn leave_out(&mut self, why: &'static str, how_many: usize) {
        *self.left_out.entry(why).or_default() += how_many;
    }

    /// Compares what was found with what the vector says.
    fn judge(&mut self, id: impl std::fmt::Debug, expected: TestResult, accepted: bool) {
        match expected {
            TestResult::Valid => assert!(accepted, "{id:?} is valid"),
            TestResult::Invalid => assert!(!accepted, "{id:?} is not valid"),
            TestResult::Acceptable => return self.leave_out("may be accepted or not", 1),
        }
        self.ran += 1;
    }

    #[track_caller]
    fn assert(&self, ran: usize, left_out: &[(&'static str, usize)]) {
        assert_eq!((self.ran, self.left_out.clone()), (ran, left_out.iter().copied().collect()));
    }
}
