//! Jumps, calls, returns, and procedure entry.
//!
//! A call writes the frame words of its callee and goes to the first instruction, an `Entry`, which checks the number
//! of arguments, makes room, and arranges optional and rest arguments. Primitives are called in place.
//!
//! What a return address follows says how to return to it: a `Call` or `CallWide` names the register for the value; the
//! underflow stub thaws frames ([`super::stack`]); anything else is an instruction that raised an error, to which
//! nothing may return.
#![allow(unsafe_code)] // Builds frames, calls primitives.

use super::{
    Exit, Stop, StopReason, continuation, error,
    mode::Mode,
    stack::{TooDeep, distance, return_address},
    state::{State, Unit, code_of},
};
use crate::{
    bytecode::ops::Op,
    gc,
    jit::{facts::alias, record::Lower, resume},
    machine::interrupt,
    runtime::{Primitive, Raise},
    value::{HeapType, Word},
};
use limpet_host_hooks::{Recorder, SiteKind};
use limpet_plugin_api::{AbortReason, FunctionRef, ValueRef, recording::CallConvention};
use std::sync::atomic::Ordering;

#[inline(always)]
pub(super) fn jump<M: Mode>(s: &mut State<M>) {
    s.jump(s.unit(1));
}

/// The backward jump of a loop. The hook site is its target.
#[inline(always)]
pub(super) fn loop_back<M: Mode>(s: &mut State<M>) {
    if s.is_interrupted() {
        return s.outline(|s| {
            if interrupted(s) {
                resume_loop(s);
            }
        });
    }
    resume_loop(s);
}

#[inline(always)]
fn resume_loop<M: Mode>(s: &mut State<M>) {
    let (cell, from) = (s.unit(1) as usize, s.pc);
    s.jump(s.unit(2));
    resume::site(s, cell, SiteKind::Loop, from);
}

/// Procedure entry. The hook site is the instruction after it.
#[inline(always)]
pub(super) fn entry<M: Mode>(s: &mut State<M>, unit: Unit) {
    let top = s.register(s.code().frame_size as usize);
    // Without optional and rest arguments the operands are the number of required ones.
    if unit.0 as usize >> 8 == s.argc && top <= s.machine().stack_limit.load(Ordering::Relaxed) {
        return enter_body(s);
    }
    s.outline(|s| {
        if arrange_arguments(s, unit) {
            enter_body(s);
        }
    });
}

#[inline(always)]
fn enter_body<M: Mode>(s: &mut State<M>) {
    let (cell, from) = (s.unit(1) as usize, s.pc);
    s.advance(3);
    resume::site(s, cell, SiteKind::Procedure, from);
}

/// Checks the number of arguments, makes room, arranges optional and rest arguments. False: execution goes on elsewhere.
#[inline(never)]
fn arrange_arguments<M: Mode>(s: &mut State<M>, unit: Unit) -> bool {
    let (required, optional, rest) = (unit.a(), unit.b(), unit.c() == 1);
    let named = required + optional;
    if s.argc < required || (s.argc > named && !rest) {
        match s.unit(2) {
            0 => wrong_arity(s),
            offset => s.jump(offset),
        }
        return false;
    }
    let live = s.argc + 1;
    if !make_room(s, live, live.max(s.code().frame_size as usize)) {
        return false;
    }
    let given = s.argc;
    s.lower(|r| {
        let absent = r.const_word(Word::ABSENT.0);
        let list = rest.then(|| {
            let elements: Vec<_> = (named + 1..=given).map(|i| r.slot(i as i32)).collect();
            let end = r.const_word(Word::NIL.0);
            elements.into_iter().rev().fold(end, |list, element| r.new_pair(element, list))
        });
        (given + 1..=named).for_each(|i| r.set_slot(i as i32, absent));
        if let Some(list) = list {
            r.set_slot(named as i32 + 1, list);
        }
    });
    (given + 1..=named).for_each(|i| s.set(i, Word::ABSENT));
    if rest {
        s.sync();
        s.machine().arguments_end = s.register(live);
        let mut list = Word::NIL;
        for i in (named + 1..=given).rev() {
            let element = s.reg(i);
            list = s.machine().cons(element, list);
        }
        s.machine().arguments_end = std::ptr::null_mut();
        s.set(named + 1, list);
    }
    true
}

