//! Tests of the verifier: each fault has a code that has it, and a neighbour that has not.

use super::{CodeView, ConstantKind, Fault, verify};
use crate::bytecode::{kinds::Kind, ops::Op};

fn unit(op: Op, a: u32, b: u32, c: u32) -> u32 {
    op as u32 | a << 8 | b << 16 | c << 24
}

fn offset(n: i32) -> u32 {
    n as u32
}

/// A frame of 8 registers, one parameter, two cells; constants: a value, a global, a symbol.
fn view(units: &[u32]) -> CodeView<'_> {
    const CONSTANTS: &[ConstantKind] = &[ConstantKind::Value, ConstantKind::Global, ConstantKind::Symbol];
    CodeView { units, frame_size: 8, captures: 0, constants: CONSTANTS, codes: &[], cells: 2 }
}

/// What is found in a procedure of one parameter with that body.
fn body(units: &[u32]) -> Option<Fault> {
    let mut all = vec![unit(Op::Entry, 1, 0, 0), 0, 0];
    all.extend_from_slice(units);
    verify(&[view(&all)]).err().map(|error| error.fault)
}

const RETURN: u32 = Op::Return as u32 | 1 << 8;

#[test]
fn forms_and_operands() {
    assert_eq!(body(&[RETURN]), None);
    assert_eq!(body(&[200]), Some(Fault::UnknownOperation(200)));
    assert_eq!(body(&[unit(Op::Halt, 0, 0, 0)]), Some(Fault::PrivateOperation));
    assert_eq!(body(&[unit(Op::Jump, 0, 0, 0)]), Some(Fault::CutOff));
    assert_eq!(body(&[unit(Op::MakeClosure, 2, 0, 0), u32::MAX]), Some(Fault::CutOff));
    assert_eq!(body(&[unit(Op::Return, 1, 0, 1)]), Some(Fault::BadOperand(256)));
    assert_eq!(body(&[unit(Op::Move, 8, 1, 0), RETURN]), Some(Fault::RegisterOutOfFrame(8)));
    assert_eq!(body(&[unit(Op::Move, 7, 1, 0), RETURN]), None);
    assert_eq!(body(&[unit(Op::Move, 0, 1, 0), RETURN]), Some(Fault::WritesProcedure));
    assert_eq!(body(&[unit(Op::MoveWide, 0, 0, 0), 1 << 16, RETURN]), Some(Fault::WritesProcedure));
    assert_eq!(body(&[unit(Op::MoveWide, 0, 0, 0), 2 | 300 << 16, RETURN]), Some(Fault::RegisterOutOfFrame(300)));
    assert_eq!(body(&[unit(Op::Is, 2, 1, 99), RETURN]), Some(Fault::BadKind(99)));
    assert_eq!(body(&[unit(Op::Math, 2, 1, 99), RETURN]), Some(Fault::BadFunction(99)));
    assert_eq!(body(&[unit(Op::Free, 2, 0, 0), RETURN]), Some(Fault::NoCapture(0)));
    assert_eq!(body(&[unit(Op::MakeRecord, 2, 1, 7), RETURN]), Some(Fault::RegisterOutOfFrame(8)));
    assert_eq!(body(&[]), Some(Fault::FallsOff));
    assert_eq!(body(&[unit(Op::Move, 2, 1, 0)]), Some(Fault::FallsOff));
}

#[test]
fn constants_have_kinds() {
    assert_eq!(body(&[unit(Op::Const, 2, 0, 0), RETURN]), None);
    assert_eq!(body(&[unit(Op::Const, 2, 1, 0), RETURN]), Some(Fault::WrongConstant(1)));
    assert_eq!(body(&[unit(Op::Const, 2, 3, 0), RETURN]), Some(Fault::NoConstant(3)));
    assert_eq!(body(&[unit(Op::GlobalRef, 2, 1, 0), RETURN]), None);
    assert_eq!(body(&[unit(Op::GlobalRef, 2, 0, 0), RETURN]), Some(Fault::WrongConstant(0)));
    assert_eq!(body(&[unit(Op::CheckDefined, 1, 2, 0), RETURN]), None);
    assert_eq!(body(&[unit(Op::CheckDefined, 1, 0, 0), RETURN]), Some(Fault::WrongConstant(0)));
    let units = [unit(Op::Entry, 1, 0, 0), 0, 0, RETURN];
    for (id, captures, fault) in
        [(1, 0, None), (1, 1, Some(Fault::WrongConstant(0))), (2, 0, Some(Fault::WrongConstant(0)))]
    {
        let outer = CodeView { constants: &[ConstantKind::Procedure(id)], ..view(&units) };
        let inner = CodeView { captures, ..view(&units) };
        assert_eq!(verify(&[outer, inner]).err().map(|e| e.fault), fault);
    }
}

