//! How a list is gone through, page by page.

use super::Pointer;

/// How to go through the pages of what an operation lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pagination {
    /// The member of the success that lists the items, as names inwards; empty when the success is the list itself.
    pub items: Vec<String>,
    /// How the next page is asked for.
    pub turn: Turn,
    /// The member of the success that says whether there are more pages, as names inwards; empty where none does.
    pub more: Vec<String>,
    /// Where it is said.
    pub at: Pointer,
}

/// How the next page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// By a cursor that the page gives; none means that it is the last.
    Cursor {
        /// What the cursor is sent in.
        by: PageKey,
        /// The member of the page, as names inwards.
        next: Vec<String>,
    },
    /// By a cursor that a header of the answer gives; none means that the page is the last.
    Header {
        /// What the cursor is sent in.
        by: PageKey,
        /// The header.
        header: String,
    },
    /// By something of the last item: its id, say.
    Last {
        /// What it is sent in.
        by: PageKey,
        /// The member of an item, as names inwards.
        member: Vec<String>,
    },
    /// By the number of the page.
    Page {
        /// What it is sent in.
        by: PageKey,
    },
    /// By the number of items before it.
    Offset {
        /// What it is sent in.
        by: PageKey,
    },
    /// At the URL that the page gives; none means that it is the last.
    Link {
        /// The member of the page, as names inwards; empty for the header `Link` with `rel="next"` (RFC 8288).
        next: Vec<String>,
    },
}

/// What says in a request which page it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageKey {
    /// A parameter in the query.
    Param(String),
    /// A member of the body, as names inwards.
    Member(Vec<String>),
}

impl Turn {
    /// What says in a request which page it is.
    pub fn key(&self) -> Option<&PageKey> {
        match self {
            Turn::Cursor { by, .. }
            | Turn::Header { by, .. }
            | Turn::Last { by, .. }
            | Turn::Page { by }
            | Turn::Offset { by } => Some(by),
            Turn::Link { .. } => None,
        }
    }

    /// The word for its style in a document.
    pub fn style(&self) -> &'static str {
        match self {
            Turn::Cursor { .. } | Turn::Header { .. } | Turn::Last { .. } => "cursor",
            Turn::Page { .. } => "page",
            Turn::Offset { .. } => "offset",
            Turn::Link { .. } => "link",
        }
    }
}
