//! Instructions that move data: registers, constants, captured values, cells, globals.

use super::{
    error,
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    jit::{facts::alias, record::Lower},
    value::{HeapType, Word},
};
use limpet_plugin_api::Condition;

#[inline(always)]
pub(super) fn mov<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.lower(|r| {
        let value = r.slot(unit.b() as i32);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), s.reg(unit.b()));
    s.advance(1);
}

#[inline(always)]
pub(super) fn move_wide<M: Mode>(s: &mut State<M>) {
    let operands = s.unit(1);
    let (to, from) = ((operands & 0xffff) as usize, (operands >> 16) as usize);
    s.lower(|r| {
        let value = r.slot(from as i32);
        r.set_slot(to as i32, value);
    });
    s.set(to, s.reg(from));
    s.advance(2);
}

#[inline(always)]
pub(super) fn constant<M: Mode>(s: &mut State<M>, unit: Unit) {
    let word = s.constant(unit.k());
    s.lower(|r| {
        let value = r.const_word(word.0);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), word);
    s.advance(1);
}

#[inline(always)]
pub(super) fn fixnum<M: Mode>(s: &mut State<M>, unit: Unit) {
    let word = Word::fixnum(unit.imm16());
    s.lower(|r| {
        let value = r.const_word(word.0);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), word);
    s.advance(1);
}

#[inline(always)]
pub(super) fn free<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.lower(|r| {
        let closure = r.slot(0);
        let value = r.field(closure, 1 + unit.k(), alias::CLOSURE);
        r.set_slot(unit.a() as i32, value);
    });
    let word = s.reg(0).field(1 + unit.k());
    s.set(unit.a(), word);
    s.advance(1);
}

/// Captures of one closure that need no memory of their own.
const FEW_CAPTURES: usize = 8;

#[inline(always)]
pub(super) fn make_closure<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.outline(|s| make_closure_outlined(s, unit));
}

#[inline(never)]
fn make_closure_outlined<M: Mode>(s: &mut State<M>, unit: Unit) {
    let count = s.unit(1) as usize;
    let code = s.code().codes[unit.k()];
    let capture = |s: &State<M>, i: usize| {
        let operand = s.unit(2 + i);
        let (index, is_free) = ((operand & 0xffff) as usize, operand >> 31 == 1);
        (index, is_free, if is_free { s.reg(0).field(1 + index) } else { s.reg(index) })
    };
    if s.records() {
        let captures: Vec<_> = (0..count).map(|i| capture(s, i)).collect();
        s.lower(|r| {
            let mut body = vec![r.const_int(code.expose_provenance() as i64)];
            for (index, is_free, _) in captures {
                body.push(match is_free {
                    true => {
                        let closure = r.slot(0);
                        r.field(closure, 1 + index, alias::CLOSURE)
                    }
                    false => r.slot(index as i32),
                });
            }
            let closure = r.new_object(HeapType::Closure, &body, alias::CLOSURE);
            r.set_slot(unit.a() as i32, closure);
        });
    }
    s.sync();
    let closure = if count <= FEW_CAPTURES {
        let mut captures = [Word::FALSE; FEW_CAPTURES];
        (0..count).for_each(|i| captures[i] = capture(s, i).2);
        s.machine().make_closure(code, &captures[..count])
    } else {
        let captures: Vec<Word> = (0..count).map(|i| capture(s, i).2).collect();
        s.machine().make_closure(code, &captures)
    };
    s.set(unit.a(), closure);
    s.advance(2 + count);
}

#[inline(always)]
pub(super) fn init_free<M: Mode>(s: &mut State<M>, unit: Unit) {
    let index = s.unit(1) as usize;
    s.lower(|r| {
        let (closure, value) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32));
        r.set_field(closure, 1 + index, value, alias::CLOSURE);
    });
    let (closure, value) = (s.reg(unit.a()), s.reg(unit.b()));
    s.machine().set_field(closure, 1 + index, value);
    s.advance(2);
}

