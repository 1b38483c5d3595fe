//! External representations, cycles, depth.

use super::{Style, to_string, to_string_within};
use crate::{machine::Machine, value::Word};

fn machine() -> Box<Machine> {
    crate::runtime::testing::machine()
}

#[test]
fn atoms_are_written_so_that_they_read_back() {
    let m = &mut *machine();
    let string = m.make_string("a\"b\\c\nλ\u{1}");
    assert_eq!(to_string(m, string, Style::Write), "\"a\\\"b\\\\c\\nλ\\x1;\"");
    assert_eq!(to_string(m, string, Style::Display), "a\"b\\c\nλ\u{1}");
    for (name, written) in [
        ("abc", "abc"),
        ("", "||"),
        ("a b", "|a b|"),
        ("12", "|12|"),
        ("+", "+"),
        ("...", "..."),
        ("-x", "-x"),
        ("1+", "1+"),
    ] {
        let symbol = m.intern(name);
        assert_eq!(to_string(m, symbol, Style::Write), written);
        assert_eq!(to_string(m, symbol, Style::Display), name);
    }
    for (c, written) in [('a', "#\\a"), (' ', "#\\space"), ('\0', "#\\null"), ('\u{300}', "#\\x300"), ('(', "#\\(")] {
        assert_eq!(to_string(m, Word::char(c), Style::Write), written);
    }
    let bytes = m.make_bytevector(&[0, 255]);
    assert_eq!(to_string(m, bytes, Style::Write), "#u8(0 255)");
}

#[test]
fn lists_vectors_and_abbreviations() {
    let m = &mut *machine();
    let (quote, x) = (m.intern("quote"), m.intern("x"));
    let quoted = m.list(&[quote, x]);
    let vector = m.vector_from(&[Word::fixnum(1), quoted, Word::NIL]);
    let dotted = m.cons(Word::fixnum(1), Word::fixnum(2));
    let list = m.list(&[vector, dotted, Word::TRUE]);
    assert_eq!(to_string(m, list, Style::Write), "(#(1 'x ()) (1 . 2) #t)");
    assert_eq!(to_string_within(m, list, Style::Write, 5), "(#(1 …");
}

#[test]
fn cycles_get_labels_and_sharing_only_on_demand() {
    let m = &mut *machine();
    let list = m.list(&[Word::fixnum(1), Word::fixnum(2)]);
    m.set_cdr(list.cdr(), list);
    assert_eq!(to_string(m, list, Style::Write), "#0=(1 2 . #0#)");
    let shared = m.list(&[Word::fixnum(7)]);
    let both = m.list(&[shared, shared]);
    assert_eq!(to_string(m, both, Style::Write), "((7) (7))");
    assert_eq!(to_string(m, both, Style::WriteShared), "(#0=(7) #0#)");
    let vector = m.make_vector(2, Word::NIL).expect("memory");
    m.vector_set(vector, 1, vector);
    assert_eq!(to_string(m, vector, Style::Display), "#0=#(() #0#)");
}

#[test]
fn depth_is_no_limit() {
    let m = &mut *machine();
    let mut deep = Word::NIL;
    for _ in 0..200_000 {
        deep = m.list(&[deep]);
    }
    let text = to_string(m, deep, Style::Write);
    assert_eq!(text.len(), 2 * 200_001);
}

#[test]
fn records_show_their_fields() {
    let m = &mut *machine();
    let (x, y, point) = (m.intern("x"), m.intern("y"), m.intern("point"));
    let fields = m.vector_from(&[x, y]);
    let point = m.make_record_type(point, fields, Word::FALSE, 0);
    let record = m.make_record(point, &[Word::fixnum(1), Word::NIL]);
    assert_eq!(to_string(m, record, Style::Write), "#<point x: 1 y: ()>");
}