fn wrong_arity<M: Mode>(s: &mut State<M>) {
    let clauses = error::clauses(s.code());
    let (procedure, given) = (s.reg(0), s.argc);
    s.machine().arguments_end = s.register(given + 1);
    let frame = error::raise_with(s.machine, s.frame(), &mut |machine| {
        machine.wrong_clause(&error::procedure_name(procedure), &clauses, given)
    });
    s.resume(frame);
}

/// Makes room for `slots` slots from the base on, of which `live` are in use. May move the frame. False: an interrupt or
/// an error, execution goes on elsewhere.
#[inline(never)]
pub(super) fn make_room<M: Mode>(s: &mut State<M>, live: usize, slots: usize) -> bool {
    let top = s.register(slots);
    if top <= s.machine().stack_limit.load(Ordering::Relaxed) {
        return true;
    }
    s.machine().arguments_end = s.register(live);
    if s.is_interrupted() && !interrupted(s) {
        return false;
    }
    let machine = s.machine();
    machine.arguments_end = std::ptr::null_mut();
    let limit = machine.stack.limit();
    let limit = if top <= limit { Some(limit) } else { machine.stack.raised_limit(top) };
    if let Some(limit) = limit {
        machine.set_stack_limit(limit);
        return true;
    }
    if let Some(hooks) = &mut machine.hooks {
        hooks.abort(AbortReason::StackSwitched, "the stack has grown");
    }
    let base = s.base;
    match s.machine().freeze(base, live) {
        Ok(base) => s.base = base,
        Err(why) => {
            recursion_too_deep(s, live, why);
            return false;
        }
    }
    let top = s.register(slots);
    let machine = s.machine();
    let stack = &machine.stack;
    // Above the frame that is now the bottom one there are slots that were written: the limit stays where it is.
    let limit = if top <= stack.limit() { Some(stack.limit()) } else { stack.raised_limit(top) };
    match limit.or_else(|| stack.extended_limit(top)) {
        Some(limit) => {
            machine.set_stack_limit(limit);
            true
        }
        None => {
            s.machine().arguments_end = s.register(live);
            let frame = error::failure(s.machine, s.frame(), "stack-overflow", "", "too many arguments", &[]);
            s.resume(frame);
            false
        }
    }
}

/// Raises the condition that recursion is too deep; `live` slots of the frame are in use.
pub(super) fn recursion_too_deep<M: Mode>(s: &mut State<M>, live: usize, why: TooDeep) {
    s.machine().arguments_end = s.register(live);
    let frame = error::raise_with(s.machine, s.frame(), &mut |machine| {
        let raise = machine.error("stack-overflow", "", "recursion is too deep", &[]);
        if why == TooDeep::Hopeless {
            machine.exit = Some(Exit::Uncaught(raise.0));
        }
        raise
    });
    s.resume(frame);
}

