//! The description as JSON: one object, whose members are named as in the text.

use super::{Dump, section_flags, section_kind, segment_flags, segment_kind, way_name};
use serde_json::{Value, json};

impl Dump {
    /// The description as JSON, with a newline at its end.
    pub fn to_json(&self) -> String {
        let segments = self.segments.iter().map(|s| {
            json!({
                "type": segment_kind(s.kind), "flags": segment_flags(s.flags), "offset": s.offset, "address": s.address,
                "file_size": s.file_size, "memory_size": s.memory_size, "alignment": s.alignment,
            })
        });
        let sections = self.sections.iter().map(|s| {
            json!({
                "name": s.name, "type": section_kind(s.kind), "flags": section_flags(s.flags), "address": s.address,
                "offset": s.offset, "size": s.size, "entry_size": s.entry_size, "alignment": s.alignment,
            })
        });
        let symbols = self.symbols.iter().map(|s| {
            json!({ "name": s.name, "address": s.address, "size": s.size,
                "section": self.sections.get(s.section).map(|section| &section.name) })
        });
        let modules = self.modules.iter().map(|m| {
            json!({ "name": m.name, "kind": m.kind, "key": format!("{:016x}{:016x}", m.key[0], m.key[1]),
                "imports": m.imports, "codes": [m.codes.start, m.codes.end] })
        });
        let codes = self.codes.iter().map(|code| {
            let instructions = code.instructions.iter().map(|line| {
                json!({ "unit": line.unit, "text": line.text,
                    "place": line.place.as_ref().map(|p| json!([p.source, p.line, p.column])) })
            });
            json!({
                "name": code.name, "frame": code.frame_size, "captures": code.captures,
                "hook_cells": { "first": code.cells.0, "count": code.cells.1 },
                "constants": code.constants, "instructions": instructions.collect::<Vec<_>>(),
            })
        });
        let header: serde_json::Map<String, Value> =
            self.header.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let dump = json!({
            "header": header,
            "format": self.note.format,
            "compiler": self.note.compiler,
            "target": self.note.target,
            "opened": way_name(self.way),
            "segments": segments.collect::<Vec<_>>(),
            "sections": sections.collect::<Vec<_>>(),
            "symbols": symbols.collect::<Vec<_>>(),
            "modules": modules.collect::<Vec<_>>(),
            "hook_cells": { "count": self.cells.0, "address": self.cells.1 },
            "codes": codes.collect::<Vec<_>>(),
        });
        format!("{dump:#}\n")
    }
}
