//! The diagnostics of this stage.

crate::codes! {
    /// A reference to something that does not exist.
    pub DANGLING = "B001", "the reference leads nowhere",
        "A `$ref` is a URI reference: a path to a file, relative to the file it stands in, and after `#` a JSON pointer into that \
         file. Without a path it points into its own file. In a pointer `/` is written `~1` and `~` is written `~0`.";
    /// References that lead to each other and never to a definition.
    pub CIRCLE = "B002", "the references lead in a circle",
        "Each of these is only a reference to the next one, so none of them says what it is. A schema may contain itself (through a \
         property, an item, a branch), but it cannot be nothing but a reference to itself.";
    /// Two different definitions wanted the same component name.
    pub RENAMED = "B003", "two definitions have the same name",
        "Definitions from several files become components of one document, each named by the last segment of its reference. When the \
         name is taken, the file's name is put before it. Rename one of them to choose the name yourself.";
    /// A discriminator maps a value to something that is not a schema.
    pub MAPPING = "B004", "the discriminator mapping leads nowhere",
        "The values of `discriminator.mapping` are names of schemas under `components.schemas`, or references to schemas.";
    /// A `$ref` that is not text.
    pub NOT_TEXT = "B005", "the reference is not text",
        "The value of `$ref` has to be text, such as `#/components/schemas/Pet`.";
    /// A reference to a thing of another kind.
    pub KIND = "B006", "the reference leads to something of another kind",
        "Where a schema belongs, a reference has to lead to a schema, and so on; it cannot lead to a whole OpenAPI document or to one of \
         the lists and maps in it.";
    /// A dynamic reference.
    pub DYNAMIC = "B007", "the dynamic reference is read as a plain one",
        "Where `$dynamicRef` leads depends on the schemas that were passed on the way to it, which a type cannot depend on. It is \
         read as a `$ref` to the anchor of its own file.";
}
