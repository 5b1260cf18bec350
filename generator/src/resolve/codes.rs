//! The diagnostics of this stage.

crate::codes! {
    /// A value of another type than OpenAPI wants there.
    pub SHAPE = "R001", "the value has the wrong type",
        "OpenAPI says what each member holds: text, a number, a truth value, a list or an object.";
    /// A member that OpenAPI requires.
    pub MISSING = "R002", "a required member is missing",
        "Without this member the object does not say enough to generate anything from it.";
    /// A value that is not one of those that OpenAPI allows.
    pub VALUE = "R003", "the value is not one that OpenAPI allows",
        "The member has a closed list of values.";
    /// A response key that is no status.
    pub STATUS = "R004", "the response key is not a status",
        "Responses are listed under a status (`404`), a range of statuses (`4XX`) or `default`.";
    /// A reference that is not in the components.
    pub UNRESOLVED = "R005", "the reference is not to a component of its kind",
        "After bundling every reference is `#/components/<kind>/<Name>` and leads to something of the kind that belongs in its place.";
    /// A part that nothing is generated from does not fit.
    pub UNUSED = "R006", "a part without influence on the output is malformed",
        "Links, external documentation and contacts have no influence on what is generated, so a malformed one is left out.";
    /// A method that is none.
    pub METHOD = "R007", "not an additional method",
        "`additionalOperations` has operations by their methods, as they are sent. A method is a token (RFC 9110, section 9.1), so that it \
         has neither spaces nor brackets; and those that a path item has members for stand there (OpenAPI 3.2, Path Item Object).";
}
