//! `syntax-rules`: patterns and templates compiled once, when the macro is defined.
//!
//! The whole of R7RS 4.3.2: literals, `_`, nested ellipses, patterns after an ellipsis, dotted tails, vectors, a custom
//! ellipsis, and `(... ...)`. As in SRFI 149 a template may put more ellipses after a variable than its pattern has; the
//! outermost ones then run over the variable. Parts of a template without variables are kept as one piece: filling them
//! in costs nothing but the scope of the expansion.

use crate::expand::binding::{Binding, Form};
use crate::expand::core::NodeId;
use crate::expand::quote::cycles::Cycles;
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::expand::{Expander, Expansion};

/// Deepest nesting of patterns and templates.
const MAXIMUM_NESTING: u32 = 300;

/// A macro.
#[derive(Debug)]
pub struct Macro {
    /// How it expands.
    pub transformer: Transformer,
    /// Number of the definition context in which it was defined.
    pub context: u32,
}

/// How a macro expands.
#[derive(Debug)]
pub enum Transformer {
    /// `syntax-rules`: the first rule that fits.
    Rules(Vec<Rule>),
    /// `identifier-syntax`.
    Identifier {
        /// What a reference expands to.
        reference: Template,
        /// For `(set! name value)`: matched with `(name value)`.
        assignment: Option<Rule>,
    },
    /// A procedure that the machine keeps under a number.
    Procedure {
        /// The number.
        number: u32,
        /// Whether it works on data instead of syntax objects: `define-macro`.
        takes_data: bool,
        /// Whether it handles assignments, too.
        assigns: bool,
    },
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Pattern of what follows the keyword.
    pub pattern: Pattern,
    /// Number of variables in the pattern.
    pub variables: usize,
    /// What to expand to.
    pub template: Template,
}

/// A pattern.
#[derive(Debug)]
pub enum Pattern {
    /// Anything.
    Any,
    /// Anything, kept in a slot.
    Variable(usize),
    /// An identifier that means the same.
    Literal(Identifier),
    /// An equal datum.
    Datum(Syntax),
    /// A list or a vector.
    Sequence(Box<SequencePattern>),
}

/// A pattern of a list or a vector: some elements, perhaps any number of further ones, again some, and an end.
#[derive(Debug)]
pub struct SequencePattern {
    /// Whether it is a vector.
    pub vector: bool,
    /// The first elements.
    pub before: Vec<Pattern>,
    /// The element followed by an ellipsis, and the range of its variables.
    pub repeated: Option<(Pattern, std::ops::Range<usize>)>,
    /// The elements after the ellipsis.
    pub after: Vec<Pattern>,
    /// What follows the last pair; none for the empty list.
    pub end: Option<Pattern>,
}

/// A template.
#[derive(Debug)]
pub enum Template {
    /// A part without variables.
    Constant(Syntax),
    /// The value of a slot.
    Variable(usize),
    /// A list or vector of elements, and what follows the last pair.
    Sequence {
        /// Whether it is a vector.
        vector: bool,
        /// The elements.
        elements: Vec<Element>,
        /// What follows the last pair; none for the empty list.
        end: Option<Box<Template>>,
    },
}

/// An element of a template's list.
#[derive(Debug)]
pub struct Element {
    /// The element.
    pub template: Template,
    /// The number of ellipses after it.
    pub ellipses: usize,
    /// The variables in it that have ellipses.
    pub drivers: Vec<usize>,
}

pub(in crate::expand) struct Variable {
    pub(in crate::expand) identifier: Identifier,
    pub(in crate::expand) depth: usize,
    /// Its value, where a template takes it from the program around it.
    pub(in crate::expand) value: Option<NodeId>,
}

/// The compiler of one rule.
pub(in crate::expand) struct RuleCompiler<'a> {
    pub(in crate::expand) expander: &'a mut Expander,
    /// The custom ellipsis, if there is one.
    pub(in crate::expand) ellipsis: Option<Identifier>,
    pub(in crate::expand) literals: &'a [Identifier],
    pub(in crate::expand) variables: Vec<Variable>,
    /// Whether variables are those that the program binds: `syntax`.
    pub(in crate::expand) is_free: bool,
    /// How deep in the pattern or template the compiler is.
    nesting: u32,
    /// What is circular in the template.
    cycles: Cycles,
    /// In how many `quasisyntax` forms more than `unsyntax` forms the template lies.
    pub(in crate::expand) level: usize,
}

