//! The smallest virtual machine that can be hooked: four instructions, integers in raw slots, no heap.
//!
//! ```text
//! cargo run -p limpet-host-hooks --example counter                      # records its loop and prints the recording
//! cargo run -p limpet-host-hooks --example counter -- PLUGIN [OPTIONS]  # the same, and runs it as native code
//! ```
//!
//! What a VM author has to write is all here: a [`HostLayout`], a hook cell for each backward jump, the
//! three instances of the interpreter loop (one function, by a constant), and beside each instruction's meaning its
//! lowering.

#![allow(unsafe_code)] // Hook cells and native code are reached through raw pointers.

use limpet_host_hooks::{
    Hooks, SiteAction, SiteKind,
    api::{
        Condition, HostLayout, OpCode, Representation,
        layout::{AllocLayout, BarrierLayout, ContextLayout, EntryConvention, FloatTemplate, SlotDirection},
    },
    hook::HookCell,
    recording_text,
};
use std::{cell::RefCell, mem::offset_of, path::Path, process::ExitCode, rc::Rc};

/// An instruction. Operands are slots.
#[derive(Clone, Copy, Debug)]
enum Instruction {
    /// slot = constant
    Set(i32, i64),
    /// a = a + b, wrapping
    Add(i32, i32),
    /// If a < b, jump. Its backward uses are loops, and hook sites: the last field is the hook cell.
    JumpIfLess(i32, i32, usize, usize),
    /// Ends with the value of a slot.
    Halt(i32),
}
use Instruction::*;

/// Sums the numbers below `limit` in slot 0.
fn program(limit: i64) -> Vec<Instruction> {
    vec![Set(0, 0), Set(1, 0), Set(2, 1), Set(3, limit), Add(0, 1), Add(1, 2), JumpIfLess(1, 3, 4, 0), Halt(0)]
}

/// What native code reaches through the layout's offsets.
#[repr(C)]
#[derive(Default)]
struct Context {
    base: u64,
    stack_limit: u64,
    cursor: u64,
    limit: u64,
    table: u64,
    safepoint: u32,
}

/// There is no heap, so nothing calls these; their addresses must still be given.
unsafe extern "C" fn no_memory(_context: *mut u8, _bytes: u64) -> u64 {
    0
}

fn layout() -> HostLayout {
    let unused = no_memory as *const () as u64;
    HostLayout {
        host: "counter".into(),
        direction: SlotDirection::Up,
        entry: EntryConvention::CCall,
        tag_bits: 3,
        pointer_tags: 0,
        failure_word: 0,
        float: FloatTemplate { rotate: 0, add: 0, tags: 0, box_slow: unused },
        alloc: AllocLayout {
            cursor: offset_of!(Context, cursor) as i32,
            limit: offset_of!(Context, limit) as i32,
            granule: 8,
            max_inline: 0,
            slow: unused,
            reserve: unused,
        },
        barrier: BarrierLayout { table: offset_of!(Context, table) as i32, shift: 0, armed: 1, slow: unused },
        context: ContextLayout {
            base: offset_of!(Context, base) as i32,
            stack_limit: offset_of!(Context, stack_limit) as i32,
            safepoint: offset_of!(Context, safepoint) as i32,
        },
        alias_classes: Default::default(),
    }
}

/// The instances of the interpreter loop.
const PLAIN: u8 = 0;
const HOOKED: u8 = 1;
const OBSERVED: u8 = 2;

/// Why an instance of the loop was left.
enum Left {
    Halted(i64),
    To(u8),
}

struct Vm {
    code: Vec<Instruction>,
    cells: Vec<HookCell>,
    stack: Vec<u64>,
    context: Context,
    hooks: Hooks,
    pc: usize,
    /// Execute the next hook site without a look at its cell, once: native code left where it was entered.
    skip: bool,
}

impl Vm {
    const TOP: i32 = 4;

    fn new(code: Vec<Instruction>) -> Vm {
        let mut stack = vec![0; 64];
        let end = stack.as_mut_ptr_range().end as u64;
        let context = Context { stack_limit: end, ..Context::default() };
        Vm { code, cells: vec![HookCell::FRESH], stack, context, hooks: Hooks::new(layout()), pc: 0, skip: false }
    }

    fn run(&mut self) -> i64 {
        self.pc = 0;
        let mut instance = if self.hooks.wants_hooks() { HOOKED } else { PLAIN };
        loop {
            let left = match instance {
                PLAIN => self.interpret::<PLAIN>(),
                HOOKED => self.interpret::<HOOKED>(),
                _ => self.interpret::<OBSERVED>(),
            };
            match left {
                Left::Halted(value) => return value,
                Left::To(next) => instance = next,
            }
        }
    }

