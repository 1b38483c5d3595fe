//! What the traces of one instance share: host facts, code memory, exits, entries.

#![allow(unsafe_code)] // Owns the exit table by a raw pointer, because native code holds its address.

use super::{
    backend::{Code, ExitSites, Target},
    x64,
};
use crate::{
    code::{CodeMemory, ExitDescription, ExitTable, memory},
    ir::{Target as LinkTarget, Trace},
    regalloc::Location,
};
use limpet_plugin_api::{Abort, AbortReason, HostLayout, TraceKind};

/// How traces are compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Prove every allocation (always done in debug builds).
    pub verify: bool,
    /// Force exits, see the tunable `forceexit`.
    pub force_exits: bool,
    /// Fill in [`super::Assembled::register_listing`].
    pub list_registers: bool,
    /// Fill in [`super::Assembled::code_listing`].
    pub list_code: bool,
}

/// Where a trace begins and what it finds there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStart {
    /// For roots: bytes of stack that must be free beyond the base; `None` for side traces.
    pub root_extent: Option<u32>,
    /// For side traces: bytes by which the base moves.
    pub base_offset: i32,
    /// For side traces: places of the parent exit's leaves, relative to the moved base.
    pub inherited: Vec<Location>,
    /// Number of exits of instructions. Two more follow: the failed entry check and the end.
    pub exits: u32,
    /// Number of the first exit in the instance's table.
    pub first_exit: u32,
    /// For links to another trace: its entry.
    pub link: Option<u64>,
}

/// What is remembered of a trace.
#[derive(Clone, Debug, Default)]
struct TraceRecord {
    entry: u64,
    first_exit: u32,
    /// By exit, as absolute addresses: where linking changes the code.
    sites: Vec<Site>,
    /// Memory that the code refers to.
    _data: Vec<Box<[u32]>>,
}

#[derive(Clone, Debug)]
struct Site {
    stub: u64,
    jumps: Vec<u64>,
}

/// Everything that the traces of one instance share.
#[derive(Debug)]
pub struct Environment {
    layout: HostLayout,
    options: Options,
    target: x64::X64,
    memory: CodeMemory,
    thunks: x64::Thunks,
    table: *mut ExitTable,
    traces: Vec<TraceRecord>,
}

impl Environment {
    /// Reserves code memory and writes the code that all traces share. `code_kib` is the tunable `codesize`.
    pub fn new(layout: HostLayout, options: Options, code_kib: u32) -> Result<Environment, Abort> {
        let target = x64::X64::detect(&layout);
        let mut memory = CodeMemory::reserve(code_kib as usize * 1024, memory::page_size())?;
        let table = Box::into_raw(Box::new(ExitTable { layout: layout.clone(), exits: Vec::new() }));
        let thunks = match x64::thunks::assemble(&layout, memory.next_address(), table as u64) {
            Ok((bytes, thunks)) => memory.place(&bytes).map(|_| thunks),
            Err(abort) => Err(abort),
        };
        match thunks {
            Ok(thunks) => Ok(Environment { layout, options, target, memory, thunks, table, traces: Vec::new() }),
            Err(abort) => {
                // SAFETY: the pointer came from Box::into_raw above and nobody else has it.
                drop(unsafe { Box::from_raw(table) });
                Err(abort)
            }
        }
    }

    /// Address of the [`limpet_plugin_api::plugin::EnterFunction`].
    pub fn enter(&self) -> u64 {
        self.thunks.enter
    }

    /// Bytes of code memory in use.
    pub fn code_used(&self) -> usize {
        self.memory.used()
    }

    /// The host's facts.
    pub fn layout(&self) -> &HostLayout {
        &self.layout
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The target.
    pub fn target(&self) -> &dyn Target {
        &self.target
    }

    /// Chooses a target with other features, for tests.
    #[cfg(test)]
    pub(super) fn set_target(&mut self, target: x64::X64) {
        self.target = target;
    }

    /// Identity of the next trace that is assembled.
    pub fn next_trace(&self) -> u32 {
        self.traces.len() as u32
    }

    pub(super) fn next_address(&self) -> u64 {
        self.memory.next_address()
    }

    pub(super) fn emitter(&self, start: &TraceStart) -> Result<x64::X64Emitter<'_>, Abort> {
        x64::X64Emitter::new(&self.target, &self.layout, &self.thunks, &self.options, self.next_address(), start)
    }

