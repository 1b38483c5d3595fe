//! A library that is a plugin of something else: its table of functions is not the contract's. The loader's tests
//! see that it is refused in one line, before any of its functions is called.

#![allow(non_local_definitions)] // derive(StableAbi) of the pinned release expands to such items.
#![allow(missing_docs)] // so do items without documentation.

use abi_stable::{
    StableAbi, export_root_module, library::RootModule, package_version_strings, prefix_type::PrefixTypeTrait,
    sabi_types::VersionStrings,
};

/// The other contract.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = StrangerRef)))]
pub struct Stranger {
    /// Something this host has never heard of.
    #[sabi(last_prefix_field)]
    pub paint: extern "C" fn(u32) -> u32,
}

impl RootModule for StrangerRef {
    abi_stable::declare_root_module_statics! {StrangerRef}
    const BASE_NAME: &'static str = "stranger";
    const NAME: &'static str = "stranger";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

extern "C" fn paint(colour: u32) -> u32 {
    colour
}

#[export_root_module]
fn root_module() -> StrangerRef {
    Stranger { paint }.leak_into_prefix()
}
