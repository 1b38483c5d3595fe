//! Trees of traces against a plugin that is a table of functions in this file: it notes what it is asked to compile and
//! answers as the test has laid out.

#![allow(unsafe_code)] // Hook cells and a context, as a host has them.

use crate::{CellState, HookCell, Hooks, SiteAction, SiteKind, recording_text};
use abi_stable::{
    prefix_type::PrefixTypeTrait,
    std_types::{RErr, ROk, RResult, RString},
};
use limpet_plugin_api::{
    API_VERSION, Abort, AbortReason, Attached, Attachment, CompiledTrace, Description, ExitState, Instance, OpCode,
    Plugin, PluginRef, Recording,
    layout::{AllocLayout, BarrierLayout, ContextLayout, EntryConvention, FloatTemplate, HostLayout, SlotDirection},
};
use std::{cell::RefCell, collections::VecDeque};

/// What the plugin of one test (that is: of one thread) has seen and will answer.
#[derive(Default)]
struct Script {
    recordings: Vec<String>,
    answers: VecDeque<AbortReason>,
    exits: VecDeque<ExitState>,
    detached: u32,
    during: Option<fn(*mut u8)>,
    compiled: u32,
    lacks: Vec<OpCode>,
}

thread_local! {
    static SCRIPT: RefCell<Script> = RefCell::default();
}

fn script<R>(f: impl FnOnce(&mut Script) -> R) -> R {
    SCRIPT.with(|script| f(&mut script.borrow_mut()))
}

extern "C" fn describe() -> Description {
    let lacks = script(|s| s.lacks.clone());
    Description {
        name: "fake".into(),
        version: "1.2.3".into(),
        oldest_api: API_VERSION,
        newest_api: API_VERSION,
        operations: OpCode::ALL.iter().copied().filter(|op| !lacks.contains(op)).collect(),
        target: "nothing".into(),
    }
}

extern "C" fn attach(attachment: &Attachment) -> RResult<Attached, RString> {
    if attachment.options.contains("refuse") {
        return RErr("not today\nor ever".into());
    }
    let warnings = match attachment.options.contains("odd") {
        true => vec![RString::from("unknown option 'odd'")].into(),
        false => Default::default(),
    };
    script(|s| s.compiled = 0);
    ROk(Attached { instance: Instance(std::ptr::null_mut()), enter: enter as *const () as u64, warnings })
}

extern "C" fn compile(_: Instance, recording: &Recording) -> RResult<CompiledTrace, Abort> {
    script(|s| {
        s.recordings.push(recording_text(recording));
        if let Some(reason) = s.answers.pop_front() {
            return RErr(Abort::new(reason, "as told"));
        }
        let id = s.compiled;
        s.compiled += 1;
        ROk(CompiledTrace { id, entry: 0x100 + id as u64, exits: 3, code_size: 10 })
    })
}

extern "C" fn statistics(_: Instance) -> RString {
    "{\"fake\":1}".into()
}

extern "C" fn detach(_: Instance) {
    script(|s| s.detached += 1);
}

unsafe extern "C" fn enter(context: *mut u8, base: *mut u64, _: *const u8, exit: *mut ExitState) {
    let (state, during) = script(|s| (s.exits.pop_front().expect("an exit"), s.during));
    if let Some(during) = during {
        during(context);
    }
    // SAFETY: the hooks pass a valid place for the exit state.
    unsafe { *exit = ExitState { base: base as u64, ..state } };
}

fn plugin() -> PluginRef {
    Plugin { describe, attach, compile, statistics, detach }.leak_into_prefix()
}

pub(crate) fn layout() -> HostLayout {
    HostLayout {
        host: "test".into(),
        direction: SlotDirection::Up,
        entry: EntryConvention::CCall,
        tag_bits: 3,
        pointer_tags: 0b10,
        failure_word: 7,
        float: FloatTemplate { rotate: 0, add: 0, tags: 0, box_slow: 0 },
        alloc: AllocLayout { cursor: 0, limit: 8, granule: 16, max_inline: 256, slow: 0, reserve: 0 },
        barrier: BarrierLayout { table: 16, shift: 4, armed: 1, slow: 0 },
        context: ContextLayout { base: 24, stack_limit: 32, safepoint: 40 },
        alias_classes: Default::default(),
    }
}

/// A host of four sites and a stack.
struct Vm {
    hooks: Hooks,
    cells: [*mut HookCell; 4],
    context: Box<[u64; 8]>,
}

