//! Making heap objects.
//!
//! Each constructor initializes its object in full before anything else is allocated. Words and slices that it is given
//! are safe while it collects: words are live on the native stack, a slice of a heap object holds that object by its address, and
//! words in Rust memory (a `Vec`) are put on [`Machine::temporaries`] meanwhile.
//!
//! Sizes that a program chooses (`make_vector`) can fail. Everything else is bounded by what exists already, but may be many
//! times that: who makes something large of something large asks for room first ([`Machine::ask_memory`]).
#![allow(unsafe_code)] // Initializes raw memory.

use super::{
    HeapType, Word,
    object::{header, object_bytes},
};
use crate::{bytecode::code::Code, gc, machine::Machine, runtime::Raise};

/// Longest body in bytes: what a header and the address space can tell.
const MOST_BYTES: usize = 1 << 46;

/// Writes a word at an address.
///
/// # Safety
/// The address lies in memory that was just allocated.
#[inline(always)]
unsafe fn put(address: usize, word: u64) {
    let slot: *mut u64 = std::ptr::with_exposed_provenance_mut(address);
    // SAFETY: promised by the caller.
    unsafe { *slot = word }
}

/// Writes words at an address. Few words, the usual case, have just been stored one by one: loading two at once would wait
/// until those stores have reached the cache, and a call of `memcpy` costs more than the copy. Volatile loads stay single.
///
/// # Safety
/// The address lies in memory that was just allocated, with room for the words.
#[inline(always)]
unsafe fn put_all(address: usize, words: &[Word]) {
    const FEW: usize = 16;
    let to: *mut Word = std::ptr::with_exposed_provenance_mut(address);
    // SAFETY: promised by the caller.
    unsafe {
        if words.len() > FEW {
            std::ptr::copy_nonoverlapping(words.as_ptr(), to, words.len());
            return;
        }
        for (i, word) in words.iter().enumerate() {
            to.add(i).write(std::ptr::from_ref(word).read_volatile());
        }
    }
}

/// Makes a pair of 16 bytes that were just allocated.
#[inline(always)]
fn pair_in(address: usize, car: Word, cdr: Word) -> Word {
    // SAFETY: both callers allocated the bytes there.
    unsafe {
        put(address, car.0);
        put(address + 8, cdr.0);
    }
    Word::pair_at(address)
}

impl Machine {
    /// Memory for an object; may collect.
    #[inline(always)]
    fn allocate(&mut self, bytes: usize) -> usize {
        match self.heap.bump(bytes) {
            Some(address) => address,
            None => gc::allocate(self, bytes),
        }
    }

    /// Memory for an object that will hold `words`, which no root need hold.
    #[cold]
    #[inline(never)]
    fn allocate_holding(&mut self, bytes: usize, words: &[Word]) -> usize {
        let height = self.temporaries.len();
        self.temporaries.extend_from_slice(words);
        let address = gc::allocate(self, bytes);
        self.temporaries.truncate(height);
        address
    }

    /// Memory for an object whose size a program chose.
    fn try_allocate(&mut self, body: usize) -> Result<usize, Raise> {
        let bytes = object_bytes(body.min(MOST_BYTES));
        let address =
            if body < MOST_BYTES { self.heap.bump(bytes).or_else(|| gc::try_allocate(self, bytes)) } else { None };
        address.ok_or(Raise(self.memory_condition))
    }

    /// Asks for room for so many bytes before something is made that the constructors below could not refuse any more: lists,
    /// copies, texts on their way. Little is granted unseen.
    ///
    /// # Errors
    /// Out of memory.
    #[inline]
    pub fn ask_memory(&mut self, bytes: usize) -> Result<(), Raise> {
        const LITTLE: usize = 64 << 10;
        if bytes <= LITTLE || gc::has_room(self, bytes) { Ok(()) } else { Err(Raise(self.memory_condition)) }
    }

    /// Room for a list of so many elements.
    ///
    /// # Errors
    /// Out of memory.
    #[inline]
    pub fn ask_list(&mut self, length: usize) -> Result<(), Raise> {
        self.ask_memory(length.saturating_mul(16))
    }

    /// A new pair.
    #[inline(always)]
    pub fn cons(&mut self, car: Word, cdr: Word) -> Word {
        match self.heap.bump(16) {
            Some(address) => pair_in(address, car, cdr),
            None => self.cons_slow(car, cdr),
        }
    }

    /// Apart, so that callers need no room in their frames where words of the past would linger and look like roots.
    #[cold]
    #[inline(never)]
    fn cons_slow(&mut self, car: Word, cdr: Word) -> Word {
        let address = gc::allocate(self, 16);
        pair_in(address, car, cdr)
    }

