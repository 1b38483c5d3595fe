//! Lists: procedures that call no other procedure. (`map`, `assoc` with a predicate, `sort` … are Scheme.)

use super::equal::{equal, eqv};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

fn tail(machine: &mut Machine, who: &str, list: Word, count: Word) -> Result<Word, Raise> {
    let k = machine.index(who, count)?;
    let mut rest = list;
    for _ in 0..k {
        if !rest.is_pair() {
            return Err(machine.error(
                "out-of-range",
                who,
                &format!("index {k} is out of range for the list"),
                &[list],
            ));
        }
        rest = rest.cdr();
    }
    Ok(rest)
}

fn element(machine: &mut Machine, who: &str, list: Word, index: Word) -> Result<Word, Raise> {
    let rest = tail(machine, who, list, index)?;
    if !rest.is_pair() {
        let k = index.as_fixnum();
        return Err(machine.error("out-of-range", who, &format!("index {k} is out of range for the list"), &[list]));
    }
    Ok(rest.car())
}

/// The tail whose first element matches. Ends on circular lists as soon as it has seen every element.
fn member(machine: &mut Machine, who: &str, list: Word, matches: impl Fn(Word) -> bool) -> Result<Word, Raise> {
    let (mut rest, mut slow, mut step) = (list, list, false);
    while rest.is_pair() {
        if matches(rest.car()) {
            return Ok(rest);
        }
        rest = rest.cdr();
        if step {
            slow = slow.cdr();
            if slow == rest {
                break;
            }
        }
        step = !step;
    }
    if rest != Word::NIL { Err(machine.expected(who, "a list", list)) } else { Ok(Word::FALSE) }
}

/// It is not the argument that is wrong, but an element of it.
fn not_an_association(machine: &mut Machine, who: &str, entry: Word) -> Raise {
    machine.error("wrong-type", who, "association list: expected a pair, got", &[entry])
}

/// The first pair in an association list whose `car` matches. Elements that are no pairs are errors.
fn association(machine: &mut Machine, who: &str, list: Word, matches: impl Fn(Word) -> bool) -> Result<Word, Raise> {
    let found = member(machine, who, list, |entry| !entry.is_pair() || matches(entry.car()))?;
    if found == Word::FALSE {
        return Ok(Word::FALSE);
    }
    let entry = found.car();
    if entry.is_pair() { Ok(entry) } else { Err(not_an_association(machine, who, entry)) }
}

fn append(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    let Some((&last, lists)) = arguments.split_last() else { return Ok(Word::NIL) };
    let mut result = last;
    for &list in lists.iter().rev() {
        let elements = machine.list_elements("append", list)?;
        machine.ask_list(elements.len())?;
        result = machine.list_with_tail(&elements, result);
    }
    Ok(result)
}

fn reverse(machine: &mut Machine, who: &str, list: Word, tail: Word) -> Result<Word, Raise> {
    let Some(length) = list.list_length() else { return Err(machine.expected(who, "a list", list)) };
    machine.ask_list(length)?;
    let (mut rest, mut result) = (list, tail);
    while rest.is_pair() {
        result = machine.cons(rest.car(), result);
        rest = rest.cdr();
    }
    Ok(result)
}

fn reverse_in_place(machine: &mut Machine, list: Word) -> Result<Word, Raise> {
    if list.list_length().is_none() {
        return Err(machine.expected("reverse!", "a list", list));
    }
    let (mut rest, mut result) = (list, Word::NIL);
    while rest.is_pair() {
        let next = rest.cdr();
        machine.set_cdr(rest, result);
        (result, rest) = (rest, next);
    }
    Ok(result)
}

/// A list with the elements of one that may end in any object.
fn copy(machine: &mut Machine, list: Word) -> Result<Word, Raise> {
    let mut end = list;
    let mut elements = Vec::new();
    if list.list_length().is_none() && list.is_pair() {
        // Improper or circular: find out which before copying.
        let mut seen = std::collections::HashSet::new();
        let mut rest = list;
        while rest.is_pair() {
            if !seen.insert(rest) {
                return Err(machine.expected("list-copy", "a list that ends", list));
            }
            rest = rest.cdr();
        }
    }
    while end.is_pair() {
        elements.push(end.car());
        end = end.cdr();
    }
    machine.ask_list(elements.len())?;
    Ok(machine.list_with_tail(&elements, end))
}

