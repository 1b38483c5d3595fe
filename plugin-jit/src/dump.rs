//! `LIMPET_JIT_DUMP`: what each stage makes of a trace, as text.
//!
//! `trace,opt:FILE` prints the stages named before the colon to a file, else to standard error. What can't be
//! understood or opened is a warning when the plugin is attached; nothing here fails later.

use std::{
    fs::File,
    io::{self, Write},
};

macro_rules! stages {
    ($($variant:ident, $name:literal, $text:literal;)*) => {
        /// A stage that can be printed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Stage {
            $(#[doc = $text] $variant,)*
        }

        impl Stage {
            /// Every stage, in the order of the way.
            pub const ALL: &'static [Stage] = &[$(Stage::$variant),*];

            /// The name in `LIMPET_JIT_DUMP`.
            pub const fn name(self) -> &'static str {
                match self { $(Stage::$variant => $name,)* }
            }
        }
    };
}

stages! {
    Trace, "trace", "The recording.";
    Ir, "ir", "The intermediate representation with all that happens on arrival.";
    Opt, "opt", "After the passes that look at the whole trace.";
    Reg, "reg", "With registers.";
    Asm, "asm", "Native code.";
}

/// Which stages are printed, and where.
#[derive(Debug, Default)]
pub struct Dump {
    stages: u32,
    file: Option<File>,
}

impl Dump {
    /// Reads the variable's text; the second part are warnings, one line each.
    pub fn parse(text: &str) -> (Dump, Vec<String>) {
        let mut dump = Dump::default();
        let mut warnings = Vec::new();
        let (names, file) = match text.split_once(':') {
            Some((names, file)) => (names, Some(file)),
            None => (text, None),
        };
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Stage::ALL.iter().find(|stage| stage.name() == name) {
                Some(&stage) => dump.stages |= 1 << stage as u32,
                None => {
                    let known: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
                    warnings.push(format!("unknown dump stage '{name}'; known: {}", known.join(" ")));
                }
            }
        }
        if let Some(path) = file {
            match File::create(path) {
                Ok(file) => dump.file = Some(file),
                Err(error) => {
                    warnings.push(format!("can't write dumps to '{path}': {error}"));
                    dump.stages = 0;
                }
            }
        }
        (dump, warnings)
    }

    /// Whether a stage is printed.
    pub fn wants(&self, stage: Stage) -> bool {
        self.stages >> stage as u32 & 1 == 1
    }

    /// Prints a stage, if it is wanted; the text is made only then.
    pub fn print(&mut self, stage: Stage, trace: u32, text: impl FnOnce() -> String) {
        if !self.wants(stage) {
            return;
        }
        let text = format!("---- {} {trace}\n{}\n", stage.name(), text().trim_end());
        // A dump that can't be written (a full disk, a closed terminal) is no reason to disturb the program.
        let _ = match &mut self.file {
            Some(file) => file.write_all(text.as_bytes()),
            None => io::stderr().lock().write_all(text.as_bytes()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_read() {
        let (dump, warnings) = Dump::parse("trace, asm");
        assert!(warnings.is_empty());
        assert!(dump.wants(Stage::Trace) && dump.wants(Stage::Asm) && !dump.wants(Stage::Opt));
        let (dump, warnings) = Dump::parse("");
        assert!(warnings.is_empty() && Stage::ALL.iter().all(|&stage| !dump.wants(stage)));
    }

    #[test]
    fn what_is_unknown_is_a_warning() {
        let (dump, warnings) = Dump::parse("ir,obt");
        assert!(dump.wants(Stage::Ir));
        assert_eq!(warnings, ["unknown dump stage 'obt'; known: trace ir opt reg asm"]);
        let (dump, warnings) = Dump::parse("ir:/no/such/folder/file");
        assert!(!dump.wants(Stage::Ir) && warnings.len() == 1);
    }
}
