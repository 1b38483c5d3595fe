//! Using `syntax-rules` macros: matching patterns, filling in templates.

use super::rules::{Element, Pattern, Rule, SequencePattern, Template, Transformer};
use crate::bytecode::code::Position;
use crate::expand::core::Datum;
use crate::expand::scope::Scope;
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::expand::{Expander, Expansion};

/// What a pattern variable matched.
#[derive(Clone, Debug)]
pub enum Matched {
    /// One form.
    One(Syntax),
    /// What each repetition matched.
    Many(Vec<Matched>),
}

/// One expansion: the position of the use, and the scope of what the template contributes.
#[derive(Clone, Copy)]
struct Use {
    position: Position,
    scope: Scope,
}

impl Expander {
    /// Expands one use of a macro.
    pub(in crate::expand) fn apply_macro(&mut self, number: u32, form: Syntax) -> Expansion<Syntax> {
        self.thaw(number, form)?;
        let transformer = self.macros[number as usize].clone();
        let mut input = form;
        if transformer.context == self.state.context {
            let scope = self.scopes.fresh_use_site(transformer.context);
            input.scopes = self.scopes.add(input.scopes, scope);
        }
        match &transformer.transformer {
            Transformer::Rules(rules) => match self.pair(input) {
                Some((_, arguments)) => self.apply_rules(rules, arguments, form),
                None => self.fail(form, "a macro's keyword is used as a variable"),
            },
            Transformer::Identifier { reference, .. } => {
                let at = Use { position: self.arena.position(form), scope: self.scopes.fresh() };
                let value = self.fill_template(reference, &mut Vec::new(), at)?;
                match self.pair(input) {
                    Some((_, operands)) => Ok(self.arena.pair(value, operands, at.position)),
                    None => Ok(value),
                }
            }
            &Transformer::Procedure { number, takes_data, .. } => self.apply_procedure(number, takes_data, input, form),
        }
    }

    /// The expansion by the first rule that fits what follows the keyword.
    pub(in crate::expand) fn apply_rules(
        &mut self,
        rules: &[Rule],
        arguments: Syntax,
        form: Syntax,
    ) -> Expansion<Syntax> {
        for rule in rules {
            let mut slots = vec![Matched::Many(Vec::new()); rule.variables];
            if self.matches(&rule.pattern, arguments, &mut slots) {
                return self.fill(rule, &slots, form);
            }
        }
        let name = self.keyword(form);
        self.fail(form, format!("no rule of `{name}` fits this use"))
    }

    pub(in crate::expand) fn matches(&mut self, pattern: &Pattern, syntax: Syntax, slots: &mut [Matched]) -> bool {
        match pattern {
            Pattern::Any => true,
            Pattern::Variable(slot) => {
                slots[*slot] = Matched::One(syntax);
                true
            }
            Pattern::Literal(literal) => match self.arena.content(syntax) {
                Content::Symbol(symbol) => self.same_meaning(*literal, Identifier { symbol, scopes: syntax.scopes }),
                _ => false,
            },
            Pattern::Datum(datum) => match (self.arena.content(*datum), self.arena.content(syntax)) {
                (Content::Atom(one), Content::Atom(other)) => same_datum(self.arena.atom(one), self.arena.atom(other)),
                _ => false,
            },
            Pattern::Sequence(sequence) if sequence.vector => match self.arena.content(syntax) {
                Content::Vector(_) => {
                    let items = self.vector(syntax);
                    self.matches_items(sequence, &items, slots)
                }
                _ => false,
            },
            Pattern::Sequence(sequence) => self.matches_list(sequence, syntax, slots),
        }
    }

    fn matches_list(&mut self, pattern: &SequencePattern, syntax: Syntax, slots: &mut [Matched]) -> bool {
        let mut rest = syntax;
        if pattern.repeated.is_none() {
            for element in &pattern.before {
                let Some((first, next)) = self.pair(rest) else { return false };
                if !self.matches(element, first, slots) {
                    return false;
                }
                rest = next;
            }
        } else {
            let (items, end) = self.improper_list(syntax);
            if !self.matches_items(pattern, &items, slots) {
                return false;
            }
            rest = end;
        }
        match &pattern.end {
            Some(end) => self.matches(end, rest, slots),
            None => self.arena.content(rest) == Content::Nil,
        }
    }

