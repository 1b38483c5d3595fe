//! An image as it lies in memory: headers, sections and tables, for the loader, the verifier and `limpet objdump`.
//!
//! [`Image::open`] and [`Image::from_bytes`] give an image only if all of it is in order ([`super::check`]); what the
//! accessors here return can then be indexed without a further look. Bytecode is not verified yet.

use super::{
    COMPILER, FORMAT, NOTE_BUILD, NOTE_OWNER, TARGET, check,
    memory::{Memory, Options, Way},
    records::{
        CodeRecord, LiteralKind, LiteralRecord, PositionRecord, Record, RelocationRecord, StringRecord, Table, Target,
    },
};
use crate::bytecode::verify::{CodeView, ConstantKind, verify};
use limpet_host_hooks::HookCell;
use object::{
    Endianness, elf, pod,
    read::elf::{FileHeader, ProgramHeader, SectionHeader, Sym},
};
use std::{fmt, path::Path};

/// Why there is no image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// The file can't be read.
    Unreadable(String),
    /// It is a directory, a pipe or the like.
    NotAFile,
    /// It is no ELF file.
    NotElf,
    /// It ends before its headers say so.
    Truncated,
    /// It is an ELF file of some other kind.
    Foreign(String),
    /// It has another format than this version reads.
    WrongFormat(u32),
    /// It was made by another compiler.
    WrongCompiler(String),
    /// It was made for another target.
    WrongTarget(String),
    /// It contradicts itself.
    Damaged(String),
    /// It changed while it was opened.
    Changed,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::Unreadable(cause) => f.write_str(cause),
            ImageError::NotAFile => f.write_str("not a regular file"),
            ImageError::NotElf => f.write_str("no ELF file"),
            ImageError::Truncated => f.write_str("the image is truncated"),
            ImageError::Foreign(what) => write!(f, "an ELF file, but no image of limpet: {what}"),
            ImageError::WrongFormat(found) => {
                write!(f, "the image has format {found}, this limpet reads format {FORMAT}: compile it again")
            }
            ImageError::WrongCompiler(found) => {
                write!(f, "the image was made by {found}, this is {COMPILER}: compile it again")
            }
            ImageError::WrongTarget(found) => write!(f, "the image was made for {found}, this is {TARGET}"),
            ImageError::Damaged(what) => write!(f, "the image is damaged: {what}"),
            ImageError::Changed => f.write_str("the image changed while it was opened"),
        }
    }
}

impl std::error::Error for ImageError {}

/// A segment: sections of equal permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// `p_type`.
    pub kind: u32,
    /// `p_flags`: 4 read, 2 write, 1 execute.
    pub flags: u32,
    /// First byte in the file.
    pub offset: u64,
    /// First byte in memory, from the image's base.
    pub address: u64,
    /// Bytes in the file.
    pub file_size: u64,
    /// Bytes in memory.
    pub memory_size: u64,
    /// Alignment.
    pub alignment: u64,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// First byte in memory, from the image's base; 0 if it is not loaded.
    pub address: u64,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Alignment.
    pub alignment: u64,
    /// Bytes of an entry, or 0.
    pub entry_size: u64,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Where it lies, from the image's base.
    pub address: u64,
    /// Bytes.
    pub size: u64,
    /// Index of its section.
    pub section: usize,
}

/// The note that says what made the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Version of the format.
    pub format: u32,
    /// The compiler.
    pub compiler: String,
    /// What it was made for.
    pub target: String,
}

/// What a constant of a code object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// An immediate value.
    Immediate(u64),
    /// A literal, by its index.
    Literal(u32),
    /// A global variable, by its index.
    Global(u32),
    /// A closure of a code, by its index.
    Procedure(u32),
}

/// Whether a file begins as an ELF file does.
pub fn is_image(path: &Path) -> bool {
    use std::io::Read;
    let mut magic = [0; 4];
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    is_file
        && std::fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok() && magic == elf::ELFMAG)
}

type Elf = elf::FileHeader64<Endianness>;

