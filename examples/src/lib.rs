//! Examples live beside this package file, one a task.