primitives! {
    /// Lists.
    pub LISTS:
    "list" (0, 255) ALLOCATES => |machine, arguments| Ok(machine.list(arguments));
    "cons*" (1, 255) ALLOCATES => |machine, arguments| {
        let (&tail, elements) = arguments.split_last().unwrap_or((&Word::NIL, &[]));
        Ok(machine.list_with_tail(elements, tail))
    };
    "make-list" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let length = machine.index("make-list", arguments[0])?;
        let fill = arguments.get(1).copied().unwrap_or(Word::UNSPECIFIED);
        machine.ask_list(length)?;
        let mut list = Word::NIL;
        for _ in 0..length {
            list = machine.cons(fill, list);
        }
        Ok(list)
    };
    "list?" (1, 1) READS => |_, arguments| Ok(Word::boolean(arguments[0].list_length().is_some()));
    "length" (1, 1) READS|FAILS => |machine, arguments| match arguments[0].list_length() {
        Some(length) => Ok(Word::fixnum(length as i64)),
        None => Err(machine.expected("length", "a list", arguments[0])),
    };
    "length+" (1, 1) READS => |_, arguments| {
        Ok(arguments[0].list_length().map_or(Word::FALSE, |length| Word::fixnum(length as i64)))
    };
    "append" (0, 255) READS|ALLOCATES|FAILS => append;
    "reverse" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| reverse(machine, "reverse", arguments[0], Word::NIL);
    "append-reverse" (2, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        reverse(machine, "append-reverse", arguments[0], arguments[1])
    };
    "reverse!" (1, 1) READS|WRITES|FAILS => |machine, arguments| reverse_in_place(machine, arguments[0]);
    "list-tail" (2, 2) READS|FAILS => |machine, arguments| tail(machine, "list-tail", arguments[0], arguments[1]);
    "list-ref" (2, 2) READS|FAILS => |machine, arguments| element(machine, "list-ref", arguments[0], arguments[1]);
    "list-head" (2, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let (list, count) = (arguments[0], machine.index("list-head", arguments[1])?);
        tail(machine, "list-head", list, arguments[1])?;
        machine.ask_list(count)?;
        let elements: Vec<Word> = list.iter_list().take(count).collect();
        Ok(machine.list(&elements))
    };
    "list-set!" (3, 3) READS|WRITES|FAILS => |machine, arguments| {
        let rest = tail(machine, "list-set!", arguments[0], arguments[1])?;
        let pair = machine.pair("list-set!", rest)?;
        machine.set_car(pair, arguments[2]);
        Ok(Word::UNSPECIFIED)
    };
    "list-copy" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| copy(machine, arguments[0]);
    "last-pair" (1, 1) READS|FAILS => |machine, arguments| {
        let mut pair = machine.pair("last-pair", arguments[0])?;
        // Brent: the pair that was last at a power of two comes again if there is no end.
        let (mut seen, mut steps, mut most) = (pair, 0u64, 2u64);
        while pair.cdr().is_pair() {
            pair = pair.cdr();
            if pair == seen {
                return Err(machine.expected("last-pair", "a list that is not circular", arguments[0]));
            }
            steps += 1;
            if steps == most {
                (seen, steps, most) = (pair, 0, most * 2);
            }
        }
        Ok(pair)
    };
    "memq" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        member(machine, "memq", arguments[1], |element| element == object)
    };
    "memv" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        member(machine, "memv", arguments[1], |element| eqv(element, object))
    };
    "%member" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        member(machine, "member", arguments[1], |element| equal(element, object))
    };
    "assq" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        association(machine, "assq", arguments[1], |key| key == object)
    };
    "assv" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        association(machine, "assv", arguments[1], |key| eqv(key, object))
    };
    "%assoc" (2, 2) READS|FAILS => |machine, arguments| {
        let object = arguments[0];
        association(machine, "assoc", arguments[1], |key| equal(key, object))
    };
    "delq" (2, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut elements = machine.list_elements("delq", arguments[1])?;
        elements.retain(|&element| element != arguments[0]);
        Ok(machine.list(&elements))
    };
}

#[cfg(test)]
mod tests {
    use crate::{
        runtime::{
            print::{Style, to_string},
            testing::{machine, run},
        },
        value::Word,
    };

    #[test]
    fn lists_are_built_and_searched() {
        let m = &mut *machine();
        let n = Word::fixnum;
        let a = m.list(&[n(1), n(2), n(3)]);
        let both = run(m, "append", &[a, a, n(9)]).expect("lists");
        assert_eq!(to_string(m, both, Style::Write), "(1 2 3 1 2 3 . 9)");
        let reversed = run(m, "reverse", &[a]).expect("a list");
        assert_eq!(to_string(m, reversed, Style::Write), "(3 2 1)");
        assert_eq!(run(m, "memv", &[n(2), a]), Ok(a.cdr()));
        assert_eq!(run(m, "list-ref", &[a, n(2)]), Ok(n(3)));
        let error = run(m, "list-ref", &[a, n(3)]).unwrap_err();
        assert_eq!(error, "list-ref: index 3 is out of range for the list (1 2 3)");
        let entry = m.cons(n(1), n(2));
        let table = m.list(&[entry]);
        assert_eq!(run(m, "assq", &[n(1), table]), Ok(entry));
        assert_eq!(run(m, "assq", &[n(5), table]), Ok(Word::FALSE));
        assert_eq!(run(m, "car", &[n(5)]), Err("car: expected a pair, got 5".to_owned()));
        assert_eq!(run(m, "caddr", &[a]), Ok(n(3)));
    }

    #[test]
    fn circular_lists_end_every_search() {
        let m = &mut *machine();
        let ring = m.list(&[Word::fixnum(1), Word::fixnum(2), Word::fixnum(3)]);
        m.set_cdr(ring.cdr().cdr(), ring);
        assert_eq!(run(m, "list?", &[ring]), Ok(Word::FALSE));
        for name in ["length", "reverse", "list-copy"] {
            assert!(run(m, name, &[ring]).is_err(), "{name}");
        }
        assert!(run(m, "memq", &[Word::TRUE, ring]).is_err());
    }
}