#[test]
fn frames_and_parameters() {
    let entry = |a, b, c, frame_size| {
        let units = [unit(Op::Entry, a, b, c), 0, 0, unit(Op::Return, 0, 0, 0)];
        verify(&[CodeView { frame_size, ..view(&units) }]).err().map(|error| error.fault)
    };
    assert_eq!(entry(1, 2, 1, 5), None);
    assert_eq!(entry(1, 2, 1, 4), Some(Fault::TooManyParameters));
    assert_eq!(entry(1, 0, 2, 8), Some(Fault::BadSense(2)));
    assert_eq!(entry(0, 0, 0, 0), Some(Fault::BadFrame(0)));
    assert_eq!(entry(0, 0, 0, 65537), Some(Fault::BadFrame(65537)));
    assert_eq!(verify(&[view(&[RETURN])]).err().map(|e| e.fault), Some(Fault::NoEntry));
    assert_eq!(verify(&[view(&[])]).err().map(|e| e.fault), Some(Fault::BadLength));
}

#[test]
fn jumps() {
    let branch = unit(Op::BranchTrue, 1, 0, 1);
    assert_eq!(body(&[branch, offset(2), RETURN]), None);
    assert_eq!(body(&[branch, offset(3), RETURN]), Some(Fault::BadTarget));
    assert_eq!(body(&[branch, offset(1), RETURN]), Some(Fault::BadTarget));
    assert_eq!(body(&[branch, offset(-100), RETURN]), Some(Fault::BadTarget));
    assert_eq!(body(&[branch, offset(i32::MIN), RETURN]), Some(Fault::BadTarget));
    assert_eq!(body(&[RETURN, branch, offset(-1), RETURN]), Some(Fault::WrongDirection));
    assert_eq!(body(&[branch, offset(0), RETURN]), Some(Fault::WrongDirection));
    assert_eq!(body(&[unit(Op::BranchTrue, 1, 0, 2), offset(2), RETURN]), Some(Fault::BadSense(2)));
    assert_eq!(body(&[unit(Op::BranchIs, 1, Kind::Pair as u32, 0), offset(2), RETURN]), None);
    assert_eq!(body(&[unit(Op::BranchIs, 1, 99, 0), offset(2), RETURN]), Some(Fault::BadKind(99)));
    let loop_to = |n| [unit(Op::Loop, 0, 0, 0), 1, offset(n)];
    assert_eq!(body(&loop_to(0)), None);
    assert_eq!(body(&loop_to(-3)), Some(Fault::EntersEntry));
    let forwards = [&loop_to(3)[..], &[RETURN]].concat();
    assert_eq!(body(&forwards), Some(Fault::WrongDirection));
}

#[test]
fn entries_are_reached_by_calls_only() {
    let second = |mismatch| [unit(Op::Entry, 1, 0, 0), 0, mismatch, RETURN, unit(Op::Entry, 2, 0, 0), 1, 0, RETURN];
    let fault = |units: &[u32]| verify(&[view(units)]).err().map(|error| error.fault);
    assert_eq!(fault(&second(4)), None);
    assert_eq!(fault(&second(3)), Some(Fault::BadTarget));
    let mut falls = second(4);
    falls[3] = unit(Op::Move, 2, 1, 0);
    assert_eq!(fault(&falls), Some(Fault::EntersEntry));
    let jumps = [unit(Op::Entry, 1, 0, 0), 0, 0, unit(Op::Jump, 0, 0, 0), 2, unit(Op::Entry, 1, 0, 0), 1, 0, RETURN];
    assert_eq!(fault(&jumps), Some(Fault::EntersEntry));
}

#[test]
fn hook_cells_belong_to_one_site() {
    let again = |cell, n| {
        [
            unit(Op::Move, 2, 1, 0),
            unit(Op::BranchTrue, 1, 0, 1),
            5,
            unit(Op::Loop, 0, 0, 0),
            1,
            offset(-3),
            unit(Op::Loop, 0, 0, 0),
            cell,
            offset(n),
        ]
    };
    assert_eq!(body(&again(1, -6)), None);
    assert_eq!(body(&again(1, -5)), Some(Fault::SharedCell(1)));
    assert_eq!(body(&again(0, -6)), Some(Fault::SharedCell(0)));
    assert_eq!(body(&again(2, -6)), Some(Fault::NoCell(2)));
}

