//! Typed conversions between Scheme and Rust.
//!
//! | Rust | Scheme |
//! | --- | --- |
//! | integers | an exact integer in their range |
//! | `f64`, `f32` | any real number; becomes an inexact one |
//! | `bool`, `char`, `String` (`&str` into Scheme) | boolean, character, string |
//! | [`Symbol`], [`Bytes`] | symbol, bytevector |
//! | `Vec<T>` | a list (a vector is taken, too) |
//! | tuples | a list of that length |
//! | `Option<T>` | `#f` for `None` |
//! | `()` | anything; the unspecified value |
//! | [`Value`] | anything |
//! | [`Foreign<T>`](super::Foreign) | an opaque object |
//! | `Result<T, E>` into Scheme | the value, or an error with the text of `E` |

use super::Value;
use crate::{machine::Machine, runtime::number::real, value::Word};
use std::borrow::Cow;

/// The machine that a conversion is for.
pub struct Scope<'a> {
    pub(crate) machine: &'a mut Machine,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

/// Rust types that Scheme values convert to. To implement it, convert to a type that has it and go on from there:
///
/// ```
/// use limpet::{value::Word, vm::{FromScheme, Scope}};
/// use std::borrow::Cow;
///
/// struct Point { x: f64, y: f64 }
///
/// impl FromScheme for Point {
///     fn expected() -> Cow<'static, str> { "a point, (x y)".into() }
///     fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Point> {
///         let (x, y) = FromScheme::from_scheme(scope, word)?;
///         Some(Point { x, y })
///     }
/// }
/// # let mut vm = limpet::vm::Vm::new(Default::default()).unwrap();
/// let point: Point = vm.eval("(list 1 2.5)").unwrap();
/// assert_eq!((point.x, point.y), (1.0, 2.5));
/// assert_eq!(vm.eval::<Point>("7").err().unwrap().message, "expected a point, (x y), got 7");
/// ```
pub trait FromScheme: Sized {
    /// What a value must be, for messages: `an exact integer from 0 to 255`.
    fn expected() -> Cow<'static, str>;

    /// The value; `None` if it is not what is expected.
    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Self>;
}

/// Rust types that convert to Scheme values.
pub trait IntoScheme {
    /// The value.
    ///
    /// # Errors
    /// A message, if it has no counterpart in Scheme.
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String>;
}

/// The name of a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub String);

/// The content of a bytevector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

/// An exact integer of up to 128 bits.
fn to_i128(word: Word) -> Option<i128> {
    if word.is_fixnum() {
        return Some(word.as_fixnum().into());
    }
    match word.bignum()? {
        (negative, &[limb]) => Some(if negative { -i128::from(limb) } else { i128::from(limb) }),
        (negative, &[low, high]) if high < 1 << 62 => {
            let magnitude = i128::from(high) << 64 | i128::from(low);
            Some(if negative { -magnitude } else { magnitude })
        }
        _ => None,
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl FromScheme for $type {
            fn expected() -> Cow<'static, str> {
                match size_of::<$type>() {
                    8 if <$type>::MIN == 0 => "an exact integer that is not negative".into(),
                    8 => "an exact integer".into(),
                    _ => format!("an exact integer from {} to {}", <$type>::MIN, <$type>::MAX).into(),
                }
            }

            fn from_scheme(_: &mut Scope<'_>, word: Word) -> Option<$type> {
                to_i128(word).and_then(|n| <$type>::try_from(n).ok())
            }
        }

        impl IntoScheme for $type {
            fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
                Ok(scope.machine.make_i128(self as i128))
            }
        }
    )*};
}

integers! { i8 u8 i16 u16 i32 u32 i64 u64 isize usize }

macro_rules! simple {
    ($($type:ty, $expected:literal, |$machine:ident, $word:ident| $from:expr, |$value:ident| $into:expr;)*) => {$(
        impl FromScheme for $type {
            fn expected() -> Cow<'static, str> {
                $expected.into()
            }

            fn from_scheme(scope: &mut Scope<'_>, $word: Word) -> Option<$type> {
                let $machine = &mut *scope.machine;
                let _ = &$machine;
                $from
            }
        }

        impl IntoScheme for $type {
            fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
                let ($machine, $value) = (&mut *scope.machine, self);
                let _ = &$machine;
                Ok($into)
            }
        }
    )*};
}

simple! {
    f64, "a real number", |machine, word| real::to_f64(word), |x| machine.make_float(x);
    f32, "a real number", |machine, word| real::to_f64(word).map(|x| x as f32), |x| machine.make_float(x.into());
    bool, "a boolean", |machine, word| match word {
        Word::TRUE => Some(true),
        Word::FALSE => Some(false),
        _ => None,
    }, |b| Word::boolean(b);
    char, "a character", |machine, word| word.is_char().then(|| word.as_char()), |c| Word::char(c);
    (), "anything", |machine, _word| Some(()), |_unit| Word::UNSPECIFIED;
    String, "a string", |machine, word| word.is_string().then(|| word.string_to_rust()), |text| machine.make_string(&text);
    Symbol, "a symbol", |machine, word| word.is_symbol().then(|| Symbol(word.symbol_name())), |name| machine.intern(&name.0);
    Bytes, "a bytevector", |machine, word| word.is_bytevector().then(|| Bytes(word.bytes().to_vec())),
        |bytes| machine.make_bytevector(&bytes.0);
}