/// Serves interrupts. True: execution goes on; false: it goes on elsewhere.
#[cold]
#[inline(never)]
fn interrupted<M: Mode>(s: &mut State<M>) -> bool {
    if s.machine().safepoint.fetch_and(!gc::INTERRUPT_COLLECT, Ordering::SeqCst) & gc::INTERRUPT_COLLECT != 0 {
        s.sync();
        s.machine().collect_at_safepoint();
    }
    let machine = s.machine();
    let bits = machine.safepoint.load(Ordering::SeqCst);
    let take = |bit: u32| machine.safepoint.fetch_and(!bit, Ordering::SeqCst) & bit != 0;
    if bits & interrupt::MODE != 0 && take(interrupt::MODE) {
        let limit = machine.stack.limit();
        machine.set_stack_limit(limit);
        s.switch();
        return false;
    }
    let raise = if bits & interrupt::STOP != 0 && take(interrupt::STOP) {
        machine.exit = Some(Exit::Stopped(StopReason::Interrupted));
        Some(Raise(Word::FALSE))
    } else if bits & interrupt::STEPS != 0 && take(interrupt::STEPS) {
        machine.exit = Some(Exit::Stopped(StopReason::Steps));
        Some(Raise(Word::FALSE))
    } else if bits & gc::INTERRUPT_OUT_OF_MEMORY != 0 && take(gc::INTERRUPT_OUT_OF_MEMORY) {
        s.sync();
        let machine = s.machine();
        if machine.find_room() {
            None
        } else {
            if machine.heap.is_hopeless() {
                // Handlers have kept allocating: before the address space ends, the run does.
                machine.exit = Some(Exit::Uncaught(machine.memory_condition));
            }
            Some(Raise(machine.memory_condition))
        }
    } else if bits & interrupt::USER != 0 && take(interrupt::USER) {
        s.sync();
        Some(s.machine().error("interrupt", "", "interrupted", &[]))
    } else {
        None
    };
    let machine = s.machine();
    let limit = machine.stack.limit();
    machine.set_stack_limit(limit);
    match raise {
        Some(raise) => {
            s.raise(raise);
            false
        }
        None => true,
    }
}

#[inline(always)]
pub(super) fn call<M: Mode>(s: &mut State<M>, unit: Unit) {
    invoke(s, unit.b(), unit.c());
}

#[inline(always)]
pub(super) fn call_wide<M: Mode>(s: &mut State<M>) {
    let operands = s.unit(1);
    invoke(s, (operands & 0xffff) as usize, (operands >> 16) as usize);
}

/// Calls the procedure in register `first`. The return address is behind the first unit of the instruction.
#[inline(always)]
fn invoke<M: Mode>(s: &mut State<M>, first: usize, count: usize) {
    let callee = s.reg(first);
    if !callee.is_closure() {
        return s.outline(|s| invoke_other(s, first, count));
    }
    let address = s.pc.wrapping_add(1).expose_provenance() as u64;
    s.lower(|r| {
        guard_callee(r, first, callee);
        let (address, distance) = (r.const_int(address as i64), r.const_int(8 * first as i64));
        r.set_slot(first as i32 - 1, address);
        r.set_slot(first as i32 - 2, distance);
        r.shift_base(first as i32);
    });
    s.set(first - 1, Word(address));
    s.set(first - 2, Word(8 * first as u64));
    s.base = s.register(first);
    start(s, callee, count);
}

/// Goes to the first instruction of a closure, which is in slot 0.
#[inline(always)]
fn start<M: Mode>(s: &mut State<M>, callee: Word, count: usize) {
    s.argc = count;
    s.code = callee.closure_code();
    s.pc = s.code().entry;
}

/// Guards that the callee runs the code that it runs now.
fn guard_callee(r: &mut Recorder, first: usize, callee: Word) {
    let value = r.slot(first as i32);
    if r.constant_bits(value).is_none() {
        r.object(value, HeapType::Closure);
        let code = r.field(value, 0, alias::CLOSURE);
        r.guard_constant(limpet_plugin_api::Condition::Eq, code, callee.closure_code().addr() as i64);
    }
}

/// Guards that the callee is the very primitive that it is now.
fn guard_primitive(r: &mut Recorder, value: ValueRef, callee: Word) {
    if r.constant_bits(value).is_none() {
        r.identity(value, callee);
    }
}