const KINDS: [SiteKind; 4] = [SiteKind::Loop, SiteKind::Loop, SiteKind::Procedure, SiteKind::Procedure];

impl Vm {
    fn without_plugin() -> Vm {
        let cells = std::array::from_fn(|_| Box::into_raw(Box::new(HookCell::FRESH)));
        Vm { hooks: Hooks::new(layout()), cells, context: Box::new([0; 8]) }
    }

    fn new(options: &str) -> Vm {
        let mut vm = Vm::without_plugin();
        let options = format!("hotloop=1,hotproc=1,hotexit=1,{options}");
        vm.hooks.attach_linked(plugin(), &options, "").expect("attached");
        vm
    }

    fn cell(&self, site: usize) -> HookCell {
        // SAFETY: cells are leaked.
        unsafe { *self.cells[site] }
    }

    /// Executes a site in hooked mode as often as it takes to be recorded; the number of times.
    fn execute_until_hot(&mut self, site: usize, limit: u32) -> Option<u32> {
        (1..=limit).find(|_| {
            let cell = self.cells[site];
            // SAFETY: cells are leaked, and used here alone.
            unsafe { (*cell).tick() && self.hooks.hot(cell, KINDS[site], Vm::address(site), || format!("site {site}")) }
        })
    }

    fn address(site: usize) -> u64 {
        1000 + site as u64
    }

    fn begin(&mut self, site: usize) {
        self.execute_until_hot(site, 1_000_000).expect("hot");
        assert_eq!(self.reach(site), SiteAction::Continue);
    }

    /// Executes a site in observed mode.
    fn reach(&mut self, site: usize) -> SiteAction {
        match self.hooks.instruction(Vm::address(site), 4) {
            // SAFETY: cells are leaked.
            SiteAction::Continue => unsafe {
                self.hooks.site_reached(self.cells[site], KINDS[site], Vm::address(site))
            },
            ended => ended,
        }
    }

    /// Executes some other instruction in observed mode.
    fn step(&mut self, resume: u64) -> SiteAction {
        self.hooks.instruction(resume, 4)
    }

    fn shift(&mut self, delta: i32) {
        self.hooks.recorder().expect("recording").shift_base(delta);
    }

    fn compile(&mut self, site: usize) {
        self.begin(site);
        assert_eq!(self.step(1), SiteAction::Continue);
        assert_eq!(self.reach(site), SiteAction::Finished);
    }

    /// Enters a site's trace, which leaves as told.
    fn enter(&mut self, site: usize, trace: u32, exit: u32, resume: u64) -> crate::Entered {
        script(|s| s.exits.push_back(ExitState { trace, exit, resume, base: 0 }));
        let context = self.context.as_mut_ptr().cast();
        // SAFETY: cells are leaked, the context lives, and the fake enters nothing.
        unsafe { Hooks::enter(&raw mut self.hooks, context, std::ptr::null_mut(), self.cells[site]) }
    }

    fn aborts(&self, reason: AbortReason) -> u64 {
        self.hooks.counts.aborts_for(reason)
    }
}

fn last_recording() -> String {
    script(|s| s.recordings.last().cloned()).expect("a recording")
}

#[test]
fn a_site_is_recorded_after_as_many_executions_as_told() {
    let mut vm = Vm::new("hotloop=56,hotproc=7");
    assert_eq!(vm.execute_until_hot(0, 1000), Some(56));
    assert_eq!(vm.cell(0).state(), CellState::Recording);
    vm.hooks.abort(AbortReason::Raised, "");
    assert_eq!(vm.execute_until_hot(2, 1000), Some(7));
}

#[test]
fn a_loop_is_compiled_and_entered() {
    let mut vm = Vm::new("");
    vm.compile(0);
    assert_eq!(
        last_recording(),
        "loop at \"site 0\", start 1000, extent 4\n\
         0000  Safepoint                                   snap 0\n\
         snap 0: resume 1000, base +0, top 4 []\n\
         snap 1: resume 1000, base +0, top 4 []\n\
         end Loop, snap 1\n"
    );
    let cell = vm.cell(0);
    assert_eq!((cell.entry, cell.trace, cell.state()), (0x100, 0, CellState::Attached));
    let left = vm.enter(0, 0, ExitState::END, 77);
    assert_eq!((left.resume, left.record, left.skip), (77, false, false));
    assert!(vm.enter(0, 0, ExitState::END, 1000).skip, "left where it was entered");
}

