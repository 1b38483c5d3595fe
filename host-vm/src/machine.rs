//! The machine: everything of one virtual machine, in one value. Native code keeps its address in a register (the
//! *context* of the plugin contract), so its layout is C's and it never moves: it lives in a `Box`.
//!
//! There are no globals: any number of machines live in a process, each used from one thread at a time. Only
//! [`InterruptHandle`] may be used from other threads.
#![allow(unsafe_code)] // Scans the value stack; interrupts reach the machine through its address.

use crate::{
    bytecode::code::{Code, Position},
    gc::{self, Heap, RootVisitor, Roots},
    interp::{
        Exit, Frame, Stop,
        backtrace::Backtrace,
        stack::{Stack, StackConfig},
        stubs,
    },
    runtime,
    value::{SymbolTable, Word},
};
use limpet_host_hooks::Hooks;
use std::{
    io,
    ptr::null_mut,
    sync::{
        Arc, Mutex,
        atomic::{AtomicPtr, AtomicU32, Ordering},
    },
};

/// Bits of [`Machine::safepoint`]; the collector has [`gc::INTERRUPT_OUT_OF_MEMORY`], the hooks have the highest.
pub mod interrupt {
    /// Somebody (Ctrl-C) wants the program to stop.
    pub const USER: u32 = 1;
    /// Another instance of the interpreter loop shall go on.
    pub const MODE: u32 = 2;
    /// The run ends here: nothing of the program runs any more, no handler and no `dynamic-wind`.
    pub const STOP: u32 = 4;
    /// The same, since the run has used up its steps.
    pub const STEPS: u32 = 8;
}

/// Settings of a machine.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The heap.
    pub heap: gc::Config,
    /// The value stack.
    pub stack: StackConfig,
}

impl From<gc::Config> for Config {
    fn from(heap: gc::Config) -> Config {
        Config { heap, ..Config::default() }
    }
}

/// One virtual machine.
#[repr(C)]
pub struct Machine {
    /// Base of the running frame, as of the last point where the interpreter or native code told.
    pub base: *mut Word,
    /// Frames must end at or below this address. Lowered to null to make the next procedure entry look at
    /// [`Machine::safepoint`]; changed through [`Machine::set_stack_limit`].
    pub stack_limit: AtomicPtr<Word>,
    /// Not zero: interrupts are pending, traces leave at their next safepoint.
    pub safepoint: AtomicU32,
    /// The condition raised by a primitive that returned `Word::FAILURE`.
    pub pending: Word,
    /// The handlers and parameter bindings in force: the library's. Continuations save it.
    pub dynamic_state: Word,
    /// The `dynamic-wind`s entered and not left: the library's. Continuations save it.
    pub winders: Word,
    /// What lies beneath the bottom frame of the stack: a `Continuation`, or `#f` where the run ends.
    pub continuation: Word,
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
    /// Images that codes point into.
    pub images: Vec<std::rc::Rc<crate::object::Image>>,
    /// How many of `codes` a collection has seen: their constants are old and never change.
    pub old_codes: usize,
    /// Hook points.
    pub hooks: Option<Box<Hooks>>,
    /// Called with a condition when an instruction or a primitive fails; never returns. `#f`: the run ends.
    pub raise_procedure: Word,
    /// Called with an applicable object that is no procedure (a parameter) and its arguments. `#f`: an error.
    pub apply_procedure: Word,
    /// The library in Rust: ports, conditions, the command line.
    pub runtime: runtime::State,
    /// Reader, expander and compiler, while they are not at work.
    pub front: Option<Box<crate::front::Front>>,
    /// Set by primitives that end the program, which then return `Word::FAILURE`.
    pub exit: Option<Exit>,
    /// Applies its first argument to the list in its second: where calls from Rust begin.
    pub(crate) apply_stub: Word,
    /// The memory of the value stack.
    pub(crate) stack: Stack,
    /// Arguments of a call under way end here, where they exceed the frame; null: they don't.
    pub(crate) arguments_end: *mut Word,
    /// Where the live part of the native stack begins beneath the frames of the interpreter's loop.
    pub(crate) native_low: usize,
    /// The instruction under way, as of the last time the interpreter told.
    pub(crate) pc: *const u32,
    /// Where the interpreter goes on after a cold path, and with how many arguments.
    pub(crate) argc: usize,
    /// Why the loop ended, and the frame in which it goes on.
    pub(crate) stop: Stop,
    pub(crate) stopped: Frame,
    /// The value of a run that has ended.
    pub(crate) result: Word,
    /// The frames when a run last ended by an uncaught condition or was stopped.
    pub exit_backtrace: Backtrace,
    /// Not zero while Rust code within a primitive runs Scheme (macro transformers): only the plain instance of the loop is
    /// then used, since the native code or the recording that called the primitive is not finished.
    pub(crate) nested_runs: u32,
    interrupts: Arc<InterruptTarget>,
}