/// An image whose structure is in order.
#[derive(Debug)]
pub struct Image {
    memory: Memory,
    note: Note,
    segments: Vec<Segment>,
    sections: Vec<Section>,
    /// Offset and size of each table in the file, by number of the table.
    spans: Vec<(usize, usize)>,
    /// Relocations by constant: index plus one, or 0.
    relocated: Vec<u32>,
}

fn damaged<T>(what: impl Into<String>) -> Result<T, ImageError> {
    Err(ImageError::Damaged(what.into()))
}

impl Image {
    /// Opens a file in the way that fits (see [`Options`]).
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(path: &Path, options: &Options) -> Result<Image, ImageError> {
        Image::new(Memory::open(path, options)?)
    }

    /// An image in memory.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Image, ImageError> {
        Image::new(Memory::copy(bytes))
    }

    /// An image that is part of this executable, aligned to eight bytes: it was checked when it was built, and is used
    /// where it lies. Its writable segment is copied.
    ///
    /// # Errors
    /// When its headers are not in order.
    pub fn embedded(bytes: &'static [u8]) -> Result<Image, ImageError> {
        Image::parse(Memory::embedded(bytes))
    }

    fn new(memory: Memory) -> Result<Image, ImageError> {
        let image = Image::parse(memory)?;
        check::check(&image)?;
        Ok(image)
    }

    /// Reads headers and finds the tables.
    fn parse(mut memory: Memory) -> Result<Image, ImageError> {
        let data = memory.file();
        if data.len() < 4 || data[..4] != elf::ELFMAG {
            return Err(ImageError::NotElf);
        }
        if data.len() < size_of::<Elf>() {
            return Err(ImageError::Truncated);
        }
        let header = Elf::parse(data).map_err(|_| ImageError::Foreign("not 64-bit".into()))?;
        let endian = header.endian().map_err(|_| ImageError::Foreign("unknown byte order".into()))?;
        if endian != Endianness::Little || cfg!(target_endian = "big") {
            return Err(ImageError::Foreign("big-endian".into()));
        }
        if header.e_machine(endian) != elf::EM_NONE {
            let machine = header.e_machine(endian).0;
            return Err(ImageError::Foreign(format!("it holds code of machine {machine}, not bytecode")));
        }
        if header.e_type(endian) != elf::ET_DYN {
            return Err(ImageError::Foreign("not of type DYN".into()));
        }
        let truncated = |_| ImageError::Truncated;
        let mut segments = Vec::new();
        for program in header.program_headers(endian, data).map_err(truncated)? {
            segments.push(Segment {
                kind: program.p_type(endian).0,
                flags: program.p_flags(endian).0,
                offset: program.p_offset(endian),
                address: program.p_vaddr(endian),
                file_size: program.p_filesz(endian),
                memory_size: program.p_memsz(endian),
                alignment: program.p_align(endian),
            });
        }
        let length = data.len() as u64;
        let beyond = |offset: u64, size: u64| offset.checked_add(size).is_none_or(|end| end > length);
        if segments.iter().any(|segment| beyond(segment.offset, segment.file_size)) {
            return Err(ImageError::Truncated);
        }
        let table = header.sections(endian, data).map_err(truncated)?;
        let mut sections = Vec::new();
        for section in table.iter() {
            let name = table.section_name(endian, section).map_err(truncated)?;
            sections.push(Section {
                name: String::from_utf8_lossy(name).into_owned(),
                kind: section.sh_type(endian).0,
                flags: section.sh_flags(endian).0,
                address: section.sh_addr(endian),
                offset: section.sh_offset(endian),
                size: section.sh_size(endian),
                alignment: section.sh_addralign(endian),
                entry_size: section.sh_entsize(endian),
            });
        }
        let in_file = |section: &&Section| section.kind != elf::SHT_NULL.0 && section.kind != elf::SHT_NOBITS.0;
        if sections.iter().filter(in_file).any(|section| beyond(section.offset, section.size)) {
            return Err(ImageError::Truncated);
        }
        let note = read_note(data, &sections)?;
        if note.format != FORMAT {
            return Err(ImageError::WrongFormat(note.format));
        }
        if note.target != TARGET {
            return Err(ImageError::WrongTarget(note.target));
        }
        if note.compiler != COMPILER {
            return Err(ImageError::WrongCompiler(note.compiler));
        }
        check::layout(&segments, &sections)?;
        let mut spans = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let mut named = sections.iter().filter(|section| section.name == table.section());
            let (Some(section), None) = (named.next(), named.next()) else {
                return damaged(format!("there must be one section {}", table.section()));
            };
            spans.push((section.offset as usize, section.size as usize));
        }
        let Some(private) = segments.iter().find(|s| s.kind == elf::PT_LOAD.0 && s.flags & elf::PF_W.0 != 0) else {
            return damaged("no writable segment");
        };
        let range = private.offset as usize..(private.offset + private.file_size) as usize;
        memory.make_private(range, private.alignment)?;
        let mut image = Image { memory, note, segments, sections, spans, relocated: Vec::new() };
        image.relocated = vec![0; image.count(Table::Constants)];
        for index in 0..image.count(Table::Relocations) {
            let relocation: RelocationRecord = image.record(index);
            let Some(slot) = image.relocated.get_mut(relocation.constant as usize) else {
                return damaged("a relocation lies outside of the constants");
            };
            if *slot != 0 {
                return damaged("two relocations for one constant");
            }
            *slot = index as u32 + 1;
        }
        Ok(image)
    }

    /// How it came into memory.
    pub fn way(&self) -> Way {
        self.memory.way()
    }

    /// What the loader has to say about it, for the log.
    pub fn remarks(&self) -> &[String] {
        self.memory.remarks()
    }

    /// Who made it, for what.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The whole file.
    pub fn file(&self) -> &[u8] {
        self.memory.file()
    }

    /// Its segments, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Its sections, in order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Its symbols, in order; the null symbol is left out.
    ///
    /// # Errors
    /// When the symbol table is damaged.
    pub fn symbols(&self) -> Result<Vec<Symbol>, ImageError> {
        let data = self.memory.file();
        let wrong = |_| ImageError::Damaged("its symbols are".into());
        let header = Elf::parse(data).map_err(wrong)?;
        let sections = header.sections(Endianness::Little, data).map_err(wrong)?;
        let table = sections.symbols(Endianness::Little, data, elf::SHT_SYMTAB).map_err(wrong)?;
        let mut symbols = Vec::new();
        for symbol in table.iter().skip(1) {
            let name = symbol.name(Endianness::Little, table.strings()).map_err(wrong)?;
            symbols.push(Symbol {
                name: String::from_utf8_lossy(name).into_owned(),
                address: symbol.st_value(Endianness::Little),
                size: symbol.st_size(Endianness::Little),
                section: usize::from(symbol.st_shndx(Endianness::Little).0),
            });
        }
        Ok(symbols)
    }

    /// The bytes of a table.
    pub fn bytes(&self, table: Table) -> &[u8] {
        let (offset, size) = self.spans[table as usize];
        &self.memory.file()[offset..offset + size]
    }

    /// The words of a table.
    pub fn words(&self, table: Table) -> &[u32] {
        pod::slice_from_all_bytes(self.bytes(table)).unwrap_or(&[])
    }

    /// Number of entries of a table.
    pub fn count(&self, table: Table) -> usize {
        self.spans[table as usize].1 / table.entry_bytes()
    }

    /// A record of a table.
    pub fn record<R: Record>(&self, index: usize) -> R {
        R::get(&self.words(R::TABLE)[index * R::WORDS..])
    }

    /// A string.
    pub fn text(&self, string: u32) -> &str {
        let record: StringRecord = self.record(string as usize);
        std::str::from_utf8(&self.bytes(Table::Text)[record.bytes.indexes()]).unwrap_or("")
    }

    /// A list of indexes.
    pub fn numbers(&self, range: super::records::Range) -> &[u32] {
        &self.words(Table::Numbers)[range.indexes()]
    }

    /// Number of code objects.
    pub fn code_count(&self) -> usize {
        self.count(Table::Codes)
    }

    /// A code object.
    pub fn code(&self, index: usize) -> CodeRecord {
        self.record(index)
    }

    /// The instructions of a code object.
    pub fn units(&self, code: &CodeRecord) -> &[u32] {
        &self.words(Table::Code)[code.units.indexes()]
    }

    /// A constant, by its index in the table.
    pub fn constant(&self, index: usize) -> Constant {
        match self.relocated[index].checked_sub(1) {
            Some(relocation) => {
                let relocation: RelocationRecord = self.record(relocation as usize);
                match Target::from_number(relocation.kind) {
                    Some(Target::Global) => Constant::Global(relocation.target),
                    Some(Target::Procedure) => Constant::Procedure(relocation.target),
                    Some(Target::Literal) | None => Constant::Literal(relocation.target),
                }
            }
            None => {
                let bytes = &self.bytes(Table::Constants)[index * 8..index * 8 + 8];
                Constant::Immediate(u64::from_le_bytes(bytes.try_into().unwrap_or_default()))
            }
        }
    }

    /// Whether a literal is a symbol.
    pub fn is_symbol(&self, literal: u32) -> bool {
        let record: LiteralRecord = self.record(literal as usize);
        record.kind == LiteralKind::Symbol as u32
    }

    /// The positions of a code object.
    pub fn positions(&self, code: &CodeRecord) -> impl Iterator<Item = PositionRecord> {
        code.positions.indexes().map(|index| self.record(index))
    }

    /// Verifies the bytecode of all code objects.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(&self) -> Result<(), ImageError> {
        let records: Vec<CodeRecord> = (0..self.code_count()).map(|index| self.code(index)).collect();
        let kind = |index| match self.constant(index) {
            Constant::Immediate(_) => ConstantKind::Value,
            Constant::Literal(literal) if self.is_symbol(literal) => ConstantKind::Symbol,
            Constant::Literal(_) => ConstantKind::Value,
            Constant::Global(_) => ConstantKind::Global,
            Constant::Procedure(code) => ConstantKind::Procedure(code),
        };
        let constants: Vec<ConstantKind> = (0..self.count(Table::Constants)).map(kind).collect();
        let views: Vec<CodeView<'_>> = records
            .iter()
            .map(|code| CodeView {
                units: self.units(code),
                frame_size: code.frame_size,
                captures: code.captures,
                constants: &constants[code.constants.indexes()],
                codes: self.numbers(code.codes),
                cells: code.cells.count,
            })
            .collect();
        verify(&views).map_err(|error| ImageError::Damaged(error.to_string()))
    }

    /// Where a private table lies in the memory of this process; good for as long as the image.
    pub fn private(&self, table: Table) -> *mut u8 {
        self.memory.private(self.spans[table as usize].0)
    }

    /// The hook cells as the file has them: all zero, or the image is damaged.
    pub fn cells_are_fresh(&self) -> bool {
        self.bytes(Table::Cells).iter().all(|&byte| byte == 0) && HookCell::FRESH == HookCell::default()
    }
}

