//! Writing images: tables are filled in any order, then laid out as an ELF64 file.
//!
//! ```text
//!   0        ELF header, program headers         \
//!            note                                 |  segment 1: read only
//!            the shared tables                   /
//!   64 KiB…  constants, hook cells               -- segment 2: to write
//!            symbols, strings, section headers      for tools only
//! ```
//!
//! The gap before the second segment is a hole: it takes no room on disk.

use super::{
    ALIGNMENT, COMPILER, FORMAT, NOTE_BUILD, NOTE_OWNER, TARGET,
    records::{CodeRecord, Place, Range, Record, StringRecord, Table},
};
use object::{
    Endianness, elf,
    write::elf::{FileHeader, ProgramHeader, SectionHeader, Sym, Writer},
};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// The section with the note.
pub const NOTE_SECTION: &str = ".note.limpet";

/// Tables that are being filled.
#[derive(Debug, Default)]
pub struct Tables {
    words: HashMap<Table, Vec<u32>>,
    text: Vec<u8>,
    strings: HashMap<String, u32>,
    constants: Vec<u64>,
    cells: u32,
}

impl Tables {
    /// Tables without entries, but for the empty string, which is string 0.
    pub fn new() -> Tables {
        let mut tables = Tables::default();
        tables.string("");
        tables
    }

    /// Adds a record; its index.
    pub fn add<R: Record>(&mut self, record: R) -> u32 {
        let words = self.words.entry(R::TABLE).or_default();
        let index = words.len() / R::WORDS;
        record.put(words);
        index as u32
    }

    /// Puts a record in the place of one that was added.
    pub fn replace<R: Record>(&mut self, index: u32, record: R) {
        let mut words = Vec::with_capacity(R::WORDS);
        record.put(&mut words);
        if let Some(table) = self.words.get_mut(&R::TABLE) {
            table[index as usize * R::WORDS..][..R::WORDS].copy_from_slice(&words);
        }
    }

    /// Adds records, one after the other.
    pub fn add_all<R: Record>(&mut self, records: Vec<R>) -> Range {
        let first = self.count(R::TABLE);
        for record in records {
            self.add(record);
        }
        self.since(R::TABLE, first)
    }

    /// Number of entries of a table.
    pub fn count(&self, table: Table) -> u32 {
        let count = match table {
            Table::Text => self.text.len(),
            Table::Constants => self.constants.len(),
            Table::Cells => self.cells as usize,
            _ => self.words.get(&table).map_or(0, |words| words.len() * 4 / table.entry_bytes()),
        };
        count as u32
    }

    /// What was added to a table since it had that many entries.
    pub fn since(&self, table: Table, first: u32) -> Range {
        Range { first, count: self.count(table) - first }
    }

    /// Adds words to a table of plain words.
    pub fn words(&mut self, table: Table, words: &[u32]) -> Range {
        let first = self.count(table);
        self.words.entry(table).or_default().extend_from_slice(words);
        Range { first, count: words.len() as u32 }
    }

    /// Adds a list of indexes.
    pub fn numbers(&mut self, numbers: &[u32]) -> Range {
        self.words(Table::Numbers, numbers)
    }

    /// Adds bytes to the text.
    pub fn bytes(&mut self, bytes: &[u8]) -> Range {
        let first = self.text.len() as u32;
        self.text.extend_from_slice(bytes);
        Range { first, count: bytes.len() as u32 }
    }

    /// The index of a string, which is kept once.
    pub fn string(&mut self, string: &str) -> u32 {
        if let Some(&index) = self.strings.get(string) {
            return index;
        }
        let bytes = self.bytes(string.as_bytes());
        let index = self.add(StringRecord { bytes });
        self.strings.insert(string.to_owned(), index);
        index
    }

    /// Adds a constant: an immediate word, or zero for one that is relocated.
    pub fn constant(&mut self, word: u64) -> u32 {
        self.constants.push(word);
        self.constants.len() as u32 - 1
    }

    /// Adds hook cells.
    pub fn cells(&mut self, count: u32) -> Range {
        self.cells += count;
        Range { first: self.cells - count, count }
    }

