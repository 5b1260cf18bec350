//! The diagnostics of this stage.

crate::codes! {
    /// Several families of coded problems.
    pub FAMILIES = "N002", "several families of coded problems",
        "The generated `Problem` is that of the family that most operations raise, then that with most codes. Problems of the other families are kept with all that \
         they say, as errors that the contract does not promise.";
    /// A code that does not stand at the root of the body.
    pub PLACE = "N003", "code does not stand at the root of the body",
        "Problems are told apart by a member of the body itself. A code that stands deeper is kept with all that the body says, \
         as an error that the contract does not promise.";
    /// An error body whose codes, if it has any, are not described by one schema each.
    pub UNCODED = "N004", "error whose codes are not described by one schema each",
        "Codes become types when each is described by a schema of its own that extends one base, as spec/README.md shows. Codes \
         that are a flat `enum` or an integer are not read yet, and a body may have none. Such a body is kept, whole, as an \
         unexpected answer, with the status and the headers.";
    /// A type that has no finite value.
    pub ENDLESS = "N005", "type requires itself",
        "A type whose required members lead back to it has no finite value. One of the members is taken as optional.";
    /// A part that cannot be written in the media type that the document gives it.
    pub PART = "N010", "part of a body in a media type that nothing can be written in",
        "A part of a multipart body that is an object is written as JSON. `contentType` asks for another media type, of which \
         the document does not say how an object becomes it. Make the member a string, and the caller writes it.";
}
