//! The plugin as a host sees it: the table of functions, warnings, statistics, recordings that break the contract.

#![cfg(all(target_arch = "x86_64", unix))]

mod common;
#[path = "common/random.rs"]
mod random;

use abi_stable::std_types::{RResult, RString};
use limpet_jit::{build::parse::parse, plugin::root_module};
use limpet_plugin_api::{
    API_VERSION, AbortReason, ApiVersion, Attached, Attachment, OpCode, PluginRef, Recording, trace_op::ValueRef,
};
use random::Random;

fn attachment(options: &str, dump: &str) -> Attachment {
    Attachment { api: API_VERSION, layout: common::layout(), options: options.into(), dump: dump.into() }
}

fn attach(plugin: PluginRef, options: &str, dump: &str) -> Attached {
    match plugin.attach()(&attachment(options, dump)) {
        RResult::ROk(attached) => attached,
        RResult::RErr(error) => panic!("{error}"),
    }
}

fn refusal(plugin: PluginRef, attachment: &Attachment) -> RString {
    match plugin.attach()(attachment) {
        RResult::ROk(_) => panic!("attached"),
        RResult::RErr(error) => error,
    }
}

#[test]
fn it_describes_itself() {
    let description = root_module().describe()();
    assert_eq!(description.name, "limpet-jit");
    assert_eq!(description.operations.as_slice(), OpCode::ALL);
    assert!(description.oldest_api <= description.newest_api && description.newest_api == API_VERSION);
}

#[test]
fn options_and_dumps_that_it_does_not_know_are_warnings() {
    let plugin = root_module();
    let attached = attach(plugin, "hotlop=3,opt=-sunk,hotloop=3", "trace,obt");
    assert_eq!(attached.warnings.len(), 3, "{:?}", attached.warnings);
    plugin.detach()(attached.instance);
}

#[test]
fn hosts_that_it_can_not_serve_are_refused_in_one_line() {
    let plugin = root_module();
    let newer = Attachment { api: ApiVersion { major: 2, minor: 0 }, ..attachment("", "") };
    assert!(refusal(plugin, &newer).contains("contract 2.0"));
    let mut many_tags = attachment("", "");
    many_tags.layout.tag_bits = 9;
    assert!(refusal(plugin, &many_tags).contains("9 tag bits"));
    let mut shared = attachment("", "");
    shared.layout.pointer_tags |= shared.layout.float.tags;
    assert!(refusal(plugin, &shared).contains("share tags"));
}

fn valid() -> Recording {
    parse(
        r#"loop "valid" start 0x10 extent 8
  i = SlotRead 0
  x = SlotRead.float 3
  Safepoint s0
  GuardTags i {0} s0
  n = ConstInt 800
  GuardInt i lt n s0
  p = Alloc 16 tag 1 s0
  Store.I64 [p -1] class 0 i
  Store.I64 [p +7] class 0 n
  y = FloatMul x x
  b = BoxFloat y
  r = Call f(p i) s0
  GuardMasked r 0xff 0x20 s1
  l = Load.I64 [p -1] class 0
  k = AddChecked l n s1
end loop s2
function f 0x1000 context int writes fails
s0 resume 0x10 base 0 top 8
s1 resume 0x14 base 0 top 8 [1]=p [2]=b [3:float]=y
s2 resume 0x10 base 0 top 8 [0]=k [1]=p [3:float]=y
"#,
    )
    .expect("the text is a recording")
}

#[test]
fn statistics_count() {
    let plugin = root_module();
    let attached = attach(plugin, "", "");
    if let RResult::RErr(abort) = plugin.compile()(attached.instance, &valid()) {
        panic!("{abort}");
    }
    let unknown = Recording { ops: vec![limpet_plugin_api::TraceOp::new(OpCode(999))].into(), ..valid() };
    match plugin.compile()(attached.instance, &unknown) {
        RResult::ROk(_) => panic!("compiled"),
        RResult::RErr(abort) => assert_eq!(abort.reason, AbortReason::UnknownOperation),
    }
    let text = plugin.statistics()(attached.instance);
    let statistics: serde_json::Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(statistics["traces"]["loop"], 1);
    assert_eq!(statistics["loops_closed"], 1);
    assert_eq!(statistics["recordings"], 2);
    assert_eq!(statistics["aborts"]["UnknownOperation"], 1);
    assert!(statistics["instructions_optimized"].as_u64() > Some(5), "{statistics}");
    plugin.detach()(attached.instance);
}

#[test]
fn a_side_trace_needs_its_parent() {
    let plugin = root_module();
    let attached = attach(plugin, "", "");
    let mut side = valid();
    side.kind = limpet_plugin_api::TraceKind::Side;
    side.end.kind = limpet_plugin_api::TraceEndKind::Leave;
    match plugin.compile()(attached.instance, &side) {
        RResult::ROk(_) => panic!("compiled"),
        RResult::RErr(abort) => assert_eq!(abort.reason, AbortReason::Malformed),
    }
    plugin.detach()(attached.instance);
}

/// Recordings with a few fields changed at random: given up or compiled, never a failure of the compiler.
#[test]
fn recordings_that_break_the_contract_are_given_up() {
    let plugin = root_module();
    let base = valid();
    let mut random = Random(0x1234_5678_9abc_def1);
    let (mut compiled, mut given_up) = (0, 0);
    let mut attached = attach(plugin, "verify=1", "");
    for round in 0..3000 {
        // Code memory is limited: begin anew now and then.
        if round % 500 == 499 {
            plugin.detach()(attached.instance);
            attached = attach(plugin, "verify=1", "");
        }
        let mut recording = base.clone();
        for _ in 0..1 + random.below(3) {
            mutate(&mut recording, &mut random);
        }
        match plugin.compile()(attached.instance, &recording) {
            RResult::ROk(_) => compiled += 1,
            RResult::RErr(abort) => {
                let text = limpet_jit::build::text::print(&recording);
                assert_ne!(abort.reason, AbortReason::Internal, "{abort}\n{text}");
                given_up += 1;
            }
        }
    }
    plugin.detach()(attached.instance);
    assert!(compiled > 300 && given_up > 300, "{compiled} compiled, {given_up} given up");
}

fn mutate(recording: &mut Recording, random: &mut Random) {
    let odd = |random: &mut Random| match random.below(6) {
        0 => u32::MAX,
        1 => 1 << 31,
        2 => random.below(1 << 20) as u32,
        _ => random.below(20) as u32,
    };
    let count = recording.ops.len();
    let value = odd(random);
    match random.below(14) {
        0 => recording.ops[random.below(count)].code = *OpCode::ALL.get(value as usize).unwrap_or(&OpCode(77)),
        1 => recording.ops[random.below(count)].a = ValueRef(value),
        2 => recording.ops[random.below(count)].b = ValueRef(value),
        3 => recording.ops[random.below(count)].c = ValueRef(value),
        4 => recording.ops[random.below(count)].imm = value as i32,
        5 => recording.ops[random.below(count)].snap = value,
        6 => recording.ops[random.below(count)].access = value as u8,
        7 => recording.ops[random.below(count)].alias = value as u8,
        8 => recording.snapshots[1].first = value,
        9 => recording.snapshots[1].count = value,
        10 => recording.snapshots[2].base_shift = value as i32,
        11 => recording.snapshot_entries[random.below(5)].value = ValueRef(value),
        12 => recording.snapshot_entries[random.below(5)].slot = value as i32,
        _ => recording.end.snap = value,
    }
}
