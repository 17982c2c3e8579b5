//! The rules behind the rows, on what the record does not name.