    /// Looks up what a trace needs to know of others.
    pub fn start_of(&self, trace: &Trace) -> Result<TraceStart, Abort> {
        let malformed = |text: &str| Abort::new(AbortReason::Malformed, text);
        let exits = trace.exits().count() as u32;
        // SAFETY: the table is only written in `install`, which takes `&mut self`.
        let table = unsafe { &*self.table };
        let mut start = TraceStart {
            root_extent: Some(trace.extent),
            base_offset: 0,
            inherited: Vec::new(),
            exits,
            first_exit: table.exits.len() as u32,
            link: None,
        };
        if trace.kind == TraceKind::Side {
            let (parent, exit) = trace.parent.ok_or_else(|| malformed("a side trace without a parent"))?;
            let record = self.traces.get(parent as usize).ok_or_else(|| malformed("no such parent"))?;
            if exit.index() >= record.sites.len() {
                return Err(malformed("the parent has no such exit"));
            }
            let description = &table.exits[record.first_exit as usize + exit.index()];
            start.root_extent = None;
            start.base_offset = description.base_offset;
            let shift = description.base_offset / self.layout.direction.offset(1);
            start.inherited = description.leaves.clone();
            for place in &mut start.inherited {
                if let Location::Slot(slot) = place {
                    *slot -= shift;
                }
            }
        }
        if let crate::ir::End::Link { target: LinkTarget::Trace(id), .. } = trace.end {
            let entry = self.traces.get(id as usize).map_or(0, |record| record.entry);
            start.link = Some(entry).filter(|&entry| entry != 0);
            start.link.ok_or_else(|| malformed("a link to a trace that has no entry"))?;
        }
        Ok(start)
    }

    /// Places finished code, adds its exits to the table, and links the parent. The entry of a root.
    pub(super) fn install(
        &mut self,
        trace: &Trace,
        code: Code,
        descriptions: Vec<ExitDescription>,
    ) -> Result<u64, Abort> {
        let placed = self.memory.place(&code.bytes)?;
        // SAFETY: no reference into the table lives across a call of this function: `start_of` returns copies, and
        // an exit handler runs only while native code does, on the same thread.
        let table = unsafe { &mut *self.table };
        let first_exit = table.exits.len() as u32;
        table.exits.extend(descriptions);
        let absolute = |sites: &ExitSites| Site {
            stub: placed.address + u64::from(sites.stub),
            jumps: sites.jumps.iter().map(|&jump| placed.address + u64::from(jump)).collect(),
        };
        let side = trace.kind == TraceKind::Side;
        let entry = if side { 0 } else { placed.address };
        let sites = code.exits.iter().map(absolute).collect();
        self.traces.push(TraceRecord { entry, first_exit, sites, _data: code.data });
        if let (true, Some((parent, exit))) = (side, trace.parent) {
            self.link(parent, exit.index(), placed.address)?;
        }
        Ok(entry)
    }

    /// Lets an exit go on to native code at `to`.
    fn link(&mut self, parent: u32, exit: usize, to: u64) -> Result<(), Abort> {
        let site = self.traces[parent as usize].sites[exit].clone();
        let first = site.jumps.iter().copied().chain([site.stub]).min().unwrap_or(site.stub);
        let size = (site.stub + 5 - first) as usize;
        let mut writable = self.memory.writable(first, size)?;
        let relative = |end: u64| (to.wrapping_sub(end) as i64 as i32).to_le_bytes();
        let mut jump = [0xe9, 0, 0, 0, 0];
        jump[1..].copy_from_slice(&relative(site.stub + 5));
        writable.write(site.stub, &jump)?;
        for &at in &site.jumps {
            writable.write(at, &relative(at + 4))?;
        }
        writable.finish(first, size)?;
        Ok(())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // SAFETY: the pointer came from Box::into_raw in `new`; by the contract of detaching no trace is running.
        drop(unsafe { Box::from_raw(self.table) });
    }
}
