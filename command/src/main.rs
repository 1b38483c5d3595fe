//! The `limpet` command; everything is in `limpet::cli`.

fn main() {
    std::process::exit(limpet_command::main_with(std::env::args_os()));
}