    fn content(&self, table: Table) -> Vec<u8> {
        match table {
            Table::Text => self.text.clone(),
            Table::Constants => self.constants.iter().flat_map(|word| word.to_le_bytes()).collect(),
            Table::Cells => vec![0; self.cells as usize * Table::Cells.entry_bytes()],
            _ => self
                .words
                .get(&table)
                .map_or_else(Vec::new, |words| words.iter().flat_map(|word| word.to_le_bytes()).collect()),
        }
    }

    /// A record that was added.
    pub fn record<R: Record>(&self, index: usize) -> R {
        R::get(&self.words[&R::TABLE][index * R::WORDS..])
    }

    fn text_of(&self, string: u32) -> String {
        let record: StringRecord = self.record(string as usize);
        String::from_utf8_lossy(&self.text[record.bytes.indexes()]).into_owned()
    }

    /// The image as an ELF file whose segments are aligned to `alignment` (a power of two; [`ALIGNMENT`] but in tests).
    ///
    /// # Errors
    /// When it is too large.
    pub fn to_elf(&self, alignment: u64) -> io::Result<Vec<u8>> {
        Layout::new(self, alignment).write().map_err(io::Error::other)
    }
}

/// One section that is loaded.
struct Loaded {
    name: &'static str,
    content: Vec<u8>,
    alignment: u64,
    entry: u64,
    private: bool,
    kind: elf::SectionType,
    offset: u64,
}

struct Layout {
    sections: Vec<Loaded>,
    /// Name, number of the section, offset in it, size.
    symbols: Vec<(String, usize, u64, u64)>,
    alignment: u64,
}

impl Layout {
    fn new(tables: &Tables, alignment: u64) -> Layout {
        let note = Loaded {
            name: NOTE_SECTION,
            content: note(),
            alignment: 4,
            entry: 0,
            private: false,
            kind: elf::SHT_NOTE,
            offset: 0,
        };
        let mut sections = vec![note];
        for &table in Table::ALL {
            sections.push(Loaded {
                name: table.section(),
                content: tables.content(table),
                alignment: table.alignment() as u64,
                entry: if table.entry_bytes() > 1 { table.entry_bytes() as u64 } else { 0 },
                private: table.place() == Place::Private,
                kind: elf::SHT_PROGBITS,
                offset: 0,
            });
        }
        let mut symbols = Vec::new();
        for index in 0..tables.count(Table::Codes) as usize {
            let code: CodeRecord = tables.record(index);
            let name = match tables.text_of(code.name).replace('\0', "\u{fffd}") {
                name if name.is_empty() => format!("code {index}"),
                name => name,
            };
            let unit = Table::Code.entry_bytes() as u64;
            let place = |range: Range, bytes: u64| (u64::from(range.first) * bytes, u64::from(range.count) * bytes);
            let (at, size) = place(code.units, unit);
            symbols.push((name.clone(), 1 + Table::Code as usize, at, size));
            if code.cells.count > 0 {
                let (at, size) = place(code.cells, Table::Cells.entry_bytes() as u64);
                symbols.push((format!("{name} (hook cells)"), 1 + Table::Cells as usize, at, size));
            }
        }
        Layout { sections, symbols, alignment }
    }

