//! `define-record-type`: a type and its procedures over the primitives `%make-record-type`, `%record`, `%record?`,
//! `%record-ref` and `%record-set!`, which the compiler inlines.

use super::body::{Initial, Item, Place, Target};
use super::core::{Datum, Node, NodeId};
use super::syntax::{Content, Identifier, Symbol, Syntax};
use super::{Expander, Expansion};
use crate::bytecode::code::Position;
use std::rc::Rc;

/// A record type.
#[derive(Debug)]
pub(super) struct Record {
    /// The variable that holds the type.
    target: Target,
    name: Symbol,
    fields: Vec<Symbol>,
    /// The procedures that read and write each field.
    procedures: Vec<[Option<Symbol>; 2]>,
}

/// One of the things that the form defines.
#[derive(Clone, Copy, Debug)]
pub(super) enum RecordPart {
    /// The type itself.
    Type,
    /// The constructor; its fields are kept in `Initial`.
    Constructor(Syntax),
    /// The predicate.
    Predicate,
    /// Reads a field.
    Accessor(usize),
    /// Writes a field.
    Modifier(usize),
}

impl Expander {
    /// Binds what `(define-record-type name constructor predicate field…)` defines.
    pub(super) fn define_record(&mut self, form: Syntax, place: Place, items: &mut Vec<Item>) -> Expansion<()> {
        let parts = self.arguments(form, 3, usize::MAX)?;
        // Some systems allow (name extra…) for the type's name; only the name counts here.
        let name = self.pair(parts[0]).map_or(parts[0], |(name, _)| name);
        let Some(type_name) = self.identifier(name) else { return self.malformed(form) };
        let mut fields = Vec::new();
        for &field in &parts[3..] {
            let names = match self.identifier(field) {
                Some(_) => vec![field],
                None => match self.list(field) {
                    Some(names) if (1..=3).contains(&names.len()) => names,
                    _ => return self.fail(field, "malformed field of `define-record-type`"),
                },
            };
            let mut identifiers = Vec::with_capacity(3);
            for name in names {
                match self.identifier(name) {
                    Some(identifier) => identifiers.push(identifier),
                    None => return self.fail(field, "malformed field of `define-record-type`"),
                }
            }
            if fields.iter().any(|other: &Vec<Identifier>| other[0].symbol == identifiers[0].symbol) {
                let name = self.symbols.name(identifiers[0].symbol);
                return self.fail(field, format!("field `{name}` occurs twice"));
            }
            fields.push(identifiers);
        }
        let target = self.define_target(type_name, place, form)?;
        let symbols = fields.iter().map(|field| field[0].symbol).collect();
        let procedure = |field: &Vec<Identifier>, index| field.get(index).map(|name: &Identifier| name.symbol);
        let procedures = fields.iter().map(|field| [procedure(field, 1), procedure(field, 2)]).collect();
        let record = Rc::new(Record { target, name: type_name.symbol, fields: symbols, procedures });
        let item = |target, name: Symbol, part| Item {
            target: Some((target, name)),
            initial: Initial::Record(record.clone(), part),
            form,
        };
        items.push(item(target, type_name.symbol, RecordPart::Type));
        let constructor = self.pair(parts[1]).map_or(parts[1], |(name, _)| name);
        if let Some(identifier) = self.identifier(constructor) {
            let target = self.define_target(identifier, place, form)?;
            items.push(item(target, identifier.symbol, RecordPart::Constructor(parts[1])));
        } else if !self.is_false(parts[1]) {
            return self.malformed(form);
        }
        if let Some(identifier) = self.identifier(parts[2]) {
            let target = self.define_target(identifier, place, form)?;
            items.push(item(target, identifier.symbol, RecordPart::Predicate));
        } else if !self.is_false(parts[2]) {
            return self.malformed(form);
        }
        for (index, field) in fields.iter().enumerate() {
            let procedures = [RecordPart::Accessor(index), RecordPart::Modifier(index)];
            for (&identifier, part) in field[1..].iter().zip(procedures) {
                let target = self.define_target(identifier, place, form)?;
                items.push(item(target, identifier.symbol, part));
            }
        }
        Ok(())
    }

    fn is_false(&self, syntax: Syntax) -> bool {
        match self.arena.content(syntax) {
            Content::Atom(index) => *self.arena.atom(index) == Datum::Boolean(false),
            _ => false,
        }
    }

    fn record_type(&mut self, record: &Record, position: Position) -> NodeId {
        match record.target {
            Target::Local(variable) => self.local(variable, position),
            Target::Global(global) => self.add(Node::Global(global), position),
        }
    }