#[test]
fn aborts_are_penalized_and_end_in_the_blacklist() {
    let mut vm = Vm::new("penalty=10,maxpenalty=100");
    let mut waits = Vec::new();
    while let Some(wait) = vm.execute_until_hot(0, 10_000) {
        waits.push(wait);
        vm.hooks.abort(AbortReason::Raised, "");
    }
    assert_eq!(waits[..2], [1, 10]);
    assert!(waits.windows(2).all(|w| w[1] >= 2 * w[0]), "{waits:?}");
    assert!((4..=6).contains(&waits.len()), "{waits:?}");
    assert_eq!(vm.cell(0).state(), CellState::Blacklisted);
    assert_eq!(vm.aborts(AbortReason::Raised), waits.len() as u64);
}

#[test]
fn a_permanent_refusal_blacklists_at_once() {
    let mut vm = Vm::new("");
    script(|s| s.answers.push_back(AbortReason::TooComplex));
    vm.begin(0);
    vm.step(1);
    assert_eq!(vm.reach(0), SiteAction::Aborted);
    assert_eq!(vm.cell(0).state(), CellState::Blacklisted);
}

#[test]
fn a_plugin_that_keeps_failing_is_switched_off_with_one_warning() {
    let mut vm = Vm::new("");
    vm.compile(3);
    let compiled = std::mem::replace(&mut vm.cells[3], Box::into_raw(Box::new(HookCell::FRESH)));
    script(|s| s.answers.extend([AbortReason::Internal; 4]));
    for site in 0..4 {
        assert!(vm.hooks.is_attached());
        vm.begin(site);
        vm.step(1);
        assert_eq!(vm.reach(site), SiteAction::Aborted);
    }
    assert!(!vm.hooks.is_attached());
    assert_eq!(vm.hooks.take_warnings().len(), 1);
    // SAFETY: cells are leaked.
    assert_eq!(unsafe { (*compiled).entry }, 0, "no trace is entered any more");
    assert_eq!(script(|s| s.detached), 1);
    assert_eq!(vm.execute_until_hot(0, 1000), None, "nothing is recorded any more");
}

#[test]
fn full_code_memory_ends_compilation_but_not_execution() {
    let mut vm = Vm::new("");
    vm.compile(0);
    script(|s| s.answers.push_back(AbortReason::CodeMemory));
    vm.begin(1);
    vm.step(1);
    assert_eq!(vm.reach(1), SiteAction::Aborted);
    assert_eq!(vm.execute_until_hot(2, 1000), None);
    assert!(!vm.enter(0, 0, 1, 50).record);
    assert_ne!(vm.cell(0).entry, 0);
    assert_eq!(vm.hooks.warnings().len(), 1);
}

#[test]
fn a_hot_exit_grows_a_side_trace_that_links_to_its_root() {
    let mut vm = Vm::new("hotexit=3");
    vm.compile(0);
    assert!(!vm.enter(0, 0, 1, 50).record);
    assert!(!vm.enter(0, 0, 2, 60).record, "exits count on their own");
    assert!(!vm.enter(0, 0, 1, 50).record);
    assert!(vm.enter(0, 0, 1, 50).record);
    assert_eq!(vm.step(50), SiteAction::Continue);
    assert_eq!(vm.reach(0), SiteAction::Finished);
    let text = last_recording();
    assert!(text.starts_with("side of 0/1 at \"site 0, exit 1 of trace 0\", start 50"), "{text}");
    assert!(text.ends_with("end Link trace 0, snap 0\n"), "{text}");
    assert!((0..100).all(|_| !vm.enter(0, 0, 1, 50).record), "compiled once");
    // An exit of the side trace grows on.
    let grown = (0..10).any(|_| vm.enter(0, 1, 0, 70).record);
    assert!(grown);
    vm.hooks.abort(AbortReason::Raised, "");
}

#[test]
fn a_side_trace_may_begin_at_a_site_and_does_not_end_there() {
    let mut vm = Vm::new("");
    vm.compile(0);
    assert!(vm.enter(0, 0, 0, 1000).record);
    assert_eq!(vm.reach(0), SiteAction::Continue, "an empty trace would never get further");
    assert_eq!(vm.step(1), SiteAction::Continue);
    assert_eq!(vm.reach(0), SiteAction::Finished);
}