    fn write(mut self) -> Result<Vec<u8>, object::write::Error> {
        let mut file = Vec::new();
        let mut writer = Writer::new(Endianness::Little, true, &mut file);
        writer.reserve_file_header();
        writer.reserve_program_headers(3);
        let mut private = None;
        let mut shared_end = 0;
        for section in &mut self.sections {
            if section.private && private.is_none() {
                shared_end = writer.reserved_len();
                private = Some(writer.reserve(0, self.alignment));
            }
            section.offset = writer.reserve(section.content.len() as u64, section.alignment);
        }
        let private_start = private.unwrap_or(0);
        let private_end = writer.reserved_len();
        // The names must live as long as the writer.
        let names: Vec<_> = self.symbols.iter().map(|symbol| writer.add_string(symbol.0.as_bytes())).collect();
        writer.reserve_null_section_index();
        let section_names: Vec<_> = self
            .sections
            .iter()
            .map(|section| (writer.add_section_name(section.name.as_bytes()), writer.reserve_section_index()))
            .collect();
        writer.reserve_symtab_section_index();
        writer.reserve_strtab_section_index();
        writer.reserve_shstrtab_section_index();
        writer.reserve_null_symbol_index();
        for symbol in &self.symbols {
            writer.reserve_symbol_index(Some(section_names[symbol.1].1));
        }
        writer.reserve_symtab();
        writer.reserve_strtab()?;
        writer.reserve_shstrtab()?;
        writer.reserve_section_headers();

        writer.write_file_header(&FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: elf::ET_DYN,
            // There is no machine code in it.
            e_machine: elf::EM_NONE,
            e_entry: 0,
            e_flags: Default::default(),
        })?;
        writer.write_align_program_headers();
        let mut segment = |kind, flags, start: u64, end: u64, alignment| {
            writer.write_program_header(&ProgramHeader {
                p_type: kind,
                p_flags: flags,
                p_offset: start,
                p_vaddr: start,
                p_paddr: start,
                p_filesz: end - start,
                p_memsz: end - start,
                p_align: alignment,
            });
        };
        segment(elf::PT_LOAD, elf::PF_R, 0, shared_end, self.alignment);
        segment(elf::PT_LOAD, elf::PF_R | elf::PF_W, private_start, private_end, self.alignment);
        let note = &self.sections[0];
        segment(elf::PT_NOTE, elf::PF_R, note.offset, note.offset + note.content.len() as u64, 4);
        for section in &self.sections {
            writer.pad_until(section.offset);
            writer.write(&section.content);
        }
        writer.write_null_symbol();
        for (symbol, &name) in self.symbols.iter().zip(&names) {
            writer.write_symbol(&Sym {
                section: Some(section_names[symbol.1].1.0),
                st_name: writer.string_offset(Some(name)),
                st_info: elf::SymbolInfo::new(elf::STB_LOCAL, elf::STT_OBJECT),
                st_other: Default::default(),
                st_shndx: Default::default(),
                st_value: self.sections[symbol.1].offset + symbol.2,
                st_size: symbol.3,
            });
        }
        writer.write_strtab();
        writer.write_shstrtab();
        writer.write_null_section_header();
        for (section, (name, _)) in self.sections.iter().zip(&section_names) {
            let write = if section.private { elf::SHF_WRITE } else { Default::default() };
            writer.write_section_header(&SectionHeader {
                sh_name: writer.section_name_offset(Some(*name)),
                sh_type: section.kind,
                sh_flags: elf::SHF_ALLOC | write,
                sh_addr: section.offset,
                sh_offset: section.offset,
                sh_size: section.content.len() as u64,
                sh_link: 0,
                sh_info: 0,
                sh_addralign: section.alignment,
                sh_entsize: section.entry,
            });
        }
        writer.write_symtab_section_header(self.symbols.len() as u32 + 1);
        writer.write_strtab_section_header();
        writer.write_shstrtab_section_header();
        Ok(file)
    }
}

/// The note: format, compiler, target.
fn note() -> Vec<u8> {
    let mut description = FORMAT.to_le_bytes().to_vec();
    description.extend_from_slice(COMPILER.as_bytes());
    description.push(0);
    description.extend_from_slice(TARGET.as_bytes());
    description.push(0);
    let mut owner = NOTE_OWNER.to_vec();
    owner.push(0);
    let mut note = Vec::new();
    for word in [owner.len() as u32, description.len() as u32, NOTE_BUILD] {
        note.extend_from_slice(&word.to_le_bytes());
    }
    for mut part in [owner, description] {
        part.resize(part.len().next_multiple_of(4), 0);
        note.extend_from_slice(&part);
    }
    note
}

/// Writes a file so that others see all of it or nothing: beside its place first, then renamed. Runs of zeros become
/// holes.
///
/// # Errors
/// When the directory can't be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = temporary_beside(path)?;
    let result = write_sparsely(&mut file, bytes).and_then(|()| std::fs::rename(&temporary, path));
    if result.is_err() {
        // What matters is the first error.
        let _ = std::fs::remove_file(&temporary);
    }
    result
}

