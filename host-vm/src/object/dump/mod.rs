//! What is in an image, for people and for programs: `limpet objdump FILE [--json]`.
//!
//! [`Dump::of`] collects everything once, as plain data; [`text`] and [`json`] write it. Nothing is executed, and
//! no machine is needed: constants are shown as the image describes them ([`literal`]).
//!
//! Read in this order: this module, [`literal`], [`text`], [`json`].

mod json;
mod literal;
mod text;

use super::{
    Image, ImageError,
    image::{Constant, Note, Section, Segment, Symbol},
    memory::{Options, Way},
    records::{CodeRecord, GlobalRecord, ModuleKind, ModuleRecord, SourceRecord, Table},
};
use crate::{
    bytecode::disasm::{Operand, instruction},
    text::print,
    value::Word,
};
use object::{Endianness, elf, read::elf::FileHeader};
use std::{io::Write, path::Path};

/// An image, described.
#[derive(Debug)]
pub struct Dump {
    /// The ELF header's lines: name and value.
    header: Vec<(&'static str, String)>,
    note: Note,
    way: Way,
    segments: Vec<Segment>,
    sections: Vec<Section>,
    symbols: Vec<Symbol>,
    modules: Vec<Module>,
    /// Number of hook cells, and where the first lies in memory.
    cells: (usize, u64),
    codes: Vec<Code>,
}

/// A library or program.
#[derive(Debug)]
struct Module {
    name: String,
    kind: &'static str,
    key: [u64; 2],
    imports: Vec<String>,
    codes: std::ops::Range<usize>,
}

/// A code object.
#[derive(Debug)]
struct Code {
    name: Option<String>,
    frame_size: u32,
    captures: u32,
    /// Index of its first hook cell in the image, and their number.
    cells: (u32, u32),
    constants: Vec<String>,
    instructions: Vec<Line>,
}

/// An instruction.
#[derive(Debug)]
struct Line {
    unit: usize,
    text: String,
    /// Set where another place begins.
    place: Option<Place>,
}

/// Where instructions were written.
#[derive(Debug)]
struct Place {
    source: String,
    line: u32,
    column: u32,
    text: Option<String>,
}

impl Dump {
    /// Describes an image.
    ///
    /// # Errors
    /// When its symbols are damaged.
    pub fn of(image: &Image) -> Result<Dump, ImageError> {
        let names: Vec<String> = (0..image.code_count()).map(|index| code_name(image, index)).collect();
        let texts = source_lines(image);
        let cells_at = image.sections().iter().find(|section| section.name == Table::Cells.section());
        Ok(Dump {
            header: header(image),
            note: image.note().clone(),
            way: image.way(),
            segments: image.segments().to_vec(),
            sections: image.sections().to_vec(),
            symbols: image.symbols()?,
            modules: (0..image.count(Table::Modules)).map(|index| module(image, index)).collect(),
            cells: (image.count(Table::Cells), cells_at.map_or(0, |section| section.address)),
            codes: (0..image.code_count()).map(|index| code(image, index, &names, &texts)).collect(),
        })
    }
}

/// Prints the description of an image file; the exit status.
pub fn run(path: &Path, as_json: bool, options: &Options, out: &mut dyn Write) -> i32 {
    let dump = Image::open(path, options).and_then(|image| Dump::of(&image));
    let dump = match dump {
        Ok(dump) => dump,
        Err(error) => {
            eprintln!("limpet: {}: {error}", path.display());
            return 1;
        }
    };
    let text = if as_json { dump.to_json() } else { dump.to_string() };
    // Whoever reads may stop reading: `limpet objdump F.go | head`.
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => 0,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            eprintln!("limpet: {error}");
            1
        }
    }
}

fn header(image: &Image) -> Vec<(&'static str, String)> {
    let Ok(header) = elf::FileHeader64::<Endianness>::parse(image.file()) else { return Vec::new() };
    let endian = Endianness::Little;
    vec![
        ("class", "ELF64".into()),
        ("data", "little-endian".into()),
        (
            "type",
            if header.e_type(endian) == elf::ET_DYN { "DYN".into() } else { format!("{:?}", header.e_type(endian)) },
        ),
        (
            "machine",
            if header.e_machine(endian) == elf::EM_NONE {
                "none".into()
            } else {
                format!("{:?}", header.e_machine(endian))
            },
        ),
        ("segments", header.e_phnum(endian).to_string()),
        ("sections", header.e_shnum(endian).to_string()),
    ]
}

fn code_name(image: &Image, index: usize) -> String {
    match image.text(image.code(index).name) {
        "" => format!("code {index}"),
        name => name.to_owned(),
    }
}

