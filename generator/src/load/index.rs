//! Where the members of a file stand: a tree of spans, built when the first diagnostic needs it.

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

/// The spans of a file.
#[derive(Debug, Default)]
pub(super) struct Index {
    nodes: Vec<Node>,
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
        let Some(mut node) = self.nodes.first() else { return (None, "") };
        let mut reached = 0;
        for segment in pointer.split('/').skip(1) {
            let Some(child) = self.child(node, &super::unescape(segment), 0) else { break };
            node = child;
            reached += segment.len() + 1;
        }
        (Some(found(node)), pointer.get(..reached).unwrap_or(""))
    }

    fn child(&self, node: &Node, segment: &str, hops: usize) -> Option<&Node> {
        let node = self.nodes.get(node.alias as usize).unwrap_or(node);
        let children = || self.children(node);
        let named = children().find(|child| child.key.as_ref().is_some_and(|(key, _)| **key == *segment));
        named
            .or_else(|| {
                let place: usize = segment.parse().ok()?;
                children().nth(place).filter(|child| child.key.is_none())
            })
            .or_else(|| {
                // A member that a YAML merge brought in.
                let merge =
                    children().find(|child| child.key.as_ref().is_some_and(|(key, _)| **key == *"<<"))?;
                if hops >= 16 {
                    return None;
                }
                let merged = self.nodes.get(merge.alias as usize).unwrap_or(merge);
                self.child(merged, segment, hops + 1)
                    .filter(|child| child.key.is_some())
                    .or_else(|| self.children(merged).find_map(|item| self.child(item, segment, hops + 1)))
            })
    }

    fn children<'a>(&'a self, node: &Node) -> impl Iterator<Item = &'a Node> + use<'a> {
        let mut at = node.first;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at as usize)?;
            at = node.next;
            Some(node)
        })
    }

    /// Every repeated key.
    pub(super) fn duplicates(&self) -> Vec<Duplicate> {
        let mut out = Vec::new();
        let mut open = vec![(0usize, String::new())];
        while let Some((at, pointer)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let mut seen = std::collections::HashMap::new();
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

    pub(super) fn finish(self) -> Index {
        self.index
    }
}
