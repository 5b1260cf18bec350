//! The diagnostics of this stage.

crate::codes! {
    /// A document that is no Overlay document.
    pub SHAPE = "O001", "this is not an Overlay document",
        "An Overlay document has a member `overlay` with its version (1.0 or 1.1) and a list `actions`. Each action has a `target`, \
         and an `update` to merge into it, `remove: true`, or a `copy`.";
    /// A path that cannot be read.
    pub TARGET = "O002", "the path is not a JSONPath",
        "`target` and `copy` are JSONPath expressions (RFC 9535), such as `$.paths['/pets'].get` or `$.paths.*.get`. Names with other \
         characters than letters, digits and `_` stand in brackets and quotes.";
    /// An action without effect.
    pub IDLE = "O003", "the action changes nothing",
        "What the target selects is not in the document, or the action has no `update`, no `remove: true` and no `copy`. The document \
         may have changed since the overlay was written. An overlay changes the root document alone, not the files that it refers to; \
         in a target, names with other characters than letters, digits and `_` stand in brackets and quotes.";
    /// An update of another type than its target.
    pub CLASH = "O004", "the update does not fit its target",
        "Objects are merged with objects, lists take what is appended to them, and a value replaces a value. Remove what is of \
         another type with an action of its own first. The document itself cannot be removed.";
    /// An overlay of another document.
    pub EXTENDS = "O005", "the overlay is for another document",
        "`extends` names the document that the overlay was written for, relative to the overlay.";
    /// A source of a copy that is not one.
    pub COPY = "O006", "the copy has not one source",
        "`copy` selects the one value that is merged into the targets.";
    /// A member that Overlay does not know.
    pub UNKNOWN = "O007", "an overlay has no such member",
        "Nothing reads the member; a typing mistake would lose what it says without a word. Members whose names start with `x-` may \
         stand anywhere.";
}
