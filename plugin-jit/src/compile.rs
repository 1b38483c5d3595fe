//! One attached plugin: from recordings to linked native code.
//!
//! ```text
//!   recording --build--> trace --finish--> trace --assemble--> code, linked to the parent's exit
//! ```
//!
//! Every stage answers an [`Abort`] where it can't go on, and leaves the instance as it was. Traces are numbered in the
//! order in which they are compiled; a finished trace is kept, since a side trace continues the state at one of its exits.

use crate::{
    asm::{self, Environment},
    build::{self, Context},
    dump::{Dump, Stage},
    ir::{End, ExitId, ExitSnapshot, Target, Trace, verify::verify},
    opt::Counters,
};
use limpet_plugin_api::{
    Abort, AbortReason, CompiledTrace, HostLayout, Recording, TraceEndKind, TraceKind, params::Tunables,
};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, time::Instant};

/// Recordings of one loop that may be given up because their types are not stable, before the next is linked to its
/// own entry instead.
const UNSTABLE_RECORDINGS: u32 = 2;

/// An attached plugin.
#[derive(Debug)]
pub struct Compiler {
    layout: HostLayout,
    tunables: Tunables,
    dump: Dump,
    environment: Environment,
    /// By identity.
    traces: Vec<Trace>,
    /// Unstable recordings by where they start.
    unstable: HashMap<u64, u32>,
    statistics: Statistics,
    /// Set while a stage runs, and left so by a panic: what it did half is not trusted any more.
    compiling: bool,
}

#[derive(Clone, Debug, Default)]
struct Statistics {
    recordings: u64,
    by_kind: [u64; 3],
    aborts: HashMap<&'static str, u64>,
    loops_closed: u64,
    loops_through_memory: u64,
    operations: u64,
    instructions_built: u64,
    instructions_optimized: u64,
    exits: u64,
    trace_bytes: u64,
    nanoseconds: u64,
    passes: Counters,
}

impl Compiler {
    /// Attaches: checks the layout, reserves code memory. The second part are warnings.
    pub fn new(layout: HostLayout, options: &str, dump: &str) -> Result<(Compiler, Vec<String>), String> {
        check_layout(&layout)?;
        let (tunables, mut warnings) = Tunables::parse(options);
        let (dump, more) = Dump::parse(dump);
        warnings.extend(more);
        let options = asm::Options {
            verify: tunables.verify == 1,
            force_exits: tunables.forceexit == 1,
            list_registers: dump.wants(Stage::Reg),
            list_code: dump.wants(Stage::Asm),
        };
        let environment =
            Environment::new(layout.clone(), options, tunables.codesize).map_err(|abort| abort.to_string())?;
        let compiler = Compiler {
            layout,
            tunables,
            dump,
            environment,
            traces: Vec::new(),
            unstable: HashMap::new(),
            statistics: Statistics::default(),
            compiling: false,
        };
        Ok((compiler, warnings))
    }

    /// Address of the function that enters native code.
    pub fn enter(&self) -> u64 {
        self.environment.enter()
    }

    /// A compiled trace in its intermediate representation.
    pub fn trace(&self, id: u32) -> Option<&Trace> {
        self.traces.get(id as usize)
    }

    /// Compiles a recording and links it.
    pub fn compile(&mut self, recording: &Recording) -> Result<CompiledTrace, Abort> {
        if self.compiling {
            return Err(Abort::new(AbortReason::Internal, "an earlier compilation failed half-way"));
        }
        self.compiling = true;
        self.statistics.recordings += 1;
        let begin = Instant::now();
        let result = self.compile_stages(recording);
        self.statistics.nanoseconds += begin.elapsed().as_nanos() as u64;
        self.compiling = false;
        if let Err(abort) = &result {
            let id = self.traces.len() as u32;
            self.dump.print(Stage::Trace, id, || format!("given up: {abort}"));
            self.count_abort(abort.reason);
            if abort.reason == AbortReason::TypeUnstable {
                *self.unstable.entry(recording.start).or_default() += 1;
            }
        }
        result
    }

    /// Counts an abort.
    pub fn count_abort(&mut self, reason: AbortReason) {
        *self.statistics.aborts.entry(reason.name()).or_default() += 1;
    }