fn temporary_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::other("no name of a file"))?;
    let mut last = io::Error::other("no free name beside the file");
    for _ in 0..16 {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_file_name(format!(".{}.{}.{number}", name.to_string_lossy(), std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn write_sparsely(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    const BLOCK: usize = 4096;
    for (number, block) in bytes.chunks(BLOCK).enumerate() {
        if block.iter().any(|&byte| byte != 0) {
            file.seek(SeekFrom::Start((number * BLOCK) as u64))?;
            file.write_all(block)?;
        }
    }
    file.set_len(bytes.len() as u64)
}

/// [`Tables::to_elf`] with the alignment that every page size allows.
///
/// # Errors
/// When it is too large.
pub fn to_elf(tables: &Tables) -> io::Result<Vec<u8>> {
    tables.to_elf(ALIGNMENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Image, ImageError, memory::Options, records::*};

    fn small() -> Tables {
        let mut tables = Tables::new();
        let units = tables.words(Table::Code, &[0x51, 0, 0, 86]);
        let constant = tables.constant(0);
        let name = tables.string("main");
        let literal = tables.add(LiteralRecord { kind: LiteralKind::String as u32, a: name, b: 0 });
        tables.add(RelocationRecord { constant, kind: Target::Literal as u32, target: literal });
        let cells = tables.cells(1);
        tables.add(CodeRecord {
            units,
            frame_size: 4,
            constants: Range { first: 0, count: 1 },
            cells,
            name,
            ..CodeRecord::default()
        });
        let programs = tables.numbers(&[0]);
        let one = Range { first: 0, count: 1 };
        tables.add(ModuleRecord {
            name,
            kind: ModuleKind::Program as u32,
            codes: one,
            literals: one,
            relocations: one,
            programs,
            ..ModuleRecord::default()
        });
        tables
    }

    #[test]
    fn an_image_is_read_as_it_was_written() {
        for alignment in [4096, ALIGNMENT] {
            let image = Image::from_bytes(&small().to_elf(alignment).unwrap()).unwrap();
            assert_eq!(image.code_count(), 1);
            let code = image.code(0);
            assert_eq!((image.units(&code), image.text(code.name)), (&[0x51, 0, 0, 86][..], "main"));
            let symbols = image.symbols().unwrap();
            assert_eq!(symbols.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["main", "main (hook cells)"]);
            assert!(image.segments()[..2].iter().all(|segment| segment.offset % alignment == 0));
        }
    }

    #[test]
    fn a_relocation_that_no_module_performs_is_an_error() {
        let mut tables = small();
        let constant = tables.constant(0);
        tables.add(RelocationRecord { constant, kind: Target::Literal as u32, target: 0 });
        let error = Image::from_bytes(&to_elf(&tables).unwrap()).unwrap_err();
        assert!(matches!(error, ImageError::Damaged(_)), "{error}");
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let bytes = to_elf(&small()).unwrap();
        for length in (0..bytes.len()).step_by(97).chain(bytes.len() - 70..bytes.len()) {
            assert!(Image::from_bytes(&bytes[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn no_byte_can_be_changed_to_something_that_crashes() {
        let bytes = to_elf(&small()).unwrap();
        let used: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] != 0 || at < 2048).collect();
        for at in used {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                // An error or an image: both are fine, and neither panics.
                if let Ok(image) = Image::from_bytes(&changed) {
                    let _ = image.symbols();
                    (0..image.code_count()).for_each(|index| drop(image.units(&image.code(index)).to_vec()));
                }
            }
        }
    }

    #[test]
    fn page_sizes_decide_how_an_image_is_loaded() {
        use crate::object::memory::Way;
        let folder = std::env::temp_dir().join(format!("limpet-write-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (alignment, page_size, way) in [
            (ALIGNMENT, 4 << 10, Way::Mmap),
            (ALIGNMENT, 16 << 10, Way::Mmap),
            (ALIGNMENT, 64 << 10, Way::Mmap),
            (4 << 10, 4 << 10, Way::Mmap),
            (4 << 10, 16 << 10, Way::Read),
            (4 << 10, 64 << 10, Way::Read),
        ] {
            let path = folder.join(format!("{alignment}-{page_size}.go"));
            write_file(&path, &small().to_elf(alignment).unwrap()).unwrap();
            let image = Image::open(&path, &Options { way: None, page_size }).unwrap();
            assert_eq!((image.way(), image.remarks().len()), (way, (way == Way::Read) as usize));
            let image = Image::open(&path, &Options { way: Some(Way::Read), page_size }).unwrap();
            assert_eq!(image.way(), Way::Read);
        }
        assert_eq!(Image::open(&folder, &Options::default()).unwrap_err(), ImageError::NotAFile);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
