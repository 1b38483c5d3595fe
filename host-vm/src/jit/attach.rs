//! Attaching plugins to a machine, and taking them off.

use super::facts;
use crate::machine::{Machine, interrupt};
use limpet_host_hooks::{AttachError, EnvironmentOutcome, Hooks};
use std::path::Path;

impl Machine {
    /// The hooks, made when first asked for. After changing what they want, call [`Machine::hooks_changed`].
    pub fn hooks_mut(&mut self) -> &mut Hooks {
        self.hooks.get_or_insert_with(|| Box::new(Hooks::new(facts::host_layout())))
    }

    /// Makes the interpreter choose its instance anew, soon.
    pub fn hooks_changed(&mut self) {
        self.request(interrupt::MODE);
    }

    /// Attaches the plugin that an environment asks for (`LIMPET_JIT` and its companions), if it asks for one. `beside` is
    /// the directory of the executable.
    pub fn attach_from(&mut self, beside: &Path, environment: &dyn Fn(&str) -> Option<String>) -> EnvironmentOutcome {
        if cfg!(not(feature = "hooks")) || environment("LIMPET_JIT").is_none() {
            return EnvironmentOutcome::Off;
        }
        let outcome = self.hooks_mut().attach_from_environment(beside, environment);
        self.hooks_changed();
        outcome
    }

    /// Attaches the plugin at a path, with the text of `LIMPET_JIT_OPTIONS` and `LIMPET_JIT_DUMP`.
    ///
    /// # Errors
    /// When it can't be loaded or does not fit.
    pub fn attach(&mut self, path: &Path, options: &str, dump: &str) -> Result<(), AttachError> {
        self.hooks_mut().attach(path, options, dump)?;
        self.hooks_changed();
        Ok(())
    }

    /// Takes the plugin off; native code that is running leaves at its next safepoint.
    pub fn detach(&mut self) {
        if let Some(hooks) = &mut self.hooks {
            hooks.detach();
        }
        self.hooks_changed();
    }
}
