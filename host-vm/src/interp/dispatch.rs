//! The dispatch loop: fetches an instruction and goes to its handler. A missing handler is a compile error.
#![allow(unsafe_code)] // Decodes operations of well-formed code.

use super::{
    apply,
    arith::{self, Add, BitAnd, BitOr, BitXor, Div, Modulo, Mul, Quotient, Remainder, Shift, Sub},
    compare::{self, Equal, Less, LessOrEqual},
    continuation, control, data, math,
    mode::Mode,
    object,
    state::{State, Unit},
    text,
};
use crate::{bytecode::ops::Op, jit::resume, machine::Machine};

/// Runs from `machine.stopped` until the loop ends; `machine.stop` tells why.
///
/// # Safety
/// `machine.stopped` keeps the frame invariant (see [`super`]).
#[inline(never)]
pub(super) unsafe fn run<M: Mode>(machine: &mut Machine) {
    // SAFETY: promised by the caller.
    let mut state = unsafe { State::<M>::new(machine) };
    let s = &mut state;
    loop {
        if M::OBSERVED && !resume::observe(s) {
            s.switch();
            return;
        }
        let unit: Unit = s.fetch();
        // SAFETY: the frame invariant: code consists of well-formed instructions.
        let op = unsafe { std::mem::transmute::<u8, Op>(unit.0 as u8) };
        match op {
            Op::Move => data::mov(s, unit),
            Op::Const => data::constant(s, unit),
            Op::Fixnum => data::fixnum(s, unit),
            Op::Free => data::free(s, unit),
            Op::MoveWide => data::move_wide(s),
            Op::MakeClosure => data::make_closure(s, unit),
            Op::InitFree => data::init_free(s, unit),
            Op::MakeCell => data::make_cell(s, unit),
            Op::CellRef => data::cell_ref(s, unit),
            Op::CellSet => data::cell_set(s, unit),
            Op::GlobalRef => data::global_ref(s, unit),
            Op::GlobalSet => data::global_set(s, unit),
            Op::GlobalDefine => data::global_define(s, unit),
            Op::CheckDefined => data::check_defined(s, unit),

            Op::Add => arith::binary::<M, Add>(s, unit),
            Op::Sub => arith::binary::<M, Sub>(s, unit),
            Op::Mul => arith::binary::<M, Mul>(s, unit),
            Op::Div => arith::binary::<M, Div>(s, unit),
            Op::AddImm => arith::immediate::<M, Add>(s, unit),
            Op::Quotient => arith::binary::<M, Quotient>(s, unit),
            Op::Remainder => arith::binary::<M, Remainder>(s, unit),
            Op::Modulo => arith::binary::<M, Modulo>(s, unit),
            Op::BitAnd => arith::binary::<M, BitAnd>(s, unit),
            Op::BitOr => arith::binary::<M, BitOr>(s, unit),
            Op::BitXor => arith::binary::<M, BitXor>(s, unit),
            Op::Shift => arith::binary::<M, Shift>(s, unit),
            Op::Math => math::math(s, unit),

            Op::NumEq => compare::compare_value::<M, Equal>(s, unit),
            Op::Less => compare::compare_value::<M, Less>(s, unit),
            Op::LessEq => compare::compare_value::<M, LessOrEqual>(s, unit),
            Op::Eq => compare::eq_value(s, unit),
            Op::Eqv => compare::eqv_value(s, unit),
            Op::Not => compare::not(s, unit),
            Op::Is => compare::is(s, unit),

            Op::Cons => object::cons(s, unit),
            Op::Car => object::car(s, unit),
            Op::Cdr => object::cdr(s, unit),
            Op::SetCar => object::set_car(s, unit),
            Op::SetCdr => object::set_cdr(s, unit),
            Op::VectorRef => object::vector_ref(s, unit),
            Op::VectorSet => object::vector_set(s, unit),
            Op::VectorLength => object::vector_length(s, unit),
            Op::BytesRef => object::bytes_ref(s, unit),
            Op::BytesSet => object::bytes_set(s, unit),
            Op::BytesLength => object::bytes_length(s, unit),
            Op::StringRef => text::string_ref(s, unit),
            Op::StringSet => text::string_set(s, unit),
            Op::StringLength => text::string_length(s, unit),
            Op::CharToInteger => text::char_to_integer(s, unit),
            Op::IntegerToChar => text::integer_to_char(s, unit),
            Op::MakeRecord => object::make_record(s, unit),
            Op::RecordRef => object::record_ref(s, unit),
            Op::RecordSet => object::record_set(s, unit),
            Op::RecordIs => object::record_is(s, unit),

            Op::Jump => control::jump(s),
            Op::BranchTrue => compare::branch_true(s, unit),
            Op::BranchIs => compare::branch_is(s, unit),
            Op::BranchEq => compare::eq_branch(s, unit),
            Op::BranchEqv => compare::eqv_branch(s, unit),
            Op::BranchNumEq => compare::compare_branch::<M, Equal>(s, unit),
            Op::BranchLess => compare::compare_branch::<M, Less>(s, unit),
            Op::BranchLessEq => compare::compare_branch::<M, LessOrEqual>(s, unit),
            Op::Loop => control::loop_back(s),
            Op::Entry => control::entry(s, unit),
            Op::Call => control::call(s, unit),
            Op::CallWide => control::call_wide(s),
            Op::TailCall => control::tail_call(s, unit),
            Op::TailCallWide => control::tail_call_wide(s),
            Op::Return => control::return_register(s, unit),

            Op::TailApply => s.outline(|s| apply::tail_apply(s, unit)),
            Op::TailApplyValues => s.outline(|s| apply::tail_apply_values(s, unit)),
            Op::Capture => s.outline(|s| continuation::capture(s, unit)),
            Op::Reinstate => s.outline(|s| continuation::reinstate(s, unit)),
            Op::PushPrompt => s.outline(|s| continuation::push_prompt(s, unit)),
            Op::CaptureSlice => s.outline(|s| continuation::capture_slice(s, unit)),
            Op::AbortTo => s.outline(|s| continuation::abort_to(s, unit)),
            Op::Compose => s.outline(|s| continuation::compose(s, unit)),
            // An `Underflow` is returned to, never executed.
            Op::Underflow | Op::Halt => return,
        }
    }
}
