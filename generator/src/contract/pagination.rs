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
        /// The parameter in the query.
        param: String,
        /// The member of the page, as names inwards.
        next: Vec<String>,
    },
    /// By something of the last item: its id, say.
    Last {
        /// The parameter in the query.
        param: String,
        /// The member of an item, as names inwards.
        member: Vec<String>,
    },
    /// By the number of the page.
    Page {
        /// The parameter in the query.
        param: String,
    },
    /// By the number of items before it.
    Offset {
        /// The parameter in the query.
        param: String,
    },
    /// At the URL that the page gives; none means that it is the last.
    Link {
        /// The member of the page, as names inwards; empty for the header `Link` with `rel="next"` (RFC 8288).
        next: Vec<String>,
    },
}

impl Turn {
    /// The parameter in the query that says which page it is.
    pub fn param(&self) -> Option<&str> {
        match self {
            Turn::Cursor { param, .. }
            | Turn::Last { param, .. }
            | Turn::Page { param }
            | Turn::Offset { param } => Some(param),
            Turn::Link { .. } => None,
        }
    }

    /// The word for its style in a document.
    pub fn style(&self) -> &'static str {
        match self {
            Turn::Cursor { .. } | Turn::Last { .. } => "cursor",
            Turn::Page { .. } => "page",
            Turn::Offset { .. } => "offset",
            Turn::Link { .. } => "link",
        }
    }
}
