//! Libraries in object images: the expander's part, plain records instead of environments, exports and macros.
//!
//! [`mod@write`] makes records of modules (libraries and programs) that were just expanded; [`read`] gives an image's libraries
//! back, so that importing one reads, expands and compiles nothing. Numbers of globals, macros, scopes and sources are
//! those of one expander; records have numbers of their own, and refer to what lies in other libraries by name.
//!
//! What always holds:
//! * an environment that was restored binds what its library defines, and what identifiers in its macros may mean;
//!   imported names that nothing in the library can mention are left out;
//! * macros are restored at their first use;
//! * a library that can't be written (its macros are procedures, or it refers to something that has no name outside) is an
//!   error of [`mod@write`] and stays with its source text.
//!
//! Read in this order: [`notes`] (what is noted while libraries are expanded), [`mod@write`], [`read`], [`syntax`].

pub mod notes;
pub mod read;
mod syntax;
pub mod write;

pub use notes::{Dependency, ImageStore, Key, LibrarySource, Loaded, Notes, Origin};
pub use read::Archive;
pub use write::Module;
