//! The tables of an image: each kind of record is declared here, once. Reader, writer and the structural check come from
//! the declarations.
//!
//! A record is a row of 32-bit words. Tables lie in sections of their own, one after the other, so that a record is known
//! by its table and its index, and a range of records by its first index and their number. Nothing in a table is an
//! address: addresses are computed when an image is loaded.

/// A run of equal things in a table: `first` and `count`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Index of the first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

impl Range {
    /// As indexes.
    pub fn indexes(self) -> std::ops::Range<usize> {
        self.first as usize..self.first as usize + self.count as usize
    }
}

/// What a record's field is made of.
pub trait Field: Sized {
    /// Words that it takes.
    const WORDS: usize;
    /// From that many words.
    fn get(words: &[u32]) -> Self;
    /// To as many.
    fn put(&self, out: &mut Vec<u32>);
}

impl Field for u32 {
    const WORDS: usize = 1;
    fn get(words: &[u32]) -> u32 {
        words[0]
    }
    fn put(&self, out: &mut Vec<u32>) {
        out.push(*self);
    }
}

impl Field for Range {
    const WORDS: usize = 2;
    fn get(words: &[u32]) -> Range {
        Range { first: words[0], count: words[1] }
    }
    fn put(&self, out: &mut Vec<u32>) {
        out.extend([self.first, self.count]);
    }
}

impl Field for u64 {
    const WORDS: usize = 2;
    fn get(words: &[u32]) -> u64 {
        u64::from(words[0]) | u64::from(words[1]) << 32
    }
    fn put(&self, out: &mut Vec<u32>) {
        out.extend([*self as u32, (*self >> 32) as u32]);
    }
}

impl Field for [u64; 2] {
    const WORDS: usize = 4;
    fn get(words: &[u32]) -> [u64; 2] {
        [u64::get(words), u64::get(&words[2..])]
    }
    fn put(&self, out: &mut Vec<u32>) {
        self.iter().for_each(|half| half.put(out));
    }
}

/// One row of a table.
pub trait Record: Sized {
    /// The table.
    const TABLE: Table;
    /// Words of a row.
    const WORDS: usize;
    /// From the words of a row.
    fn get(words: &[u32]) -> Self;
    /// To words.
    fn put(&self, out: &mut Vec<u32>);
    /// The references in it: table, first index, number.
    fn references(&self, visit: &mut dyn FnMut(Table, Range));
}

macro_rules! references {
    ($visit:ident, $value:expr,) => {};
    ($visit:ident, $value:expr, one $table:ident) => {
        $visit(Table::$table, Range { first: $value, count: 1 })
    };
    ($visit:ident, $value:expr, many $table:ident) => {
        $visit(Table::$table, $value)
    };
}