#[test]
fn an_exit_that_can_not_be_recorded_is_left_alone() {
    let mut vm = Vm::new("tryside=2");
    vm.compile(0);
    let mut attempts = 0;
    for _ in 0..100 {
        if vm.enter(0, 0, 1, 50).record {
            attempts += 1;
            vm.step(50);
            assert_eq!(vm.hooks.stop_leaving(AbortReason::Unsupported, "call/cc"), SiteAction::Aborted);
        }
    }
    assert_eq!(attempts, 2);
}

#[test]
fn ends_and_exits_on_request_do_not_count() {
    let mut vm = Vm::new("");
    vm.compile(0);
    assert!(!vm.enter(0, 0, ExitState::END, 50).record);
    vm.context[5] = 1;
    assert!(!vm.enter(0, 0, 1, 50).record);
    vm.context[5] = 0;
    assert!(vm.enter(0, 0, 1, 50).record);
}

#[test]
fn nonsense_from_native_code_is_no_panic() {
    let mut vm = Vm::new("");
    vm.compile(0);
    assert!(!vm.enter(0, 99, 1, 50).record);
    assert!(!vm.enter(0, 0, 999, 50).record);
}

#[test]
fn an_outer_loop_waits_for_the_inner_one_and_links_in_the_end() {
    let mut vm = Vm::new("penalty=1");
    vm.compile(1);
    for _ in 0..2 {
        vm.begin(0);
        vm.step(1);
        assert_eq!(vm.reach(1), SiteAction::Aborted);
    }
    assert_eq!(vm.aborts(AbortReason::InnerLoop), 2);
    vm.begin(0);
    vm.step(1);
    assert_eq!(vm.reach(1), SiteAction::Finished);
    assert!(last_recording().ends_with("end Link trace 0, snap 1\n"));
}

#[test]
fn an_inner_loop_that_is_cold_is_unrolled_and_then_comes_first() {
    let mut vm = Vm::new("maxunroll=3");
    vm.begin(0);
    let actions: Vec<_> = (0..5).map(|_| vm.reach(1)).collect();
    assert_eq!(actions[..4], [SiteAction::Continue; 4]);
    assert_eq!(actions[4], SiteAction::Aborted);
    assert_eq!(vm.aborts(AbortReason::InnerLoop), 1);
}

#[test]
fn calls_are_inlined_and_recursion_links() {
    let mut vm = Vm::new("");
    vm.begin(2);
    vm.step(1);
    vm.shift(6);
    assert_eq!(vm.reach(2), SiteAction::Finished);
    let text = last_recording();
    assert!(text.contains("snap 1: resume 1002, base +6") && text.ends_with("end Link self, snap 1\n"), "{text}");
    // A loop that calls it again and again inlines it; a deep recursion links.
    vm.begin(0);
    for _ in 0..20 {
        vm.shift(6);
        assert_eq!(vm.reach(2), SiteAction::Continue);
        vm.shift(-6);
        vm.step(1);
    }
    for _ in 0..2 {
        vm.shift(6);
        assert_eq!(vm.reach(2), SiteAction::Continue);
    }
    vm.shift(6);
    assert_eq!(vm.reach(2), SiteAction::Finished);
    assert!(last_recording().contains("end Link trace 0"));
}

#[test]
fn a_procedure_that_tail_calls_itself_is_a_loop() {
    let mut vm = Vm::new("");
    vm.compile(2);
    let text = last_recording();
    assert!(text.starts_with("loop at \"site 2\"") && text.contains("end Loop"), "{text}");
}

#[test]
fn a_procedure_that_returns_goes_on_in_its_caller() {
    let mut vm = Vm::new("");
    vm.compile(0);
    vm.begin(2);
    vm.shift(-6);
    assert_eq!(vm.step(1), SiteAction::Continue);
    assert_eq!(vm.reach(0), SiteAction::Finished);
    let text = last_recording();
    assert!(text.contains("base -6") && text.contains("end Link trace 0"), "{text}");
}

#[test]
fn a_recursion_that_unwinds_ends_as_a_stitched_trace() {
    let mut vm = Vm::new("maxunroll=5");
    vm.compile(0);
    assert!(vm.enter(0, 0, 1, 50).record);
    let ended = (0..20).find_map(|_| {
        vm.shift(-6);
        Some(vm.step(51)).filter(|action| *action != SiteAction::Continue)
    });
    assert_eq!(ended, Some(SiteAction::Finished));
    assert!(last_recording().contains("end Leave"));
}