/// Primitives, applicable objects, and what can't be called.
#[inline(never)]
fn invoke_other<M: Mode>(s: &mut State<M>, first: usize, count: usize) {
    let callee = s.reg(first);
    if callee.is_primitive() {
        let (to, units) = match s.fetch().0 as u8 == Op::Call as u8 {
            true => (s.fetch().a(), 1),
            false => (s.fetch().a(), 2),
        };
        let Some((descriptor, result)) = run_primitive(s, callee, first + 1, count) else { return };
        s.lower(|r| {
            let value = r.slot(first as i32);
            guard_primitive(r, value, callee);
            let arguments: Vec<_> = (1..=count).map(|i| r.slot((first + i) as i32)).collect();
            let result = r.call(&primitive_function(descriptor), &arguments);
            r.set_slot(to as i32, result);
        });
        s.set(to, result);
        return s.advance(units);
    }
    match insert_applicator(s, first, count) {
        true => invoke(s, first, count + 1),
        false => not_a_procedure(s, callee),
    }
}

fn not_a_procedure<M: Mode>(s: &mut State<M>, callee: Word) {
    let frame = error::raise_with(s.machine, s.frame(), &mut |machine| machine.not_a_procedure(callee));
    s.resume(frame);
}

/// If the callee is an object that the library applies, makes it the first argument of the procedure that does.
fn insert_applicator<M: Mode>(s: &mut State<M>, first: usize, count: usize) -> bool {
    let (callee, procedure) = (s.reg(first), s.machine().apply_procedure);
    if !callee.is_parameter() || !procedure.is_closure() {
        return false;
    }
    s.lower(|r| {
        let values: Vec<_> = (0..=count).map(|i| r.slot((first + i) as i32)).collect();
        r.object(values[0], HeapType::Parameter);
        for (i, value) in values.into_iter().enumerate() {
            r.set_slot((first + 1 + i) as i32, value);
        }
        let procedure = r.const_word(procedure.0);
        r.set_slot(first as i32, procedure);
    });
    for i in (0..=count).rev() {
        s.set(first + 1 + i, s.reg(first + i));
    }
    s.set(first, procedure);
    true
}

/// Runs a primitive on the arguments from register `first` on. `None`: it failed, execution goes on elsewhere.
fn run_primitive<M: Mode>(
    s: &mut State<M>,
    callee: Word,
    first: usize,
    count: usize,
) -> Option<(&'static Primitive, Word)> {
    let address = callee.field(0).0 as usize;
    // SAFETY: a primitive object's descriptor is a `Primitive` that lives as long as the machine; its uses here end before.
    let descriptor: &'static Primitive = unsafe { &*std::ptr::with_exposed_provenance(address) };
    if !descriptor.arity.accepts(count) {
        let most = (descriptor.arity.most != crate::runtime::Arity::ANY).then_some(descriptor.arity.most as usize);
        let least = descriptor.arity.least as usize;
        let frame = error::raise_with(s.machine, s.frame(), &mut |machine| {
            machine.wrong_arity(descriptor.name, least, most, count)
        });
        s.resume(frame);
        return None;
    }
    s.sync();
    let arguments = s.register(first);
    // SAFETY: the machine is live and not borrowed, and the arguments are in registers.
    let result = Word(unsafe { (descriptor.function)(s.machine, arguments, count as u64) });
    if result == Word::FAILURE {
        s.machine().runtime.ports.skip_misread();
        let pending = s.machine().pending;
        s.raise(Raise(pending));
        return None;
    }
    Some((descriptor, result))
}

fn primitive_function(descriptor: &Primitive) -> FunctionRef {
    FunctionRef {
        name: descriptor.name.into(),
        address: (descriptor.function as *const ()).addr() as u64,
        convention: CallConvention::Array,
        returns_float: false,
        effects: descriptor.effects,
    }
}

#[inline(always)]
pub(super) fn tail_call<M: Mode>(s: &mut State<M>, unit: Unit) {
    tail_invoke(s, unit.b(), unit.c());
}

