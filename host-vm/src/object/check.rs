//! The structure of an image: everything that can be said without looking into bytecode.
//!
//! [`layout`] looks at segments and sections, [`check`] at the tables: all references of all records, then what depends on
//! the kind of a record. Parts come before wholes in literals, patterns and syntax, so that nothing there is circular, and
//! each is nested no deeper than the expander goes.

use super::{
    Image, ImageError,
    image::{Constant, Section, Segment},
    records::{
        BindingKind, BindingRecord, DependencyKind, DependencyRecord, GlobalRecord, IntroducedRecord, LiteralKind,
        LiteralRecord, ModuleKind, ModuleRecord, Place, Range, RelocationRecord, ScopeKind, ScopeRecord,
        ScopeSetRecord, SyntaxKind, SyntaxRecord, Table, Target, table_references,
    },
};
use crate::{expand::MAXIMUM_DEPTH, value::Word};
use object::elf;

type Check = Result<(), ImageError>;

fn damaged<T>(what: impl Into<String>) -> Result<T, ImageError> {
    Err(ImageError::Damaged(what.into()))
}

/// Largest alignment that makes sense of a segment or section.
const MOST_ALIGNMENT: u64 = 1 << 30;

/// Segments and sections: alignment, permissions, no overlaps, sections within segments.
pub(super) fn layout(segments: &[Segment], sections: &[Section]) -> Check {
    let loads: Vec<&Segment> = segments.iter().filter(|segment| segment.kind == elf::PT_LOAD.0).collect();
    let [shared, private] = loads[..] else { return damaged("there must be two segments to load") };
    for segment in [shared, private] {
        let alignment = segment.alignment;
        if !alignment.is_power_of_two() || alignment > MOST_ALIGNMENT {
            return damaged("the alignment of a segment is no power of two");
        }
        if segment.offset % alignment != 0 || segment.address % alignment != 0 {
            return damaged("a segment is not aligned as it says");
        }
        if segment.memory_size != segment.file_size {
            return damaged("a segment has another size in memory than in the file");
        }
    }
    if shared.flags != elf::PF_R.0 || private.flags != (elf::PF_R | elf::PF_W).0 {
        return damaged("the segments to load must be one to read and one to write");
    }
    if shared.offset + shared.file_size > private.offset {
        return damaged("the segments overlap");
    }
    let mut loaded: Vec<(u64, u64)> = Vec::new();
    for section in sections.iter().filter(|section| section.kind != elf::SHT_NULL.0) {
        let table = Table::ALL.iter().find(|table| table.section() == section.name);
        if section.flags & elf::SHF_ALLOC.0 == 0 {
            if table.is_some() {
                return damaged(format!("{} is not loaded", section.name));
            }
            continue;
        }
        if section.kind == elf::SHT_NOBITS.0 {
            return damaged(format!("{} has no bytes", section.name));
        }
        let home = if section.flags & elf::SHF_WRITE.0 == 0 { shared } else { private };
        let end = section.offset + section.size;
        if section.offset < home.offset || end > home.offset + home.file_size {
            return damaged(format!("{} lies outside of its segment", section.name));
        }
        if section.address.checked_sub(home.address) != Some(section.offset - home.offset) {
            return damaged(format!("{} has another place in memory than in the file", section.name));
        }
        if let Some(table) = table {
            let place = if home == shared { Place::Shared } else { Place::Private };
            if place != table.place() {
                return damaged(format!("{} lies in the wrong segment", section.name));
            }
            if section.offset % table.alignment() as u64 != 0 {
                return damaged(format!("{} is not aligned", section.name));
            }
            if section.size % table.entry_bytes() as u64 != 0 || section.size / table.entry_bytes() as u64 > 1 << 28 {
                return damaged(format!("{} has an impossible size", section.name));
            }
        }
        loaded.push((section.offset, end));
    }
    loaded.sort_unstable();
    if loaded.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return damaged("sections overlap");
    }
    Ok(())
}