#[test]
fn no_register_is_read_before_it_is_written() {
    assert_eq!(body(&[unit(Op::Return, 2, 0, 0)]), Some(Fault::Unwritten(2)));
    // Written on one of two paths.
    let one = [unit(Op::BranchTrue, 1, 0, 1), offset(3), unit(Op::Move, 2, 1, 0), unit(Op::Return, 2, 0, 0)];
    assert_eq!(body(&one), Some(Fault::Unwritten(2)));
    let both = [&[unit(Op::Move, 2, 1, 0)][..], &one].concat();
    assert_eq!(body(&both), None);
    // What a call has left is nobody's: only registers below its frame words are.
    let call = |r| {
        body(&[
            unit(Op::Move, 2, 1, 0),
            unit(Op::Move, 3, 1, 0),
            unit(Op::Move, 5, 1, 0),
            unit(Op::Call, 7, 5, 0),
            unit(Op::Return, r, 0, 0),
        ])
    };
    assert_eq!(call(2), None);
    assert_eq!(call(7), None);
    assert_eq!(call(3), Some(Fault::Unwritten(3)));
    assert_eq!(call(5), Some(Fault::Unwritten(5)));
    // The second round of a loop.
    let round = [
        unit(Op::Move, 5, 1, 0),
        unit(Op::Move, 6, 5, 0),
        unit(Op::Call, 2, 5, 0),
        unit(Op::Loop, 0, 0, 0),
        1,
        offset(-2),
    ];
    assert_eq!(body(&round), Some(Fault::Unwritten(5)));
}

#[test]
fn calls() {
    let call = |first, count| {
        let fill: Vec<u32> = (2..8).map(|r| unit(Op::Move, r, 1, 0)).collect();
        body(&[&fill[..], &[unit(Op::Call, 2, first, count), RETURN]].concat())
    };
    assert_eq!(call(3, 4), Some(Fault::Unwritten(1)), "register 1 is a frame word");
    assert_eq!(call(4, 3), None);
    assert_eq!(call(2, 0), Some(Fault::FrameWords));
    assert_eq!(call(4, 4), Some(Fault::RegisterOutOfFrame(8)));
    assert_eq!(body(&[unit(Op::TailCall, 0, 1, 0)]), None);
    assert_eq!(body(&[unit(Op::TailCall, 1, 1, 0)]), Some(Fault::BadOperand(1)));
    assert_eq!(body(&[unit(Op::TailCallWide, 0, 0, 0), 1 | 60000 << 16]), Some(Fault::RegisterOutOfFrame(60001)));
    assert_eq!(body(&[unit(Op::TailCall, 0, 1, 1)]), Some(Fault::Unwritten(2)));
}

#[test]
fn cells_are_cells_and_no_values() {
    let cell = unit(Op::MakeCell, 2, 1, 0);
    assert_eq!(body(&[cell, unit(Op::CellRef, 3, 2, 0), unit(Op::Return, 3, 0, 0)]), None);
    assert_eq!(body(&[unit(Op::CellRef, 3, 1, 0), RETURN]), Some(Fault::NotCell(1)));
    assert_eq!(body(&[unit(Op::CellSet, 1, 1, 0), RETURN]), Some(Fault::NotCell(1)));
    assert_eq!(body(&[cell, unit(Op::Return, 2, 0, 0)]), Some(Fault::CellAsValue(2)));
    assert_eq!(body(&[cell, unit(Op::CellSet, 2, 2, 0), RETURN]), Some(Fault::CellAsValue(2)));
    assert_eq!(body(&[cell, unit(Op::Move, 3, 2, 0), unit(Op::CellRef, 4, 3, 0), RETURN]), None);
    // A cell on one path, a value on the other: neither.
    let join = |last| [unit(Op::Move, 2, 1, 0), unit(Op::BranchTrue, 1, 0, 1), offset(3), cell, last, RETURN];
    assert_eq!(body(&join(unit(Op::CellRef, 3, 2, 0))), Some(Fault::Unwritten(2)));
    assert_eq!(body(&join(unit(Op::Move, 3, 2, 0))), Some(Fault::Unwritten(2)));
    assert_eq!(body(&join(unit(Op::Move, 3, 1, 0))), None);
}

/// A procedure that makes a closure of the second with one capture; the second has the body.
fn nested(outer: &[u32], inner: &[u32]) -> Option<Fault> {
    let outer = [&[unit(Op::Entry, 1, 0, 0), 0, 0][..], outer].concat();
    let inner = [&[unit(Op::Entry, 0, 0, 0), 0, 0, unit(Op::Free, 1, 0, 0)][..], inner].concat();
    let outer = CodeView { codes: &[1], ..view(&outer) };
    let inner = CodeView { captures: 1, ..view(&inner) };
    verify(&[outer, inner]).err().map(|error| error.fault)
}

