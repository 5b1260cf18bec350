//! Where the members of a file stand: a tree of spans, built when the first diagnostic needs it.

use std::collections::HashMap;

/// A node without a sibling or child.
const NONE: u32 = u32::MAX;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A container with nothing in it.
const EMPTY: u32 = u32::MAX - 1;

/// The key of what has none.
const KEYLESS: Span = Span { start: u32::MAX, end: 0 };

/// A document of some megabytes has half a million of these.
#[derive(Debug)]
struct Node {
    /// [`KEYLESS`] for what is no member of an object.
    key: Span,
    span: Span,
    /// [`NONE`] for what is no container.
    first: u32,
    next: u32,
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
    /// The keys that are not what is written: with escapes, or on several lines.
    keys: HashMap<u32, Box<str>>,
    /// The nodes that a YAML alias repeats, by the alias.
    aliases: HashMap<u32, u32>,
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
    pub(super) fn find<'p>(&self, text: &str, pointer: &'p str) -> (Option<Found>, &'p str) {
        let mut at = 0;
        let mut reached = 0;
        for segment in pointer.split('/').skip(1) {
            let Some(child) = self.child(text, at, &super::unescape(segment), 0) else { break };
            at = child;
            reached += segment.len() + 1;
        }
        match self.nodes.get(at as usize) {
            Some(node) => (Some(found(node)), pointer.get(..reached).unwrap_or("")),
            None => (None, ""),
        }
    }

    fn child(&self, text: &str, at: u32, segment: &str, hops: usize) -> Option<u32> {
        let at = self.beyond_alias(at)?;
        self.named(text, at, segment)
            .or_else(|| {
                let place: usize = segment.parse().ok()?;
                self.children(at).nth(place).filter(|child| !self.has_key(*child))
            })
            .or_else(|| {
                // A member that a YAML merge brought in.
                let merge = self.named(text, at, "<<")?;
                if hops >= 16 {
                    return None;
                }
                let merged = self.beyond_alias(merge)?;
                let child = |of| self.child(text, of, segment, hops + 1);
                child(merged)
                    .filter(|child| self.has_key(*child))
                    .or_else(|| self.children(merged).find_map(child))
            })
    }

    /// The first member of this name.
    fn named(&self, text: &str, at: u32, name: &str) -> Option<u32> {
        match self.tables.get(&at) {
            Some(table) => table.get(name).copied(),
            None => self.children(at).find(|child| self.key(text, *child) == Some(name)),
        }
    }

    /// The node that is repeated, where one is.
    fn beyond_alias(&self, at: u32) -> Option<u32> {
        self.nodes.get(at as usize)?;
        Some(self.aliases.get(&at).copied().unwrap_or(at))
    }

    fn has_key(&self, at: u32) -> bool {
        self.nodes.get(at as usize).is_some_and(|node| node.key != KEYLESS)
    }

    fn key<'i>(&'i self, text: &'i str, at: u32) -> Option<&'i str> {
        let span = self.nodes.get(at as usize)?.key;
        if span == KEYLESS {
            return None;
        }
        self.keys.get(&at).map(|key| &**key).or_else(|| written(text, span))
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
    fn tabulate(&mut self, text: &str) {
        let mut tables = HashMap::new();
        for at in (0..self.nodes.len()).filter_map(|at| u32::try_from(at).ok()) {
            if self.children(at).nth(MANY - 1).is_none() {
                continue;
            }
            let mut table = HashMap::new();
            for child in self.children(at) {
                if let Some(key) = self.key(text, child) {
                    table.entry(Box::from(key)).or_insert(child);
                }
            }
            tables.insert(at, table);
        }
        self.tables = tables;
    }

    /// Every repeated key.
    pub(super) fn duplicates(&self, text: &str) -> Vec<Duplicate> {
        let mut out = Vec::new();
        let mut open = vec![(0usize, String::new())];
        while let Some((at, pointer)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let mut seen = HashMap::new();
            let (mut child, mut place) = (node.first, 0usize);
            while let Some(found_child) = self.nodes.get(child as usize) {
                let key = self.key(text, child);
                let segment = key.map_or_else(|| place.to_string(), |key| super::escape(key).into_owned());
                let below = format!("{pointer}/{segment}");
                if let Some(key) = key
                    && let Some(first) = seen.insert(key, found(found_child))
                {
                    let second = found(found_child);
                    out.push(Duplicate { pointer: below.clone(), first, second });
                }
                if found_child.first != NONE {
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
    Found {
        key: Some(node.key).filter(|key| *key != KEYLESS),
        value: node.span,
        container: node.first != NONE,
    }
}

/// A key as it is written, without quotes around it.
fn written(text: &str, span: Span) -> Option<&str> {
    let written = text.get(span.start as usize..span.end as usize)?;
    let inner = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    Some(inner('"').or_else(|| inner('\'')).unwrap_or(written))
}

/// Builds an [`Index`] from the outside in.
#[derive(Debug)]
pub(super) struct Builder<'t> {
    text: &'t str,
    index: Index,
    /// Open containers, each with its last child.
    open: Vec<(u32, u32)>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, index: Index::default(), open: Vec::new() }
    }

    /// Adds a node below the innermost open container.
    pub(super) fn add(&mut self, key: Option<(&str, Span)>, span: Span) -> u32 {
        let id = u32::try_from(self.index.nodes.len()).unwrap_or(NONE);
        if let Some((key, span)) = key
            && written(self.text, span) != Some(key)
        {
            self.index.keys.insert(id, Box::from(key));
        }
        let key = key.map_or(KEYLESS, |(_, span)| span);
        self.index.nodes.push(Node { key, span, first: NONE, next: NONE });
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
            node.first = EMPTY;
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
        self.index.aliases.insert(id, target);
    }

    pub(super) fn finish(mut self) -> Index {
        self.index.tabulate(self.text);
        self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_however_they_are_written() {
        let text = r#"{"a": {"\u0062\"": 1, "c": [], "'d'": 2}, "e": {}}"#;
        let index = super::super::json::index(text);
        for (pointer, value) in [("/a/b\"", "1"), ("/a/c", "[]"), ("/a/'d'", "2"), ("/e", "{}")] {
            let (found, reached) = index.find(text, pointer);
            let span = found.map(|found| found.value).unwrap_or_default();
            assert_eq!((reached, text.get(span.start as usize..span.end as usize)), (pointer, Some(value)));
        }
        assert_eq!(index.keys.len(), 1);
        let yaml = "'a ''b': 1\n\"c\": &x {d: 2}\n? |\n  e\n: *x\n";
        let index = super::super::yaml::index(yaml);
        for pointer in ["/a 'b", "/c/d", "/e\n/d"] {
            assert_eq!(index.find(yaml, pointer).1, pointer);
        }
    }

    #[test]
    fn members_are_found_by_table_as_they_are_one_by_one() {
        let members: Vec<String> = (0..2 * MANY).map(|at| format!("\"m{at}\": {{\"in\": [{at}]}}")).collect();
        let text = format!("{{{}, \"m3\": 0}}", members.join(","));
        let mut index = super::super::json::index(&text);
        let pointers = ["/m3/in/0", "/m63/in", "/m64", "/m5/in/1", "/m7"];
        let found = |index: &Index| {
            pointers.map(|pointer| {
                let (found, reached) = index.find(&text, pointer);
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
