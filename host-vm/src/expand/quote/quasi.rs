//! `quasiquote`: nested, in lists and vectors, with splicing. Parts without unquotes stay constants, so what is shared
//! at run time is exactly what no evaluation can change.

use super::cycles::Cycles;
use crate::bytecode::code::Position;
use crate::expand::binding::Form;
use crate::expand::core::NodeId;
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion};

/// A part of a template.
#[derive(Clone, Copy)]
enum Part {
    Constant(Syntax),
    Computed(NodeId),
}

impl Expander {
    pub(in crate::expand) fn quasiquote_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, 1)?;
        let mut cycles = Cycles::default();
        let part = self.quasi(parts[0], 1, &mut cycles)?;
        self.check_cycles(&cycles)?;
        self.quasi_node(part)
    }

    fn quasi_node(&mut self, part: Part) -> Expansion<NodeId> {
        match part {
            Part::Constant(syntax) => self.quoted(syntax),
            Part::Computed(node) => Ok(node),
        }
    }

    /// The argument of `(keyword argument)`, if a syntax object is that.
    fn quasi_argument(&mut self, syntax: Syntax, keyword: Form) -> Expansion<Option<Syntax>> {
        let Some((head, rest)) = self.pair(syntax) else { return Ok(None) };
        if !self.is_auxiliary(head, keyword)? {
            return Ok(None);
        }
        match self.list(rest) {
            Some(parts) if parts.len() == 1 => Ok(Some(parts[0])),
            _ => Ok(None),
        }
    }

    fn quasi(&mut self, syntax: Syntax, level: u32, cycles: &mut Cycles) -> Expansion<Part> {
        self.see_part(syntax, cycles)?;
        match self.arena.content(syntax) {
            Content::Symbol(_) | Content::Nil | Content::Atom(_) | Content::Reference(_) => Ok(Part::Constant(syntax)),
            Content::Vector(_) => {
                self.enter(syntax)?;
                let items = self.vector(syntax);
                let position = self.arena.position(syntax);
                let list = self.arena.list(&items, position);
                let part = match self.quasi_list(list, level, cycles)? {
                    Part::Constant(_) => Part::Constant(syntax),
                    Part::Computed(node) => {
                        cycles.fill(syntax);
                        Part::Computed(self.call_helper("list->vector", vec![node], position)?)
                    }
                };
                self.state.depth -= 1;
                Ok(part)
            }
            Content::Pair(..) => {
                self.enter(syntax)?;
                let part = self.quasi_list(syntax, level, cycles)?;
                self.state.depth -= 1;
                Ok(part)
            }
        }
    }

    fn quasi_list(&mut self, syntax: Syntax, level: u32, cycles: &mut Cycles) -> Expansion<Part> {
        // The pairs of the list, each with its first element, up to its end or an unquote in tail position.
        let mut spine: Vec<(Syntax, Syntax, u32)> = Vec::new();
        let mut rest = syntax;
        // The level of the elements that follow a nested keyword.
        let mut level = level;
        let mut tail = loop {
            let Some((first, next)) = self.pair(rest) else { break self.quasi(rest, level, cycles)? };
            if let Some(argument) = self.quasi_argument(rest, Form::Unquote)? {
                if level == 1 {
                    break Part::Computed(self.expression(argument)?);
                }
                spine.push((rest, first, level));
                level -= 1;
            } else if self.quasi_argument(rest, Form::Quasiquote)?.is_some() {
                spine.push((rest, first, level));
                level += 1;
            } else if level > 1 && self.quasi_argument(rest, Form::UnquoteSplicing)?.is_some() {
                spine.push((rest, first, level));
                level -= 1;
            } else {
                spine.push((rest, first, level));
            }
            rest = next;
        };
        for (pair, first, level) in spine.into_iter().rev() {
            let position = self.arena.position(pair);
            if level == 1
                && let Some(argument) = self.quasi_argument(first, Form::UnquoteSplicing)?
            {
                cycles.fill(pair);
                tail = self.quasi_splice(argument, tail, position)?;
                continue;
            }
            tail = match (self.quasi(first, level, cycles)?, tail) {
                (Part::Constant(_), Part::Constant(_)) => Part::Constant(pair),
                (first, tail) => {
                    cycles.fill(pair);
                    let first = self.quasi_node(first)?;
                    let tail = self.quasi_node(tail)?;
                    Part::Computed(self.call_helper("cons", vec![first, tail], position)?)
                }
            };
        }
        Ok(tail)
    }

    fn quasi_splice(&mut self, argument: Syntax, tail: Part, position: Position) -> Expansion<Part> {
        let list = self.expression(argument)?;
        if let Part::Constant(tail) = tail
            && self.arena.content(tail) == Content::Nil
        {
            return Ok(Part::Computed(list));
        }
        let tail = self.quasi_node(tail)?;
        Ok(Part::Computed(self.call_helper("append", vec![list, tail], position)?))
    }
}