    /// The value of one of the things defined.
    pub(super) fn record_part(
        &mut self,
        record: &Rc<Record>,
        part: RecordPart,
        name: String,
        position: Position,
    ) -> Expansion<NodeId> {
        // What goes wrong in these procedures is their callers' fault: they have no place of their own.
        let nowhere = Position::default();
        let (parameters, body) = match part {
            RecordPart::Type => return self.new_record_type(record, position),
            RecordPart::Constructor(_) => return self.record_constructor(record, part, position),
            RecordPart::Predicate => {
                let object = self.temporary("object");
                let operands = vec![self.local(object, nowhere), self.record_type(record, nowhere)];
                (vec![object], self.call_helper("%record?", operands, nowhere)?)
            }
            RecordPart::Accessor(index) => {
                let object = self.temporary("object");
                let operands = vec![
                    self.local(object, nowhere),
                    self.record_type(record, nowhere),
                    self.constant_node(Datum::Integer(index as i64), nowhere),
                ];
                (vec![object], self.call_helper("%record-ref", operands, nowhere)?)
            }
            RecordPart::Modifier(index) => {
                let object = self.temporary("object");
                let value = self.temporary("value");
                let operands = vec![
                    self.local(object, nowhere),
                    self.record_type(record, nowhere),
                    self.constant_node(Datum::Integer(index as i64), nowhere),
                    self.local(value, nowhere),
                ];
                (vec![object, value], self.call_helper("%record-set!", operands, nowhere)?)
            }
        };
        let lambda = self.add_lambda(name, parameters, Vec::new(), None, body);
        Ok(self.add(Node::Lambda(lambda), nowhere))
    }

    /// `(%make-record-type 'name '#(field …) #f '#(accessor modifier …))`.
    fn new_record_type(&mut self, record: &Record, position: Position) -> Expansion<NodeId> {
        let symbol = |this: &mut Self, symbol: Option<Symbol>| match symbol {
            Some(symbol) => Datum::Symbol(this.symbols.name(symbol).to_owned()),
            None => Datum::Boolean(false),
        };
        let name = symbol(self, Some(record.name));
        let mut fields = Vec::with_capacity(record.fields.len());
        for &field in &record.fields {
            let field = symbol(self, Some(field));
            fields.push(self.datum(field));
        }
        let mut procedures = Vec::with_capacity(2 * record.procedures.len());
        for &procedure in record.procedures.iter().flatten() {
            let procedure = symbol(self, procedure);
            procedures.push(self.datum(procedure));
        }
        let operands = [name, Datum::Vector(fields), Datum::Boolean(false), Datum::Vector(procedures)];
        let operands = operands.map(|datum| self.constant_node(datum, position)).to_vec();
        self.call_helper("%make-record-type", operands, position)
    }

    /// `(lambda (x …) (%record type x …))`: all fields in order; those that are not parameters are unspecified.
    fn record_constructor(&mut self, record: &Record, part: RecordPart, position: Position) -> Expansion<NodeId> {
        let RecordPart::Constructor(specification) = part else {
            return self.fail_at(position, "malformed `define-record-type`");
        };
        let mut parameters = Vec::new();
        let mut given = vec![None; record.fields.len()];
        let Some((constructor, names)) = self.constructor_fields(specification)? else {
            return self.default_constructor(record, specification, position);
        };
        for name in names {
            let field = self.identifier(name).map(|identifier| identifier.symbol);
            let index = record.fields.iter().position(|&other| Some(other) == field);
            let Some(index) = index.filter(|&index| given[index].is_none()) else {
                return self.fail(name, "a parameter of the constructor is not a field, or occurs twice");
            };
            let variable = self.variable(record.fields[index]);
            given[index] = Some(variable);
            parameters.push(variable);
        }
        let mut operands = vec![self.record_type(record, position)];
        for variable in given {
            operands.push(match variable {
                Some(variable) => self.local(variable, position),
                None => self.unspecified(position),
            });
        }
        let body = self.call_helper("%record", operands, position)?;
        let lambda = self.add_lambda(constructor, parameters, Vec::new(), None, body);
        Ok(self.add(Node::Lambda(lambda), position))
    }

    /// The constructor that is given by its name only: all fields are parameters.
    fn default_constructor(&mut self, record: &Record, name: Syntax, position: Position) -> Expansion<NodeId> {
        let parameters: Vec<_> = record.fields.iter().map(|&field| self.variable(field)).collect();
        let mut operands = vec![self.record_type(record, position)];
        for &variable in &parameters {
            operands.push(self.local(variable, position));
        }
        let body = self.call_helper("%record", operands, position)?;
        let name = self.keyword(name);
        let lambda = self.add_lambda(name, parameters, Vec::new(), None, body);
        Ok(self.add(Node::Lambda(lambda), position))
    }

    /// Name and field names of `(constructor field …)`; nothing if there is only a name.
    fn constructor_fields(&mut self, specification: Syntax) -> Expansion<Option<(String, Vec<Syntax>)>> {
        let Some((_, fields)) = self.pair(specification) else { return Ok(None) };
        match self.list(fields) {
            Some(fields) => Ok(Some((self.keyword(specification), fields))),
            None => self.fail(specification, "malformed constructor of `define-record-type`"),
        }
    }
}
