//! Macros as records: rules, patterns, templates, the syntax objects in them, and their scopes.

use super::read::Archive;
use super::write::{Result, Writer};
use crate::expand::binding::{Binding, Form};
use crate::expand::macros::rules::{Element, Macro, Pattern, Rule, SequencePattern, Template, Transformer};
use crate::expand::scope::{Origin, ScopeSet};
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::expand::{Expander, MAXIMUM_DEPTH};
use crate::object::records::{
    MacroRecord, Range, RuleRecord, ScopeKind, ScopeRecord, ScopeSetRecord, SyntaxKind, SyntaxRecord, Table, TreeKind,
    TreeRecord,
};
use std::collections::HashSet;

impl Writer<'_> {
    /// The rules of a macro.
    pub(super) fn rules(&mut self, transformer: &Macro) -> Result<Range> {
        // Such a library stays with its source text.
        let Transformer::Rules(rules) = &transformer.transformer else {
            return Err("it has a macro whose transformer is a procedure".into());
        };
        let mut records = Vec::with_capacity(rules.len());
        for rule in rules {
            let pattern = self.pattern(&rule.pattern)?;
            let template = self.template(&rule.template)?;
            records.push(RuleRecord { variables: rule.variables as u32, pattern, template });
        }
        self.close_references()?;
        Ok(self.tables.add_all(records))
    }

    fn tree(&mut self, kind: TreeKind, a: u32, b: u32, list: &[u32]) -> u32 {
        let list = self.tables.numbers(list);
        self.tables.add(TreeRecord { kind: kind as u32, a, b, list })
    }

    fn pattern(&mut self, pattern: &Pattern) -> Result<u32> {
        Ok(match pattern {
            Pattern::Any => self.tree(TreeKind::Any, 0, 0, &[]),
            Pattern::Variable(slot) => self.tree(TreeKind::Variable, *slot as u32, 0, &[]),
            Pattern::Literal(identifier) => {
                self.mentioned.insert(identifier.symbol);
                let name = self.tables.string(self.expander.symbols.name(identifier.symbol));
                let scopes = self.scope_set(identifier.scopes)?;
                self.tree(TreeKind::Literal, name, scopes, &[])
            }
            Pattern::Datum(syntax) => {
                let (syntax, scopes) = self.syntax(*syntax)?;
                self.tree(TreeKind::Constant, syntax, scopes, &[])
            }
            Pattern::Sequence(sequence) => {
                let SequencePattern { vector, before, repeated, after, end } = &**sequence;
                let mut list = match repeated {
                    Some((pattern, range)) => vec![self.pattern(pattern)? + 1, range.start as u32, range.end as u32],
                    None => vec![0, 0, 0],
                };
                list.push(match end {
                    Some(end) => self.pattern(end)? + 1,
                    None => 0,
                });
                list.push(before.len() as u32);
                for part in before.iter().chain(after) {
                    list.push(self.pattern(part)?);
                }
                self.tree(TreeKind::Pattern, *vector as u32, 0, &list)
            }
        })
    }

    fn template(&mut self, template: &Template) -> Result<u32> {
        Ok(match template {
            Template::Constant(syntax) => {
                let (syntax, scopes) = self.syntax(*syntax)?;
                self.tree(TreeKind::Constant, syntax, scopes, &[])
            }
            Template::Variable(slot) => self.tree(TreeKind::Variable, *slot as u32, 0, &[]),
            Template::Sequence { vector, elements, end } => {
                let mut list = vec![match end {
                    Some(end) => self.template(end)? + 1,
                    None => 0,
                }];
                for Element { template, ellipses, drivers } in elements {
                    let inner = self.template(template)?;
                    let drivers: Vec<u32> = drivers.iter().map(|&slot| slot as u32).collect();
                    list.push(self.tree(TreeKind::Element, inner, *ellipses as u32, &drivers));
                }
                self.tree(TreeKind::Template, *vector as u32, 0, &list)
            }
        })
    }

    /// A syntax object: its node and its scopes. Nodes are nested no deeper than forms may be.
    fn syntax(&mut self, syntax: Syntax) -> Result<(u32, u32)> {
        let scopes = self.scope_set(syntax.scopes)?;
        if let Some(&node) = self.syntax.get(&syntax.node()) {
            // Names in it may be new to this library.
            self.mention(syntax);
            return Ok((node, scopes));
        }
        // Lists are walked along, so that only nesting recurses.
        let mut spine = Vec::new();
        let mut rest = syntax;
        let arena = &self.expander.arena;
        let (mut node, mut node_scopes) = loop {
            match arena.content(rest) {
                Content::Pair(first, next) if !self.syntax.contains_key(&rest.node()) => {
                    spine.push((rest, first));
                    rest = next;
                }
                Content::Pair(..) => break self.syntax(rest)?,
                _ => break self.leaf(rest)?,
            }
        };
        for (pair, first) in spine.into_iter().rev() {
            let (a, a_scopes) = self.syntax(first)?;
            let (source, line, column) = self.position(self.expander.arena.position(pair));
            node = self.tables.add(SyntaxRecord {
                kind: SyntaxKind::Pair as u32,
                a,
                a_scopes,
                b: node,
                b_scopes: node_scopes,
                parts: Range::default(),
                source,
                line,
                column,
            });
            self.syntax.insert(pair.node(), node);
            node_scopes = self.scope_set(pair.scopes)?;
        }
        Ok((node, scopes))
    }

    fn leaf(&mut self, syntax: Syntax) -> Result<(u32, u32)> {
        let scopes = self.scope_set(syntax.scopes)?;
        let expander = self.expander;
        let mut record = SyntaxRecord::default();
        match expander.arena.content(syntax) {
            Content::Symbol(symbol) => {
                self.mentioned.insert(symbol);
                record.a = self.tables.string(expander.symbols.name(symbol));
                record.kind = SyntaxKind::Symbol as u32;
            }
            Content::Nil | Content::Pair(..) => record.kind = SyntaxKind::Nil as u32,
            Content::Vector(index) => {
                let mut parts = Vec::new();
                for &part in expander.arena.vector(index) {
                    let (node, scopes) = self.syntax(part)?;
                    parts.extend([node, scopes]);
                }
                record.parts = self.tables.numbers(&parts);
                record.kind = SyntaxKind::Vector as u32;
            }
            Content::Atom(index) => {
                record.a = self.datum(expander.arena.atom(index), &[])?;
                record.kind = SyntaxKind::Atom as u32;
            }
            Content::Reference(target) => {
                self.references_to.push((self.tables.count(Table::Syntax), target));
                record.kind = SyntaxKind::Reference as u32;
            }
        }
        (record.source, record.line, record.column) = self.position(expander.arena.position(syntax));
        let node = self.tables.add(record);
        self.syntax.insert(syntax.node(), node);
        Ok((node, scopes))
    }

    /// Notes the names in a syntax object.
    fn mention(&mut self, syntax: Syntax) {
        let mut pending = vec![syntax];
        let mut seen = HashSet::new();
        while let Some(syntax) = pending.pop() {
            if !seen.insert(syntax.node()) {
                continue;
            }
            match self.expander.arena.content(syntax) {
                Content::Symbol(symbol) => drop(self.mentioned.insert(symbol)),
                Content::Pair(first, rest) => pending.extend([first, rest]),
                Content::Vector(index) => pending.extend(self.expander.arena.vector(index)),
                Content::Nil | Content::Atom(_) | Content::Reference(_) => {}
            }
        }
    }

    /// Gives references their targets, which are written with what they contain.
    fn close_references(&mut self) -> Result<()> {
        while let Some((record, node)) = self.references_to.pop() {
            let target = match self.syntax.get(&node) {
                Some(&target) => target,
                None => self.syntax(Syntax::of_node(node))?.0,
            };
            let SyntaxRecord { source, line, column, .. } = self.tables.record(record as usize);
            let kind = SyntaxKind::Reference as u32;
            self.tables
                .replace(record, SyntaxRecord { kind, a: target, source, line, column, ..SyntaxRecord::default() });
        }
        Ok(())
    }

    /// A set of scopes.
    pub(super) fn scope_set(&mut self, set: ScopeSet) -> Result<u32> {
        if let Some(&index) = self.sets.get(&set) {
            return Ok(index);
        }
        let mut scopes = Vec::new();
        for &scope in self.expander.scopes.members(set) {
            scopes.push(match self.scopes.get(&scope) {
                Some(&index) => index,
                None => {
                    let (kind, environment) = match self.expander.scopes.origin(scope) {
                        Origin::Environment(environment) => (ScopeKind::Environment, environment),
                        Origin::Other => (ScopeKind::Other, crate::expand::environment::EnvironmentId(0)),
                        Origin::UseSite(context) => {
                            let home = self.expander.environments.iter().position(|home| home.context == context);
                            let Some(home) = home else { return Err("a macro has a scope of no library".into()) };
                            (ScopeKind::UseSite, crate::expand::environment::EnvironmentId(home as u32))
                        }
                    };
                    let module = self.module_of(environment)?;
                    let index = self.tables.add(ScopeRecord { kind: kind as u32, module });
                    self.scopes.insert(scope, index);
                    index
                }
            });
        }
        let scopes = self.tables.numbers(&scopes);
        let index = self.tables.add(ScopeSetRecord { scopes });
        self.sets.insert(set, index);
        Ok(index)
    }
}