impl Machine {
    /// A machine with a stack and an empty heap: no library, no hooks.
    ///
    /// # Errors
    /// When the system refuses address space for heap or stack.
    pub fn bare(config: impl Into<Config>) -> io::Result<Box<Machine>> {
        let config = config.into();
        let stack = Stack::new(&config.stack)?;
        let mut machine = Box::new(Machine {
            base: stack.bottom(),
            stack_limit: AtomicPtr::new(null_mut()),
            safepoint: AtomicU32::new(0),
            pending: Word::UNSPECIFIED,
            dynamic_state: Word::NIL,
            winders: Word::NIL,
            continuation: Word::FALSE,
            heap: Heap::new(config.heap)?,
            temporaries: Vec::new(),
            symbols: SymbolTable::default(),
            memory_condition: Word::UNSPECIFIED,
            globals: Vec::new(),
            codes: Vec::new(),
            images: Vec::new(),
            old_codes: 0,
            hooks: None,
            raise_procedure: Word::FALSE,
            apply_procedure: Word::FALSE,
            front: None,
            exit: None,
            apply_stub: Word::FALSE,
            arguments_end: null_mut(),
            native_low: 0,
            pc: stubs::halt(),
            argc: 0,
            stop: Stop::Halted,
            stopped: Frame { pc: stubs::halt(), base: stack.bottom() },
            result: Word::UNSPECIFIED,
            runtime: runtime::State::default(),
            stack,
            exit_backtrace: Backtrace::default(),
            nested_runs: 0,
            interrupts: Arc::new(InterruptTarget(Mutex::new(None))),
        });
        let limit = machine.stack.first_limit();
        machine.set_stack_limit(limit);
        let address = InterruptAddress(&raw const *machine);
        *machine.interrupts.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(address);
        machine.apply_stub = stubs::make_apply_stub(&mut machine);
        Ok(machine)
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

    /// Takes over a code object; its address is stable from here on.
    pub fn add_code(&mut self, code: Code) -> *const Code {
        let mut code = Box::new(code);
        code.entry = code.units.as_ptr();
        let address = &raw const *code;
        self.codes.push(code);
        address
    }

    /// Asks the interpreter to look up at the next loop or procedure entry: one of the bits in [`interrupt`].
    pub fn request(&self, bits: u32) {
        Requests { safepoint: &self.safepoint, stack_limit: &self.stack_limit }.request(bits);
    }

    /// Forgets requests: some of the bits in [`interrupt`].
    pub fn forget_requests(&mut self, bits: u32) {
        self.safepoint.fetch_and(!bits, Ordering::SeqCst);
        let limit = self.stack.limit();
        self.set_stack_limit(limit);
    }

    /// Sets the end of the room for frames, unless interrupts are pending.
    pub(crate) fn set_stack_limit(&mut self, limit: *mut Word) {
        self.stack.set_limit(limit);
        self.stack_limit.store(limit, Ordering::SeqCst);
        if self.safepoint.load(Ordering::SeqCst) != 0 {
            self.stack_limit.store(null_mut(), Ordering::SeqCst);
        }
    }

    /// Whether the program shall be interrupted or end: what takes long in Rust looks from time to time.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.safepoint.load(Ordering::Relaxed) & (interrupt::USER | interrupt::STOP | interrupt::STEPS) != 0
    }

    /// A handle by which other threads interrupt the program.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(self.interrupts.clone())
    }

    /// The frames of the running program, innermost first.
    pub fn backtrace(&self) -> Backtrace {
        Backtrace::of(self)
    }

    /// Where the running instruction was written, if that is known.
    pub fn position(&self) -> Option<Position> {
        self.backtrace().frames().next().and_then(|frame| frame.position)
    }

    /// The identifier that was written where the running instruction comes from, if one was.
    pub(crate) fn identifier_here(&self) -> Option<String> {
        let position = self.position()?;
        let (_, line) = self.front.as_ref()?.place(position)?;
        let rest = line.chars().skip(position.column as usize - 1);
        let name: String = rest.take_while(|c| !c.is_whitespace() && !"()[]\"';`,".contains(*c)).collect();
        (!name.is_empty()).then_some(name)
    }

    /// Name of the source that a position lies in.
    pub fn source_name(&self, position: Position) -> &str {
        self.front.as_ref().map_or("?", |front| front.source_name(position))
    }

    /// The first slot that no frame uses.
    pub(crate) fn stack_top(&self) -> *mut Word {
        let bottom = self.stack.bottom();
        if self.base <= bottom {
            return bottom;
        }
        // SAFETY: the base is that of a frame, whose slot 0 is initialized.
        let procedure = unsafe { *self.base };
        let size = match procedure.is_closure() {
            // SAFETY: a closure's code lives as long as the machine.
            true => unsafe { (*procedure.closure_code()).frame_size as usize },
            false => 1,
        };
        self.base.wrapping_add(size).max(self.arguments_end)
    }
}