#[inline(always)]
pub(super) fn tail_call_wide<M: Mode>(s: &mut State<M>) {
    let operands = s.unit(1);
    tail_invoke(s, (operands & 0xffff) as usize, (operands >> 16) as usize);
}

#[inline(always)]
fn tail_invoke<M: Mode>(s: &mut State<M>, first: usize, count: usize) {
    let callee = s.reg(first);
    if !callee.is_closure() {
        return s.outline(|s| tail_invoke_other(s, first, count));
    }
    s.lower(|r| {
        guard_callee(r, first, callee);
        let values: Vec<_> = (0..=count).map(|i| r.slot((first + i) as i32)).collect();
        for (i, value) in values.into_iter().enumerate() {
            r.set_slot(i as i32, value);
        }
    });
    for i in 0..=count {
        s.set(i, s.reg(first + i));
    }
    start(s, callee, count);
}

#[inline(never)]
fn tail_invoke_other<M: Mode>(s: &mut State<M>, first: usize, count: usize) {
    let callee = s.reg(first);
    if callee.is_primitive() {
        return tail_primitive(s, Callee::Register(first), callee, first + 1, count);
    }
    match insert_applicator(s, first, count) {
        true => tail_invoke(s, first, count + 1),
        false => not_a_procedure(s, callee),
    }
}

/// Where the callee of a primitive's tail call comes from, for its guard.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    Register(usize),
    /// Guarded already.
    Guarded,
}

/// Runs a primitive on the arguments from register `first` on, and returns its value.
pub(super) fn tail_primitive<M: Mode>(s: &mut State<M>, from: Callee, callee: Word, first: usize, count: usize) {
    let landing = landing(s);
    if landing.is_none() && s.leaves_recording(AbortReason::StackSwitched, "return beyond the bottom frame") {
        return;
    }
    let Some((descriptor, result)) = run_primitive(s, callee, first, count) else { return };
    s.machine().arguments_end = std::ptr::null_mut();
    let Some(landing) = landing else { return return_beyond(s, result) };
    s.lower(|r| {
        if let Callee::Register(register) = from {
            let value = r.slot(register as i32);
            guard_primitive(r, value, callee);
        }
        guard_return(r, &landing);
        let arguments: Vec<_> = (0..count).map(|i| r.slot((first + i) as i32)).collect();
        let result = r.call(&primitive_function(descriptor), &arguments);
        lower_return(r, &landing, result);
    });
    land(s, &landing, result);
}

/// Where a return to a call goes on.
#[derive(Clone, Copy)]
struct Landing {
    /// The return address.
    address: *const u32,
    /// The instruction after the call.
    next: *const u32,
    /// The register for the value.
    to: usize,
    /// Slots to the caller's base.
    distance: usize,
}

/// Where the running frame returns to, if that is a call.
#[inline(always)]
fn landing<M: Mode>(s: &State<M>) -> Option<Landing> {
    // SAFETY: the frame invariant: frame words lie below the base, and a unit before every return address.
    let (address, distance, unit) = unsafe {
        let address = return_address(s.base);
        (address, distance(s.base), Unit(*address.sub(1)))
    };
    let (next, to) = landing_of(address, unit)?;
    Some(Landing { address, next, to, distance })
}

/// How a value is returned to an address behind this unit: where execution goes on, and the register.
#[inline(always)]
pub(super) fn landing_of(address: *const u32, unit: Unit) -> Option<(*const u32, usize)> {
    if unit.0 as u8 == Op::Call as u8 {
        return Some((address, unit.a()));
    }
    (unit.0 as u8 == Op::CallWide as u8).then(|| (address.wrapping_add(1), unit.a()))
}

#[inline(always)]
fn land<M: Mode>(s: &mut State<M>, landing: &Landing, value: Word) {
    s.base = s.base.wrapping_sub(landing.distance);
    s.set(landing.to, value);
    s.pc = landing.next;
    // SAFETY: the caller's base is the base of a frame.
    s.code = unsafe { code_of(s.base) };
}

