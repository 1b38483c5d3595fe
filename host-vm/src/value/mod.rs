//! Values: the tagged word, heap object layouts, and safe ways to make and read them.
//!
//! Read in this order: [`word`], [`object`], [`access`] (which states the invariant), [`construct`], [`string`], [`symbol`].

pub mod access;
pub mod construct;
pub mod object;
pub mod string;
pub mod symbol;
pub mod word;

#[cfg(test)]
mod tests;

pub use object::HeapType;
pub use string::Chars;
pub use symbol::SymbolTable;
pub use word::Word;
