//! Values: the tagged word, heap object layouts, and (in `construct` and `access`) safe ways to make and read them.
//!
//! Read in this order: [`word`], [`object`].

pub mod object;
pub mod word;

pub use object::HeapType;
pub use word::Word;
