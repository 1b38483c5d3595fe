//! The description as text.

use super::{Dump, section_flags, section_kind, segment_flags, segment_kind, way_name};
use std::fmt;

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "image")?;
        for (name, value) in &self.header {
            writeln!(f, "  {name:<10} {value}")?;
        }
        writeln!(f, "  {:<10} {}", "format", self.note.format)?;
        writeln!(f, "  {:<10} {}", "compiler", self.note.compiler)?;
        writeln!(f, "  {:<10} {}", "target", self.note.target)?;
        writeln!(f, "  {:<10} {}", "opened", way_name(self.way))?;

        writeln!(f, "\nsegments")?;
        writeln!(
            f,
            "  type  flags  {:>10} {:>10} {:>10} {:>10} {:>8}",
            "offset", "address", "in file", "in memory", "align"
        )?;
        for s in &self.segments {
            writeln!(
                f,
                "  {:<5} {:<6} {:>#10x} {:>#10x} {:>#10x} {:>#10x} {:>#8x}",
                segment_kind(s.kind),
                segment_flags(s.flags),
                s.offset,
                s.address,
                s.file_size,
                s.memory_size,
                s.alignment
            )?;
        }

        writeln!(f, "\nsections")?;
        writeln!(
            f,
            "  {:<22} {:<9} flags {:>10} {:>10} {:>10} {:>6} {:>6}",
            "name", "type", "address", "offset", "size", "entry", "align"
        )?;
        for s in &self.sections {
            writeln!(
                f,
                "  {:<22} {:<9} {:<5} {:>#10x} {:>#10x} {:>#10x} {:>6} {:>6}",
                s.name,
                section_kind(s.kind),
                section_flags(s.flags),
                s.address,
                s.offset,
                s.size,
                s.entry_size,
                s.alignment
            )?;
        }

        writeln!(f, "\nsymbols")?;
        writeln!(f, "  {:>10} {:>8}  {:<18} name", "address", "size", "section")?;
        for s in &self.symbols {
            let section = self.sections.get(s.section).map_or("", |section| &section.name);
            writeln!(f, "  {:>#10x} {:>8}  {section:<18} {}", s.address, s.size, s.name)?;
        }

        writeln!(f, "\nmodules")?;
        for m in &self.modules {
            writeln!(f, "  {:<8} {} (key {:016x}{:016x})", m.kind, m.name, m.key[0], m.key[1])?;
            if !m.imports.is_empty() {
                writeln!(f, "           imports {}", m.imports.join(", "))?;
            }
        }

        writeln!(f, "\nhook cells: {} from {:#x} on", self.cells.0, self.cells.1)?;
        for (index, code) in self.codes.iter().enumerate() {
            let (first, count) = code.cells;
            let cells = if count > 0 { format!("{count} from {first} on") } else { "0".into() };
            let (frame, captures) = (code.frame_size, code.captures);
            let name = code.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
            writeln!(f, "\ncode {index}{name}: frame {frame}, captures {captures}, hook cells {cells}")?;
            let mut shown = None;
            for line in &code.instructions {
                if let Some(place) = &line.place {
                    let at = (&place.source, place.line);
                    match &place.text {
                        Some(text) if shown != Some(at) => {
                            writeln!(f, "  ; {}:{}:{}  {text}", place.source, place.line, place.column)?;
                        }
                        _ => writeln!(f, "  ; {}:{}:{}", place.source, place.line, place.column)?,
                    }
                    shown = Some(at);
                }
                writeln!(f, "  {:>6}  {}", line.unit, line.text)?;
            }
        }
        Ok(())
    }
}
