//! Conversions, handles, functions and objects of Rust.

use super::{super::*, vm};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

#[test]
fn values_go_there_and_back() {
    let mut vm = vm();
    vm.register("same", |value: Value| value).expect("a name");
    let same: Value = vm.global("same").expect("it");
    macro_rules! check {
        ($($type:ty: $($value:expr),*;)*) => {$($(
            let value: $type = $value;
            assert_eq!(vm.call::<$type>(&same, (value.clone(),)).expect("a value"), value);
        )*)*};
    }
    check! {
        i64: 0, -1, i64::MAX, i64::MIN;
        u64: 0, u64::MAX;
        u8: 255;
        i8: -128;
        f64: 0.5, -0.0, 1e300, f64::INFINITY;
        bool: true, false;
        char: 'λ';
        String: String::new(), "naïve \0 日本".to_string();
        Symbol: Symbol("a b".into());
        Bytes: Bytes(vec![0, 255]);
        Vec<Vec<i32>>: vec![vec![1, 2], vec![]];
        Option<char>: None, Some('x');
        (i32, String, Option<f64>): (1, "two".into(), Some(3.5));
    }
    assert_eq!(vm.eval::<Vec<f64>>("(vector 1 1/2 0.25)").expect("reals"), [1.0, 0.5, 0.25]);
    for (text, message) in [
        ("256", "expected an exact integer from 0 to 255, got 256"),
        ("-1", "expected an exact integer from 0 to 255, got -1"),
        ("1.0", "expected an exact integer from 0 to 255, got 1.0"),
        ("\"x\"", "expected an exact integer from 0 to 255, got \"x\""),
    ] {
        assert_eq!(vm.eval::<u8>(text).expect_err("no byte").message, message);
    }
    assert!(vm.eval::<Vec<i32>>("'(1 2 . 3)").is_err() && vm.eval::<(i32, i32)>("'(1 2 3)").is_err());
    assert!(vm.eval::<Vec<i32>>("(let ((x (list 1 2))) (set-cdr! (cdr x) x) x)").is_err());
}

#[test]
fn handles_keep_objects_alive() {
    let mut vm = vm();
    let values: Vec<Value> =
        (0..200).map(|n| vm.eval(&format!("(list {n} (make-string {n} #\\x))")).expect("a list")).collect();
    vm.collect_garbage();
    vm.eval::<()>("(do ((i 0 (+ i 1))) ((= i 20000)) (make-vector 30 i))").expect("garbage");
    vm.collect_garbage();
    for (n, value) in values.iter().enumerate() {
        assert_eq!(vm.get::<(usize, String)>(value).expect("it"), (n, "x".repeat(n)));
    }
    let mut other = self::vm();
    assert!(other.get::<Value>(&values[0]).is_err() && other.call::<()>(&values[0], ()).is_err());
    assert!(other.make(&values[0]).is_err());
    drop(vm);
    drop(values);
}

#[test]
fn functions_check_their_arguments() {
    let mut vm = vm();
    vm.register("divide", |a: i64, b: i64| a.checked_div(b).ok_or("no quotient")).expect("a name");
    vm.register("optional", |a: i64, b: Optional<i64>, rest: Rest<i64>| (a, b.0, rest.0)).expect("a name");
    vm.register("panics", || -> i64 { panic!("on purpose") }).expect("a name");
    assert_eq!(vm.eval::<i64>("(divide 7 2)").expect("a number"), 3);
    assert_eq!(vm.eval::<(i64, Option<i64>, Vec<i64>)>("(optional 1)").expect("it"), (1, None, vec![]));
    let all = vm.eval::<(i64, Option<i64>, Vec<i64>)>("(apply optional '(1 2 3 4))").expect("it");
    assert_eq!(all, (1, Some(2), vec![3, 4]));
    for (text, message) in [
        ("(divide 1 0)", "divide: no quotient"),
        ("(divide 1 'x)", "divide: argument 2: expected an exact integer, got x"),
        ("(divide 1)", "divide: "),
        ("(optional)", "optional: "),
        ("(optional 1 2 #\\c)", "optional: argument 3: expected an exact integer, got #\\c"),
        ("(panics)", "panics: panicked: on purpose"),
    ] {
        let error = vm.eval_named::<Value>("t", &format!("(+ 1 {text})")).expect_err("an error");
        assert!(error.message.starts_with(message), "{text}: {}", error.message);
        assert_eq!(error.place.as_ref().map(|place| (place.line, place.column)), Some((1, 6)), "{text}");
    }
    // A function that fails is called once, hot or not, and the program may go on.
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    vm.register("fails", move |_n: i64| -> Result<(), &str> {
        count.fetch_add(1, Ordering::Relaxed);
        Err("always")
    })
    .expect("a name");
    vm.eval::<()>("(do ((i 0 (+ i 1))) ((= i 300)) (guard (e (#t #f)) (fails i)))").expect("handled");
    assert_eq!(calls.load(Ordering::Relaxed), 300);
}

struct Token(Arc<AtomicUsize>);

impl ForeignType for Token {
    const NAME: &'static str = "token";
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn objects_are_dropped_when_forgotten() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut vm = vm();
    let counter = dropped.clone();
    vm.register("make-token", move || Foreign::new(Token(counter.clone()))).expect("a name");
    vm.register_type::<Token>().expect("a name");
    vm.eval::<()>("(define kept (make-token))").expect("a token");
    vm.eval::<()>("(do ((i 0 (+ i 1))) ((= i 5000)) (make-token))").expect("tokens");
    vm.collect_garbage();
    let early = dropped.load(Ordering::Relaxed);
    // The native stack is scanned conservatively: a few may still seem alive.
    assert!((4_900..=5_000).contains(&early), "{early}");
    assert!(vm.eval::<bool>("(and (token? kept) (not (token? 5)))").expect("a boolean"));
    assert_eq!(vm.eval::<Value>("kept").map(|kept| vm.show(&kept)).expect("it"), "#<token>");
    let outside: Foreign<Token> = vm.global("kept").expect("it");
    drop(vm);
    assert_eq!(dropped.load(Ordering::Relaxed), 5_000);
    drop(outside);
    assert_eq!(dropped.load(Ordering::Relaxed), 5_001);
}

#[test]
fn machines_move_between_threads() {
    let mut vm = vm();
    vm.eval::<()>("(define data (vector 1 2 3))").expect("a vector");
    let value: Value = vm.eval("(list data data)").expect("a list");
    let (mut vm, value) = std::thread::spawn(move || {
        vm.collect_garbage();
        vm.eval::<()>("(vector-set! data 0 (make-vector 10000 'x))").expect("a change");
        (vm, value)
    })
    .join()
    .expect("no panic");
    vm.collect_garbage();
    assert!(vm.show(&value).ends_with("2 3))"), "{}", vm.show(&value));
}
