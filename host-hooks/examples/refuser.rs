//! The smallest plugin that can exist: it attaches, refuses every recording, and says how many there were.
//! It shows what a plugin exports, and is the library that the loader's tests load.

#![allow(unsafe_code)] // Owns its instance through the raw pointer that the contract hands around.

use abi_stable::{
    export_root_module,
    prefix_type::PrefixTypeTrait,
    std_types::{RErr, ROk, RResult, RString},
};
use limpet_host_hooks::api::{
    API_VERSION, Abort, AbortReason, Attached, Attachment, CompiledTrace, Description, ExitState, Instance, OpCode,
    Plugin, PluginRef, Recording,
};
use std::cell::Cell;

#[export_root_module]
fn root_module() -> PluginRef {
    Plugin { describe, attach, compile, statistics, detach }.leak_into_prefix()
}

extern "C" fn describe() -> Description {
    Description {
        name: "refuser".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        oldest_api: API_VERSION,
        newest_api: API_VERSION,
        operations: OpCode::ALL.iter().copied().collect(),
        target: "none".into(),
    }
}

extern "C" fn attach(_attachment: &Attachment) -> RResult<Attached, RString> {
    let refused = Box::into_raw(Box::new(Cell::new(0u64)));
    ROk(Attached { instance: Instance(refused.cast()), enter: enter as *const () as u64, warnings: Default::default() })
}

fn refused(instance: &Instance) -> &Cell<u64> {
    // SAFETY: `attach` made this pointer, and the host uses it until `detach`.
    unsafe { &*instance.0.cast() }
}

extern "C" fn compile(instance: Instance, _recording: &Recording) -> RResult<CompiledTrace, Abort> {
    let count = refused(&instance);
    count.set(count.get() + 1);
    RErr(Abort::new(AbortReason::TooComplex, "this plugin refuses everything"))
}

extern "C" fn statistics(instance: Instance) -> RString {
    format!("{{\"refused\":{}}}", refused(&instance).get()).into()
}

extern "C" fn detach(instance: Instance) {
    // SAFETY: `attach` made this pointer from a box, and the host gives it back once.
    drop(unsafe { Box::from_raw(instance.0.cast::<Cell<u64>>()) });
}

/// Never called: nothing is ever compiled.
unsafe extern "C" fn enter(_context: *mut u8, _base: *mut u64, _entry: *const u8, _exit: *mut ExitState) {}
