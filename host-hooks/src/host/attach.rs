//! Attaching a plugin to a VM, and taking it off again.
//!
//! Detaching resets every hook cell at once, so that no trace is entered any more. Native code that is running right
//! now (a host function called by a trace asked to detach) is told to leave at its next safepoint through one bit of
//! the host's safepoint word, [`SAFEPOINT_DETACH`]; the plugin's memory is given back when it has left. The library
//! itself stays mapped: the layout check left references into it, and unloading it would be undefined behaviour.

// Cells and the context are the host's memory; see the SAFETY comments.
#![allow(unsafe_code)]

use super::Hooks;
use crate::{
    error::AttachError,
    hook::HookCell,
    hot::Random,
    loader::{
        self,
        environment::{self, EnvironmentOutcome, Wish},
        negotiate::{OperationSet, negotiate},
    },
};
use limpet_plugin_api::{
    Abort, AbortReason, ApiVersion, Attachment, CompiledTrace, Instance, PluginRef, Recording,
    params::{Owner, TABLE, Tunables},
};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Failures of the plugin's compiler after which it is switched off.
pub(crate) const INTERNAL_FAILURES_ALLOWED: u32 = 3;

/// The bit of the host's safepoint word that these hooks use, and clear again. The host has the others.
pub const SAFEPOINT_DETACH: u32 = 0x8000_0000;

/// What is attached, for people: `limpet jit` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSummary {
    /// The file, if it was loaded from one.
    pub path: Option<PathBuf>,
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// Architecture and back end.
    pub target: String,
    /// Version of the contract in use.
    pub api: ApiVersion,
    /// Number of trace operations both sides know.
    pub operations: usize,
}

impl std::fmt::Display for PluginSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} ({}), contract {}, {} trace operations",
            self.name, self.version, self.target, self.api, self.operations
        )?;
        match &self.path {
            Some(path) => write!(f, ", from {}", path.display()),
            None => f.write_str(", linked in"),
        }
    }
}

/// An attached plugin.
pub(crate) struct Backend {
    plugin: PluginRef,
    instance: Instance,
    /// Address of a [`limpet_plugin_api::plugin::EnterFunction`].
    pub enter: u64,
    pub operations: OperationSet,
    summary: PluginSummary,
}

impl Backend {
    pub(crate) fn compile(&self, recording: &Recording) -> Result<CompiledTrace, Abort> {
        let compiled = self.plugin.compile()(self.instance, recording).into_result()?;
        let needs_entry = recording.kind != limpet_plugin_api::TraceKind::Side;
        match needs_entry && compiled.entry == 0 {
            true => Err(Abort::new(AbortReason::Internal, "a root trace without an entry")),
            false => Ok(compiled),
        }
    }

    pub(crate) fn statistics(&self) -> String {
        self.plugin.statistics()(self.instance).into()
    }

    fn give_back(self) {
        self.plugin.detach()(self.instance);
    }
}

impl Hooks {
    /// Loads the plugin at `path` and attaches it. `options` and `dump` are those of `LIMPET_JIT_OPTIONS` and
    /// `LIMPET_JIT_DUMP`. Warnings about options are in [`Hooks::warnings`].
    pub fn attach(&mut self, path: &Path, options: &str, dump: &str) -> Result<(), AttachError> {
        if self.backend.is_some() || self.leaving.is_some() {
            return Err(AttachError::Busy);
        }
        let (path, plugin) = loader::load(path)?;
        self.attach_table(plugin, Some(path), options, dump)
    }

    /// Attaches a plugin that is linked into this program, or built by a test.
    pub fn attach_linked(&mut self, plugin: PluginRef, options: &str, dump: &str) -> Result<(), AttachError> {
        self.attach_table(plugin, None, options, dump)
    }

    fn attach_table(
        &mut self,
        plugin: PluginRef,
        path: Option<PathBuf>,
        options: &str,
        dump: &str,
    ) -> Result<(), AttachError> {
        if self.backend.is_some() || self.leaving.is_some() {
            return Err(AttachError::Busy);
        }
        let description = plugin.describe()();
        let agreement = negotiate(&description)?;
        let (own, others) = split_options(options);
        let (tunables, warnings) = Tunables::parse(&own);
        let attachment =
            Attachment { api: agreement.api, layout: self.layout.clone(), options: others.into(), dump: dump.into() };
        let attached = plugin.attach()(&attachment)
            .into_result()
            .map_err(|why| AttachError::Refused(crate::error::one_line(&why)))?;
        if attached.enter == 0 {
            plugin.detach()(attached.instance);
            return Err(AttachError::Refused("it has no entry function".to_string()));
        }
        for warning in warnings.into_iter().chain(attached.warnings.iter().map(|w| w.to_string())) {
            self.warn(warning);
        }
        // A recording for the sink alone may be under way; its cell is reset with the others.
        self.abort(AbortReason::Detached, "");
        self.random = Random::new(tunables.seed);
        self.tunables = tunables;
        self.is_full = false;
        self.counts.internal_failures = 0;
        self.counts.roots = 0;
        self.counts.sides = 0;
        self.reset_cells();
        let summary = PluginSummary {
            path,
            name: description.name.into(),
            version: description.version.into(),
            target: description.target.into(),
            api: agreement.api,
            operations: agreement.operations.len(),
        };
        self.backend = Some(Backend {
            plugin,
            instance: attached.instance,
            enter: attached.enter,
            operations: agreement.operations,
            summary,
        });
        Ok(())
    }