    /// The interpreter loop. In the plain instance the constant makes every trace of hooks vanish.
    fn interpret<const INSTANCE: u8>(&mut self) -> Left {
        loop {
            if INSTANCE == OBSERVED && self.hooks.instruction(self.pc as u64, Vm::TOP) != SiteAction::Continue {
                return Left::To(HOOKED);
            }
            match self.code[self.pc] {
                Set(slot, value) => {
                    if INSTANCE == OBSERVED
                        && let Some(recorder) = self.hooks.recorder()
                    {
                        let value = recorder.const_int(value);
                        recorder.set_slot_raw(slot, value, Representation::RawInt);
                    }
                    self.stack[slot as usize] = value as u64;
                }
                Add(a, b) => {
                    if INSTANCE == OBSERVED
                        && let Some(recorder) = self.hooks.recorder()
                    {
                        let x = recorder.slot_raw(a, Representation::RawInt);
                        let y = recorder.slot_raw(b, Representation::RawInt);
                        let sum = recorder.op2(OpCode::Add, x, y);
                        recorder.set_slot_raw(a, sum, Representation::RawInt);
                    }
                    self.stack[a as usize] = self.stack[a as usize].wrapping_add(self.stack[b as usize]);
                }
                JumpIfLess(a, b, target, cell) => {
                    if INSTANCE != PLAIN
                        && let Some(left) = self.site::<INSTANCE>(cell)
                    {
                        return left;
                    }
                    let is_less = (self.stack[a as usize] as i64) < self.stack[b as usize] as i64;
                    if INSTANCE == OBSERVED
                        && let Some(recorder) = self.hooks.recorder()
                    {
                        let x = recorder.slot_raw(a, Representation::RawInt);
                        let y = recorder.slot_raw(b, Representation::RawInt);
                        recorder.guard_int(if is_less { Condition::Lt } else { Condition::Ge }, x, y);
                    }
                    if is_less {
                        self.pc = target;
                        continue;
                    }
                }
                Halt(slot) => {
                    if INSTANCE == OBSERVED {
                        self.hooks.stop_leaving(limpet_host_hooks::api::AbortReason::Unsupported, "halt");
                    }
                    return Left::Halted(self.stack[slot as usize] as i64);
                }
            }
            self.pc += 1;
        }
    }

    /// A hook site, in the two instances that look at it. `None`: execute the instruction.
    fn site<const INSTANCE: u8>(&mut self, cell: usize) -> Option<Left> {
        let cell: *mut HookCell = &mut self.cells[cell];
        let resume = self.pc as u64;
        if INSTANCE == OBSERVED {
            // SAFETY: cells live as long as the hooks, in this structure, and are not moved.
            let action = unsafe { self.hooks.site_reached(cell, SiteKind::Loop, resume) };
            return (action != SiteAction::Continue).then_some(Left::To(HOOKED));
        }
        if std::mem::take(&mut self.skip) {
            return None;
        }
        // SAFETY: as above; nothing else uses the cell now.
        let (entry, is_hot) = unsafe { ((*cell).entry, (*cell).entry == 0 && (*cell).tick()) };
        if entry != 0 {
            let base = self.stack.as_mut_ptr();
            let context = (&raw mut self.context).cast();
            // SAFETY: context and stack are what the layout says, the cell's entry is set, and no reference to the
            // hooks lives.
            let left = unsafe { Hooks::enter(&raw mut self.hooks, context, base, cell) };
            self.pc = left.resume as usize;
            self.skip = left.skip;
            return Some(Left::To(if left.record { OBSERVED } else { HOOKED }));
        }
        // SAFETY: as above.
        let records = is_hot && unsafe { self.hooks.hot(cell, SiteKind::Loop, resume, || format!("loop at {resume}")) };
        records.then_some(Left::To(OBSERVED))
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let expected = Vm::new(program(1_000_000)).run();
    let mut vm = Vm::new(program(1_000_000));
    let recordings = Rc::new(RefCell::new(String::new()));
    let sink = recordings.clone();
    vm.hooks.set_recording_sink(Some(Box::new(move |r| sink.borrow_mut().push_str(&recording_text(r)))));
    if let Some(path) = arguments.first() {
        let options = arguments.get(1).map_or("", String::as_str);
        if let Err(error) = vm.hooks.attach(Path::new(path), options, "") {
            eprintln!("counter: {error}; running without it");
        }
    }
    let sum = vm.run();
    print!("{}", recordings.borrow());
    match vm.hooks.describe() {
        Some(plugin) => println!("attached: {plugin}\n{}", vm.hooks.statistics_json()),
        None => println!("no plugin"),
    }
    vm.hooks.warnings().iter().for_each(|warning| eprintln!("counter: warning: {warning}"));
    println!("sum {sum}, plain {expected}");
    if sum == expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_instance_counts() {
        let mut vm = Vm::new(program(1000));
        assert_eq!(vm.run(), 499_500);
        assert_eq!(vm.cells[0], HookCell::FRESH, "nobody looked at the cell");
    }

    #[test]
    fn the_loop_is_recorded_without_a_plugin() {
        let mut vm = Vm::new(program(1000));
        let text = Rc::new(RefCell::new(String::new()));
        let sink = text.clone();
        vm.hooks.set_recording_sink(Some(Box::new(move |r| sink.borrow_mut().push_str(&recording_text(r)))));
        assert_eq!(vm.run(), 499_500);
        assert_eq!(
            *text.borrow(),
            "\
loop at \"loop at 6\", start 6, extent 4
0000  Safepoint                                   snap 0
0001  SlotRead          slot 1 RawInt
0002  SlotRead          slot 3 RawInt
0003  GuardInt          v1 Lt v2                  snap 0
0004  SlotRead          slot 0 RawInt
0005  Add               v4 v1
0006  SlotRead          slot 2 RawInt
0007  Add               v1 v6
snap 0: resume 6, base +0, top 4 []
snap 1: resume 6, base +0, top 4 [0=v5:RawInt 1=v7:RawInt]
end Loop, snap 1
"
        );
    }

    #[test]
    fn a_missing_plugin_is_an_error_and_the_program_runs() {
        let mut vm = Vm::new(program(1000));
        assert!(vm.hooks.attach(Path::new("/nowhere/liblimpet_jit.so"), "", "").is_err());
        assert_eq!(vm.run(), 499_500);
    }
}