/// The note of a file that is an image.
fn read_note(data: &[u8], sections: &[Section]) -> Result<Note, ImageError> {
    let Some(section) = sections.iter().find(|section| section.name == super::write::NOTE_SECTION) else {
        return Err(ImageError::Foreign(format!("it has no section {}", super::write::NOTE_SECTION)));
    };
    let bytes = &data[section.offset as usize..(section.offset + section.size) as usize];
    let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes(b.try_into().unwrap_or_default()));
    let (Some(owner), Some(length), Some(NOTE_BUILD)) = (word(0), word(4), word(8)) else {
        return damaged("its note is none of limpet");
    };
    let start = 12 + (owner as usize).next_multiple_of(4);
    let name = bytes.get(12..12 + NOTE_OWNER.len());
    let description = start.checked_add(length as usize).and_then(|end| bytes.get(start..end));
    let (Some(name), Some(description)) = (name, description) else { return damaged("its note is cut") };
    if name != NOTE_OWNER || description.len() < 4 {
        return damaged("its note is none of limpet");
    }
    let format = u32::from_le_bytes(description[..4].try_into().unwrap_or_default());
    let mut texts = description[4..].split(|&byte| byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
    Ok(Note { format, compiler: texts.next().unwrap_or_default(), target: texts.next().unwrap_or_default() })
}