macro_rules! records {
    ($($(#[$meta:meta])* $record:ident in $own:ident {
        $($(#[$fmeta:meta])* $field:ident: $type:ty $(=> $how:ident $table:ident)?,)*
    })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $record {
                $($(#[$fmeta])* pub $field: $type,)*
            }

            impl Record for $record {
                const TABLE: Table = Table::$own;
                const WORDS: usize = 0 $(+ <$type as Field>::WORDS)*;

                fn get(words: &[u32]) -> $record {
                    let mut at = 0;
                    $(
                        let $field = <$type as Field>::get(&words[at..]);
                        at += <$type as Field>::WORDS;
                    )*
                    let _ = at;
                    $record { $($field,)* }
                }

                fn put(&self, out: &mut Vec<u32>) {
                    $(Field::put(&self.$field, out);)*
                }

                fn references(&self, visit: &mut dyn FnMut(Table, Range)) {
                    let _ = &visit;
                    $(references!(visit, self.$field, $($how $table)?);)*
                }
            }
        )*
    };
}

records! {
    /// A string: a run of bytes of the text, UTF-8.
    StringRecord in Strings {
        /// The bytes.
        bytes: Range => many Text,
    }

    /// A code object.
    CodeRecord in Codes {
        /// Its instructions.
        units: Range => many Code,
        /// Registers of its frame.
        frame_size: u32,
        /// Captured values of its closures.
        captures: u32,
        /// Its constants, words of the writable segment.
        constants: Range => many Constants,
        /// Its hook cells, in the writable segment.
        cells: Range => many Cells,
        /// Codes that its closures are made of: indexes of codes, in the list of numbers.
        codes: Range => many Numbers,
        /// Source positions, ascending by unit.
        positions: Range => many Positions,
        /// Name for backtraces; empty if it has none.
        name: u32 => one Strings,
    }

    /// From this unit of a code on, instructions were written there.
    PositionRecord in Positions {
        /// Unit, from the code's first.
        unit: u32,
        /// The source, by its index in the image.
        source: u32 => one Sources,
        /// Line, from 1; 0: no place.
        line: u32,
        /// Column, from 1.
        column: u32,
    }

    /// A source text.
    SourceRecord in Sources {
        /// What messages call it.
        name: u32 => one Strings,
        /// The text, whose lines messages show; empty if the image goes without.
        text: u32 => one Strings,
    }

    /// A constant that is a heap object: the word that is to hold it, and what it is.
    RelocationRecord in Relocations {
        /// The constant.
        constant: u32 => one Constants,
        /// Number of a [`Target`].
        kind: u32,
        /// Index of the literal, global or code.
        target: u32,
    }

    /// A datum: number of a [`LiteralKind`], and what that needs. Parts come before wholes; a reference to what it is part of
    /// does not.
    LiteralRecord in Literals {
        /// Number of the kind.
        kind: u32,
        /// First half: an index, a low half.
        a: u32,
        /// Second half.
        b: u32,
    }

    /// A library or a program that the image defines or refers to.
    ModuleRecord in Modules {
        /// Its name as written, or a program's file.
        name: u32 => one Strings,
        /// Number of a [`ModuleKind`].
        kind: u32,
        /// Key of what it was compiled from; of one that is referred to, as it was then.
        key: [u64; 2],
        /// Modules to be loaded before it: indexes, in the list of numbers.
        imports: Range => many Numbers,
        /// Its globals.
        globals: Range => many Globals,
        /// Its literals.
        literals: Range => many Literals,
        /// Its codes.
        codes: Range => many Codes,
        /// Its relocations.
        relocations: Range => many Relocations,
        /// Codes of procedures without arguments that are called in this order: indexes, in the list of numbers.
        programs: Range => many Numbers,
        /// What its key does not cover.
        dependencies: Range => many Dependencies,
        /// What names mean in it.
        bindings: Range => many Bindings,
        /// Bindings of identifiers that macros introduced.
        introduced: Range => many Introduced,
        /// What it exports.
        exports: Range => many Bindings,
        /// Its macros.
        macros: Range => many Macros,
        /// 1: it imports all of `(limpet)`, so that further names mean what they do there.
        is_default: u32,
        /// 1: its bindings are complete, so that forms can be evaluated in it.
        is_open: u32,
        /// How many of its text's forms were compiled, if the others are evaluated when it runs; else 0.
        forms: u32,
        /// The source with that text.
        source: u32,
    }

    /// A global variable.
    GlobalRecord in Globals {
        /// The module that owns it.
        module: u32 => one Modules,
        /// Its name.
        name: u32 => one Strings,
        /// Which of that module's globals of that name it is: macros can define several.
        ordinal: u32,
        /// 1: a definition was seen.
        defined: u32,
    }

    /// Something outside that the result of a compilation depends on.
    DependencyRecord in Dependencies {
        /// Number of a [`DependencyKind`].
        kind: u32,
        /// A path, or a library's name.
        name: u32 => one Strings,
        /// Key of its content.
        key: [u64; 2],
    }

    /// What a name means: number of a [`BindingKind`], and an index.
    BindingRecord in Bindings {
        /// The name.
        name: u32 => one Strings,
        /// Number of the kind.
        kind: u32,
        /// Index of the global or macro; of a form, the string of its name.
        value: u32,
    }

    /// What a name means in another library: the name there.
    AliasRecord in Aliases {
        /// The library.
        module: u32 => one Modules,
        /// The name.
        name: u32 => one Strings,
    }

    /// The same as a binding for an identifier with more scopes than its environment's.
    IntroducedRecord in Introduced {
        /// The name.
        name: u32 => one Strings,
        /// Its scopes.
        scopes: u32 => one ScopeSets,
        /// Number of the [`BindingKind`].
        kind: u32,
        /// Index of the global or macro; of a form, the string of its name.
        value: u32,
    }

    /// A scope: number of a [`ScopeKind`], and the module.
    ScopeRecord in Scopes {
        /// Number of the kind.
        kind: u32,
        /// The module whose environment or definition context it belongs to.
        module: u32 => one Modules,
    }

    /// A set of scopes.
    ScopeSetRecord in ScopeSets {
        /// Scopes: indexes, in the list of numbers.
        scopes: Range => many Numbers,
    }

    /// A macro made of rules.
    MacroRecord in Macros {
        /// The module in whose context it was defined.
        module: u32 => one Modules,
        /// Its rules.
        rules: Range => many Rules,
    }

    /// One rule: two trees.
    RuleRecord in Rules {
        /// Variables in the pattern.
        variables: u32,
        /// Root of the pattern.
        pattern: u32 => one Trees,
        /// Root of the template.
        template: u32 => one Trees,
    }

    /// A node of a pattern or template: number of a [`TreeKind`], and what that needs. Parts come before wholes.
    TreeRecord in Trees {
        /// Number of the kind.
        kind: u32,
        /// An index, or flags.
        a: u32,
        /// An index, or a number of something.
        b: u32,
        /// Further numbers.
        list: Range => many Numbers,
    }

    /// A syntax object: number of a [`SyntaxKind`], and what that needs. Parts come before wholes; a reference to what it is
    /// part of does not.
    SyntaxRecord in Syntax {
        /// Number of the kind.
        kind: u32,
        /// A name or datum, or the syntax of the first part.
        a: u32,
        /// Scopes of the first part.
        a_scopes: u32,
        /// The syntax of the rest.
        b: u32,
        /// Scopes of the rest.
        b_scopes: u32,
        /// The parts of a vector: syntax and scopes in turn.
        parts: Range => many Numbers,
        /// Where it was written: source.
        source: u32,
        /// Line.
        line: u32,
        /// Column.
        column: u32,
    }
}

macro_rules! numbered {
    ($($(#[$meta:meta])* $type:ident { $($(#[$vmeta:meta])* $name:ident = $number:literal,)* })*) => {$(
        $(#[$meta])*
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$vmeta])* $name = $number),* }

        impl $type {
            /// All, in order.
            pub const ALL: &'static [$type] = &[$($type::$name),*];

            /// From its number.
            pub const fn from_number(number: u32) -> Option<$type> {
                match number { $($number => Some($type::$name),)* _ => None }
            }
        }
    )*};
}

numbered! {
    /// What a relocation puts into a constant.
    Target {
        /// A literal.
        Literal = 0,
        /// The object of a global variable.
        Global = 1,
        /// A closure, without captured values, of a code.
        Procedure = 2,
    }

    /// What a datum is.
    LiteralKind {
        /// False or true: a.
        Boolean = 0,
        /// An integer: low half a, high half b.
        Integer = 1,
        /// A float: the halves of its bits.
        Float = 2,
        /// A character: its scalar value a.
        Char = 3,
        /// A string: a.
        String = 4,
        /// A symbol: the string a of its name.
        Symbol = 5,
        /// The empty list.
        Nil = 6,
        /// A pair of the data a and b.
        Pair = 7,
        /// A vector: b numbers from the a-th on are its elements.
        Vector = 8,
        /// A bytevector: b bytes of the text from the a-th on.
        Bytevector = 9,
        /// A special: the string a of its name.
        Special = 10,
        /// A number: the string a of its digits.
        Number = 11,
        /// A keyword: the string a of its name.
        Keyword = 12,
        /// The pair or vector a, of which this is a part.
        Reference = 13,
    }

    /// What a module is to an image.
    ModuleKind {
        /// Only referred to.
        External = 0,
        /// A library that the image holds.
        Library = 1,
        /// A program that the image holds.
        Program = 2,
    }

    /// What a compilation depends on.
    DependencyKind {
        /// The text of a file that was included.
        File = 0,
        /// That there is a library of that name.
        Present = 1,
        /// That there is none.
        Absent = 2,
    }

    /// What a name means.
    BindingKind {
        /// A global variable.
        Global = 0,
        /// A macro.
        Macro = 1,
        /// Built-in syntax.
        Form = 2,
        /// What a name means in another library.
        Alias = 3,
    }

    /// What made a scope.
    ScopeKind {
        /// The module's environment.
        Environment = 0,
        /// A binding form or an expansion.
        Other = 1,
        /// The use of a macro in the module's definition context.
        UseSite = 2,
    }

    /// A node of a pattern or template.
    TreeKind {
        /// Pattern: anything.
        Any = 0,
        /// Pattern and template: the variable a.
        Variable = 1,
        /// Pattern: the identifier with the name a and the scopes b.
        Literal = 2,
        /// Pattern and template: the syntax a with the scopes b.
        Constant = 3,
        /// Pattern: a list (a = 0) or vector (a = 1). Numbers: the repeated pattern plus 1 or 0, the range of its variables
        /// (first, end), the end pattern plus 1 or 0, the number of patterns before, those patterns, the patterns after.
        Pattern = 4,
        /// Template: a list (a = 0) or vector (a = 1). Numbers: the end template plus 1 or 0, the elements.
        Template = 5,
        /// Template: the element a followed by b ellipses, driven by the variables in the numbers.
        Element = 6,
    }

    /// What a syntax object is.
    SyntaxKind {
        /// A symbol.
        Symbol = 0,
        /// A pair.
        Pair = 1,
        /// The empty list.
        Nil = 2,
        /// A vector.
        Vector = 3,
        /// A datum.
        Atom = 4,
        /// The pair or vector a, of which this is a part.
        Reference = 5,
    }
}

/// Which segment a section lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Read only: shared between processes.
    Shared,
    /// Writable: each process has its own.
    Private,
}

