//! The diagnostics of this stage.

crate::codes! {
    /// The root document, or a file that a reference names, cannot be read.
    pub UNREADABLE = "L001", "the file cannot be read",
        "The file is missing, is no regular file, may not be read, or is not text in UTF-8 or UTF-16. For a file that a \
         reference names, the path is taken relative to the file that holds the reference.";
    /// The text is not JSON or YAML.
    pub SYNTAX = "L002", "the text is not valid JSON or YAML",
        "A file that starts with `{` or `[` and is named `.json` is read as JSON (RFC 8259); every other file is read as YAML 1.2, \
         of which JSON is a part. A file holds one document.";
    /// A member name is given twice in one object.
    pub DUPLICATE = "L003", "the key is given twice",
        "RFC 8259 leaves open what a repeated name means, and YAML forbids it; one of the two would be lost. When both values are \
         the same this is a warning.";
    /// The root is not an OpenAPI 3 document.
    pub VERSION = "L004", "not an OpenAPI 3 document",
        "The root document must have a member `openapi` that says 3.0, 3.1 or 3.2. Documents of Swagger 2.0 can be converted, \
         for example with `npx swagger2openapi`.";
    /// A YAML value that JSON has no form for.
    pub NOT_JSON = "L005", "the value has no form in JSON",
        "OpenAPI documents are JSON data also when they are written as YAML: infinities, not-a-number, and keys that are lists or \
         objects do not exist there.";
    /// Aliases that expand to too much, or values that nest too deeply.
    pub TOO_LARGE = "L006", "the document expands too far",
        "YAML aliases may repeat at most a million nodes, and values may nest at most 256 levels deep.";
    /// A reference to another host.
    pub REMOTE = "L007", "the reference leaves the file system",
        "References to URLs are followed only if that is asked for (`--allow-remote`), so that what is generated depends on your \
         files alone. Only `http` and `https` are; other schemes and absolute paths never. Put a copy of the file beside the document \
         and refer to that.";
}

/// The way out of [`SYNTAX`] in YAML, whose parsers notice a mistake only where it can no longer be anything else.
pub(super) const YAML_HELP: &str = "look at the lines before, too: their indentation (spaces, no tabs), their quotes, and a space after \
                                    each `:` and `-`; text with `: `, ` #` or a sign at its start needs quotes";

/// The way out of [`TOO_LARGE`].
pub(super) const TOO_LARGE_HELP: &str = "give what stands inside a name under `components`, and refer to it";

/// The way out of [`REMOTE`].
pub(super) const REMOTE_HELP: &str = "put a copy of the file beside the document and refer to that; references by `http` and \
                                      `https` are followed with --allow-remote";
