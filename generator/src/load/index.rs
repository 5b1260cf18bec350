//! Where the members of a file stand: a tree of spans, built when the first diagnostic needs it.

use std::collections::HashMap;

/// A node without a sibling, child or alias.
const NONE: u32 = u32::MAX;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Debug)]
struct Node {
    key: Option<(Box<str>, Span)>,
    span: Span,
    container: bool,
    first: u32,
    next: u32,
    /// The node that a YAML alias repeats.
    alias: u32,
}

/// What the index knows of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Its name, when it is a member of an object.
    pub(super) key: Option<Span>,
    /// Its value.
    pub(super) value: Span,
    /// Is it a list or an object?
    pub(super) container: bool,
}

/// From how many members on an object has a table of them: diagnostics that name each of very many members would otherwise
/// pass over the others again and again.
const MANY: usize = 32;

/// The spans of a file.
#[derive(Debug, Default)]
pub(super) struct Index {
    nodes: Vec<Node>,
    /// The first members of each name, by object; only of objects with [`MANY`] members.
    tables: HashMap<u32, HashMap<Box<str>, u32>>,
}

/// A key that an object has twice.
pub(super) struct Duplicate {
    pub(super) pointer: String,
    pub(super) first: Found,
    pub(super) second: Found,
}

impl Index {
    /// The node at a pointer, or the nearest around it, with the part of the pointer that exists.
    pub(super) fn find<'p>(&self, pointer: &'p str) -> (Option<Found>, &'p str) {
        let mut at = 0;
        let mut reached = 0;
        for segment in pointer.split('/').skip(1) {
            let Some(child) = self.child(at, &super::unescape(segment), 0) else { break };
            at = child;
            reached += segment.len() + 1;
        }
        match self.nodes.get(at as usize) {
            Some(node) => (Some(found(node)), pointer.get(..reached).unwrap_or("")),
            None => (None, ""),
        }
    }

    fn child(&self, at: u32, segment: &str, hops: usize) -> Option<u32> {
        let at = self.beyond_alias(at)?;
        self.named(at, segment)
            .or_else(|| {
                let place: usize = segment.parse().ok()?;
                self.children(at).nth(place).filter(|child| self.key(*child).is_none())
            })
            .or_else(|| {
                // A member that a YAML merge brought in.
                let merge = self.named(at, "<<")?;
                if hops >= 16 {
                    return None;
                }
                let merged = self.beyond_alias(merge)?;
                self.child(merged, segment, hops + 1)
                    .filter(|child| self.key(*child).is_some())
                    .or_else(|| self.children(merged).find_map(|item| self.child(item, segment, hops + 1)))
            })
    }

    /// The first member of this name.
    fn named(&self, at: u32, name: &str) -> Option<u32> {
        match self.tables.get(&at) {
            Some(table) => table.get(name).copied(),
            None => self.children(at).find(|child| self.key(*child) == Some(name)),
        }
    }

    /// The node that is repeated, where one is.
    fn beyond_alias(&self, at: u32) -> Option<u32> {
        match self.nodes.get(at as usize)?.alias {
            NONE => Some(at),
            target => Some(target),
        }
    }

    fn key(&self, at: u32) -> Option<&str> {
        self.nodes.get(at as usize)?.key.as_ref().map(|(key, _)| &**key)
    }

    fn children(&self, of: u32) -> impl Iterator<Item = u32> + use<'_> {
        let mut at = self.nodes.get(of as usize).map_or(NONE, |node| node.first);
        std::iter::from_fn(move || {
            let child = at;
            at = self.nodes.get(child as usize)?.next;
            Some(child)
        })
    }

    /// Makes the tables of the objects that have many members.
    fn tabulate(&mut self) {
        let mut tables = HashMap::new();
        for at in (0..self.nodes.len()).filter_map(|at| u32::try_from(at).ok()) {
            if self.children(at).nth(MANY - 1).is_none() {
                continue;
            }
            let mut table = HashMap::new();
            for child in self.children(at) {
                if let Some(key) = self.key(child) {
                    table.entry(Box::from(key)).or_insert(child);
                }
            }
            tables.insert(at, table);
        }
        self.tables = tables;
    }

    /// Every repeated key.
    pub(super) fn duplicates(&self) -> Vec<Duplicate> {
        let mut out = Vec::new();
        let mut open = vec![(0usize, String::new())];
        while let Some((at, pointer)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let mut seen = HashMap::new();
            let (mut child, mut place) = (node.first, 0usize);
            while let Some(found_child) = self.nodes.get(child as usize) {
                let segment = match &found_child.key {
                    Some((key, _)) => super::escape(key).into_owned(),
                    None => place.to_string(),
                };
                let below = format!("{pointer}/{segment}");
                if let Some((key, _)) = &found_child.key
                    && let Some(first) = seen.insert(key.clone(), found(found_child))
                {
                    let second = found(found_child);
                    out.push(Duplicate { pointer: below.clone(), first, second });
                }
                if found_child.container {
                    open.push((child as usize, below));
                }
                child = found_child.next;
                place += 1;
            }
        }
        out
    }
}