/// A record of a macro that contradicts itself.
pub(super) struct Damaged;

type Read<T> = std::result::Result<T, Damaged>;

/// Restores parts of one macro.
pub(super) struct MacroReader<'a> {
    pub(super) expander: &'a mut Expander,
    pub(super) archive: u32,
    /// Variables of the rule being read.
    variables: usize,
    /// Trees that may still be read: each is part of one other at most, or a small image could stand for a huge macro.
    budget: usize,
}

impl<'a> MacroReader<'a> {
    pub(super) fn new(expander: &'a mut Expander, archive: u32) -> MacroReader<'a> {
        let budget = expander.archives[archive as usize].image.count(Table::Trees);
        MacroReader { expander, archive, variables: 0, budget }
    }

    fn archive(&self) -> &Archive {
        &self.expander.archives[self.archive as usize]
    }

    /// The rules of a macro.
    pub(super) fn rules(&mut self, index: u32) -> Read<Vec<Rule>> {
        let image = self.archive().image.clone();
        let record: MacroRecord = image.record(index as usize);
        let mut rules = Vec::with_capacity(record.rules.count as usize);
        for rule in record.rules.indexes() {
            let RuleRecord { variables, pattern, template } = image.record(rule);
            self.variables = variables as usize;
            if self.variables > image.count(Table::Trees) {
                return Err(Damaged);
            }
            let pattern = self.pattern(pattern, 0)?;
            let template = self.template(template, 0)?;
            rules.push(Rule { pattern, variables: variables as usize, template });
        }
        Ok(rules)
    }

    /// A tree that comes before the one that refers to it, and the numbers in its list.
    fn tree(&mut self, index: u32, before: Option<u32>, depth: u32) -> Read<(TreeKind, TreeRecord, Vec<u32>)> {
        self.budget = self.budget.checked_sub(1).ok_or(Damaged)?;
        let image = &self.archive().image;
        if index as usize >= image.count(Table::Trees) || before.is_some_and(|before| index >= before) {
            return Err(Damaged);
        }
        if depth > MAXIMUM_DEPTH {
            return Err(Damaged);
        }
        let record: TreeRecord = image.record(index as usize);
        let kind = TreeKind::from_number(record.kind).ok_or(Damaged)?;
        Ok((kind, record, image.numbers(record.list).to_vec()))
    }

    fn slot(&self, slot: u32) -> Read<usize> {
        if (slot as usize) < self.variables { Ok(slot as usize) } else { Err(Damaged) }
    }

    fn pattern(&mut self, index: u32, depth: u32) -> Read<Pattern> {
        let (kind, record, list) = self.tree(index, None, depth)?;
        Ok(match kind {
            TreeKind::Any => Pattern::Any,
            TreeKind::Variable => Pattern::Variable(self.slot(record.a)?),
            TreeKind::Literal => {
                let symbol = self.expander.archive_symbol_checked(self.archive, record.a).ok_or(Damaged)?;
                Pattern::Literal(Identifier { symbol, scopes: self.scopes(record.b)? })
            }
            TreeKind::Constant => Pattern::Datum(self.syntax(record.a, record.b)?),
            TreeKind::Pattern => {
                let [repeated, start, stop, end, before, ref parts @ ..] = list[..] else { return Err(Damaged) };
                if before as usize > parts.len() || parts.iter().any(|&part| part >= index) {
                    return Err(Damaged);
                }
                if repeated > index || end > index {
                    return Err(Damaged);
                }
                let repeated = match repeated.checked_sub(1) {
                    Some(inner) if start <= stop && stop as usize <= self.variables => {
                        Some((self.pattern(inner, depth + 1)?, start as usize..stop as usize))
                    }
                    Some(_) => return Err(Damaged),
                    None => None,
                };
                let end = match end.checked_sub(1) {
                    Some(end) => Some(self.pattern(end, depth + 1)?),
                    None => None,
                };
                let mut patterns = Vec::with_capacity(parts.len());
                for &part in parts {
                    patterns.push(self.pattern(part, depth + 1)?);
                }
                let after = patterns.split_off(before as usize);
                let vector = record.a != 0;
                Pattern::Sequence(Box::new(SequencePattern { vector, before: patterns, repeated, after, end }))
            }
            TreeKind::Template | TreeKind::Element => return Err(Damaged),
        })
    }

    fn template(&mut self, index: u32, depth: u32) -> Read<Template> {
        let (kind, record, list) = self.tree(index, None, depth)?;
        Ok(match kind {
            TreeKind::Variable => Template::Variable(self.slot(record.a)?),
            TreeKind::Constant => Template::Constant(self.syntax(record.a, record.b)?),
            TreeKind::Template => {
                let Some((&end, parts)) = list.split_first() else { return Err(Damaged) };
                if end > index {
                    return Err(Damaged);
                }
                let end = match end.checked_sub(1) {
                    Some(end) => Some(Box::new(self.template(end, depth + 1)?)),
                    None => None,
                };
                let mut elements = Vec::with_capacity(parts.len());
                for &part in parts {
                    let (kind, element, drivers) = self.tree(part, Some(index), depth + 1)?;
                    if kind != TreeKind::Element || element.a >= part {
                        return Err(Damaged);
                    }
                    let drivers = drivers.iter().map(|&slot| self.slot(slot)).collect::<Read<Vec<usize>>>()?;
                    let ellipses = element.b as usize;
                    if (ellipses > 0) == drivers.is_empty() || ellipses > MAXIMUM_DEPTH as usize {
                        return Err(Damaged);
                    }
                    elements.push(Element { template: self.template(element.a, depth + 1)?, ellipses, drivers });
                }
                Template::Sequence { vector: record.a != 0, elements, end }
            }
            _ => return Err(Damaged),
        })
    }

    fn scopes(&mut self, set: u32) -> Read<ScopeSet> {
        if set as usize >= self.archive().image.count(Table::ScopeSets) {
            return Err(Damaged);
        }
        Ok(self.expander.archive_scopes(self.archive, set))
    }

    /// A syntax object with all its parts: they come before it.
    fn syntax(&mut self, index: u32, scopes: u32) -> Read<Syntax> {
        if index as usize >= self.archive().image.count(Table::Syntax) {
            return Err(Damaged);
        }
        let image = self.archive().image.clone();
        let mut pending = vec![index];
        let mut references = Vec::new();
        while let Some(&top) = pending.last() {
            if self.archive().syntax.contains_key(&top) {
                pending.pop();
                continue;
            }
            let record: SyntaxRecord = image.record(top as usize);
            let kind = SyntaxKind::from_number(record.kind).ok_or(Damaged)?;
            let parts: Vec<u32> = match kind {
                SyntaxKind::Pair => vec![record.a, record.a_scopes, record.b, record.b_scopes],
                SyntaxKind::Vector => image.numbers(record.parts).to_vec(),
                _ => Vec::new(),
            };
            let waiting = pending.len();
            pending.extend(parts.chunks(2).map(|part| part[0]).filter(|p| !self.archive().syntax.contains_key(p)));
            if pending.len() > waiting {
                continue;
            }
            let mut made = Vec::with_capacity(parts.len() / 2);
            for part in parts.chunks(2) {
                let scopes = self.scopes(part[1])?;
                made.push(self.archive().syntax[&part[0]].with_scopes(scopes));
            }
            let position = self.expander.archive_position(self.archive, record.source, record.line, record.column);
            let node = match kind {
                SyntaxKind::Symbol => {
                    let symbol = self.expander.archive_symbol(self.archive, record.a);
                    self.expander.arena.symbol(symbol, position)
                }
                SyntaxKind::Pair => self.expander.arena.pair(made[0], made[1], position),
                SyntaxKind::Nil => self.expander.arena.nil(position),
                SyntaxKind::Vector => self.expander.arena.make_vector(made, position),
                SyntaxKind::Atom => {
                    let datum = self.archive().atom(record.a).ok_or(Damaged)?;
                    self.expander.arena.make_atom(datum, position)
                }
                SyntaxKind::Reference => {
                    let reference = self.expander.arena.reference(position);
                    references.push((reference, record.a));
                    // Made below all that waits, since some of that may be its parts.
                    pending.insert(0, record.a);
                    reference
                }
            };
            self.expander.archives[self.archive as usize].syntax.insert(top, node);
            pending.pop();
        }
        for (reference, target) in references {
            let target = *self.archive().syntax.get(&target).ok_or(Damaged)?;
            self.expander.arena.refer(reference, target);
        }
        let scopes = self.scopes(scopes)?;
        Ok(self.archive().syntax[&index].with_scopes(scopes))
    }
}

impl Expander {
    /// What a form's name means.
    pub(super) fn form_named(name: &str) -> Option<Binding> {
        Form::ALL.iter().find(|form| form.name() == name).map(|&form| Binding::Form(form))
    }
}
