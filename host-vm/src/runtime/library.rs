//! The standard libraries: `define-library` texts, embedded. A library is read, expanded and compiled when a program first imports it.
