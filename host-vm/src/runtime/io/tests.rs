//! Ports, through their primitives.

use super::{file_system::FILE_SYSTEM, files::FILES, flush_all, input::INPUT, output::OUTPUT, read::READ};
use crate::{
    machine::Machine,
    runtime::{
        print::{Style, to_string},
        testing,
    },
    value::Word,
};

fn call(machine: &mut Machine, name: &str, arguments: &[Word]) -> Result<Word, String> {
    testing::call(machine, &[FILES, FILE_SYSTEM, INPUT, OUTPUT, READ], name, arguments)
}

fn ok(machine: &mut Machine, name: &str, arguments: &[Word]) -> Word {
    call(machine, name, arguments).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn text_is_decoded_and_lines_are_split() {
    let m = &mut *testing::machine();
    let text = m.make_string("λx\r\nzwei\n\nend");
    let port = ok(m, "open-input-string", &[text]);
    assert_eq!(ok(m, "peek-char", &[port]), Word::char('λ'));
    for expected in ["λx", "zwei", "", "end"] {
        let line = ok(m, "read-line", &[port]);
        assert!(line.string_is(expected), "{expected}");
    }
    assert_eq!(ok(m, "read-line", &[port]), Word::EOF);
    assert_eq!(ok(m, "read-char", &[port]), Word::EOF);
}

#[test]
fn memory_ports_keep_what_is_written() {
    let m = &mut *testing::machine();
    let port = ok(m, "open-output-string", &[]);
    let list = m.list(&[Word::fixnum(1), Word::char('a')]);
    ok(m, "write", &[list, port]);
    ok(m, "write-char", &[Word::char('é'), port]);
    let text = m.make_string("0123456");
    ok(m, "write-string", &[text, port, Word::fixnum(2), Word::fixnum(4)]);
    let result = ok(m, "get-output-string", &[port]);
    assert!(result.string_is("(1 #\\a)é23"));
    assert!(call(m, "write-u8", &[Word::fixnum(1), port]).unwrap_err().contains("binary output port"));
    assert!(call(m, "read-char", &[port]).is_err());
    ok(m, "close-port", &[port]);
    assert!(call(m, "newline", &[port]).unwrap_err().contains("closed"));
}

#[test]
fn files_are_written_and_read_and_errors_name_them() {
    let m = &mut *testing::machine();
    let path = std::env::temp_dir().join(format!("limpet-port-test-{}", std::process::id()));
    let name = m.make_string(path.to_str().expect("a path in UTF-8"));
    let port = ok(m, "open-binary-output-file", &[name]);
    let bytes = m.make_bytevector(&[1, 2, 200, 255]);
    ok(m, "write-bytevector", &[bytes, port]);
    flush_all(m).expect("a file can be written");
    assert_eq!(std::fs::read(&path).expect("the file is there"), [1, 2, 200, 255]);
    ok(m, "close-port", &[port]);
    let port = ok(m, "open-binary-input-file", &[name]);
    assert_eq!(ok(m, "read-u8", &[port]), Word::fixnum(1));
    let rest = ok(m, "read-bytevector", &[Word::fixnum(100), port]);
    assert_eq!(rest.bytes(), [2, 200, 255]);
    assert_eq!(ok(m, "peek-u8", &[port]), Word::EOF);
    ok(m, "delete-file", &[name]);
    assert_eq!(ok(m, "file-exists?", &[name]), Word::FALSE);
    let error = call(m, "open-input-file", &[name]).unwrap_err();
    assert!(
        error.starts_with("open-input-file: can't open: No such file") && error.contains("limpet-port-test"),
        "{error}"
    );
}

#[test]
fn forgotten_ports_are_swept() {
    let m = &mut *testing::machine();
    for _ in 0..20_000 {
        ok(m, "open-output-string", &[]);
    }
    assert!(m.runtime.ports.iter_mut().count() < 12_000);
    assert!(call(m, "flush-output-port", &[m.runtime.ports.standard()[1]]).is_ok());
}

#[test]
fn data_are_read_one_by_one() {
    let m = &mut *testing::machine();
    let text = m.make_string("(a . #(1 \"x\" #\\λ))  42 'q ; comment\n 1/2");
    let port = ok(m, "open-input-string", &[text]);
    for expected in ["(a . #(1 \"x\" #\\λ))", "42", "'q", "1/2"] {
        let datum = ok(m, "read", &[port]);
        assert_eq!(to_string(m, datum, Style::Write), expected);
    }
    assert_eq!(ok(m, "read", &[port]), Word::EOF);
    let text = m.make_string("(1 2");
    let port = ok(m, "open-input-string", &[text]);
    // As often as it is called before the failure is final.
    for _ in 0..2 {
        assert!(call(m, "read", &[port]).unwrap_err().starts_with("read: 1:"));
    }
    m.runtime.ports.skip_misread();
    assert_eq!(ok(m, "read", &[port]), Word::EOF);
}

#[test]
fn long_data_are_read_across_buffers() {
    let m = &mut *testing::machine();
    let path = std::env::temp_dir().join(format!("limpet-read-test-{}", std::process::id()));
    let numbers: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
    std::fs::write(&path, format!("({}) last", numbers.join(" "))).expect("a file");
    let name = m.make_string(path.to_str().expect("a path in UTF-8"));
    let port = ok(m, "open-input-file", &[name]);
    assert_eq!(ok(m, "read", &[port]).list_length(), Some(50_000));
    let last = ok(m, "read", &[port]);
    assert_eq!(to_string(m, last, Style::Write), "last");
    std::fs::remove_file(&path).expect("the file");
}

/// Wherever the text that was fetched first ends, even within a token.
#[test]
fn tokens_are_read_across_windows() {
    let m = &mut *testing::machine();
    for datum in [
        "#:key",
        "#t",
        "#\\space",
        "#u8(1 2)",
        "#e1/2",
        "#(a #0=(b) #0#)",
        "\"a\\x3bb;b\\   \n  c\"",
        "|a\\x41;|",
        "'(a ,@b #;c d)",
    ] {
        for at in 1000..1024 {
            let text = m.make_string(&format!("{}{datum} end", " ".repeat(at)));
            let port = ok(m, "open-input-string", &[text]);
            ok(m, "read", &[port]);
            let end = ok(m, "read", &[port]);
            assert_eq!(to_string(m, end, Style::Write), "end", "{datum} at {at}");
        }
    }
}