    /// A list of the words.
    pub fn list(&mut self, words: &[Word]) -> Word {
        self.list_with_tail(words, Word::NIL)
    }

    /// The words before a tail.
    pub fn list_with_tail(&mut self, words: &[Word], tail: Word) -> Word {
        let height = self.temporaries.len();
        let mut list = tail;
        for &word in words.iter().rev() {
            if self.heap.bump_would_fail(16) && self.temporaries.len() == height {
                self.temporaries.extend_from_slice(words);
            }
            list = self.cons(word, list);
        }
        self.temporaries.truncate(height);
        list
    }

    /// A new object with a body of words: `first`, if any, then `rest`.
    #[inline(always)]
    fn object(&mut self, kind: HeapType, first: Option<Word>, rest: &[Word]) -> Word {
        let length = rest.len() + first.is_some() as usize;
        let bytes = object_bytes(length * 8);
        let address = match self.heap.bump(bytes) {
            Some(address) => address,
            None => self.allocate_holding(bytes, rest),
        };
        // SAFETY: room for a header and `length` words was allocated there.
        unsafe {
            put(address, header(kind, length));
            let mut slot = address + 8;
            if let Some(first) = first {
                put(slot, first.0);
                slot += 8;
            }
            put_all(slot, rest);
        }
        Word::object_at(address)
    }

    /// A new object of any type whose body is words.
    #[inline]
    pub fn make_object(&mut self, kind: HeapType, words: &[Word]) -> Word {
        debug_assert!(kind.is_words());
        self.object(kind, None, words)
    }

    /// A vector of `length` elements.
    ///
    /// # Errors
    /// Out of memory.
    pub fn make_vector(&mut self, length: usize, fill: Word) -> Result<Word, Raise> {
        let address = self.try_allocate(length.saturating_mul(8))?;
        // SAFETY: room for a header and `length` words was allocated there.
        unsafe {
            put(address, header(HeapType::Vector, length));
            let body = std::ptr::with_exposed_provenance_mut::<Word>(address + 8);
            std::slice::from_raw_parts_mut(body.cast::<std::mem::MaybeUninit<Word>>(), length)
                .fill(std::mem::MaybeUninit::new(fill));
        }
        Ok(Word::object_at(address))
    }

    /// A vector of the words.
    #[inline]
    pub fn vector_from(&mut self, words: &[Word]) -> Word {
        self.object(HeapType::Vector, None, words)
    }

    /// Multiple values: any number but one.
    #[inline]
    pub fn make_values(&mut self, words: &[Word]) -> Word {
        self.object(HeapType::Values, None, words)
    }

    /// A record.
    #[inline]
    pub fn make_record(&mut self, record_type: Word, fields: &[Word]) -> Word {
        self.object(HeapType::Record, Some(record_type), fields)
    }

    /// A record type; `parent` is one or `#f`, `flags` are the library's.
    pub fn make_record_type(&mut self, name: Word, fields: Word, parent: Word, flags: i64) -> Word {
        self.make_record_type_with(name, fields, parent, flags, Word::FALSE)
    }

    /// The same with the names of the procedures that read and write its fields, for messages: a vector of two for each
    /// field, symbols or `#f`; or `#f`.
    pub fn make_record_type_with(
        &mut self,
        name: Word,
        fields: Word,
        parent: Word,
        flags: i64,
        procedures: Word,
    ) -> Word {
        self.object(HeapType::RecordType, None, &[name, fields, parent, Word::fixnum(flags), procedures])
    }

    /// A closure. The code lives as long as the machine.
    #[inline]
    pub fn make_closure(&mut self, code: *const Code, captures: &[Word]) -> Word {
        let code = Word(code.expose_provenance() as u64);
        debug_assert!(code.is_fixnum(), "code is aligned to eight bytes");
        self.object(HeapType::Closure, Some(code), captures)
    }

    /// A primitive procedure; the descriptor lives as long as the machine and is aligned to eight bytes.
    pub fn make_primitive(&mut self, descriptor: *const u8, name: Word) -> Word {
        let descriptor = Word(descriptor.expose_provenance() as u64);
        debug_assert!(descriptor.is_fixnum());
        self.object(HeapType::Primitive, None, &[descriptor, name])
    }

    /// A cell of a captured and assigned variable.
    #[inline]
    pub fn make_cell(&mut self, value: Word) -> Word {
        self.object(HeapType::Cell, None, &[value])
    }

