//! Conditions as lists.
use super::Raise;
use crate::{machine::Machine, value::Word};
#[allow(missing_docs)]
impl Machine {
    pub fn error(&mut self, kind: &str, who: &str, message: &str, irritants: &[Word]) -> Raise {
        let irritants = self.list(irritants);
        let message = self.make_string(&format!("{who}: {message}"));
        let kind = self.intern(kind);
        Raise(self.list_with_tail(&[kind, message], irritants))
    }
    pub fn wrong_type(&mut self, who: &str, argument: usize, value: Word) -> Raise {
        self.error("wrong-type", who, &format!("argument {argument}"), &[value])
    }
    pub fn out_of_range(&mut self, who: &str, argument: usize, value: Word) -> Raise {
        self.error("out-of-range", who, &format!("argument {argument}"), &[value])
    }
    pub fn index_out_of_range(&mut self, who: &str, object: Word, index: Word) -> Raise {
        self.error("out-of-range", who, "index", &[object, index])
    }
    pub fn wrong_arity(&mut self, who: &str, least: usize, most: Option<usize>, given: usize) -> Raise {
        self.error("arity", who, &format!("expected {least} to {most:?}, got {given}"), &[])
    }
    pub fn not_a_procedure(&mut self, value: Word) -> Raise {
        self.error("wrong-type", "", "no procedure", &[value])
    }
    pub fn unbound_variable(&mut self, name: &str) -> Raise {
        self.error("unbound", "", &format!("unbound variable: {name}"), &[])
    }
}