macro_rules! tables {
    ($($(#[$meta:meta])* $table:ident = $section:literal, $place:ident, $bytes:expr, $align:literal, $record:tt;)*) => {
        /// The tables, one section each, in their order in the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Table { $($(#[$meta])* $table),* }

        impl Table {
            /// All tables.
            pub const ALL: &'static [Table] = &[$(Table::$table),*];

            /// The section's name.
            pub const fn section(self) -> &'static str {
                match self { $(Table::$table => $section),* }
            }

            /// Where it lies.
            pub const fn place(self) -> Place {
                match self { $(Table::$table => Place::$place),* }
            }

            /// Bytes of one entry.
            pub const fn entry_bytes(self) -> usize {
                match self { $(Table::$table => $bytes),* }
            }

            /// Alignment in bytes.
            pub const fn alignment(self) -> usize {
                match self { $(Table::$table => $align),* }
            }
        }

        /// Calls `visit` with every reference in the records of a table, and the record's index.
        pub fn table_references(table: Table, words: &[u32], visit: &mut dyn FnMut(usize, Table, Range)) {
            match table { $(Table::$table => tables!(@ $record, words, visit)),* }
        }
    };
    (@ -, $words:ident, $visit:ident) => { { let _ = $words; } };
    (@ $record:ident, $words:ident, $visit:ident) => {
        for (index, row) in $words.chunks_exact($record::WORDS).enumerate() {
            $record::get(row).references(&mut |table, range| $visit(index, table, range));
        }
    };
}

macro_rules! bytes_of {
    ($record:ident) => {
        4 * <$record as Record>::WORDS
    };
}

tables! {
    /// Instructions of all codes: what programs execute, in place.
    Code = ".limpet.code", Shared, 4, 8, -;
    /// Bytes of strings and bytevectors.
    Text = ".limpet.text", Shared, 1, 1, -;
    /// Strings.
    Strings = ".limpet.strings", Shared, bytes_of!(StringRecord), 4, StringRecord;
    /// Lists of indexes.
    Numbers = ".limpet.numbers", Shared, 4, 4, -;
    /// Code objects: their frames and where their parts lie.
    Codes = ".limpet.frames", Shared, bytes_of!(CodeRecord), 4, CodeRecord;
    /// Source positions.
    Positions = ".limpet.positions", Shared, bytes_of!(PositionRecord), 4, PositionRecord;
    /// Source texts.
    Sources = ".limpet.sources", Shared, bytes_of!(SourceRecord), 4, SourceRecord;
    /// What constants are to hold.
    Relocations = ".limpet.relocations", Shared, bytes_of!(RelocationRecord), 4, RelocationRecord;
    /// Literals.
    Literals = ".limpet.literals", Shared, bytes_of!(LiteralRecord), 4, LiteralRecord;
    /// Libraries and programs.
    Modules = ".limpet.modules", Shared, bytes_of!(ModuleRecord), 4, ModuleRecord;
    /// Global variables.
    Globals = ".limpet.globals", Shared, bytes_of!(GlobalRecord), 4, GlobalRecord;
    /// What a compilation depends on.
    Dependencies = ".limpet.dependencies", Shared, bytes_of!(DependencyRecord), 4, DependencyRecord;
    /// Meanings of names.
    Bindings = ".limpet.bindings", Shared, bytes_of!(BindingRecord), 4, BindingRecord;
    /// Meanings of identifiers that macros introduced.
    Introduced = ".limpet.introduced", Shared, bytes_of!(IntroducedRecord), 4, IntroducedRecord;
    /// Meanings of names in other libraries.
    Aliases = ".limpet.aliases", Shared, bytes_of!(AliasRecord), 4, AliasRecord;
    /// Scopes.
    Scopes = ".limpet.scopes", Shared, bytes_of!(ScopeRecord), 4, ScopeRecord;
    /// Sets of scopes.
    ScopeSets = ".limpet.scopesets", Shared, bytes_of!(ScopeSetRecord), 4, ScopeSetRecord;
    /// Macros.
    Macros = ".limpet.macros", Shared, bytes_of!(MacroRecord), 4, MacroRecord;
    /// Rules of macros.
    Rules = ".limpet.rules", Shared, bytes_of!(RuleRecord), 4, RuleRecord;
    /// Patterns and templates.
    Trees = ".limpet.trees", Shared, bytes_of!(TreeRecord), 4, TreeRecord;
    /// Syntax objects.
    Syntax = ".limpet.syntax", Shared, bytes_of!(SyntaxRecord), 4, SyntaxRecord;
    /// Constants: immediate values in place, zero where a relocation puts a heap object.
    Constants = ".limpet.constants", Private, 8, 8, -;
    /// Hook cells, all zero.
    Cells = ".limpet.cells", Private, 24, 8, -;
}

const _: () = assert!(size_of::<limpet_host_hooks::HookCell>() == Table::Cells.entry_bytes());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let record = CodeRecord {
            units: Range { first: 1, count: 2 },
            frame_size: 3,
            captures: 4,
            constants: Range { first: 5, count: 6 },
            cells: Range { first: 7, count: 8 },
            codes: Range { first: 9, count: 10 },
            positions: Range { first: 11, count: 12 },
            name: 13,
        };
        let mut words = Vec::new();
        record.put(&mut words);
        assert_eq!(words.len(), CodeRecord::WORDS);
        assert_eq!(CodeRecord::get(&words), record);
        let mut seen = Vec::new();
        table_references(Table::Codes, &words, &mut |index, table, range| seen.push((index, table, range.first)));
        assert_eq!(seen.len(), 6);
        assert_eq!(seen[5], (0, Table::Strings, 13));
    }

    #[test]
    fn kinds_are_found_by_their_numbers() {
        for &kind in LiteralKind::ALL {
            assert_eq!(LiteralKind::from_number(kind as u32), Some(kind));
        }
        assert_eq!(LiteralKind::from_number(99), None);
    }
}
