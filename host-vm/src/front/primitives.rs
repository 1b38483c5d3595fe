//! `eval`, `load` and environments, as far as Rust does them: forms become procedures here, and the library in Scheme calls
//! those (`lib/eval.sld`), the last one as a tail call.

use super::{Front, values};
use crate::{
    expand::{environment::EnvironmentId, scope::ScopeSet, syntax::Syntax},
    machine::Machine,
    primitives,
    runtime::{Raise, io::current::reason},
    text::error::SyntaxError,
    value::{HeapType, Word},
};
use std::path::{Path, PathBuf};

impl Machine {
    /// The object of an environment.
    pub fn make_environment(&mut self, environment: EnvironmentId) -> Word {
        self.make_object(HeapType::Environment, &[Word::fixnum(i64::from(environment.0))])
    }

    /// The condition for an error in the form of a program: the message says where, if that is known.
    pub fn syntax_error(&mut self, who: &str, error: &SyntaxError) -> Raise {
        let place = self.front.as_ref().and_then(|front| front.place(error.position));
        let message = match place {
            Some((source, _)) => format!("{source}:{error}"),
            None => error.message.clone(),
        };
        self.error("syntax", who, &message, &[])
    }

    fn environment(&mut self, who: &str, word: Word) -> Result<EnvironmentId, Raise> {
        match word.is_type(HeapType::Environment) {
            true => Ok(EnvironmentId(word.field(0).as_fixnum() as u32)),
            false => Err(self.expected(who, "an environment", word)),
        }
    }

    /// Syntax without scopes: names of libraries, import sets.
    fn plain_syntax(&mut self, who: &str, word: Word) -> Result<Syntax, Raise> {
        values::to_syntax(self, word, Some(ScopeSet::EMPTY), Default::default())
            .map_err(|message| self.error("syntax", who, &message, &[]))
    }

    /// Lends the front end to a primitive.
    fn front_for<T>(
        &mut self,
        who: &str,
        work: impl FnOnce(&mut Front, &mut Machine) -> Result<T, SyntaxError>,
    ) -> Result<T, Raise> {
        let mark = self.temporaries.len();
        self.with_front(work).map_err(|error| {
            self.temporaries.truncate(mark);
            self.syntax_error(who, &error)
        })
    }
}

/// The text of a file, or a `file` condition.
fn read_file(machine: &mut Machine, who: &str, path: Word) -> Result<(String, String), Raise> {
    let name = machine.string(who, path)?.string_to_rust();
    let permitted = machine.runtime.permit();
    let text = permitted
        .and_then(|()| std::fs::read(&name))
        .map_err(|error| reason(&error))
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned()));
    match text {
        Ok(text) => Ok((name, text)),
        Err(cause) => Err(machine.error("file", who, &format!("{name}: {cause}"), &[])),
    }
}

/// A list of syntax objects.
fn list_of_forms(machine: &mut Machine, forms: Vec<Syntax>) -> Word {
    let mark = machine.temporaries.len();
    for form in forms {
        let word = values::wrap(machine, form);
        machine.temporaries.push(word);
    }
    let words = machine.temporaries[mark..].to_vec();
    let list = machine.list(&words);
    machine.temporaries.truncate(mark);
    list
}

