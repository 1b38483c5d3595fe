//! Operand forms: memory operands in their shortest encoding, and instructions that take a register or memory.

/// A memory operand: `[base + index + disp]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Base register.
    pub base: u8,
    /// Index register, unscaled.
    pub index: Option<u8>,
    /// Displacement.
    pub disp: i32,
}

/// A register or memory operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A register of the class that the instruction takes.
    Register(u8),
    /// Memory.
    Memory(Address),
    /// A constant in the trace's pool.
    Pool(dynasmrt::DynamicLabel),
}

/// `instruction [before] SIZE memory [after]` in the shortest form of the address.
macro_rules! with_memory {
    ($ops:expr, $address:expr, [$($before:tt)*] $($size:ident)? [$($after:tt)*]) => {{
        let $crate::asm::x64::forms::Address { base, index, disp } = $address;
        match (base, index, i8::try_from(disp)) {
            (4, None, Ok(disp)) => dynasm!($ops ; .arch x64 ; $($before)* $($size)? [BYTE rsp + disp] $($after)*),
            (4, _, _) => dynasm!($ops ; .arch x64 ; $($before)* $($size)? [DWORD rsp + disp] $($after)*),
            (_, None, Ok(disp)) => dynasm!($ops ; .arch x64 ; $($before)* $($size)? [BYTE Rq(base) + disp] $($after)*),
            (_, None, Err(_)) => dynasm!($ops ; .arch x64 ; $($before)* $($size)? [DWORD Rq(base) + disp] $($after)*),
            (_, Some(index), Ok(disp)) => {
                dynasm!($ops ; .arch x64 ; $($before)* $($size)? [BYTE Rq(base) + Rq(index) + disp] $($after)*)
            }
            (_, Some(index), Err(_)) => {
                dynasm!($ops ; .arch x64 ; $($before)* $($size)? [DWORD Rq(base) + Rq(index) + disp] $($after)*)
            }
        }
    }};
}

/// `name register, form` for general registers.
macro_rules! int_form {
    ($ops:expr, $name:ident, $to:expr, $form:expr) => {{
        let to: u8 = $to;
        match $form {
            $crate::asm::x64::forms::Form::Register(from) => dynasm!($ops ; .arch x64 ; $name Rq(to), Rq(from)),
            $crate::asm::x64::forms::Form::Memory(address) => {
                with_memory!($ops, address, [$name Rq(to),] QWORD [])
            }
            $crate::asm::x64::forms::Form::Pool(label) => dynasm!($ops ; .arch x64 ; $name Rq(to), QWORD [=>label]),
        }
    }};
}

/// `name xmm, form` for instructions on one double.
macro_rules! float_form {
    ($ops:expr, $name:ident, $to:expr, $form:expr) => {{
        let to: u8 = $to;
        match $form {
            $crate::asm::x64::forms::Form::Register(from) => dynasm!($ops ; .arch x64 ; $name Rx(to), Rx(from)),
            $crate::asm::x64::forms::Form::Memory(address) => {
                with_memory!($ops, address, [$name Rx(to),] QWORD [])
            }
            $crate::asm::x64::forms::Form::Pool(label) => dynasm!($ops ; .arch x64 ; $name Rx(to), QWORD [=>label]),
        }
    }};
}
