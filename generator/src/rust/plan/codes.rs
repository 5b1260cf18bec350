//! The diagnostics of this stage.

crate::codes! {
    /// Several families of coded problems.
    pub FAMILIES = "N002", "several families of coded problems",
        "The generated `Problem` is that of the family that most operations raise; of several, one whose codes have \
         members of their own, then that with most codes, then the first. Errors of the other families are typed by their \
         schemas and told apart by status, as errors without a code are; the documentation and the catalogue list the codes of \
         all.";
    /// A type that has no finite value.
    pub ENDLESS = "N005", "type requires itself",
        "A type whose required members lead back to it has no finite value. One of the members is taken as optional.";
    /// A part that cannot be written in the media type that the document gives it.
    pub PART = "N010", "part of a body in a media type that nothing can be written in",
        "A part of a multipart body that is an object is written as JSON. `contentType` asks for another media type, of which \
         the document does not say how an object becomes it. Make the member a string, and the caller writes it.";
}
