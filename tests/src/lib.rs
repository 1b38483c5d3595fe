//! What the tests, the demo and the benches share: where things are, the example programs and the benches, running `limpet` in a
//! process of its own.
//!
//! Every binary here can also *be* the `limpet` command: started with [`AS_LIMPET`] as its first argument it goes on
//! in [`limpet::cli`]. So nothing depends on which other binaries cargo happened to build, and the plugin is still met
//! at run time only: it is built beside these binaries and never linked into them.
//!
//! Read in this order: [`process`], [`programs`], [`benches`], [`measure`], [`images`], [`storm`], [`sharing`].

pub mod benches;
pub mod generate;
pub mod images;
pub mod measure;
pub mod process;
pub mod programs;
pub mod sharing;
pub mod storm;

/// First argument that turns a binary of this crate into the `limpet` command.
pub const AS_LIMPET: &str = "--as-limpet";

/// To be called first in `main`: becomes the `limpet` command if asked to, and then does not return.
pub fn become_limpet_if_asked() {
    let mut arguments = std::env::args_os();
    let program = arguments.next();
    if arguments.next().is_some_and(|first| first == AS_LIMPET) {
        let status = limpet_command::main_with(program.into_iter().chain(arguments));
        std::process::exit(status);
    }
}