/// The tables of an image whose layout is in order.
pub(super) fn check(image: &Image) -> Check {
    for &table in Table::ALL {
        let mut fault = None;
        table_references(table, image.words(table), &mut |index, target, range| {
            let end = u64::from(range.first) + u64::from(range.count);
            if range.count > 0 && end > image.count(target) as u64
                || u64::from(range.first) > image.count(target) as u64
            {
                fault.get_or_insert((index, target));
            }
        });
        if let Some((index, target)) = fault {
            return damaged(format!("{}[{index}] refers beyond {}", table.section(), target.section()));
        }
    }
    let checker = Checker { image };
    checker.strings()?;
    checker.codes()?;
    checker.constants()?;
    checker.literals()?;
    checker.modules()?;
    checker.bindings()?;
    checker.scopes()?;
    checker.syntax()
}

struct Checker<'a> {
    image: &'a Image,
}

impl Checker<'_> {
    fn index(&self, table: Table, index: u32, what: &str) -> Check {
        match (index as usize) < self.image.count(table) {
            true => Ok(()),
            false => damaged(format!("{what} refers beyond {}", table.section())),
        }
    }

    fn list(&self, table: Table, range: Range, what: &str) -> Check {
        self.image.numbers(range).iter().try_for_each(|&index| self.index(table, index, what))
    }

    fn strings(&self) -> Check {
        for index in 0..self.image.count(Table::Strings) {
            let record: super::records::StringRecord = self.image.record(index);
            if std::str::from_utf8(&self.image.bytes(Table::Text)[record.bytes.indexes()]).is_err() {
                return damaged(format!("string {index} is not UTF-8"));
            }
        }
        Ok(())
    }

    /// Codes own their units, constants and cells: one after the other, without gaps.
    fn codes(&self) -> Check {
        let (mut units, mut constants, mut cells) = (0, 0, 0);
        for index in 0..self.image.code_count() {
            let code = self.image.code(index);
            if (code.units.first, code.constants.first, code.cells.first) != (units, constants, cells) {
                return damaged(format!("code {index} does not follow the one before"));
            }
            if code.units.count == 0 {
                return damaged(format!("code {index} has no instructions"));
            }
            units += code.units.count;
            constants += code.constants.count;
            cells += code.cells.count;
            self.list(Table::Codes, code.codes, "a nested code")?;
            let mut last = None;
            for position in self.image.positions(&code) {
                if position.unit >= code.units.count || last.is_some_and(|last| position.unit < last) {
                    return damaged(format!("the positions of code {index} are not in order"));
                }
                last = Some(position.unit);
            }
        }
        let counts = [Table::Code, Table::Constants, Table::Cells].map(|table| self.image.count(table));
        if counts != [units, constants, cells].map(|count| count as usize) {
            return damaged("units, constants or cells belong to no code");
        }
        if !self.image.cells_are_fresh() {
            return damaged("a hook cell is not empty");
        }
        Ok(())
    }

    fn constants(&self) -> Check {
        for index in 0..self.image.count(Table::Relocations) {
            let relocation: RelocationRecord = self.image.record(index);
            let table = match Target::from_number(relocation.kind) {
                Some(Target::Literal) => Table::Literals,
                Some(Target::Global) => Table::Globals,
                Some(Target::Procedure) => Table::Codes,
                None => return damaged("a relocation of unknown kind"),
            };
            self.index(table, relocation.target, "a relocation")?;
            if table == Table::Codes && self.image.code(relocation.target as usize).captures != 0 {
                return damaged("a relocation makes a closure without the values it captures");
            }
        }
        for index in 0..self.image.count(Table::Constants) {
            if let Constant::Immediate(word) = self.image.constant(index)
                && !is_immediate(Word(word))
            {
                return damaged(format!("constant {index} is an address"));
            }
        }
        Ok(())
    }

    fn literals(&self) -> Check {
        for index in 0..self.image.count(Table::Literals) {
            let LiteralRecord { kind, a, b } = self.image.record(index);
            let before = |part: u32| match (part as usize) < index {
                true => Ok(()),
                false => damaged(format!("literal {index} contains one that comes later")),
            };
            match LiteralKind::from_number(kind) {
                Some(LiteralKind::Boolean | LiteralKind::Integer | LiteralKind::Float | LiteralKind::Nil) => {}
                Some(LiteralKind::Char) if char::from_u32(a).is_some() => {}
                Some(
                    LiteralKind::String
                    | LiteralKind::Symbol
                    | LiteralKind::Special
                    | LiteralKind::Number
                    | LiteralKind::Keyword,
                ) => self.index(Table::Strings, a, "a literal")?,
                Some(LiteralKind::Pair) => {
                    before(a)?;
                    before(b)?;
                }
                Some(LiteralKind::Vector) => {
                    if u64::from(a) + u64::from(b) > self.image.count(Table::Numbers) as u64 {
                        return damaged("a vector's elements lie beyond the list of numbers");
                    }
                    self.image.numbers(Range { first: a, count: b }).iter().try_for_each(|&part| before(part))?;
                }
                Some(LiteralKind::Bytevector)
                    if u64::from(a) + u64::from(b) <= self.image.count(Table::Text) as u64 => {}
                Some(LiteralKind::Reference) => {
                    self.index(Table::Literals, a, "a literal")?;
                    let LiteralRecord { kind, .. } = self.image.record(a as usize);
                    if kind != LiteralKind::Pair as u32 && kind != LiteralKind::Vector as u32 {
                        return damaged(format!("literal {index} refers to one without parts"));
                    }
                }
                _ => return damaged(format!("literal {index} is of no known kind")),
            }
        }
        Ok(())
    }

    fn modules(&self) -> Check {
        let (mut globals, mut codes, mut macros, mut relocations) = (0, 0, 0, 0);
        for index in 0..self.image.count(Table::Modules) {
            let module: ModuleRecord = self.image.record(index);
            let Some(kind) = ModuleKind::from_number(module.kind) else {
                return damaged("a module of unknown kind");
            };
            self.list(Table::Modules, module.imports, "an import")?;
            // Modules that the image holds import those before them, or others that it only refers to.
            for &import in self.image.numbers(module.imports) {
                let other: ModuleRecord = self.image.record(import as usize);
                if other.kind != ModuleKind::External as u32 && import as usize >= index {
                    return damaged("modules import each other");
                }
            }
            let ranges = [module.globals, module.codes, module.macros, module.literals, module.relocations];
            if kind == ModuleKind::External {
                if ranges.iter().any(|range| range.count != 0) {
                    return damaged("a module outside has parts inside");
                }
                continue;
            }
            let firsts = [module.globals.first, module.codes.first, module.macros.first, module.relocations.first];
            if firsts != [globals, codes, macros, relocations] {
                return damaged("modules do not follow each other");
            }
            relocations += module.relocations.count;
            globals += module.globals.count;
            codes += module.codes.count;
            macros += module.macros.count;
            for global in module.globals.indexes() {
                let global: GlobalRecord = self.image.record(global);
                if global.module as usize != index {
                    return damaged("a global lies in a module that does not own it");
                }
            }
            let own = module.codes.indexes();
            let constants = match (own.clone().next(), own.clone().last()) {
                (Some(first), Some(last)) => {
                    self.image.code(first).constants.indexes().start..self.image.code(last).constants.indexes().end
                }
                _ => 0..0,
            };
            for code in own.clone() {
                for &nested in self.image.numbers(self.image.code(code).codes) {
                    if !own.contains(&(nested as usize)) {
                        return damaged("a code is nested in that of another module");
                    }
                }
            }
            for relocation in module.relocations.indexes() {
                let relocation: RelocationRecord = self.image.record(relocation);
                if !constants.contains(&(relocation.constant as usize)) {
                    return damaged("a module relocates a constant that is not its own");
                }
                let home = match Target::from_number(relocation.kind) {
                    Some(Target::Literal) => module.literals.indexes(),
                    Some(Target::Procedure) => own.clone(),
                    _ => continue,
                };
                if !home.contains(&(relocation.target as usize)) {
                    return damaged("a relocation refers to a part of another module");
                }
            }
            for literal in module.literals.indexes() {
                let LiteralRecord { kind, a, b } = self.image.record(literal);
                let inside = |part: u32| module.literals.indexes().contains(&(part as usize));
                let whole = match LiteralKind::from_number(kind) {
                    Some(LiteralKind::Pair) => inside(a) && inside(b),
                    Some(LiteralKind::Reference) => inside(a),
                    Some(LiteralKind::Vector) => {
                        self.image.numbers(Range { first: a, count: b }).iter().all(|&part| inside(part))
                    }
                    _ => true,
                };
                if !whole {
                    return damaged("a literal lies in two modules");
                }
            }
            for &program in self.image.numbers(module.programs) {
                if !own.contains(&(program as usize)) || self.image.code(program as usize).captures != 0 {
                    return damaged("a program's code is not its own");
                }
            }
        }
        // A relocation that no module performs would leave a constant that is not what the verifier was told.
        let counts = [Table::Codes, Table::Macros, Table::Relocations].map(|table| self.image.count(table));
        if counts != [codes, macros, relocations].map(|count| count as usize) {
            return damaged("codes, macros or relocations belong to no module");
        }
        for index in globals as usize..self.image.count(Table::Globals) {
            let global: GlobalRecord = self.image.record(index);
            let module: ModuleRecord = self.image.record(global.module as usize);
            if module.kind != ModuleKind::External as u32 {
                return damaged("a global belongs to no module");
            }
        }
        for index in 0..self.image.count(Table::Dependencies) {
            let dependency: DependencyRecord = self.image.record(index);
            if DependencyKind::from_number(dependency.kind).is_none() {
                return damaged("a dependency of unknown kind");
            }
        }
        Ok(())
    }

    fn binding(&self, kind: u32, value: u32) -> Check {
        match BindingKind::from_number(kind) {
            Some(BindingKind::Global) => self.index(Table::Globals, value, "a binding"),
            Some(BindingKind::Macro) => self.index(Table::Macros, value, "a binding"),
            Some(BindingKind::Alias) => self.index(Table::Aliases, value, "a binding"),
            Some(BindingKind::Form) => self.index(Table::Strings, value, "a binding"),
            None => damaged("a binding of unknown kind"),
        }
    }

    fn bindings(&self) -> Check {
        for index in 0..self.image.count(Table::Bindings) {
            let record: BindingRecord = self.image.record(index);
            self.binding(record.kind, record.value)?;
        }
        for index in 0..self.image.count(Table::Introduced) {
            let record: IntroducedRecord = self.image.record(index);
            self.binding(record.kind, record.value)?;
        }
        Ok(())
    }

    fn scopes(&self) -> Check {
        for index in 0..self.image.count(Table::Scopes) {
            let record: ScopeRecord = self.image.record(index);
            if ScopeKind::from_number(record.kind).is_none() {
                return damaged("a scope of unknown kind");
            }
        }
        for index in 0..self.image.count(Table::ScopeSets) {
            let record: ScopeSetRecord = self.image.record(index);
            self.list(Table::Scopes, record.scopes, "a set of scopes")?;
        }
        Ok(())
    }

    fn syntax(&self) -> Check {
        let mut depths: Vec<u32> = Vec::new();
        for index in 0..self.image.count(Table::Syntax) {
            let record: SyntaxRecord = self.image.record(index);
            let part = |part: u32, scopes: u32| -> Result<u32, ImageError> {
                self.index(Table::ScopeSets, scopes, "a syntax object")?;
                match depths.get(part as usize) {
                    Some(&depth) => Ok(depth),
                    None => damaged("a syntax object contains one that comes later"),
                }
            };
            let mut depth = 0;
            match SyntaxKind::from_number(record.kind) {
                Some(SyntaxKind::Symbol) => self.index(Table::Strings, record.a, "a syntax object")?,
                Some(SyntaxKind::Pair) => {
                    depth = (part(record.a, record.a_scopes)? + 1).max(part(record.b, record.b_scopes)?);
                }
                Some(SyntaxKind::Nil) => {}
                Some(SyntaxKind::Vector) => {
                    for pair in self.image.numbers(record.parts).chunks(2) {
                        let &[inner, scopes] = pair else { return damaged("half a part of a vector") };
                        depth = depth.max(part(inner, scopes)? + 1);
                    }
                }
                Some(SyntaxKind::Atom) => self.index(Table::Literals, record.a, "a syntax object")?,
                Some(SyntaxKind::Reference) => {
                    self.index(Table::Syntax, record.a, "a syntax object")?;
                    let SyntaxRecord { kind, .. } = self.image.record(record.a as usize);
                    if kind != SyntaxKind::Pair as u32 && kind != SyntaxKind::Vector as u32 {
                        return damaged("a syntax object refers to one without parts");
                    }
                }
                None => return damaged("a syntax object of unknown kind"),
            }
            if depth > MAXIMUM_DEPTH {
                return damaged("a syntax object is nested too deeply");
            }
            let sources = self.image.count(Table::Sources) as u32;
            if record.line != 0 && record.source >= sources {
                return damaged("a syntax object was written nowhere");
            }
            depths.push(depth);
        }
        Ok(())
    }
}