fn found(node: &Node) -> Found {
    Found { key: node.key.as_ref().map(|(_, span)| *span), value: node.span, container: node.container }
}

/// Builds an [`Index`] from the outside in.
#[derive(Debug, Default)]
pub(super) struct Builder {
    index: Index,
    /// Open containers, each with its last child.
    open: Vec<(u32, u32)>,
}

impl Builder {
    /// Adds a node below the innermost open container.
    pub(super) fn add(&mut self, key: Option<(Box<str>, Span)>, span: Span) -> u32 {
        let id = u32::try_from(self.index.nodes.len()).unwrap_or(NONE);
        self.index.nodes.push(Node { key, span, container: false, first: NONE, next: NONE, alias: NONE });
        if let Some((parent, last)) = self.open.last_mut() {
            let previous = if *last == NONE { *parent } else { *last };
            if let Some(node) = self.index.nodes.get_mut(previous as usize) {
                if *last == NONE { node.first = id } else { node.next = id }
            }
            *last = id;
        }
        id
    }

    /// Makes a node the innermost open container.
    pub(super) fn open(&mut self, id: u32) {
        if let Some(node) = self.index.nodes.get_mut(id as usize) {
            node.container = true;
        }
        self.open.push((id, NONE));
    }

    /// Closes the innermost open container.
    pub(super) fn close(&mut self, end: u32) {
        if let Some((id, _)) = self.open.pop()
            && let Some(node) = self.index.nodes.get_mut(id as usize)
        {
            node.span.end = end;
        }
    }

    /// Says that a node repeats another.
    pub(super) fn alias(&mut self, id: u32, target: u32) {
        if let Some(node) = self.index.nodes.get_mut(id as usize) {
            node.alias = target;
        }
    }

    pub(super) fn finish(mut self) -> Index {
        self.index.tabulate();
        self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_table_as_they_are_one_by_one() {
        let members: Vec<String> = (0..2 * MANY).map(|at| format!("\"m{at}\": {{\"in\": [{at}]}}")).collect();
        let text = format!("{{{}, \"m3\": 0}}", members.join(","));
        let mut index = super::super::json::index(&text);
        let pointers = ["/m3/in/0", "/m63/in", "/m64", "/m5/in/1", "/m7"];
        let found = |index: &Index| {
            pointers.map(|pointer| {
                let (found, reached) = index.find(pointer);
                (found.map(|found| (found.value.start, found.key)), reached.to_owned())
            })
        };
        let by_table = found(&index);
        assert_eq!(index.tables.len(), 1);
        index.tables.clear();
        assert_eq!(by_table, found(&index));
        assert_eq!(by_table.map(|(_, reached)| reached), ["/m3/in/0", "/m63/in", "", "/m5/in", "/m7"]);
    }
}