impl Roots for Machine {
    fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }

    fn visit_roots(&mut self, visitor: &mut RootVisitor<'_>) {
        for word in [
            self.pending,
            self.dynamic_state,
            self.winders,
            self.continuation,
            self.memory_condition,
            self.raise_procedure,
            self.apply_procedure,
            self.apply_stub,
            self.result,
        ] {
            visitor.word(word);
        }
        match self.exit {
            Some(Exit::Uncaught(condition)) => visitor.word(condition),
            Some(Exit::Status(_) | Exit::Stopped(_)) | None => {}
        }
        self.runtime.visit_roots(visitor);
        visitor.words(&self.temporaries);
        visitor.words(&self.globals);
        visitor.words(self.stack.words_below(self.stack_top()));
        let new_symbols = self.symbols.take_new();
        let (symbols, codes) = match visitor.kind() {
            gc::Kind::Young => (new_symbols, &self.codes[self.old_codes..]),
            gc::Kind::Full => (self.symbols.symbols(), &self.codes[..]),
        };
        visitor.words(symbols);
        codes.iter().for_each(|code| visitor.words(&code.constants));
        self.old_codes = self.codes.len();
        if let Some(hooks) = &self.hooks {
            hooks.visit_words(&mut |word| visitor.word(Word(word)));
        }
    }

    fn clear_dead_stack(&mut self) {
        let top = self.stack_top();
        let limit = self.stack.clear_from(top);
        self.set_stack_limit(limit);
    }

    fn memory_exhausted(&mut self) {
        self.request(gc::INTERRUPT_OUT_OF_MEMORY);
    }

    fn full_collection_due(&mut self) {
        self.request(gc::INTERRUPT_COLLECT);
    }

    fn collected(&mut self, kind: gc::Kind) {
        if kind == gc::Kind::Full {
            self.drop_unreachable_foreigners();
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        *self.interrupts.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = None;
        if let Some(hooks) = &mut self.hooks {
            hooks.detach();
        }
    }
}

/// Where interrupts go while the machine lives.
struct InterruptTarget(Mutex<Option<InterruptAddress>>);

struct InterruptAddress(*const Machine);

// SAFETY: only `Machine::request` is called through it, which touches atomics, under the mutex that `drop` takes.
unsafe impl Send for InterruptAddress {}

/// The fields of a machine that other threads may touch.
struct Requests<'a> {
    safepoint: &'a AtomicU32,
    stack_limit: &'a AtomicPtr<Word>,
}

impl Requests<'_> {
    fn request(&self, bits: u32) {
        self.safepoint.fetch_or(bits, Ordering::SeqCst);
        self.stack_limit.store(null_mut(), Ordering::SeqCst);
    }
}

/// Interrupts a machine from another thread.
#[derive(Clone)]
pub struct InterruptHandle(Arc<InterruptTarget>);

impl std::fmt::Debug for InterruptHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("InterruptHandle").field(&self.is_pending()).finish()
    }
}

impl InterruptHandle {
    /// Raises a condition of the kind `interrupt` in the program at its next loop or procedure entry, which the program can
    /// handle. Nothing happens once the machine is gone.
    pub fn interrupt(&self) {
        self.request(interrupt::USER);
    }

    /// Ends the program at its next loop or procedure entry: no handler and no `dynamic-wind` of it runs any more. If nothing
    /// runs, that is the next program, unless the request is forgotten before.
    pub fn stop(&self) {
        self.request(interrupt::STOP);
    }

    /// Whether somebody has asked to interrupt or stop, and the program has not seen it yet.
    pub fn is_pending(&self) -> bool {
        let bits = self.with(|machine| machine.safepoint.load(Ordering::SeqCst)).unwrap_or(0);
        bits & (interrupt::USER | interrupt::STOP | interrupt::STEPS) != 0
    }

    pub(crate) fn request(&self, bits: u32) {
        self.with(|machine| machine.request(bits));
    }

    fn with<T>(&self, work: impl FnOnce(&Requests<'_>) -> T) -> Option<T> {
        let target = self.0.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let InterruptAddress(machine) = target.as_ref()?;
        // SAFETY: the machine lives, since its drop takes the same lock first; only its atomic fields are touched.
        let requests = unsafe { Requests { safepoint: &(**machine).safepoint, stack_limit: &(**machine).stack_limit } };
        Some(work(&requests))
    }
}