impl Expander {
    /// Compiles a `(syntax-rules …)` form.
    pub(in crate::expand) fn compile_rules(&mut self, form: Syntax) -> Expansion<Vec<Rule>> {
        let parts = self.arguments(form, 1, usize::MAX)?;
        let (ellipsis, rest) = match self.identifier(parts[0]) {
            Some(ellipsis) => (Some(ellipsis), &parts[1..]),
            None => (None, &parts[..]),
        };
        let Some((&literals, rules)) = rest.split_first() else {
            return self.fail(form, "malformed `syntax-rules`: no list of literals");
        };
        let Some(literals) = self.list(literals) else {
            return self.fail(literals, "malformed `syntax-rules`: the literals are not a list");
        };
        let mut names = Vec::with_capacity(literals.len());
        for literal in literals {
            match self.identifier(literal) {
                Some(name) => names.push(name),
                None => return self.fail(literal, "malformed `syntax-rules`: a literal is not an identifier"),
            }
        }
        let mut compiled = Vec::with_capacity(rules.len());
        for &rule in rules {
            let parts = match self.list(rule) {
                Some(parts) if parts.len() == 2 => parts,
                _ => return self.fail(rule, "malformed `syntax-rules`: a rule is not (pattern template)"),
            };
            compiled.push(self.compile_rule(ellipsis, &names, parts[0], parts[1])?);
        }
        self.keep = true;
        Ok(compiled)
    }

    /// Compiles a rule whose pattern begins with the keyword, which does not count.
    pub(in crate::expand) fn compile_rule(
        &mut self,
        ellipsis: Option<Identifier>,
        literals: &[Identifier],
        pattern: Syntax,
        template: Syntax,
    ) -> Expansion<Rule> {
        let Some((_, arguments)) = self.pair(pattern) else {
            return self.fail(pattern, "malformed `syntax-rules`: a pattern is not a list");
        };
        let mut compiler = RuleCompiler::new(self, ellipsis, literals);
        let pattern = compiler.pattern(arguments, 0)?;
        let compiled = compiler.template(template, true)?;
        compiler.check_template(&compiled, template, 0)?;
        Ok(Rule { pattern, variables: compiler.variables.len(), template: compiled })
    }

    /// Compiles a template without variables.
    pub(in crate::expand) fn compile_template(&mut self, template: Syntax) -> Expansion<Template> {
        RuleCompiler::new(self, None, &[]).template(template, true)
    }
}

impl<'a> RuleCompiler<'a> {
    pub(in crate::expand) fn new(
        expander: &'a mut Expander,
        ellipsis: Option<Identifier>,
        literals: &'a [Identifier],
    ) -> RuleCompiler<'a> {
        let (variables, cycles) = (Vec::new(), Cycles::default());
        RuleCompiler { expander, ellipsis, literals, variables, is_free: false, nesting: 0, cycles, level: 0 }
    }

    /// Notes one more level of the pattern or template. Matching and filling in recurse as deep, without asking again.
    fn enter(&mut self, syntax: Syntax) -> Expansion<()> {
        if self.nesting >= MAXIMUM_NESTING || self.expander.stack_is_short() {
            return self.expander.fail(syntax, "a pattern or template is nested too deeply");
        }
        self.nesting += 1;
        self.expander.see_part(syntax, &mut self.cycles)
    }
}