/// Guards that the frame returns to where it returns now. The address tells the call, and so the distance.
fn guard_return(r: &mut Recorder, landing: &Landing) {
    let address = r.slot(-1);
    r.guard_constant(limpet_plugin_api::Condition::Eq, address, landing.address.addr() as i64);
}

fn lower_return(r: &mut Recorder, landing: &Landing, value: ValueRef) {
    r.shift_base(-(landing.distance as i32));
    r.set_slot(landing.to as i32, value);
}

#[inline(always)]
pub(super) fn return_register<M: Mode>(s: &mut State<M>, unit: Unit) {
    let value = s.reg(unit.a());
    let Some(landing) = landing(s) else {
        return s.outline(|s| {
            if !s.leaves_recording(AbortReason::StackSwitched, "return beyond the bottom frame") {
                return_beyond(s, value);
            }
        });
    };
    s.lower(|r| {
        guard_return(r, &landing);
        let value = r.slot(unit.a() as i32);
        lower_return(r, &landing, value);
    });
    land(s, &landing, value);
}

/// Returns a value to something that is not a call.
#[inline(never)]
pub(super) fn return_beyond<M: Mode>(s: &mut State<M>, value: Word) {
    // SAFETY: the frame invariant.
    let (address, unit) = unsafe {
        let address = return_address(s.base);
        (address, Unit(*address.sub(1)))
    };
    if unit.0 as u8 == Op::Underflow as u8 {
        return continuation::return_to_continuation(s, value);
    }
    // SAFETY: as above.
    s.base = s.base.wrapping_sub(unsafe { distance(s.base) });
    // SAFETY: the caller's base is the base of a frame.
    s.code = unsafe { code_of(s.base) };
    s.pc = address.wrapping_sub(1);
    handler_returned(s, value);
}

/// The raise procedure returned, which is a fault of the library: the run ends.
pub(super) fn handler_returned<M: Mode>(s: &mut State<M>, value: Word) {
    s.sync();
    let Raise(condition) = s.machine().error("non-continuable", "", "the handler of an error returned", &[value]);
    s.machine().exit = Some(Exit::Uncaught(condition));
    s.raise(Raise(condition));
}

/// Ends the run with a value.
pub(super) fn halt_with<M: Mode>(s: &mut State<M>, value: Word) {
    let machine = s.machine();
    (machine.stop, machine.result) = (Stop::Halted, value);
    s.pc = super::stubs::halt();
}

/// Goes to the procedure `callee` with `count` arguments that are in place from register 1 on, in place of this frame.
/// A closure's guard, where one is needed, is the caller's.
pub(super) fn tail_start<M: Mode>(s: &mut State<M>, callee: Word, count: usize) {
    if callee.is_closure() {
        s.set(0, callee);
        return start(s, callee, count);
    }
    s.machine().arguments_end = s.register(count + 1);
    if callee.is_primitive() {
        return tail_primitive(s, Callee::Guarded, callee, 1, count);
    }
    let procedure = s.machine().apply_procedure;
    if !callee.is_parameter() || !procedure.is_closure() {
        return not_a_procedure(s, callee);
    }
    s.machine().arguments_end = std::ptr::null_mut();
    for i in (1..=count).rev() {
        s.set(i + 1, s.reg(i));
    }
    s.set(1, callee);
    s.set(0, procedure);
    start(s, procedure, count + 1);
}

/// Guards a procedure that a register holds, for a call through [`tail_start`].
pub(super) fn guard_procedure(r: &mut Recorder, register: usize, callee: Word) {
    match callee.is_closure() {
        true => guard_callee(r, register, callee),
        false => {
            let value = r.slot(register as i32);
            guard_primitive(r, value, callee);
        }
    }
}