primitives! {
    /// Evaluation.
    pub EVALUATION:
    "%compile" (2, 3) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let who = match arguments.get(2) {
            Some(&name) => machine.symbol("%compile", name)?.symbol_name(),
            None => "eval".to_owned(),
        };
        let environment = machine.environment(&who, arguments[1])?;
        let scopes = values::expander(machine).environment_scopes(environment);
        let form = values::to_syntax(machine, arguments[0], Some(scopes), Default::default())
            .map_err(|message| machine.error("syntax", &who, &message, &[]))?;
        let mark = machine.temporaries.len();
        let is_eval = arguments.len() == 2;
        machine.front_for(&who, |front, machine| front.compile_syntax(machine, environment, form, is_eval))?;
        let thunks = machine.temporaries[mark..].to_vec();
        let list = machine.list(&thunks);
        machine.temporaries.truncate(mark);
        Ok(list)
    };
    // The file that a name means to a file being loaded, or to the program: one beside it if there is none here.
    "%program-path" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.string("load", arguments[0])?.string_to_rust();
        let beside = match arguments[1].is_string() {
            true => Some(PathBuf::from(arguments[1].string_to_rust())),
            false => machine.front.as_ref().and_then(|front| front.expander.program_file.clone()),
        };
        let directory = beside.as_deref().and_then(Path::parent).filter(|_| machine.runtime.permit().is_ok());
        let other = directory.map(|directory| directory.join(&name)).filter(|other| other.exists());
        match other {
            Some(other) if !Path::new(&name).exists() => Ok(machine.make_string(&other.to_string_lossy())),
            _ => Ok(arguments[0]),
        }
    };
    "%read-program" (1, 1) EXTERNAL|READS|ALLOCATES|FAILS => |machine, arguments| {
        let (name, text) = read_file(machine, "load", arguments[0])?;
        let forms = machine.front_for("load", |front, _| {
            let source = front.expander.sources.add(name, text.clone());
            front.expander.read_forms(source, &text)
        })?;
        Ok(list_of_forms(machine, forms))
    };
    "%rest-of-program" (0, 0) EXTERNAL|READS|ALLOCATES|FAILS => |machine, _| {
        let forms = machine.front_for("load", |front, _| front.expander.rest_of_program())?;
        Ok(list_of_forms(machine, forms))
    };
    "%add-library-directory" (1, 1) EXTERNAL|READS|FAILS => |machine, arguments| {
        let directory = machine.string("add-to-load-path", arguments[0])?.string_to_rust();
        if let Err(error) = machine.runtime.permit() {
            let message = format!("can't look for libraries there: {}:", reason(&error));
            return Err(machine.error("file", "add-to-load-path", &message, &[arguments[0]]));
        }
        values::expander(machine).add_library_directory(&directory);
        Ok(Word::UNSPECIFIED)
    };
    // The absolute path of the file that a syntax object was read from, or #f.
    "%syntax-file" (1, 1) EXTERNAL|READS|ALLOCATES|FAILS => |machine, arguments| {
        let Some(syntax) = values::unwrap(arguments[0]) else {
            return Err(machine.expected("current-filename", "a syntax object", arguments[0]));
        };
        let expander = values::expander(machine);
        let position = expander.position(syntax);
        let name = expander.sources.get(position.source).name.clone();
        match machine.runtime.permit().and_then(|()| std::fs::canonicalize(&name)) {
            Ok(path) if position.line > 0 => Ok(machine.make_string(&path.to_string_lossy())),
            _ => Ok(Word::FALSE),
        }
    };
    "%source-file" (1, 1) PURE => |_, arguments| Ok(arguments[0]);
    "%environment" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let mut sets = Vec::new();
        for set in arguments[0].iter_list() {
            if !set.is_pair() {
                return Err(machine.expected("environment", "an import set", set));
            }
            sets.push(machine.plain_syntax("environment", set)?);
        }
        let environment = machine.front_for("environment", |front, machine| {
            front.expand(machine, |expander| expander.environment_from_imports(&sets))
        })?;
        Ok(machine.make_environment(environment))
    };
    "%library-environment" (2, 2) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.plain_syntax("resolve-module", arguments[0])?;
        let exports_only = arguments[1].is_true();
        let environment = machine.front_for("resolve-module", |front, machine| {
            front.expand(machine, |expander| expander.library_environment(name, exports_only))
        })?;
        Ok(machine.make_environment(environment))
    };
    "interaction-environment" (0, 0) EXTERNAL|ALLOCATES|FAILS => |machine, _| {
        let environment = machine.front_for("interaction-environment", |front, machine| {
            match front.expander.current_environment()? {
                Some(environment) => Ok(environment),
                None => front.interaction_environment(machine),
            }
        })?;
        Ok(machine.make_environment(environment))
    };
    "environment?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_type(HeapType::Environment)));
}