impl RuleCompiler<'_> {
    fn is_ellipsis(&mut self, syntax: Syntax) -> Expansion<bool> {
        let Some(identifier) = self.expander.identifier(syntax) else { return Ok(false) };
        match self.ellipsis {
            // R7RS 4.3.2: a literal is no ellipsis.
            _ if self.literals.contains(&identifier) => Ok(false),
            Some(ellipsis) => Ok(identifier == ellipsis),
            None => self.expander.is_auxiliary(syntax, Form::Ellipsis),
        }
    }

    pub(in crate::expand) fn pattern(&mut self, syntax: Syntax, depth: usize) -> Expansion<Pattern> {
        self.enter(syntax)?;
        let pattern = self.pattern_inside(syntax, depth);
        self.nesting -= 1;
        pattern
    }

    fn pattern_inside(&mut self, syntax: Syntax, depth: usize) -> Expansion<Pattern> {
        match self.expander.open(syntax) {
            Content::Symbol(symbol) => {
                let identifier = Identifier { symbol, scopes: syntax.scopes };
                if self.literals.contains(&identifier) {
                    return Ok(Pattern::Literal(identifier));
                }
                if self.is_ellipsis(syntax)? {
                    return self.expander.fail(syntax, "misplaced ellipsis in a pattern");
                }
                if self.expander.is_auxiliary(syntax, Form::Underscore)? {
                    return Ok(Pattern::Any);
                }
                if self.variables.iter().any(|variable| variable.identifier == identifier) {
                    let message = format!("pattern variable `{}` occurs twice", self.expander.symbols.name(symbol));
                    return self.expander.fail(syntax, message);
                }
                self.variables.push(Variable { identifier, depth, value: None });
                Ok(Pattern::Variable(self.variables.len() - 1))
            }
            Content::Atom(_) => Ok(Pattern::Datum(syntax)),
            Content::Reference(_) => self.expander.endless_datum(syntax),
            Content::Pair(..) | Content::Nil | Content::Vector(_) => self.sequence_pattern(syntax, depth),
        }
    }

    /// The elements of a list or vector, and its end unless that is the empty list.
    fn elements(&mut self, syntax: Syntax) -> (bool, Vec<Syntax>, Option<Syntax>) {
        if let Content::Vector(_) = self.expander.arena.content(syntax) {
            return (true, self.expander.vector(syntax), None);
        }
        let (elements, end) = self.expander.improper_list(syntax);
        let end = match self.expander.arena.content(end) {
            Content::Nil => None,
            _ => Some(end),
        };
        (false, elements, end)
    }

    fn sequence_pattern(&mut self, syntax: Syntax, depth: usize) -> Expansion<Pattern> {
        let (vector, elements, end) = self.elements(syntax);
        let mut pattern = SequencePattern { vector, before: Vec::new(), repeated: None, after: Vec::new(), end: None };
        let mut index = 0;
        while index < elements.len() {
            let element = elements[index];
            let repeated = match elements.get(index + 1) {
                Some(&next) => self.is_ellipsis(next)?,
                None => false,
            };
            if repeated {
                if pattern.repeated.is_some() {
                    return self.expander.fail(elements[index + 1], "two ellipses in one list of a pattern");
                }
                let first = self.variables.len();
                let inner = self.pattern(element, depth + 1)?;
                pattern.repeated = Some((inner, first..self.variables.len()));
                index += 2;
                continue;
            }
            let inner = self.pattern(element, depth)?;
            match pattern.repeated {
                Some(_) => pattern.after.push(inner),
                None => pattern.before.push(inner),
            }
            index += 1;
        }
        if let Some(end) = end {
            pattern.end = Some(self.pattern(end, depth)?);
        }
        Ok(Pattern::Sequence(Box::new(pattern)))
    }

    /// The slot of a variable.
    fn slot(&mut self, identifier: Identifier, at: Syntax) -> Expansion<Option<usize>> {
        let slot = self.variables.iter().position(|variable| variable.identifier == identifier);
        if slot.is_some() || !self.is_free {
            return Ok(slot);
        }
        let Some(Binding::Pattern(variable, depth)) = self.expander.binding(identifier, at)? else { return Ok(None) };
        let variable = self.expander.own_variable(variable, at)?;
        let value = Some(self.expander.local(variable, self.expander.arena.position(at)));
        self.variables.push(Variable { identifier, depth: depth as usize, value });
        Ok(Some(self.variables.len() - 1))
    }

    pub(in crate::expand) fn template(&mut self, syntax: Syntax, ellipses: bool) -> Expansion<Template> {
        self.enter(syntax)?;
        let template = self.template_inside(syntax, ellipses);
        self.nesting -= 1;
        if self.nesting == 0 {
            self.expander.check_cycles(&self.cycles)?;
        }
        template
    }

    fn template_inside(&mut self, syntax: Syntax, ellipses: bool) -> Expansion<Template> {
        match self.expander.open(syntax) {
            Content::Symbol(symbol) => {
                let identifier = Identifier { symbol, scopes: syntax.scopes };
                if let Some(slot) = self.slot(identifier, syntax)? {
                    return Ok(Template::Variable(slot));
                }
                if ellipses && self.is_ellipsis(syntax)? {
                    return self.expander.fail(syntax, "misplaced ellipsis in a template");
                }
                Ok(Template::Constant(syntax))
            }
            Content::Atom(_) | Content::Nil | Content::Reference(_) => Ok(Template::Constant(syntax)),
            Content::Pair(first, rest) if ellipses && self.is_ellipsis(first)? => match self.expander.list(rest) {
                Some(escaped) if escaped.len() == 1 => self.template(escaped[0], false),
                _ => self.expander.fail(syntax, "malformed escape in a template: expected (... template)"),
            },
            Content::Pair(first, _) if self.level > 0 => {
                if let Some(computed) = self.computed(syntax)? {
                    return Ok(computed);
                }
                let nests = self.expander.is_auxiliary(first, Form::Quasisyntax)?;
                let unnests = !nests
                    && (self.expander.is_auxiliary(first, Form::Unsyntax)?
                        || self.expander.is_auxiliary(first, Form::UnsyntaxSplicing)?);
                let outer = self.level;
                self.level = self.level + usize::from(nests) - usize::from(unnests && outer > 1);
                let template = self.sequence_template(syntax, ellipses);
                self.level = outer;
                template
            }
            Content::Pair(..) | Content::Vector(_) => self.sequence_template(syntax, ellipses),
        }
    }

    /// The variable for an `(unsyntax expression)` that is to be evaluated, if a syntax object is that.
    fn computed(&mut self, syntax: Syntax) -> Expansion<Option<Template>> {
        match self.unsyntax(syntax, Form::Unsyntax)? {
            Some(expression) => Ok(Some(Template::Variable(self.computed_slot(expression, 0)?))),
            None => Ok(None),
        }
    }

    fn unsyntax(&mut self, syntax: Syntax, keyword: Form) -> Expansion<Option<Syntax>> {
        if self.level != 1 {
            return Ok(None);
        }
        let Some((head, rest)) = self.expander.pair(syntax) else { return Ok(None) };
        if !self.expander.is_auxiliary(head, keyword)? {
            return Ok(None);
        }
        match self.expander.list(rest).unwrap_or_default()[..] {
            [expression] => Ok(Some(expression)),
            _ => self.expander.malformed(syntax),
        }
    }

    fn computed_slot(&mut self, expression: Syntax, depth: usize) -> Expansion<usize> {
        let value = Some(self.expander.expression(expression)?);
        // No identifier means it.
        let scopes = self.expander.scopes.fresh();
        let scopes = self.expander.scopes.add(crate::expand::scope::ScopeSet::EMPTY, scopes);
        let symbol = self.expander.symbols.intern("unsyntax");
        self.variables.push(Variable { identifier: Identifier { symbol, scopes }, depth, value });
        Ok(self.variables.len() - 1)
    }

    fn sequence_template(&mut self, syntax: Syntax, ellipses: bool) -> Expansion<Template> {
        let (vector, parts, end) = self.elements(syntax);
        let mut elements: Vec<Element> = Vec::with_capacity(parts.len());
        // How many parts and elements there are up to the last one that is not the syntax itself: a variable, an ellipsis or
        // an escape is there.
        let mut changed = (0, 0);
        let mut index = 0;
        while index < parts.len() {
            let part = parts[index];
            if let Some(expression) = self.unsyntax(part, Form::UnsyntaxSplicing)? {
                let slot = self.computed_slot(expression, 1)?;
                elements.push(Element { template: Template::Variable(slot), ellipses: 1, drivers: vec![slot] });
                index += 1;
                changed = (index, elements.len());
                continue;
            }
            // `(a . (unsyntax expression))` is the list `(a unsyntax expression)`.
            if self.level == 1
                && index > 0
                && index + 2 == parts.len()
                && end.is_none()
                && self.expander.is_auxiliary(part, Form::Unsyntax)?
            {
                let slot = self.computed_slot(parts[index + 1], 0)?;
                let end = Some(Box::new(Template::Variable(slot)));
                self.fill_spine(syntax, parts.len());
                return Ok(Template::Sequence { vector, elements, end });
            }
            let template = self.template(part, ellipses)?;
            let mut same = matches!(template, Template::Constant(kept) if kept == part);
            index += 1;
            let mut count = 0;
            while ellipses && index < parts.len() && self.is_ellipsis(parts[index])? {
                count += 1;
                index += 1;
            }
            let mut drivers = Vec::new();
            if count > 0 {
                same = false;
                self.drivers(&template, &mut drivers);
                if drivers.is_empty() {
                    return self.expander.fail(part, "nothing in the template before `...` can be repeated");
                }
            }
            elements.push(Element { template, ellipses: count, drivers });
            if !same {
                changed = (index, elements.len());
            }
        }
        let mut same_end = true;
        let mut end = match end {
            Some(end) => {
                let template = self.template(end, ellipses)?;
                same_end = matches!(template, Template::Constant(kept) if kept == end);
                Some(Box::new(template))
            }
            None => None,
        };
        if same_end && changed == (0, 0) {
            return Ok(Template::Constant(syntax));
        }
        if same_end && !vector && self.cycles.has_references() {
            // The tail must stay what it is, since it may be circular.
            let tail = self.fill_spine(syntax, changed.0);
            elements.truncate(changed.1);
            end = Some(Box::new(Template::Constant(tail)));
        } else {
            self.fill_spine(syntax, parts.len());
        }
        Ok(Template::Sequence { vector, elements, end })
    }

    /// Notes that the first pairs of a list, or a vector, are filled in. The rest of the list.
    fn fill_spine(&mut self, syntax: Syntax, pairs: usize) -> Syntax {
        self.cycles.fill(syntax);
        let mut rest = syntax;
        for _ in 0..if self.cycles.has_references() { pairs } else { 0 } {
            self.cycles.fill(rest);
            if let Some((_, next)) = self.expander.pair(rest) {
                rest = next;
            }
        }
        rest
    }

    /// The variables with ellipses in a template.
    fn drivers(&self, template: &Template, found: &mut Vec<usize>) {
        match template {
            Template::Constant(_) => {}
            Template::Variable(slot) => {
                if self.variables[*slot].depth > 0 && !found.contains(slot) {
                    found.push(*slot);
                }
            }
            Template::Sequence { elements, end, .. } => {
                elements.iter().for_each(|element| self.drivers(&element.template, found));
                if let Some(end) = end {
                    self.drivers(end, found);
                }
            }
        }
    }

    /// Checks that each variable is followed by at least as many ellipses as in the pattern.
    pub(in crate::expand) fn check_template(&mut self, template: &Template, at: Syntax, depth: usize) -> Expansion<()> {
        match template {
            Template::Constant(_) => Ok(()),
            Template::Variable(slot) if self.variables[*slot].depth > depth => {
                let name = self.expander.symbols.name(self.variables[*slot].identifier.symbol);
                let message = format!("pattern variable `{name}` needs more ellipses in the template");
                self.expander.fail(at, message)
            }
            Template::Variable(_) => Ok(()),
            Template::Sequence { elements, end, .. } => {
                for element in elements {
                    self.check_template(&element.template, at, depth + element.ellipses)?;
                }
                match end {
                    Some(end) => self.check_template(end, at, depth),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Expander {
    /// Whether two identifiers mean the same: the same binding, or no binding and the same name.
    pub(in crate::expand) fn same_meaning(&mut self, one: Identifier, other: Identifier) -> bool {
        if one == other {
            return true;
        }
        let meaning = |expander: &Expander, identifier: Identifier| match expander.resolve(identifier) {
            Ok(Some(Binding::Global(global))) if !expander.globals.get(global).defined => Ok(None),
            other => other,
        };
        match (meaning(self, one), meaning(self, other)) {
            (Ok(None), Ok(None)) => one.symbol == other.symbol,
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
    }
}