#[test]
fn a_loop_that_is_always_left_is_recorded_through_its_exit() {
    let mut vm = Vm::new("penalty=1");
    for round in 0..3 {
        vm.begin(0);
        vm.hooks.recorder().expect("recording").set_loop_extent(990, 1000);
        assert_eq!(vm.step(995), SiteAction::Continue);
        let expected = if round < 2 { SiteAction::Aborted } else { SiteAction::Continue };
        assert_eq!(vm.step(1500), expected);
    }
    assert_eq!(vm.step(995), SiteAction::Continue);
    assert_eq!(vm.reach(0), SiteAction::Finished);
}

#[test]
fn a_long_enough_trace_is_stitched() {
    let mut vm = Vm::new("minstitch=20");
    vm.begin(0);
    for resume in 0..30 {
        vm.step(resume);
    }
    assert_eq!(vm.hooks.stop_leaving(AbortReason::Unsupported, "display"), SiteAction::Finished);
    assert!(last_recording().ends_with("end Leave, snap 1\n"));
    assert!(vm.hooks.statistics_json().contains("\"stitched\":{\"Unsupported\":1}"));
    vm.begin(1);
    vm.step(1);
    assert_eq!(vm.hooks.stop_leaving(AbortReason::Unsupported, "display"), SiteAction::Aborted);
}

#[test]
fn detaching_resets_cells_and_attaching_again_works() {
    let mut vm = Vm::new("");
    vm.compile(0);
    vm.begin(1);
    vm.hooks.detach();
    assert_eq!(script(|s| s.detached), 1);
    assert!(vm.hooks.recorder().is_none());
    for site in 0..2 {
        assert_eq!((vm.cell(site).entry, vm.cell(site).state()), (0, CellState::Fresh));
    }
    vm.hooks.attach_linked(plugin(), "hotloop=1", "").expect("again");
    vm.compile(0);
    assert_eq!(vm.cell(0).entry, 0x100);
    assert!(vm.hooks.attach_linked(plugin(), "", "").is_err(), "only one");
}

thread_local! {
    static HOOKS: RefCell<Option<*mut Hooks>> = const { RefCell::new(None) };
}

#[test]
fn detaching_from_within_native_code_waits_until_it_has_left() {
    let mut vm = Vm::new("");
    vm.compile(0);
    HOOKS.set(Some(&raw mut vm.hooks));
    script(|s| {
        s.during = Some(|context| {
            let hooks = HOOKS.take().expect("hooks");
            // SAFETY: `Hooks::enter` holds no reference while native code runs.
            unsafe {
                (*hooks).detach();
                assert!(!(*hooks).is_attached());
                assert_eq!(*context.add(40).cast::<u32>(), super::attach::SAFEPOINT_DETACH);
            }
            assert_eq!(script(|s| s.detached), 0, "not while its code is running");
        });
    });
    let left = vm.enter(0, 0, 1, 50);
    assert!(!left.record);
    assert_eq!(script(|s| s.detached), 1);
    assert_eq!(vm.context[5], 0, "the bit is taken back");
    assert_eq!(vm.cell(0).entry, 0);
}

#[test]
fn dropping_the_hooks_gives_the_plugin_back() {
    let mut vm = Vm::new("");
    vm.compile(0);
    drop(vm);
    assert_eq!(script(|s| s.detached), 1);
}

#[test]
fn words_are_reported_while_they_are_recorded_and_afterwards() {
    let mut vm = Vm::new("");
    let words = |vm: &Vm| {
        let mut words = Vec::new();
        vm.hooks.visit_words(&mut |word| words.push(word));
        words.sort_unstable();
        words
    };
    vm.begin(0);
    let recorder = vm.hooks.recorder().expect("recording");
    recorder.const_word(0xA1);
    recorder.const_word(0xB1);
    recorder.const_int(3);
    assert_eq!(words(&vm), [0xA1, 0xB1]);
    vm.step(1);
    vm.reach(0);
    assert_eq!(words(&vm), [0xA1, 0xB1]);
    vm.hooks.detach();
    assert!(words(&vm).is_empty());
}

#[test]
fn options_warn_once_and_refusals_are_one_line() {
    let mut vm = Vm::without_plugin();
    vm.hooks.attach_linked(plugin(), "hotloop=x,odd=1", "").expect("attached");
    assert_eq!(vm.hooks.warnings().len(), 2, "{:?}", vm.hooks.warnings());
    let described = vm.hooks.describe().expect("attached").to_string();
    assert!(described.starts_with("fake 1.2.3 (nothing), contract 1.0"), "{described}");
    let error = Vm::without_plugin().hooks.attach_linked(plugin(), "refuse=1", "").expect_err("refused").to_string();
    assert_eq!(error, "the plugin refused: not today or ever");
}