    /// Attaches what the environment asks for: `LIMPET_JIT`, `LIMPET_JIT_OPTIONS`, `LIMPET_JIT_DUMP`,
    /// `LIMPET_JIT_REQUIRE`, read through `variable`. `directory` is the executable's. In a set-user-id process
    /// nothing is read.
    pub fn attach_from_environment(
        &mut self,
        directory: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> EnvironmentOutcome {
        if environment::is_privileged() {
            return EnvironmentOutcome::Off;
        }
        let wish = environment::wish(directory, variable);
        let Wish { path: Some(path), options, dump, is_required } = wish else { return EnvironmentOutcome::Off };
        match (self.attach(&path, &options, &dump), is_required) {
            (Ok(()), _) => EnvironmentOutcome::Attached,
            (Err(error), false) => EnvironmentOutcome::Warning(format!("{error}; running without it")),
            (Err(error), true) => EnvironmentOutcome::Error(error.to_string()),
        }
    }

    /// What is attached.
    pub fn describe(&self) -> Option<&PluginSummary> {
        self.backend.as_ref().map(|backend| &backend.summary)
    }

    /// Takes the plugin off: recording ends, no trace is entered any more, and the plugin's memory is given back, at
    /// once or when native code that is running has left at its next safepoint.
    pub fn detach(&mut self) {
        self.abort(AbortReason::Detached, "");
        let Some(backend) = self.backend.take() else { return };
        self.reset_cells();
        if self.native_depth == 0 {
            self.retire(backend);
            return;
        }
        self.leaving = Some(backend);
        if let Some(word) = self.safepoint_word() {
            word.fetch_or(SAFEPOINT_DETACH, Ordering::Relaxed);
        }
    }

    /// Native code has left: finishes what `detach` began.
    pub(crate) fn finish_detach(&mut self) {
        if let Some(backend) = self.leaving.take() {
            if let Some(word) = self.safepoint_word() {
                word.fetch_and(!SAFEPOINT_DETACH, Ordering::Relaxed);
            }
            self.retire(backend);
        }
    }

    fn retire(&mut self, backend: Backend) {
        self.traces.clear();
        self.last_statistics = Some(backend.statistics());
        for site in &mut self.sites {
            site.trace = None;
        }
        backend.give_back();
    }

    /// The host's safepoint word, while native code is running or has just left.
    pub(crate) fn safepoint_word(&self) -> Option<&AtomicU32> {
        if self.native_context.is_null() {
            return None;
        }
        let offset = self.layout.context.safepoint as isize;
        // SAFETY: the host passed this context to `enter` and keeps it alive for its duration, and its layout says that
        // an aligned 32-bit word is at this offset.
        Some(unsafe { AtomicU32::from_ptr(self.native_context.offset(offset).cast()) })
    }

    /// Makes every cell fresh again.
    fn reset_cells(&mut self) {
        for (index, site) in self.sites.iter_mut().enumerate() {
            site.penalty = 0;
            site.inner_loops = 0;
            site.leavings = 0;
            // SAFETY: a site's cell is null or valid, as the host promised when it handed it in.
            if let Some(cell) = unsafe { site.cell.as_mut() } {
                *cell = HookCell { site: index as u32 + 1, ..HookCell::FRESH };
            }
        }
    }
}

impl Drop for Hooks {
    /// Gives the plugin's memory back. Cells are not touched: the host may have freed them first.
    fn drop(&mut self) {
        for backend in [self.backend.take(), self.leaving.take()].into_iter().flatten() {
            backend.give_back();
        }
    }
}

/// Options in two lists: those that this side owns, and all others, known or not, for the plugin to judge. So each
/// option is warned about once, and a plugin may have options that this host has never heard of.
fn split_options(options: &str) -> (String, String) {
    let is_own = |item: &&str| {
        let name = item.split('=').next().unwrap_or_default().trim();
        TABLE.iter().any(|row| row.0 == name && row.4 == Owner::Host)
    };
    let (own, others): (Vec<_>, Vec<_>) = options.split(',').partition(is_own);
    (own.join(","), others.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_to_their_owner() {
        let (own, others) = split_options("hotloop=2, opt=-sink,hotlop=3,codesize=64, hotexit=x");
        assert_eq!(own, "hotloop=2, hotexit=x");
        assert_eq!(others, " opt=-sink,hotlop=3,codesize=64");
        assert_eq!(Tunables::parse(&own).1.len(), 1);
    }
}
