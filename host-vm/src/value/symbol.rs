//! Symbols and the table that interns them.
//!
//! The table belongs to a machine. It is open addressing over numbers of symbols in order of their making; interned
//! symbols live as long as the machine, so a young collection needs to see the new ones only.

use super::{HeapType, Word, object::header_byte, string::hash_text};
use crate::machine::Machine;

/// The interned symbols of a machine.
#[derive(Debug, Default)]
pub struct SymbolTable {
    /// Roots.
    symbols: Vec<Word>,
    /// Hashes, by number of the symbol.
    hashes: Vec<u64>,
    /// Numbers plus one, 0 for free; the size is a power of two, at most half is used.
    slots: Vec<u32>,
    /// Symbols that a collection has seen.
    seen: usize,
}

impl SymbolTable {
    /// Number of interned symbols.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// All symbols, in the order of their making.
    pub fn symbols(&self) -> &[Word] {
        &self.symbols
    }

    /// The symbols made since this was last asked: roots of a young collection.
    pub fn take_new(&mut self) -> &[Word] {
        let seen = std::mem::replace(&mut self.seen, self.symbols.len());
        &self.symbols[seen..]
    }

    fn find(&self, hash: u64, is: impl Fn(Word) -> bool) -> Option<Word> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        while let Some(number) = (self.slots[slot] as usize).checked_sub(1) {
            if self.hashes[number] == hash && is(self.symbols[number].field(0)) {
                return Some(self.symbols[number]);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    fn add(&mut self, hash: u64, symbol: Word) {
        self.symbols.push(symbol);
        self.hashes.push(hash);
        if self.symbols.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(1024)];
            (0..self.symbols.len()).for_each(|number| self.place(number));
        } else {
            self.place(self.symbols.len() - 1);
        }
    }

    fn place(&mut self, number: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = self.hashes[number] as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = number as u32 + 1;
    }
}

/// Bits of a hash that a symbol keeps: a fixnum that is not negative.
const HASH_MASK: u64 = (1 << 60) - 1;

impl Word {
    /// The hash of a symbol: that of its name, or for an uninterned one a number of its own.
    pub fn symbol_hash(self) -> u64 {
        debug_assert!(self.is_symbol());
        self.field(1).as_fixnum() as u64
    }

    /// Whether a symbol is found by its name.
    pub fn symbol_is_interned(self) -> bool {
        debug_assert!(self.header() & 0xff == header_byte(HeapType::Symbol));
        self.field(2).is_true()
    }
}

impl Machine {
    /// The symbol of that name.
    pub fn intern(&mut self, name: &str) -> Word {
        let hash = hash_text(name) & HASH_MASK;
        if let Some(symbol) = self.symbols.find(hash, |text| text.string_is(name)) {
            return symbol;
        }
        let name = self.make_string(name);
        self.add_symbol(hash, name)
    }

    /// The symbol whose name is the text of a string, which is copied if it may change.
    pub fn intern_string(&mut self, string: Word) -> Word {
        let hash = string.string_hash() & HASH_MASK;
        if let Some(symbol) = self.symbols.find(hash, |text| text.string_equal(string)) {
            return symbol;
        }
        let name = if string.string_is_immutable() { string } else { self.substring(string, 0..string.string_len()) };
        self.add_symbol(hash, name)
    }

    fn add_symbol(&mut self, hash: u64, name: Word) -> Word {
        self.freeze_string(name);
        let symbol = self.make_object(HeapType::Symbol, &[name, Word::fixnum(hash as i64), Word::TRUE]);
        self.symbols.add(hash, symbol);
        symbol
    }

    /// A new symbol that is equal to no other; `name` is for people.
    pub fn uninterned_symbol(&mut self, name: &str) -> Word {
        let name = self.make_string(name);
        self.freeze_string(name);
        // The name's address: objects do not move, and no two live ones share one.
        let hash = Word::fixnum((name.address() >> 4) as i64);
        self.make_object(HeapType::Symbol, &[name, hash, Word::FALSE])
    }
}
