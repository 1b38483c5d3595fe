//! Symbols.

use crate::{
    machine::Machine,
    primitives,
    value::{HeapType, Word},
};

impl Machine {
    /// The keyword of a symbol's name.
    pub fn keyword(&mut self, symbol: Word) -> Word {
        if let Some(&keyword) = self.runtime.keywords.get(&symbol) {
            return keyword;
        }
        let keyword = self.make_object(HeapType::Keyword, &[symbol]);
        self.runtime.keywords.insert(symbol, keyword);
        keyword
    }
}

primitives! {
    /// Symbols.
    pub SYMBOLS:
    "symbol?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_symbol()));
    "symbol->string" (1, 1) FAILS => |machine, arguments| Ok(machine.symbol("symbol->string", arguments[0])?.field(0));
    "string->symbol" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("string->symbol", arguments[0])?;
        Ok(machine.intern_string(string))
    };
    "string->uninterned-symbol" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.string("string->uninterned-symbol", arguments[0])?.string_to_rust();
        Ok(machine.uninterned_symbol(&name))
    };
    "symbol-interned?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(machine.symbol("symbol-interned?", arguments[0])?.symbol_is_interned()))
    };
    "keyword?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_type(HeapType::Keyword)));
    "symbol->keyword" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let symbol = machine.symbol("symbol->keyword", arguments[0])?;
        Ok(machine.keyword(symbol))
    };
    "keyword->symbol" (1, 1) FAILS => |machine, arguments| match arguments[0].is_type(HeapType::Keyword) {
        true => Ok(arguments[0].field(0)),
        false => Err(machine.expected("keyword->symbol", "a keyword", arguments[0])),
    };
    "symbol=?" (2, 255) FAILS => |machine, arguments| {
        for &argument in arguments {
            machine.symbol("symbol=?", argument)?;
        }
        Ok(Word::boolean(arguments.windows(2).all(|pair| pair[0] == pair[1])))
    };
    "symbol-append" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        let mut name = String::new();
        for &argument in arguments {
            name.push_str(&machine.symbol("symbol-append", argument)?.symbol_name());
        }
        Ok(machine.intern(&name))
    };
    "gensym" (0, 1) READS|EXTERNAL|ALLOCATES => |machine, arguments| {
        let prefix = match arguments.first() {
            Some(&word) if word.is_string() => word.string_to_rust(),
            Some(&word) if word.is_symbol() => word.symbol_name(),
            _ => "g".to_owned(),
        };
        machine.runtime.gensyms += 1;
        let name = format!("{prefix}{}", machine.runtime.gensyms);
        Ok(machine.uninterned_symbol(&name))
    };
}