impl IntoScheme for &str {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        Ok(scope.machine.make_string(self))
    }
}

impl FromScheme for Value {
    fn expected() -> Cow<'static, str> {
        "anything".into()
    }

    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Value> {
        Some(Value::new(&scope.machine.runtime.host.handles, word))
    }
}

impl IntoScheme for &Value {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        let word = self.word(&scope.machine.runtime.host.handles);
        word.ok_or_else(|| "the value belongs to another machine".to_owned())
    }
}

impl IntoScheme for Value {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        (&self).into_scheme(scope)
    }
}

impl<T: FromScheme> FromScheme for Option<T> {
    fn expected() -> Cow<'static, str> {
        format!("{} or #f", T::expected()).into()
    }

    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Option<T>> {
        if word == Word::FALSE { Some(None) } else { T::from_scheme(scope, word).map(Some) }
    }
}

impl<T: IntoScheme> IntoScheme for Option<T> {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        self.map_or(Ok(Word::FALSE), |value| value.into_scheme(scope))
    }
}

impl<T: IntoScheme, E: std::fmt::Display> IntoScheme for Result<T, E> {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        self.map_err(|error| error.to_string())?.into_scheme(scope)
    }
}

impl<T: FromScheme> FromScheme for Vec<T> {
    fn expected() -> Cow<'static, str> {
        match T::expected() {
            element if element == "anything" => "a list".into(),
            element => format!("a list of elements that are each {element}").into(),
        }
    }

    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Vec<T>> {
        if word.is_vector() {
            return (0..word.vector_len()).map(|i| T::from_scheme(scope, word.vector_ref(i))).collect();
        }
        let length = word.list_length()?;
        let mut elements = Vec::with_capacity(length);
        for element in word.iter_list() {
            elements.push(T::from_scheme(scope, element)?);
        }
        Some(elements)
    }
}

impl<T: IntoScheme> IntoScheme for Vec<T> {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        let mut list = Word::NIL;
        for element in self.into_iter().rev() {
            let element = element.into_scheme(scope)?;
            list = scope.machine.cons(element, list);
        }
        Ok(list)
    }
}

/// The arguments of a call.
pub trait IntoArguments {
    /// Pushes them on the machine's temporaries, where they are roots.
    ///
    /// # Errors
    /// A message, if one has no counterpart in Scheme.
    #[doc(hidden)]
    fn pass(self, scope: &mut Scope<'_>) -> Result<(), String>;
}

impl<T: IntoScheme> IntoArguments for Vec<T> {
    fn pass(self, scope: &mut Scope<'_>) -> Result<(), String> {
        for element in self {
            let word = element.into_scheme(scope)?;
            scope.machine.temporaries.push(word);
        }
        Ok(())
    }
}

impl IntoArguments for () {
    fn pass(self, _: &mut Scope<'_>) -> Result<(), String> {
        Ok(())
    }
}

macro_rules! tuples {
    ($(($count:literal $($name:ident $index:tt)*))*) => {$(
        impl<$($name: FromScheme),*> FromScheme for ($($name,)*) {
            fn expected() -> Cow<'static, str> {
                let parts: [Cow<'static, str>; $count] = [$($name::expected()),*];
                format!("a list of {}: {}", $count, parts.join(", ")).into()
            }

            fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Self> {
                if word.list_length()? != $count {
                    return None;
                }
                let mut rest = word;
                let mut next = || {
                    let first = rest.car();
                    rest = rest.cdr();
                    first
                };
                Some(($($name::from_scheme(scope, next())?,)*))
            }
        }

        impl<$($name: IntoScheme),*> IntoScheme for ($($name,)*) {
            fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
                // On the native stack, which the collector looks at.
                let words = [$(self.$index.into_scheme(scope)?),*];
                Ok(scope.machine.list(&words))
            }
        }

        impl<$($name: IntoScheme),*> IntoArguments for ($($name,)*) {
            fn pass(self, scope: &mut Scope<'_>) -> Result<(), String> {
                $(
                    let word = self.$index.into_scheme(scope)?;
                    scope.machine.temporaries.push(word);
                )*
                Ok(())
            }
        }
    )*};
}

tuples! {
    (1 A 0)
    (2 A 0 B 1)
    (3 A 0 B 1 C 2)
    (4 A 0 B 1 C 2 D 3)
    (5 A 0 B 1 C 2 D 3 E 4)
    (6 A 0 B 1 C 2 D 3 E 4 F 5)
}