#[test]
fn captured_cells() {
    let (cell, closure) = (unit(Op::MakeCell, 2, 1, 0), unit(Op::MakeClosure, 3, 0, 0));
    let reads = [unit(Op::CellRef, 2, 1, 0), unit(Op::Return, 2, 0, 0)];
    let with = |r: u32| [cell, closure, 1, r, unit(Op::Return, 3, 0, 0)];
    assert_eq!(nested(&with(2), &reads), None);
    assert_eq!(nested(&with(1), &reads), Some(Fault::CaptureMismatch(0)));
    assert_eq!(nested(&with(1), &[RETURN]), None);
    assert_eq!(nested(&with(2), &[RETURN]), Some(Fault::CaptureMismatch(0)));
    assert_eq!(nested(&with(2), &[unit(Op::Return, 0, 0, 0)]), None, "a capture that nobody uses may be anything");
    assert_eq!(nested(&with(4), &[RETURN]), Some(Fault::Unwritten(4)));
    assert_eq!(nested(&with(0x10002), &[RETURN]), Some(Fault::RegisterOutOfFrame(0x10002)));
    assert_eq!(nested(&[closure, 2, 1, 1, RETURN], &[RETURN]), Some(Fault::WrongCaptures(2)));
    // Once a cell, once a value.
    let twice = [unit(Op::CellRef, 2, 1, 0), RETURN];
    assert_eq!(nested(&with(2), &twice), Some(Fault::CellAsValue(1)));
}

#[test]
fn closures_are_completed_where_they_are_made() {
    let closure = [unit(Op::MakeClosure, 3, 0, 0), 1, 0];
    let init = |a, b, x| [&closure[..], &[unit(Op::InitFree, a, b, 0), x, RETURN]].concat();
    assert_eq!(nested(&init(3, 1, 0), &[RETURN]), None);
    assert_eq!(nested(&init(3, 1, 1), &[RETURN]), Some(Fault::NoCapture(1)));
    assert_eq!(nested(&init(1, 1, 0), &[RETURN]), Some(Fault::NotClosure(1)));
    let reads = [unit(Op::CellRef, 2, 1, 0), unit(Op::Return, 2, 0, 0)];
    assert_eq!(nested(&init(3, 1, 0), &reads), Some(Fault::CaptureMismatch(0)));
}

#[test]
fn nesting_is_no_circle() {
    let units = [unit(Op::Entry, 1, 0, 0), 0, 0, RETURN];
    let code = |codes| CodeView { codes, ..view(&units) };
    let fault = |program: &[CodeView<'_>]| verify(program).err().map(|error| error.fault);
    assert_eq!(fault(&[code(&[1, 1]), code(&[])]), None);
    assert_eq!(fault(&[code(&[0])]), Some(Fault::NestingCircle));
    assert_eq!(fault(&[code(&[1]), code(&[2]), code(&[1])]), Some(Fault::NestingCircle));
    assert_eq!(fault(&[code(&[1])]), Some(Fault::BadCode(1)));
}

/// Nothing is made that is as large as a number in a file says.
#[test]
fn captured_values_are_not_more_than_closures_can_get() {
    let units = [unit(Op::Entry, 1, 0, 0), 0, 0, RETURN];
    let code = |captures| CodeView { captures, ..view(&units) };
    assert!(verify(&[code(2), code(6)]).is_ok());
    for captures in [7, u32::MAX] {
        let error = verify(&[code(2), code(captures)]).expect_err("eight units for more captures");
        assert_eq!((error.code, error.fault), (1, Fault::TooManyCaptures(captures)));
    }
}

/// Costs stay bounded where every round of many loops forgets a register more.
#[test]
fn hostile_code_is_refused_soon() {
    let registers: u32 = 60_000;
    let mut units = vec![unit(Op::Entry, 0, 0, 0), 0, 0, unit(Op::Fixnum, 1, 0, 0)];
    for r in 2..registers {
        units.extend([Op::MoveWide as u32, r | 1 << 16]);
    }
    // Each of the loops begins where the one around it begins, and its end forgets.
    let head = units.len();
    for cell in 0..2000u32 {
        let first = registers - 2 - cell;
        units.extend([Op::MoveWide as u32, first | 1 << 16]);
        units.extend([Op::CallWide as u32 | 1 << 8, first]);
        units.extend([unit(Op::BranchTrue, 1, 0, 1), 5]);
        let back = head as i64 - units.len() as i64;
        units.extend([Op::Loop as u32, 1, offset(back as i32)]);
    }
    units.push(RETURN);
    let code = CodeView { frame_size: registers, ..view(&units) };
    let before = std::time::Instant::now();
    let outcome = verify(&[code]);
    assert!(before.elapsed().as_secs() < 60, "{outcome:?} after {:?}", before.elapsed());
}