    fn matches_items(&mut self, pattern: &SequencePattern, items: &[Syntax], slots: &mut [Matched]) -> bool {
        let fixed = pattern.before.len() + pattern.after.len();
        if items.len() < fixed || (pattern.repeated.is_none() && items.len() > fixed) {
            return false;
        }
        let (before, rest) = items.split_at(pattern.before.len());
        let (middle, after) = rest.split_at(rest.len() - pattern.after.len());
        for (element, &item) in pattern.before.iter().zip(before).chain(pattern.after.iter().zip(after)) {
            if !self.matches(element, item, slots) {
                return false;
            }
        }
        let Some((element, variables)) = &pattern.repeated else { return true };
        let mut repeated = vec![Vec::with_capacity(middle.len()); variables.len()];
        for &item in middle {
            if !self.matches(element, item, slots) {
                return false;
            }
            for (list, slot) in repeated.iter_mut().zip(variables.clone()) {
                list.push(std::mem::replace(&mut slots[slot], Matched::Many(Vec::new())));
            }
        }
        for (list, slot) in repeated.into_iter().zip(variables.clone()) {
            slots[slot] = Matched::Many(list);
        }
        true
    }

    fn fill(&mut self, rule: &Rule, slots: &[Matched], form: Syntax) -> Expansion<Syntax> {
        let use_ = Use { position: self.arena.position(form), scope: self.scopes.fresh() };
        let mut values: Vec<&Matched> = slots.iter().collect();
        self.fill_template(&rule.template, &mut values, use_)
    }

    fn fill_template(&mut self, template: &Template, values: &mut Vec<&Matched>, at: Use) -> Expansion<Syntax> {
        match template {
            Template::Constant(syntax) => Ok(self.add_scope(*syntax, at.scope)),
            Template::Variable(slot) => match values[*slot] {
                Matched::One(syntax) => Ok(*syntax),
                // The compiler of the rule has counted the ellipses.
                Matched::Many(_) => self.fail_at(at.position, "a pattern variable needs more ellipses"),
            },
            Template::Sequence { vector, elements, end } => {
                let mut items = Vec::with_capacity(elements.len());
                for element in elements {
                    self.fill_element(element, element.ellipses, values, at, &mut items)?;
                }
                if *vector {
                    return Ok(self.arena.make_vector(items, at.position));
                }
                let mut list = match end {
                    Some(end) => self.fill_template(end, values, at)?,
                    None => self.arena.nil(at.position),
                };
                for item in items.into_iter().rev() {
                    list = self.arena.pair(item, list, at.position);
                }
                Ok(list)
            }
        }
    }

    fn fill_element(
        &mut self,
        element: &Element,
        ellipses: usize,
        values: &mut Vec<&Matched>,
        at: Use,
        items: &mut Vec<Syntax>,
    ) -> Expansion<()> {
        if ellipses == 0 {
            items.push(self.fill_template(&element.template, values, at)?);
            return Ok(());
        }
        let mut count = None;
        let mut lists = Vec::with_capacity(element.drivers.len());
        for &slot in &element.drivers {
            if let Matched::Many(list) = values[slot] {
                if *count.get_or_insert(list.len()) != list.len() {
                    return self.fail_at(at.position, "repetitions of different lengths are used together in a macro");
                }
                lists.push((slot, list));
            }
        }
        let Some(count) = count else {
            return self.fail_at(at.position, "too many ellipses in the template of a macro");
        };
        let saved: Vec<&Matched> = lists.iter().map(|&(slot, _)| values[slot]).collect();
        for index in 0..count {
            for &(slot, list) in &lists {
                values[slot] = &list[index];
            }
            self.fill_element(element, ellipses - 1, values, at, items)?;
        }
        for (&(slot, _), value) in lists.iter().zip(saved) {
            values[slot] = value;
        }
        Ok(())
    }
}

/// `equal?` on atoms.
fn same_datum(one: &Datum, other: &Datum) -> bool {
    match (one, other) {
        (Datum::Float(one), Datum::Float(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}
