//! The root module: what a host calls, each entry with its panics caught.
//!
//! An instance is a boxed [`Compiler`] whose address the host holds. After a panic the compiler refuses further work (its
//! state may be half changed), but the code that it made before stays valid and its memory is still given back.

#![allow(unsafe_code)] // The host holds an instance by its address, and abi_stable's export is a symbol.
#![allow(non_local_definitions)] // abi_stable's macros expand to such items.
#![allow(missing_docs)] // The exported symbol that the macro makes has no documentation of its own.

use crate::compile::Compiler;
use abi_stable::{
    export_root_module,
    prefix_type::PrefixTypeTrait,
    std_types::{RResult, RString, RVec},
};
use limpet_plugin_api::{
    API_VERSION, Abort, AbortReason, ApiVersion, Attached, Attachment, CompiledTrace, Description, Instance, OpCode,
    Plugin, PluginRef, Recording,
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The oldest contract that this plugin works with.
const OLDEST_API: ApiVersion = ApiVersion { major: 1, minor: 0 };

/// The table of functions.
#[export_root_module]
pub fn root_module() -> PluginRef {
    Plugin { describe, attach, compile, statistics, detach }.leak_into_prefix()
}

fn panic_text(payload: Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_string());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".into())
}

extern "C" fn describe() -> Description {
    // Builds a few strings and vectors; there is nothing that could panic but a failing allocation, which aborts.
    Description {
        name: "limpet-jit".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        oldest_api: OLDEST_API,
        newest_api: API_VERSION,
        operations: RVec::from(OpCode::ALL.to_vec()),
        target: std::env::consts::ARCH.into(),
    }
}

extern "C" fn attach(attachment: &Attachment) -> RResult<Attached, RString> {
    let attached = catch_unwind(AssertUnwindSafe(|| attach_checked(attachment)));
    match attached {
        Ok(Ok(attached)) => RResult::ROk(attached),
        Ok(Err(error)) => RResult::RErr(error.into()),
        Err(payload) => RResult::RErr(format!("the plugin failed: {}", panic_text(payload)).into()),
    }
}

fn attach_checked(attachment: &Attachment) -> Result<Attached, String> {
    if !cfg!(target_arch = "x86_64") {
        return Err(format!("this plugin has no back end for {}", std::env::consts::ARCH));
    }
    if attachment.api < OLDEST_API || attachment.api > API_VERSION {
        return Err(format!("contract {} is not among {OLDEST_API} to {API_VERSION}", attachment.api));
    }
    let (compiler, warnings) = Compiler::new(attachment.layout.clone(), &attachment.options, &attachment.dump)?;
    let enter = compiler.enter();
    let instance = Instance(Box::into_raw(Box::new(compiler)).cast());
    Ok(Attached { instance, enter, warnings: warnings.into_iter().map(RString::from).collect() })
}

/// The compiler behind an instance.
///
/// # Safety
/// The instance came from [`attach`], was not detached, and is used by nobody else until the reference ends.
unsafe fn compiler<'a>(instance: Instance) -> &'a mut Compiler {
    // SAFETY: by this function's contract the pointer is the box made in `attach`, alive and not shared.
    unsafe { &mut *instance.0.cast::<Compiler>() }
}

extern "C" fn compile(instance: Instance, recording: &Recording) -> RResult<CompiledTrace, Abort> {
    // SAFETY: the contract says that an instance is used from one thread at a time, between attach and detach.
    let compiler = unsafe { compiler(instance) };
    match catch_unwind(AssertUnwindSafe(|| compiler.compile(recording))) {
        Ok(Ok(trace)) => RResult::ROk(trace),
        Ok(Err(abort)) => RResult::RErr(abort),
        Err(payload) => {
            compiler.count_abort(AbortReason::Internal);
            RResult::RErr(Abort::new(AbortReason::Internal, panic_text(payload)))
        }
    }
}

extern "C" fn statistics(instance: Instance) -> RString {
    // SAFETY: as in `compile`.
    let compiler = unsafe { compiler(instance) };
    match catch_unwind(AssertUnwindSafe(|| compiler.statistics().to_string())) {
        Ok(text) => text.into(),
        Err(_) => "{}".into(),
    }
}

extern "C" fn detach(instance: Instance) {
    if instance.0.is_null() {
        return;
    }
    // SAFETY: the pointer is the box made in `attach`, and the host does not use the instance after this call.
    let compiler = unsafe { Box::from_raw(instance.0.cast::<Compiler>()) };
    // Nobody can be told of a panic here; the rest of the memory then leaks.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(compiler)));
}