/// Whether a word may stand for itself among constants: a number, a character, or a special that programs see.
fn is_immediate(word: Word) -> bool {
    let specials = [Word::FALSE, Word::TRUE, Word::NIL, Word::UNSPECIFIED, Word::EOF, Word::UNDEFINED, Word::ABSENT];
    word.is_fixnum()
        || word.is_immediate_float()
        || (word.is_char() && Word::char(word.as_char()) == word)
        || specials.contains(&word)
}

#[cfg(test)]
mod tests {
    use crate::object::{
        ALIGNMENT, Image, ImageError,
        dump::Dump,
        records::{CodeRecord, GlobalRecord, ModuleKind, ModuleRecord, Range, RelocationRecord, Table, Target},
        write::Tables,
    };

    /// A code that reads a global; `owned` says whether its module owns the relocation of the global's constant.
    fn image(owned: bool) -> Result<Image, ImageError> {
        let mut tables = Tables::new();
        let one = Range { first: 0, count: 1 };
        let units = tables.words(Table::Code, &[0x51, 0, 0, 10 | 1 << 8, 86 | 1 << 8]);
        let constant = tables.constant(0);
        let name = tables.string("main");
        tables.add(GlobalRecord { name, defined: 1, ..GlobalRecord::default() });
        tables.add(RelocationRecord { constant, kind: Target::Global as u32, target: 0 });
        let cells = tables.cells(1);
        tables.add(CodeRecord { units, frame_size: 2, constants: one, cells, name, ..CodeRecord::default() });
        let programs = tables.numbers(&[0]);
        let relocations = if owned { one } else { Range::default() };
        let kind = ModuleKind::Program as u32;
        tables.add(ModuleRecord {
            name,
            kind,
            codes: one,
            globals: one,
            relocations,
            programs,
            ..ModuleRecord::default()
        });
        Image::from_bytes(&tables.to_elf(ALIGNMENT).expect("an image"))
    }

    #[test]
    fn each_relocation_belongs_to_a_module() {
        assert!(image(true).is_ok());
        let error = image(false).map(drop);
        assert_eq!(error, Err(ImageError::Damaged("codes, macros or relocations belong to no module".into())));
    }

    #[test]
    fn it_can_be_described() {
        let dump = Dump::of(&image(true).expect("an image")).expect("a description");
        let text = dump.to_string();
        for words in ["load  r--", "load  rw-", "0x10000", ".limpet.cells", "code 0 main", "global-ref r1, main"] {
            assert!(text.contains(words), "no '{words}' in:\n{text}");
        }
        let json: serde_json::Value = serde_json::from_str(&dump.to_json()).expect("JSON");
        assert_eq!(json["codes"][0]["instructions"][2]["text"], "return r1");
        assert_eq!(json["segments"][1]["alignment"], ALIGNMENT);
    }
}
