//! The diagnostics of this stage.

crate::codes! {
    /// A part that is accepted but not generated.
    pub NOT_GENERATED = "D001", "this part is accepted but not generated",
        "Webhooks, mutual TLS and what 3.2 says of the parts of a multipart body by their places are kept in the model's extensions, but \
         nothing is generated from them.";
    /// Members beside a reference that have no effect.
    pub BESIDE = "D002", "members beside the reference have no effect",
        "Outside of schemas, only `summary` and `description` may stand beside `$ref`, and they only change how the referenced thing is \
         described. Put other members into the thing itself.";
    /// A path that does not start with a slash.
    pub NO_SLASH = "D003", "the path does not start with a slash",
        "Paths are appended to the URL of a server, so they start with `/`. It is read as if the slash was there.";
    /// A schema that says that it is required.
    pub REQUIRED = "D004", "`required` of a schema is no list",
        "In a schema, `required` lists the names of the members that an object always has. `required: true` inside a member was the way \
         of JSON Schema's draft 3; it is ignored, so that the member stays optional unless its object lists it.";
    /// A member that OpenAPI does not know.
    pub UNKNOWN = "D005", "there is no such member",
        "OpenAPI gives the object no member of this name, so nothing is read from it. Most often the name is misspelt, or is that of \
         another version or another object. Members whose names start with `x-` may stand almost anywhere.";
}