    /// A global variable that is not defined yet; `name` is a symbol.
    pub fn make_global(&mut self, name: Word) -> Word {
        self.object(HeapType::Global, None, &[Word::UNDEFINED, name])
    }

    /// A rational; numerator and denominator are in lowest terms, the denominator is above one.
    pub fn make_rational(&mut self, numerator: Word, denominator: Word) -> Word {
        self.object(HeapType::Rational, None, &[numerator, denominator])
    }

    /// A complex number.
    pub fn make_complex(&mut self, real: Word, imaginary: Word) -> Word {
        self.object(HeapType::Complex, None, &[real, imaginary])
    }

    /// A float: immediate if it can be, else boxed.
    #[inline(always)]
    pub fn make_float(&mut self, x: f64) -> Word {
        match Word::try_float(x) {
            Some(word) => word,
            None => self.box_float(x),
        }
    }

    #[inline(never)]
    fn box_float(&mut self, x: f64) -> Word {
        let address = self.allocate(16);
        // SAFETY: 16 bytes were allocated there.
        unsafe {
            put(address, header(HeapType::Flonum, 8));
            put(address + 8, x.to_bits());
        }
        Word::object_at(address)
    }

    /// An exact integer: a fixnum if it can be, else a bignum.
    #[inline]
    pub fn make_integer(&mut self, n: i64) -> Word {
        match Word::try_fixnum(n) {
            Some(word) => word,
            None => self.make_bignum(n < 0, &[n.unsigned_abs()]),
        }
    }

    /// An exact integer by sign and magnitude, least significant limb first; leading zero limbs are allowed, and the
    /// result is a fixnum if it can be.
    pub fn make_bignum(&mut self, negative: bool, limbs: &[u64]) -> Word {
        let length = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |i| i + 1);
        let limbs = &limbs[..length];
        if length <= 1 {
            let magnitude = i128::from(limbs.first().copied().unwrap_or(0));
            let value = if negative { -magnitude } else { magnitude };
            if let Some(word) = i64::try_from(value).ok().and_then(Word::try_fixnum) {
                return word;
            }
        }
        let body = 8 + 8 * length;
        let address = self.allocate(object_bytes(body));
        // SAFETY: room for header, sign and limbs was allocated there.
        unsafe {
            put(address, header(HeapType::Bignum, body));
            put(address + 8, negative as u64);
            std::ptr::copy_nonoverlapping(
                limbs.as_ptr(),
                std::ptr::with_exposed_provenance_mut(address + 16),
                limbs.len(),
            );
        }
        Word::object_at(address)
    }

    /// A bytevector with these bytes.
    pub fn make_bytevector(&mut self, bytes: &[u8]) -> Word {
        let address = self.allocate(object_bytes(bytes.len()));
        self.initialize_bytes(HeapType::Bytevector, address, bytes)
    }

    /// A bytevector of `length` equal bytes.
    ///
    /// # Errors
    /// Out of memory.
    pub fn make_bytevector_filled(&mut self, length: usize, fill: u8) -> Result<Word, Raise> {
        self.make_bytes_filled(HeapType::Bytevector, length, fill)
    }

    /// An object whose body is bytes, all equal.
    pub(super) fn make_bytes_filled(&mut self, kind: HeapType, length: usize, fill: u8) -> Result<Word, Raise> {
        let address = self.try_allocate(length)?;
        // SAFETY: room for a header and `length` bytes was allocated there.
        unsafe {
            put(address, header(kind, length));
            std::ptr::with_exposed_provenance_mut::<u8>(address + 8).write_bytes(fill, length);
        }
        Ok(Word::object_at(address))
    }

    /// An object whose body is these bytes.
    pub(super) fn make_bytes(&mut self, kind: HeapType, bytes: &[u8]) -> Word {
        let address = self.allocate(object_bytes(bytes.len()));
        self.initialize_bytes(kind, address, bytes)
    }

    #[inline]
    fn initialize_bytes(&mut self, kind: HeapType, address: usize, bytes: &[u8]) -> Word {
        // SAFETY: both callers allocated room for a header and the bytes there.
        unsafe {
            put(address, header(kind, bytes.len()));
            let body = std::ptr::with_exposed_provenance_mut::<u8>(address + 8);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), body, bytes.len());
        }
        Word::object_at(address)
    }

    /// A string object over a storage object.
    pub(super) fn make_string_object(&mut self, length: usize, storage: Word) -> Word {
        self.object(HeapType::String, None, &[Word::fixnum(length as i64), storage, Word::fixnum(0)])
    }
}
