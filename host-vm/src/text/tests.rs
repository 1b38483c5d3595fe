//! The reader as a whole: what texts read as, where data begin, what is wrong with bad texts, and depth.

use super::error::SyntaxError;
use super::reader::{Completeness, Reader, is_complete};
use super::tree::Tree;
use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId};

fn read_all(text: &str) -> Result<(Tree, Vec<DatumId>), SyntaxError> {
    let mut tree = Tree::new();
    let mut reader = Reader::new(0, text);
    let mut data = Vec::new();
    while let Some(datum) = reader.read(&mut tree)? {
        data.push(datum);
    }
    assert_eq!(tree.data.len(), tree.positions.len());
    Ok((tree, data))
}

/// All data of a text, printed.
fn shown(text: &str) -> String {
    match read_all(text) {
        Ok((tree, data)) => data.into_iter().map(|id| tree.text(id)).collect::<Vec<_>>().join(" "),
        Err(error) => format!("error {error}"),
    }
}

/// The only datum of a text.
fn datum(text: &str) -> Datum {
    let (tree, data) = read_all(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(data.len(), 1, "{text}");
    tree.datum(data[0]).clone()
}

#[test]
fn atoms() {
    let symbol = |name: &str| Datum::Symbol(name.to_owned());
    let string = |text: &str| Datum::String(text.to_owned());
    let number = |text: &str| Datum::Number(text.to_owned());
    let cases = [
        ("#t", Datum::Boolean(true)),
        ("#true", Datum::Boolean(true)),
        ("#F", Datum::Boolean(false)),
        ("#False", Datum::Boolean(false)),
        ("42", Datum::Integer(42)),
        ("-7", Datum::Integer(-7)),
        ("+7", Datum::Integer(7)),
        ("#xFF", Datum::Integer(255)),
        ("1.5", Datum::Float(1.5)),
        ("-.5e1", Datum::Float(-5.0)),
        ("-inf.0", Datum::Float(f64::NEG_INFINITY)),
        ("123456789012345678901234567890", number("123456789012345678901234567890")),
        ("1/2", number("1/2")),
        ("#e1.5", number("#e1.5")),
        ("+i", number("+i")),
        ("1@2", number("1@2")),
        ("#\\a", Datum::Char('a')),
        ("#\\A", Datum::Char('A')),
        ("#\\(", Datum::Char('(')),
        ("#\\ ", Datum::Char(' ')),
        ("#\\;", Datum::Char(';')),
        ("#\\x", Datum::Char('x')),
        ("#\\x3bb", Datum::Char('λ')),
        ("#\\X3BB", Datum::Char('λ')),
        ("#\\λ", Datum::Char('λ')),
        ("#\\newline", Datum::Char('\n')),
        ("#\\space", Datum::Char(' ')),
        ("#\\nul", Datum::Char('\0')),
        ("\"\"", string("")),
        (r#""a\tb\n\"\\\|\a\b\r\x3bb;λ""#, string("a\tb\n\"\\|\u{7}\u{8}\rλλ")),
        ("\"one \\  \n   two\"", string("one two")),
        ("\"one \\\r\n\ttwo\"", string("one two")),
        ("\"one\r\ntwo\rthree\nfour\"", string("one\ntwo\nthree\nfour")),
        ("foo", symbol("foo")),
        ("FooBar", symbol("FooBar")),
        ("|foo bar|", symbol("foo bar")),
        ("||", symbol("")),
        (r"|a\|b\x3bb;\t\\|", symbol("a|bλ\t\\")),
        ("λx", symbol("λx")),
        ("#:key", Datum::Keyword("key".to_owned())),
        ("#:|a b|", Datum::Keyword("a b".to_owned())),
        ("#!optional", symbol("#!optional")),
        ("#!rest", symbol("#!rest")),
        ("#!eof", Datum::Special("#!eof")),
        ("#!default", Datum::Special("#!default")),
        ("#!unspecific", Datum::Special("#!unspecific")),
        ("()", Datum::Nil),
        ("[]", Datum::Nil),
        ("#u8()", Datum::Bytevector(vec![])),
        ("#u8(0 #xff #;300 #| |# 7)", Datum::Bytevector(vec![0, 255, 7])),
        ("#vu8(1)", Datum::Bytevector(vec![1])),
        ("#()", Datum::Vector(vec![])),
    ];
    for (text, expected) in cases {
        assert_eq!(datum(text), expected, "{text}");
    }
    for name in
        ["+", "-", "...", "..", "->x", "1+", "-1+", "+.x", "-.", ".x", "+-", "+x", "a.b", "<=?", "!$%&*/:<=>?^_~", "@"]
    {
        assert_eq!(datum(name), symbol(name));
    }
    assert!(matches!(datum("+nan.0"), Datum::Float(float) if float.is_nan()));
}

#[test]
fn structure() {
    let cases = [
        ("(a b c)", "(a b c)"),
        ("[a (b) c]", "(a (b) c)"),
        ("(a . b)", "(a . b)"),
        ("(a b . c)", "(a b . c)"),
        ("(a . (b . (c . ())))", "(a b c)"),
        ("(a .b)", "(a .b)"),
        ("(a . #;x b #;y)", "(a . b)"),
        ("(a.b . c)", "(a.b . c)"),
        ("#(a #(b) ())", "#(a #(b) ())"),
        ("'a", "'a"),
        ("(quote a)", "'a"),
        ("(quote a b)", "(quote a b)"),
        ("(quote . a)", "(quote . a)"),
        ("`(a ,b ,@c)", "`(a ,b ,@c)"),
        ("(unquote @x)", "(unquote @x)"),
        (", @x", "(unquote @x)"),
        ("''a", "''a"),
        ("' ; comment\n a", "'a"),
        ("'#;b a", "'a"),
        ("#'a #`(b #,c #,@d)", "#'a #`(b #,c #,@d)"),
        ("a b;c\nd", "a b d"),
        ("a;comment\rb", "a b"),
        ("a #| x #| nested |# y |# b", "a b"),
        ("#||# a #|||# b #|#|||#|# c", "a b c"),
        ("(a #;b c)", "(a c)"),
        ("(a #;(b \"c\" #(d)) e)", "(a e)"),
        ("(a #;#;b c d)", "(a d)"),
        ("(a #;'b)", "(a)"),
        ("#;a", ""),
        ("a #;b c", "a c"),
        ("#!fold-case FOO #!no-fold-case FOO", "foo FOO"),
        ("#!fold-case ΣΑΣ |FOO| #\\A #\\SPACE", "σασ FOO #\\A #\\space"),
        ("(define#t)", "(define#t)"),
        ("foo|bar|\"baz\"qux", "foo bar \"baz\" qux"),
        ("#!/usr/bin/env limpet\n(a)", "(a)"),
        ("#! /bin/sh\n!#\na", "a"),
        ("#!/bin/sh", ""),
        ("\"\\x1b[2J\\x0a\\x3bb;\\u03bb\\U01d11e\"", "\"\\x1b;[2J\\nλλ𝄞\""),
        ("#!/usr/bin/env sh\n# in between\nexec limpet \"$0\"\n!#\na", "a"),
        ("#!/usr/bin/env limpet\n(a)\n'b!#c", "(a) 'b!#c"),
        ("#\\nl #\\sp #\\ht #\\us", "#\\newline #\\space #\\tab #\\x1f"),
        ("\u{feff}a", "a"),
        ("a\u{a0}b\u{3000}c\u{c}d", "a b c d"),
        ("", ""),
        (" ; only a comment", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn what_is_printed_reads_as_the_same() {
    let texts = [
        "(define (f x . rest) (if (< x 1) '(a \"b\\n\\t\\\\ \\\"\" #\\c #\\x0 #\\space #\\xA0) #(1 2.5 -0.0 1e300 1e-7)))",
        "|a b| || |.| |12| |+i| |a\\|b| |a\\x7;b| |#foo| |'a| |,a| |(| |a;b| |a\u{a0}b| |\\x1;| #:key 1+ - ... |a\"b|",
        "(a . (quote b)) (quote . (a . b)) `(,@(a) . ,b) (quote) (unquote @a) #u8(0 255) #!eof #!optional",
        "+inf.0 -inf.0 +nan.0 1/2 -1/2+3i 99999999999999999999 #e1.5 9223372036854775807 -9223372036854775808",
        "\"\\x0;\\a\\b|λ\" #\\λ #\\\" #\\x7f #\\x80 #(#() () (#f #t))",
    ];
    for text in texts {
        let once = shown(text);
        assert!(!once.starts_with("error"), "{once}");
        assert_eq!(shown(&once), once);
    }
    // Printed and read again, a float is the same bits.
    for float in [0.1, -0.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e21, 123456789.125] {
        let mut tree = Tree::new();
        let id = tree.add(Datum::Float(float), Position::default());
        assert!(matches!(datum(&tree.text(id)), Datum::Float(read) if read.to_bits() == float.to_bits()), "{float}");
    }
}

#[test]
fn positions() {
    let text = "\u{feff}(define x\n  'λ) \"a\nb\" (é . y)\r\n#| é\n|# #(z) ()";
    let (tree, data) = read_all(text).unwrap();
    let at = |id: DatumId| (tree.position(id).line, tree.position(id).column);
    let places: Vec<_> = data.iter().map(|&id| at(id)).collect();
    assert_eq!(places, [(1, 1), (2, 7), (3, 4), (5, 4), (5, 9)]);
    let Datum::Pair(define, rest) = *tree.datum(data[0]) else { panic!("a list") };
    assert_eq!((at(define), at(rest)), ((1, 2), (1, 9)));
    let Datum::Pair(x, rest) = *tree.datum(rest) else { panic!("a list") };
    assert_eq!((at(x), at(rest)), ((1, 9), (2, 3)));
    let Datum::Pair(quoted, end) = *tree.datum(rest) else { panic!("a list") };
    assert_eq!((at(quoted), at(end)), ((2, 3), (2, 5)));
    let Datum::Pair(quote, rest) = *tree.datum(quoted) else { panic!("a list") };
    assert_eq!((at(quote), at(rest)), ((2, 3), (2, 4)));
    let Datum::Pair(_, y) = *tree.datum(data[2]) else { panic!("a pair") };
    assert_eq!(at(y), (3, 9));
}

#[test]
fn children_come_before_their_parents() {
    let (tree, _) = read_all("(a (b . c) #(d (e) #u8(1)) #;(f) '(g . h)) `(i ,@j)").unwrap();
    for (index, datum) in tree.data.iter().enumerate() {
        let children = match datum {
            Datum::Pair(first, rest) => vec![*first, *rest],
            Datum::Vector(elements) => elements.clone(),
            _ => continue,
        };
        assert!(children.iter().all(|child| child.index() < index), "{index}: {datum:?}");
    }
}

#[test]
fn errors_name_the_place() {
    let cases = [
        (")", "1:1: unexpected )"),
        ("a\n  ]", "2:3: unexpected ]"),
        ("a\n\n    (b\n (c)", "4:5: unexpected end of file in the list that begins at line 3, column 5"),
        ("é #(a", "1:6: unexpected end of file in the vector that begins at line 1, column 3"),
        ("#u8(1", "1:6: unexpected end of file in the bytevector that begins at line 1, column 1"),
        ("(\"ab\n", "2:1: unexpected end of file in the string that begins at line 1, column 2"),
        ("\"ab\\", "1:5: unexpected end of file in the string that begins at line 1, column 1"),
        ("|ab", "1:4: unexpected end of file in the symbol that begins at line 1, column 1"),
        ("a #| b #| |#", "1:13: unexpected end of file in the block comment that begins at line 1, column 3"),
        ("(a '", "1:5: unexpected end of file after the ' at line 1, column 4"),
        ("#;", "1:3: unexpected end of file after the #; at line 1, column 1"),
        ("#\\", "1:3: unexpected end of file in the character that begins at line 1, column 1"),
        ("(a]", "1:3: unexpected ], the list that begins at line 1, column 1 ends with )"),
        ("[a\n)", "2:1: unexpected ), the list that begins at line 1, column 1 ends with ]"),
        ("#(a]", "1:4: unexpected ], the vector that begins at line 1, column 1 ends with )"),
        ("(a ')", "1:5: unexpected ) after '"),
        ("(a ,@)", "1:6: unexpected ) after ,@"),
        ("(a #;)", "1:6: unexpected ) after #;"),
        (".", "1:1: unexpected dot"),
        ("( . a)", "1:3: unexpected dot"),
        ("(a . b . c)", "1:8: unexpected dot"),
        ("(a . . b)", "1:6: unexpected dot"),
        ("#(a . b)", "1:5: unexpected dot"),
        ("(a '. b)", "1:5: unexpected dot"),
        ("(a . )", "1:6: unexpected ) after the dot"),
        ("(a . b (c))", "1:8: expected ) after the datum behind the dot"),
        ("#u8(1 256)", "1:7: an element of a bytevector is an integer from 0 to 255"),
        ("#u8(1 (2))", "1:7: an element of a bytevector is an integer from 0 to 255"),
        ("#u8(-1)", "1:5: an element of a bytevector is an integer from 0 to 255"),
        ("(λ #\\foo)", "1:4: unknown character name #\\foo"),
        ("#\\SPACE", "1:1: unknown character name #\\SPACE"),
        ("#\\xD800", "1:1: #\\xD800 is not a Unicode scalar value"),
        ("\"a\n b\\qc\"", "2:3: unknown escape \\q"),
        ("\"\\u12\" a", "1:2: \\u stands before 4 hexadecimal digits of a Unicode scalar value"),
        ("\"\\ud800\"", "1:2: \\u stands before 4 hexadecimal digits of a Unicode scalar value"),
        ("\"\\x3bb\"", "1:2: a hexadecimal escape has the form \\x3bb;"),
        ("\"\\x;\"", "1:2: a hexadecimal escape has the form \\x3bb;"),
        ("\"\\x110000;\"", "1:2: \\x110000; is not a Unicode scalar value"),
        ("#xyz", "1:1: #xyz is not a number"),
        ("#e1/2x", "1:1: #e1/2x is not a number"),
        ("(+ 1/0)", "1:4: the number 1/0 has the denominator zero"),
        ("#e+inf.0", "1:1: the number #e+inf.0 can't be exact"),
        ("#<procedure f>", "1:1: #<procedure is how an object prints that can't be read"),
        ("#foo", "1:1: unknown syntax #foo"),
        ("#tru", "1:1: unknown syntax #tru"),
        ("#!foo", "1:1: unknown syntax #!foo"),
        ("#:", "1:1: a keyword needs a name: #:name"),
        ("# a", "1:1: unknown syntax #"),
        ("#u8 (1)", "1:1: unknown syntax #u8"),
        ("a\0b", "1:2: unexpected character U+0000"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), format!("error {expected}"), "{text}");
    }
}

#[test]
fn an_error_leaves_the_tree_as_it_was() {
    let mut tree = Tree::new();
    let mut reader = Reader::new(3, "(a) (b . . c)");
    let first = reader.read(&mut tree).unwrap().unwrap();
    assert_eq!(reader.offset(), 3);
    let size = tree.data.len();
    let error = reader.read(&mut tree).unwrap_err();
    assert_eq!(error.position, Position { source: 3, line: 1, column: 10 });
    assert_eq!(tree.data.len(), size);
    assert_eq!(tree.text(first), "(a)");
}

#[test]
fn a_prompt_knows_when_to_ask_for_more() {
    let cases = [
        ("", Completeness::Complete),
        ("; comment", Completeness::Complete),
        ("(a b) c", Completeness::Complete),
        ("(a (b)", Completeness::Incomplete),
        ("\"a", Completeness::Incomplete),
        ("\"a\\x3b", Completeness::Incomplete),
        ("(a \"b)", Completeness::Incomplete),
        ("#| a", Completeness::Incomplete),
        ("(a . ", Completeness::Incomplete),
        ("'", Completeness::Incomplete),
        ("#;", Completeness::Incomplete),
        ("#u8(1", Completeness::Incomplete),
        (")", Completeness::Invalid),
        ("(a . b c", Completeness::Invalid),
        ("(#foo", Completeness::Invalid),
    ];
    for (text, expected) in cases {
        assert_eq!(is_complete(text), expected, "{text}");
    }
}

#[test]
fn depth_is_limited_by_memory_only() {
    const DEPTH: usize = 1_000_000;
    for (open, close, inner) in
        [("(", ")", ""), ("#(", ")", ""), ("'", "", "a"), ("(a . ", ")", "b"), ("#;(", ")", "a")]
    {
        let text = [&open.repeat(DEPTH), inner, &close.repeat(DEPTH)].concat();
        let (tree, _) = read_all(&text).unwrap_or_else(|error| panic!("{open}: {error}"));
        drop(tree.clone());
    }
    let text = ["(".repeat(DEPTH), ")".repeat(DEPTH)].concat();
    let (tree, data) = read_all(&text).unwrap();
    assert_eq!(tree.text(data[0]), text);
    let error = read_all(&text[..text.len() - 1]).unwrap_err();
    assert_eq!(error.message, "unexpected end of file in the list that begins at line 1, column 1");
    let comment = ["#|".repeat(DEPTH), "|#".repeat(DEPTH)].concat();
    assert_eq!(shown(&comment), "");
}

#[test]
fn labels_are_shared_data() {
    let read = |text: &str| {
        let mut tree = Tree::new();
        let mut reader = Reader::new(0, text);
        let id = reader.read(&mut tree).map_err(|error| error.to_string())?.expect("a datum");
        Ok::<_, String>((tree, id))
    };
    let (tree, root) = read("#0=(a . #0#)").expect("a ring");
    let Datum::Pair(_, rest) = tree.datum(root) else { panic!("a pair") };
    assert_eq!(*tree.datum(*rest), Datum::Reference(root));
    let (tree, root) = read("(#1=(x) #;#2=y #1#)").expect("shared");
    let Datum::Pair(first, rest) = tree.datum(root) else { panic!("a pair") };
    let Datum::Pair(second, _) = tree.datum(*rest) else { panic!("a pair") };
    assert_eq!(first, second);
    for (text, message) in [
        ("#0=#0#", "1:4: #0= labels only itself"),
        ("#0=#1=#0#", "1:7: #0= labels only itself"),
        ("(#0=(#0=b))", "1:6: the label #0= is within what it labels"),
        ("(#0#)", "1:2: #0# refers to no label before it"),
        ("(#;#0=(a) #0#)", "1:11: #0# refers to no label before it"),
        ("(#u8(#0=1) #0#)", "1:6: no labels in a bytevector"),
        ("(#0=1 #u8(#0#))", "1:11: no labels in a bytevector"),
        ("(#0=)", "1:5: unexpected ) after #0="),
    ] {
        assert_eq!(read(text).err().as_deref(), Some(message), "{text}");
    }
    // The newest label of a number counts, but not in comments.
    let (tree, root) = read("(#0=(a . #0#) #0=b #;#0=c #0#)").expect("two labels");
    assert_eq!(tree.text(root), "(#0=(a . #0#) b b)");
    // Labels end with the datum.
    let mut tree = Tree::new();
    let mut reader = Reader::new(0, "#0=(a) #0=(b) #0#");
    assert!(reader.read(&mut tree).is_ok() && reader.read(&mut tree).is_ok() && reader.read(&mut tree).is_err());
}

#[test]
fn data_print_with_labels_where_they_are_shared() {
    for text in ["#0=(a . #0#)", "(#0=(x) #0# (y) (y))", "#0=#(#0# '#1=(#1# b))", "(a . #0=(b . #0#))"] {
        let mut tree = Tree::new();
        let id = Reader::new(0, text).read(&mut tree).expect("readable").expect("a datum");
        assert_eq!(tree.text(id), text);
    }
    let labels: String = (0..100_000).map(|number| format!("#{number}=(x) ")).collect();
    let references: String = (0..100_000).map(|number| format!("#{number}# ")).collect();
    assert!(read_all(&format!("({labels} {references})")).is_ok());
    let nested = format!(
        "{}{}{}",
        (0..50_000).map(|n| format!("#{n}=(")).collect::<String>(),
        "#0# ".repeat(50_000),
        ")".repeat(50_000)
    );
    assert!(read_all(&nested).is_ok());
}
