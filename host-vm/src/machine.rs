//! The machine: everything of one virtual machine, in one value. Native code keeps its address in a register (the
//! *context* of the plugin contract), so its layout is C's and it never moves: it lives in a `Box`.

use crate::{
    bytecode::code::Code,
    gc::{self, Heap, RootVisitor, Roots},
    runtime,
    value::{SymbolTable, Word},
};
use limpet_host_hooks::Hooks;
use std::{
    io,
    sync::atomic::{AtomicU32, Ordering},
};

/// One virtual machine.
#[repr(C)]
pub struct Machine {
    /// Base of the running frame, as of the last point where the interpreter or native code told.
    pub base: *mut Word,
    /// Slots at or beyond this address must not be written.
    pub stack_limit: *mut Word,
    /// Not zero: interrupts are pending, traces leave at their next safepoint.
    pub safepoint: AtomicU32,
    /// The condition raised by a primitive that returned `Word::FAILURE`.
    pub pending: Word,
    /// The handlers and parameter bindings in force: the library's. Continuations save it.
    pub dynamic_state: Word,
    /// Called with a condition when an instruction or a primitive fails; never returns. `#f`: the run ends.
    pub raise_procedure: Word,
    /// The collected heap.
    pub heap: Heap,
    /// Words that Rust code holds outside of the native stack: pushed and truncated. Roots.
    pub temporaries: Vec<Word>,
    /// Interned symbols. Roots.
    pub symbols: SymbolTable,
    /// The condition that says "out of memory", made when there was some.
    pub memory_condition: Word,
    /// Values of global variables: `Global` objects, by `GlobalId`. Roots.
    pub globals: Vec<Word>,
    /// Every code object. Their constants are roots.
    pub codes: Vec<Box<Code>>,
    /// How many of `codes` a collection has seen: their constants are old and never change.
    pub old_codes: usize,
    /// Hook points.
    pub hooks: Option<Box<Hooks>>,
    /// The library's in Rust: ports and the like.
    pub runtime: runtime::State,
}

impl Machine {
    /// A machine with an empty heap, without stack, library or hooks.
    ///
    /// # Errors
    /// When the system refuses address space for the heap.
    pub fn bare(config: gc::Config) -> io::Result<Box<Machine>> {
        Ok(Box::new(Machine {
            base: std::ptr::null_mut(),
            stack_limit: std::ptr::null_mut(),
            safepoint: AtomicU32::new(0),
            pending: Word::UNSPECIFIED,
            dynamic_state: Word::NIL,
            raise_procedure: Word::FALSE,
            heap: Heap::new(config)?,
            temporaries: Vec::new(),
            symbols: SymbolTable::default(),
            memory_condition: Word::UNSPECIFIED,
            globals: Vec::new(),
            codes: Vec::new(),
            old_codes: 0,
            hooks: None,
            runtime: runtime::State::default(),
        }))
    }

    /// A bare machine with a heap of at most 256 MiB.
    #[cfg(test)]
    pub fn new_for_tests() -> Box<Machine> {
        Machine::bare(gc::Config::with_limit(256 << 20)).expect("address space for a small heap")
    }

    /// Collects all garbage.
    pub fn collect_garbage(&mut self) {
        gc::collect(self, gc::Kind::Full);
    }
}

impl Roots for Machine {
    fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }

    fn visit_roots(&mut self, visitor: &mut RootVisitor<'_>) {
        visitor.word(self.pending);
        visitor.word(self.dynamic_state);
        visitor.word(self.raise_procedure);
        self.runtime.visit_roots(visitor);
        visitor.word(self.memory_condition);
        visitor.words(&self.temporaries);
        visitor.words(&self.globals);
        let new_symbols = self.symbols.take_new();
        let (symbols, codes) = match visitor.kind() {
            gc::Kind::Young => (new_symbols, &self.codes[self.old_codes..]),
            gc::Kind::Full => (self.symbols.symbols(), &self.codes[..]),
        };
        visitor.words(symbols);
        codes.iter().for_each(|code| visitor.words(&code.constants));
        self.old_codes = self.codes.len();
    }

    fn clear_dead_stack(&mut self) {}

    fn memory_exhausted(&mut self) {
        self.safepoint.fetch_or(gc::INTERRUPT_OUT_OF_MEMORY, Ordering::Relaxed);
    }
}