    fn compile_stages(&mut self, recording: &Recording) -> Result<CompiledTrace, Abort> {
        let id = self.traces.len() as u32;
        self.dump.print(Stage::Trace, id, || build::text::print(recording));
        let parent = match recording.kind {
            TraceKind::Side => Some(self.parent(recording)?),
            _ => None,
        };
        let unstable = self.unstable.get(&recording.start).copied().unwrap_or(0);
        let context = Context {
            layout: &self.layout,
            tunables: &self.tunables,
            parent: parent.as_ref(),
            accept_unstable: unstable >= UNSTABLE_RECORDINGS,
        };
        let built = build::build(recording, context)?;
        let instructions_built = built.trace().insts.len() as u64;
        self.dump.print(Stage::Ir, id, || built.trace().to_string());
        self.verify(built.trace())?;
        let (trace, counters) = built.finish();
        self.dump.print(Stage::Opt, id, || trace.to_string());
        self.verify(&trace)?;
        self.check_link(&trace)?;
        let assembled = asm::assemble(&trace, &mut self.environment)?;
        self.dump.print(Stage::Reg, id, || assembled.register_listing.clone());
        self.dump.print(Stage::Asm, id, || assembled.code_listing.clone());
        if assembled.trace != id {
            return Err(Abort::new(AbortReason::Internal, "two stages number traces differently"));
        }
        self.count(recording, &trace, instructions_built, &assembled, &counters);
        self.traces.push(trace);
        Ok(CompiledTrace { id, entry: assembled.entry, exits: assembled.exits, code_size: assembled.code_size })
    }

    fn parent(&self, recording: &Recording) -> Result<ExitSnapshot, Abort> {
        let malformed = |text: String| Abort::new(AbortReason::Malformed, text);
        let parent = self.trace(recording.parent);
        let parent = parent.ok_or_else(|| malformed(format!("there is no trace {}", recording.parent)))?;
        let exit = parent.exits().find(|exit| exit.id == ExitId(recording.parent_exit));
        let exit = exit.ok_or_else(|| malformed(format!("the parent has no exit {}", recording.parent_exit)))?;
        Ok(ExitSnapshot::of(parent, exit.snap))
    }

    fn check_link(&self, trace: &Trace) -> Result<(), Abort> {
        if let End::Link { target: Target::Trace(id), .. } = trace.end
            && self.trace(id).is_none_or(|target| target.kind == TraceKind::Side)
        {
            return Err(Abort::new(AbortReason::Malformed, format!("trace {id} is no root to link to")));
        }
        Ok(())
    }

    fn verify(&self, trace: &Trace) -> Result<(), Abort> {
        if self.tunables.verify == 1 || cfg!(debug_assertions) {
            return verify(trace).map_err(|error| Abort::new(AbortReason::Internal, error));
        }
        Ok(())
    }

    fn count(
        &mut self,
        recording: &Recording,
        trace: &Trace,
        built: u64,
        assembled: &asm::Assembled,
        counters: &Counters,
    ) {
        let statistics = &mut self.statistics;
        statistics.by_kind[recording.kind as usize] += 1;
        if recording.end.kind == TraceEndKind::Loop {
            let closed = trace.end == End::Loop;
            statistics.loops_closed += closed as u64;
            statistics.loops_through_memory += !closed as u64;
        }
        statistics.operations += recording.ops.len() as u64;
        statistics.instructions_built += built;
        statistics.instructions_optimized += trace.insts.len() as u64;
        statistics.exits += assembled.exits as u64;
        statistics.trace_bytes += assembled.code_size as u64;
        statistics.passes.add(counters);
    }

    /// Counters as a JSON object.
    pub fn statistics(&self) -> Value {
        let statistics = &self.statistics;
        let aborts: Map<String, Value> =
            statistics.aborts.iter().map(|(&name, &count)| (name.into(), count.into())).collect();
        let passes: Map<String, Value> =
            statistics.passes.named().iter().map(|&(name, count)| (name.into(), count.into())).collect();
        json!({
            "recordings": statistics.recordings,
            "traces": {
                "loop": statistics.by_kind[TraceKind::Loop as usize],
                "procedure": statistics.by_kind[TraceKind::Procedure as usize],
                "side": statistics.by_kind[TraceKind::Side as usize],
            },
            "loops_closed": statistics.loops_closed,
            "loops_through_memory": statistics.loops_through_memory,
            "aborts": aborts,
            "exits": statistics.exits,
            "operations_recorded": statistics.operations,
            "instructions_built": statistics.instructions_built,
            "instructions_optimized": statistics.instructions_optimized,
            "passes": passes,
            "trace_bytes": statistics.trace_bytes,
            "code_memory_bytes": self.environment.code_used(),
            "compile_microseconds": statistics.nanoseconds / 1000,
        })
    }
}

/// Whether a layout is one that this plugin can work with; the error is one line.
fn check_layout(layout: &HostLayout) -> Result<(), String> {
    if !(1..=5).contains(&layout.tag_bits) {
        return Err(format!("{} tag bits are not supported (1 to 5 are)", layout.tag_bits));
    }
    let tags = 1u64 << (1 << layout.tag_bits);
    if u64::from(layout.pointer_tags) >= tags || u64::from(layout.float.tags) >= tags {
        return Err("the host's tag sets do not fit its tag bits".into());
    }
    if layout.pointer_tags & layout.float.tags != 0 {
        return Err("the host's immediate floats share tags with its pointers".into());
    }
    if layout.alias_classes.len() > 256 {
        return Err(format!("{} alias classes are too many (at most 256)", layout.alias_classes.len()));
    }
    if layout.float.rotate >= 64 {
        return Err("the host's float rotation is not within 64 bits".into());
    }
    Ok(())
}
