//! What the Rust program around a machine gives to it: functions, opaque objects, and handles that keep values alive.
//!
//! A host function is called through `%call-host` (or `%apply-host` with a list) and the number of its entry here. Since it may have
//! effects before it fails, and native code executes the call of a failed primitive again, a failure is not told as
//! primitives do it: the call returns the absent value, and the wrapper in Scheme then raises what `%raise-host` finds
//! in [`HostState::failure`]. A host function gets no way to run Scheme, so it is never entered twice at a time.
//!
//! A foreign object's content lies in a table that does not keep the object alive; whatever a full collection did not
//! reach is dropped after it.

use super::Raise;
use crate::{
    gc::RootVisitor,
    machine::Machine,
    primitives,
    value::{HeapType, Word},
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard},
};

/// A function of the host.
pub type HostFunction = Box<dyn FnMut(&mut Machine, &[Word]) -> Result<Word, Raise> + Send>;

/// Foreign objects that there are before the first collection on their account.
const LEAST_FOREIGNERS: usize = 1024;

/// The host's part of a machine.
pub struct HostState {
    /// Functions, and their names for messages.
    functions: Vec<(String, Option<HostFunction>)>,
    foreigners: Vec<Option<Foreigner>>,
    free: Vec<usize>,
    threshold: usize,
    /// The condition of the host function that failed last.
    failure: Word,
    /// Values that Rust code holds.
    pub handles: Handles,
}

/// The content of a foreign object, and the object, which this does not keep alive.
struct Foreigner {
    name: &'static str,
    content: Box<dyn Any + Send>,
    object: Word,
}

impl Default for HostState {
    fn default() -> HostState {
        HostState {
            functions: Vec::new(),
            foreigners: Vec::new(),
            free: Vec::new(),
            threshold: LEAST_FOREIGNERS,
            failure: Word::FALSE,
            handles: Handles::default(),
        }
    }
}

impl std::fmt::Debug for HostState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostState").field("functions", &self.functions.len()).finish_non_exhaustive()
    }
}

impl HostState {
    /// Shows the words kept here to the collector.
    pub fn visit_roots(&self, visitor: &mut RootVisitor<'_>) {
        visitor.word(self.failure);
        // One by one, under the lock: a handle may be dropped by another thread at any time.
        self.handles.lock().words.iter().for_each(|&word| visitor.word(word));
    }
}

/// Words that Rust code outside of the machine holds: roots. Copies share them; other threads may release them.
#[derive(Clone, Debug, Default)]
pub struct Handles(Arc<Mutex<Slots>>);

#[derive(Debug, Default)]
struct Slots {
    words: Vec<Word>,
    free: Vec<usize>,
}

impl Handles {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Keeps a word until [`release`](Handles::release) of the index that this returns.
    pub fn keep(&self, word: Word) -> usize {
        let slots = &mut *self.lock();
        match slots.free.pop() {
            Some(index) => {
                slots.words[index] = word;
                index
            }
            None => {
                slots.words.push(word);
                slots.words.len() - 1
            }
        }
    }

    /// The word at an index.
    pub fn get(&self, index: usize) -> Word {
        self.lock().words.get(index).copied().unwrap_or(Word::FALSE)
    }

    /// Lets a word go.
    pub fn release(&self, index: usize) {
        let slots = &mut *self.lock();
        slots.words[index] = Word::FALSE;
        slots.free.push(index);
    }

    /// Whether these are the handles of the same machine.
    pub fn is_same(&self, other: &Handles) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Machine {
    /// Takes a function of the host; its number for `%call-host`.
    pub fn add_host_function(&mut self, name: &str, function: HostFunction) -> usize {
        let functions = &mut self.runtime.host.functions;
        functions.push((name.to_owned(), Some(function)));
        functions.len() - 1
    }

    /// A foreign object with this content. `name` says what it is when it is printed.
    pub fn make_foreign(&mut self, name: &'static str, content: Box<dyn Any + Send>) -> Word {
        let host = &mut self.runtime.host;
        if host.free.is_empty() && host.foreigners.len() >= host.threshold {
            self.collect_garbage();
            let host = &mut self.runtime.host;
            host.threshold = LEAST_FOREIGNERS.max(2 * (host.foreigners.len() - host.free.len()));
        }
        let host = &mut self.runtime.host;
        let index = host.free.pop().unwrap_or(host.foreigners.len());
        if index == host.foreigners.len() {
            host.foreigners.push(None);
        }
        // While the object is made a collection may come: the entry is empty until then.
        let object = self.make_object(HeapType::Foreign, &[Word::fixnum(index as i64)]);
        self.runtime.host.foreigners[index] = Some(Foreigner { name, content, object });
        object
    }

    fn foreigner(&self, word: Word) -> Option<&Foreigner> {
        let index = word.is_type(HeapType::Foreign).then(|| word.field(0).as_fixnum() as usize)?;
        self.runtime.host.foreigners.get(index)?.as_ref()
    }

    /// The content of a foreign object.
    pub fn foreign_content(&self, word: Word) -> Option<&(dyn Any + Send)> {
        self.foreigner(word).map(|foreigner| &*foreigner.content)
    }

    /// What a foreign object is.
    pub fn foreign_name(&self, word: Word) -> Option<&'static str> {
        self.foreigner(word).map(|foreigner| foreigner.name)
    }

    /// Drops the contents of foreign objects that a full collection, just ended, did not reach.
    pub(crate) fn drop_unreachable_foreigners(&mut self) {
        for index in 0..self.runtime.host.foreigners.len() {
            let entry = &mut self.runtime.host.foreigners[index];
            if entry.as_ref().is_none_or(|foreigner| self.heap.is_marked(foreigner.object)) {
                continue;
            }
            let content = entry.take();
            self.runtime.host.free.push(index);
            // A panic of somebody's `drop` must not unwind through a collection, which native code may have asked for.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(content)));
        }
    }
}

fn call(machine: &mut Machine, number: Word, arguments: &[Word]) -> Result<Word, Raise> {
    let number = machine.index("%call-host", number)?;
    let entry = machine.runtime.host.functions.get_mut(number);
    let Some((name, mut function)) = entry.and_then(|(name, function)| Some((name.clone(), function.take()?))) else {
        return Err(machine.error("host", "%call-host", "there is no such function of the host", &[]));
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| function(machine, arguments)));
    machine.runtime.host.functions[number].1 = Some(function);
    let Raise(failure) = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(raise)) => raise,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            machine.error("host", &name, &format!("panicked: {}", text.as_deref().unwrap_or("no message")), &[])
        }
    };
    machine.runtime.host.failure = failure;
    Ok(Word::ABSENT)
}

primitives! {
    /// Calls of the host.
    pub HOST:
    "%call-host" (1, 255) READS|WRITES|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| call(machine, arguments[0], &arguments[1..]);
    "%apply-host" (2, 2) READS|WRITES|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        // The list, in a register of the caller, keeps its elements.
        let list: Vec<Word> = arguments[1].iter_list().collect();
        call(machine, arguments[0], &list)
    };
    "%raise-host" (0, 0) READS|FAILS => |machine, _| Err(Raise(machine.runtime.host.failure));
}
