//! `syntax-rules`: patterns and templates compiled once, when the macro is defined.
//!
//! The whole of R7RS 4.3.2: literals, `_`, nested ellipses, patterns after an ellipsis, dotted tails, vectors, a custom
//! ellipsis, and `(... ...)`. As in SRFI 149 a template may put more ellipses after a variable than its pattern has; the
//! outermost ones then run over the variable. Parts of a template without variables are kept as one piece: filling them
//! in costs nothing but the scope of the expansion.

use super::binding::{Binding, Form};
use super::syntax::{Content, Identifier, Syntax};
use super::{Expander, Expansion};

/// A compiled macro.
#[derive(Debug)]
pub struct Macro {
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Number of the definition context in which it was defined.
    pub context: u32,
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

struct Variable {
    identifier: Identifier,
    depth: usize,
}

/// The compiler of one rule.
struct RuleCompiler<'a> {
    expander: &'a mut Expander,
    /// The custom ellipsis, if there is one.
    ellipsis: Option<Identifier>,
    literals: &'a [Identifier],
    variables: Vec<Variable>,
}

impl Expander {
    /// Compiles a `(syntax-rules …)` form.
    pub(super) fn compile_rules(&mut self, form: Syntax) -> Expansion<Macro> {
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
            let Some((_, pattern)) = self.pair(parts[0]) else {
                return self.fail(parts[0], "malformed `syntax-rules`: a pattern is not a list");
            };
            let mut compiler = RuleCompiler { expander: self, ellipsis, literals: &names, variables: Vec::new() };
            let pattern = compiler.pattern(pattern, 0)?;
            let template = compiler.template(parts[1], true)?;
            compiler.check_template(&template, parts[1], 0)?;
            let variables = compiler.variables.len();
            compiled.push(Rule { pattern, variables, template });
        }
        self.keep = true;
        Ok(Macro { rules: compiled, context: self.state.context })
    }
}

impl RuleCompiler<'_> {
    fn is_ellipsis(&mut self, syntax: Syntax) -> Expansion<bool> {
        let Some(identifier) = self.expander.identifier(syntax) else { return Ok(false) };
        match self.ellipsis {
            Some(ellipsis) => Ok(identifier == ellipsis),
            None if self.literals.contains(&identifier) => Ok(false),
            None => self.expander.is_auxiliary(syntax, Form::Ellipsis),
        }
    }

    fn pattern(&mut self, syntax: Syntax, depth: usize) -> Expansion<Pattern> {
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
                self.variables.push(Variable { identifier, depth });
                Ok(Pattern::Variable(self.variables.len() - 1))
            }
            Content::Atom(_) => Ok(Pattern::Datum(syntax)),
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

    fn template(&mut self, syntax: Syntax, ellipses: bool) -> Expansion<Template> {
        match self.expander.open(syntax) {
            Content::Symbol(symbol) => {
                let identifier = Identifier { symbol, scopes: syntax.scopes };
                if let Some(slot) = self.variables.iter().position(|variable| variable.identifier == identifier) {
                    return Ok(Template::Variable(slot));
                }
                if ellipses && self.is_ellipsis(syntax)? {
                    return self.expander.fail(syntax, "misplaced ellipsis in a template");
                }
                Ok(Template::Constant(syntax))
            }
            Content::Atom(_) | Content::Nil => Ok(Template::Constant(syntax)),
            Content::Pair(first, rest) if ellipses && self.is_ellipsis(first)? => match self.expander.list(rest) {
                Some(escaped) if escaped.len() == 1 => self.template(escaped[0], false),
                _ => self.expander.fail(syntax, "malformed escape in a template: expected (... template)"),
            },
            Content::Pair(..) | Content::Vector(_) => self.sequence_template(syntax, ellipses),
        }
    }

    fn sequence_template(&mut self, syntax: Syntax, ellipses: bool) -> Expansion<Template> {
        let (vector, parts, end) = self.elements(syntax);
        let mut elements: Vec<Element> = Vec::with_capacity(parts.len());
        // Whether the parts compiled so far are the syntax itself: no variables, ellipses or escapes.
        let mut constant = true;
        let mut index = 0;
        while index < parts.len() {
            let part = parts[index];
            let template = self.template(part, ellipses)?;
            constant &= matches!(template, Template::Constant(kept) if kept == part);
            index += 1;
            let mut count = 0;
            while ellipses && index < parts.len() && self.is_ellipsis(parts[index])? {
                count += 1;
                index += 1;
            }
            let mut drivers = Vec::new();
            if count > 0 {
                constant = false;
                self.drivers(&template, &mut drivers);
                if drivers.is_empty() {
                    return self.expander.fail(part, "nothing in the template before `...` can be repeated");
                }
            }
            elements.push(Element { template, ellipses: count, drivers });
        }
        let end = match end {
            Some(end) => {
                let template = self.template(end, ellipses)?;
                constant &= matches!(template, Template::Constant(kept) if kept == end);
                Some(Box::new(template))
            }
            None => None,
        };
        if constant {
            return Ok(Template::Constant(syntax));
        }
        Ok(Template::Sequence { vector, elements, end })
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
    fn check_template(&mut self, template: &Template, at: Syntax, depth: usize) -> Expansion<()> {
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
    pub(super) fn same_meaning(&mut self, one: Identifier, other: Identifier) -> bool {
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
