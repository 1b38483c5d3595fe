//! Datum labels: `#0=datum` names a datum, `#0#` is that datum again (R7RS 2.4).
//!
//! A reference behind its datum is that datum's index: the tree becomes one with shared parts. A reference within its own
//! datum can't be, since children come before their parents. The outermost labelled datum with such references in it is taken
//! out of the tree and becomes one [`Datum::Graph`]: everything else stays a finite tree, whatever the text says. Labels
//! within such a datum can't be referred to from outside of it.

use super::tree::Tree;
use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId, Graph};
use std::collections::HashMap;
use std::sync::Arc;

/// Deepest nesting of graphs in graphs.
const MAXIMUM_DEPTH: u32 = 100;

#[derive(Clone, Copy, Debug)]
enum State {
    /// Its datum is being read.
    Open,
    /// Its datum.
    Done(DatumId),
    /// Part of a graph.
    Enclosed,
}

/// The labels of one datum.
#[derive(Debug, Default)]
pub(super) struct Labels {
    states: HashMap<u32, State>,
    /// How many are open.
    open: usize,
    /// Labels that were referred to within their own data and belong to the graph that encloses the present place.
    cyclic: Vec<u32>,
}

impl Labels {
    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.states.clear();
        self.cyclic.clear();
        self.open = 0;
    }

    /// Forgets those of data from an index on, which are a comment.
    pub(super) fn forget(&mut self, size: usize) {
        self.states.retain(|_, state| !matches!(state, State::Done(datum) if datum.index() >= size));
    }

    /// Begins the datum of a label.
    pub(super) fn open(&mut self, number: u32) -> Result<(), String> {
        if self.states.insert(number, State::Open).is_some() {
            return Err(format!("the label #{number}= occurs twice"));
        }
        self.open += 1;
        Ok(())
    }

    /// The datum of a reference.
    pub(super) fn refer(&mut self, number: u32, at: Position, tree: &mut Tree) -> Result<DatumId, String> {
        match self.states.get(&number) {
            Some(State::Done(datum)) => Ok(*datum),
            Some(State::Open) => {
                let index = self.cyclic.iter().position(|&label| label == number).unwrap_or_else(|| {
                    self.cyclic.push(number);
                    self.cyclic.len() - 1
                });
                Ok(tree.add(Datum::Reference(index as u32), at))
            }
            Some(State::Enclosed) => Err(format!("#{number}# refers to a part of a datum that contains itself")),
            None => Err(format!("there is no label #{number}=")),
        }
    }

    /// Ends the datum of a label; what stands for it.
    pub(super) fn close(
        &mut self,
        number: u32,
        datum: DatumId,
        at: Position,
        tree: &mut Tree,
    ) -> Result<DatumId, String> {
        self.open -= 1;
        if let Datum::Reference(_) = tree.datum(datum) {
            return Err(format!("#{number}= names nothing but another label"));
        }
        self.states.insert(number, State::Done(datum));
        if self.open > 0 || self.cyclic.is_empty() {
            tree.labelled.push(datum);
            return Ok(datum);
        }
        let cyclic = std::mem::take(&mut self.cyclic);
        let graph = self.graph(datum, &cyclic, tree)?;
        // All labels whose data the graph has taken belong to it now.
        for label in cyclic {
            self.states.insert(label, State::Enclosed);
        }
        let whole = tree.add(Datum::Graph(Arc::new(graph)), at);
        tree.labelled.push(whole);
        self.states.insert(number, State::Done(whole));
        Ok(whole)
    }

    /// Copies a datum out of the tree.
    fn graph(&self, root: DatumId, cyclic: &[u32], tree: &Tree) -> Result<Graph, String> {
        let mut copies: HashMap<DatumId, DatumId> = HashMap::new();
        let mut data = Vec::new();
        let mut depth = 0;
        let mut pending = vec![root];
        while let Some(&id) = pending.last() {
            if copies.contains_key(&id) {
                pending.pop();
                continue;
            }
            let missing = pending.len();
            match tree.datum(id) {
                Datum::Pair(first, rest) => {
                    pending.extend([*rest, *first].iter().filter(|part| !copies.contains_key(part)))
                }
                Datum::Vector(items) => pending.extend(items.iter().rev().filter(|part| !copies.contains_key(part))),
                _ => {}
            }
            if pending.len() > missing {
                continue;
            }
            pending.pop();
            let copy = match tree.datum(id) {
                Datum::Pair(first, rest) => Datum::Pair(copies[first], copies[rest]),
                Datum::Vector(items) => Datum::Vector(items.iter().map(|item| copies[item]).collect()),
                other => {
                    if let Datum::Graph(inner) = other {
                        depth = depth.max(inner.depth + 1);
                    }
                    other.clone()
                }
            };
            data.push(copy);
            copies.insert(id, DatumId(data.len() as u32 - 1));
        }
        if depth > MAXIMUM_DEPTH {
            return Err("data that contain themselves are nested too deeply".to_owned());
        }
        let mut labels = Vec::with_capacity(cyclic.len());
        for label in cyclic {
            match self.states.get(label) {
                Some(State::Done(datum)) if copies.contains_key(datum) => labels.push(copies[datum]),
                // Its datum was in a comment.
                _ => labels.push(copies[&root]),
            }
        }
        Ok(Graph { data, labels, depth })
    }
}