#[test]
fn a_recording_with_an_operation_the_plugin_lacks_is_given_up() {
    script(|s| s.lacks = vec![OpCode::Mul]);
    let mut vm = Vm::new("");
    assert!(!vm.hooks.supports(OpCode::Mul) && vm.hooks.supports(OpCode::Add));
    vm.begin(0);
    let recorder = vm.hooks.recorder().expect("recording");
    let one = recorder.const_int(1);
    recorder.op2(OpCode::Mul, one, one);
    assert_eq!(vm.step(1), SiteAction::Aborted);
    assert_eq!(vm.cell(0).state(), CellState::Blacklisted);
}

#[test]
fn limits_of_roots_and_sides_hold() {
    let mut vm = Vm::new("maxroots=1,maxsides=1");
    vm.compile(0);
    assert_eq!(vm.execute_until_hot(1, 1000), None);
    assert!(vm.enter(0, 0, 1, 50).record);
    vm.step(50);
    assert_eq!(vm.reach(0), SiteAction::Finished);
    assert!((0..100).all(|_| !vm.enter(0, 0, 2, 60).record));
}

#[test]
fn nested_runs_do_not_disturb_a_recording() {
    let mut vm = Vm::new("");
    vm.compile(0);
    vm.begin(1);
    assert!(!vm.enter(0, 0, 1, 50).record);
    assert_eq!(vm.execute_until_hot(2, 10), None);
    assert!(vm.hooks.is_recording());
}

#[test]
fn recordings_can_be_seen_without_a_plugin() {
    let mut vm = Vm::without_plugin();
    assert!(!vm.hooks.wants_hooks());
    vm.hooks.set_recording_sink(Some(Box::new(|recording| {
        script(|s| s.recordings.push(recording_text(recording)));
    })));
    assert!(vm.hooks.wants_hooks());
    vm.compile(0);
    assert!(last_recording().contains("end Loop"));
    assert_eq!(vm.execute_until_hot(0, 10_000), None, "once is enough");
}

#[test]
fn observers_see_every_instruction_and_can_be_taken_off() {
    struct Count(std::rc::Rc<RefCell<Vec<u64>>>);
    impl crate::DispatchObserver for Count {
        fn instruction(&mut self, resume: u64) {
            self.0.borrow_mut().push(resume);
        }
    }
    let seen = std::rc::Rc::<RefCell<Vec<u64>>>::default();
    let mut vm = Vm::new("");
    let id = vm.hooks.add_observer(Box::new(Count(seen.clone())));
    assert!(vm.hooks.is_observed());
    vm.step(5);
    vm.step(6);
    assert_eq!(vm.execute_until_hot(0, 1000), None, "an observed host does not record");
    assert!(vm.hooks.remove_observer(id).is_some());
    vm.step(7);
    assert_eq!(*seen.borrow(), [5, 6]);
    assert!(!vm.hooks.is_observed());
}

#[test]
fn forgotten_cells_are_not_touched() {
    let mut vm = Vm::new("");
    vm.compile(0);
    vm.begin(1);
    for site in 0..2 {
        let cell = vm.cells[site];
        vm.hooks.forget_cells(cell..cell.wrapping_add(1));
        // SAFETY: the cell was leaked from a box; nothing refers to it now.
        drop(unsafe { Box::from_raw(cell) });
    }
    assert!(!vm.hooks.is_recording());
    vm.hooks.detach();
}

#[test]
fn statistics_are_one_json_object() {
    let mut vm = Vm::new("");
    vm.compile(0);
    vm.enter(0, 0, ExitState::END, 9);
    let json = vm.hooks.statistics_json();
    assert!(json.starts_with("{\"hooks\":{\"attached\":true,\"entries\":1,"), "{json}");
    assert!(json.contains("\"origin\":\"site 0\"") && json.ends_with(",\"plugin\":{\"fake\":1}}"), "{json}");
    assert_eq!(json.matches('{').count(), json.matches('}').count());
    vm.hooks.detach();
    let json = vm.hooks.statistics_json();
    assert!(json.contains("\"attached\":false") && json.ends_with(",\"plugin\":{\"fake\":1}}"), "{json}");
}