#[inline(always)]
pub(super) fn make_cell<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.lower(|r| {
        let value = r.slot(unit.b() as i32);
        let cell = r.new_object(HeapType::Cell, &[value], alias::CELL);
        r.set_slot(unit.a() as i32, cell);
    });
    s.sync();
    let value = s.reg(unit.b());
    let cell = s.machine().make_cell(value);
    s.set(unit.a(), cell);
    s.advance(1);
}

#[inline(always)]
pub(super) fn cell_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let word = s.reg(unit.b()).field(0);
    if word == Word::UNDEFINED {
        return undefined(s, Word::FALSE);
    }
    s.lower(|r| {
        let cell = r.slot(unit.b() as i32);
        let value = r.field(cell, 0, alias::CELL);
        r.guard_constant(Condition::Ne, value, Word::UNDEFINED.0 as i64);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), word);
    s.advance(1);
}

#[inline(always)]
pub(super) fn cell_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.lower(|r| {
        let (cell, value) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32));
        r.set_field(cell, 0, value, alias::CELL);
    });
    let (cell, value) = (s.reg(unit.a()), s.reg(unit.b()));
    s.machine().set_field(cell, 0, value);
    s.advance(1);
}

/// Raises the error that a variable has no value yet.
#[inline(always)]
fn undefined<M: Mode>(s: &mut State<M>, name: Word) {
    let frame = error::raise_with(s.machine, s.frame(), &mut |machine| {
        // A local variable's name is where it was read; a cell does not know it.
        let local = if name.is_true() { None } else { Some(machine.identifier_here()) };
        match local {
            None => machine.unbound_variable(name),
            Some(name) => machine.uninitialized_variable(name.as_deref()),
        }
    });
    s.resume(frame);
}

/// Raises the error that a local variable is used before its definition was evaluated.
#[inline(always)]
fn uninitialized<M: Mode>(s: &mut State<M>, name: Word) {
    let frame = error::raise_with(s.machine, s.frame(), &mut |machine| {
        let name = name.is_symbol().then(|| name.symbol_name());
        machine.uninitialized_variable(name.as_deref())
    });
    s.resume(frame);
}

#[inline(always)]
pub(super) fn global_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let global = s.constant(unit.k());
    let word = global.field(0);
    if word == Word::UNDEFINED {
        return undefined(s, global.field(1));
    }
    s.lower(|r| {
        let object = r.const_word(global.0);
        let mut value = r.field(object, 0, alias::GLOBAL);
        // A procedure's identity is guarded here, once: what is asked of it later folds.
        match word.is_procedure() || word.is_type(HeapType::RecordType) {
            true => value = r.identity(value, word),
            false => r.guard_constant(Condition::Ne, value, Word::UNDEFINED.0 as i64),
        }
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), word);
    s.advance(1);
}

#[inline(always)]
pub(super) fn global_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    let global = s.constant(unit.k());
    if global.field(0) == Word::UNDEFINED {
        return undefined(s, global.field(1));
    }
    s.lower(|r| {
        let object = r.const_word(global.0);
        let old = r.field(object, 0, alias::GLOBAL);
        r.guard_constant(Condition::Ne, old, Word::UNDEFINED.0 as i64);
        let value = r.slot(unit.a() as i32);
        r.set_field(object, 0, value, alias::GLOBAL);
    });
    let value = s.reg(unit.a());
    s.machine().set_field(global, 0, value);
    s.advance(1);
}

#[inline(always)]
pub(super) fn global_define<M: Mode>(s: &mut State<M>, unit: Unit) {
    let global = s.constant(unit.k());
    s.lower(|r| {
        let (object, value) = (r.const_word(global.0), r.slot(unit.a() as i32));
        r.set_field(object, 0, value, alias::GLOBAL);
    });
    let value = s.reg(unit.a());
    s.machine().set_field(global, 0, value);
    s.advance(1);
}

#[inline(always)]
pub(super) fn check_defined<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.reg(unit.a()) == Word::UNDEFINED {
        return uninitialized(s, s.constant(unit.k()));
    }
    s.lower(|r| {
        let value = r.slot(unit.a() as i32);
        r.guard_constant(Condition::Ne, value, Word::UNDEFINED.0 as i64);
    });
    s.advance(1);
}