/// The lines of the sources whose text the image has.
fn source_lines(image: &Image) -> Vec<(String, Vec<String>)> {
    (0..image.count(Table::Sources))
        .map(|index| {
            let source: SourceRecord = image.record(index);
            let lines = image.text(source.text).lines().map(str::to_owned).collect();
            (image.text(source.name).to_owned(), lines)
        })
        .collect()
}

fn module(image: &Image, index: usize) -> Module {
    let record: ModuleRecord = image.record(index);
    let name = |index: u32| {
        let module: ModuleRecord = image.record(index as usize);
        image.text(module.name).to_owned()
    };
    Module {
        name: image.text(record.name).to_owned(),
        kind: match ModuleKind::from_number(record.kind) {
            Some(ModuleKind::External) => "external",
            Some(ModuleKind::Library) => "library",
            Some(ModuleKind::Program) => "program",
            None => "?",
        },
        key: record.key,
        imports: image.numbers(record.imports).iter().map(|&import| name(import)).collect(),
        codes: record.codes.indexes(),
    }
}

fn constant(image: &Image, index: usize, names: &[String]) -> String {
    match image.constant(index) {
        Constant::Immediate(word) => immediate(Word(word)),
        Constant::Literal(literal) => literal::show(image, literal),
        Constant::Global(global) => {
            let record: GlobalRecord = image.record(global as usize);
            let mut text = String::new();
            print::push_symbol(&mut text, image.text(record.name));
            text
        }
        Constant::Procedure(code) => format!("<{}>", names[code as usize]),
    }
}

/// A number, character or special value, as it is written in programs.
fn immediate(word: Word) -> String {
    let mut text = String::new();
    match word {
        word if word.is_char() => print::push_character(&mut text, word.as_char()),
        word if word.is_immediate_float() => print::push_float(&mut text, word.as_immediate_float()),
        word => text = format!("{word:?}"),
    }
    text
}

fn code(image: &Image, index: usize, names: &[String], texts: &[(String, Vec<String>)]) -> Code {
    let record: CodeRecord = image.code(index);
    let units = image.units(&record);
    let constants: Vec<String> = record.constants.indexes().map(|k| constant(image, k, names)).collect();
    let nested = image.numbers(record.codes);
    let mut positions = image.positions(&record).peekable();
    let mut instructions = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let mut place = None;
        while let Some(position) = positions.next_if(|position| position.unit as usize <= at) {
            let (source, lines) = &texts[position.source as usize];
            place = (position.line > 0).then(|| Place {
                source: source.clone(),
                line: position.line,
                column: position.column,
                text: lines.get(position.line as usize - 1).map(|line| line.trim().to_owned()),
            });
        }
        let (text, length) = instruction(units, at, &mut |operand, k| {
            match operand {
                Operand::Constant => constants.get(k as usize).cloned(),
                Operand::Code => nested.get(k as usize).map(|&code| format!("<{}>", names[code as usize])),
            }
            .unwrap_or_else(|| "?".into())
        });
        instructions.push(Line { unit: at, text, place });
        at += length;
    }
    Code {
        name: Some(image.text(record.name)).filter(|name| !name.is_empty()).map(str::to_owned),
        frame_size: record.frame_size,
        captures: record.captures,
        cells: (record.cells.first, record.cells.count),
        constants,
        instructions,
    }
}

/// Flags of a segment as tools write them.
fn segment_flags(flags: u32) -> String {
    [(4, 'r'), (2, 'w'), (1, 'x')].iter().map(|&(bit, letter)| if flags & bit != 0 { letter } else { '-' }).collect()
}

/// Flags of a section: allocated, writable, executable.
fn section_flags(flags: u64) -> String {
    [(2, 'a'), (1, 'w'), (4, 'x')].iter().map(|&(bit, letter)| if flags & bit != 0 { letter } else { '-' }).collect()
}

/// Name of a segment's type.
fn segment_kind(kind: u32) -> String {
    match kind {
        1 => "load".into(),
        4 => "note".into(),
        other => format!("{other:#x}"),
    }
}

/// Name of a section's type.
fn section_kind(kind: u32) -> String {
    match kind {
        0 => "null".into(),
        1 => "progbits".into(),
        2 => "symtab".into(),
        3 => "strtab".into(),
        7 => "note".into(),
        other => format!("{other:#x}"),
    }
}

/// Name of a way of loading.
fn way_name(way: Way) -> &'static str {
    match way {
        Way::Mmap => "mapped",
        Way::Read => "read",
        Way::Embedded => "embedded",
    }
}
