//! The diagnostics of this stage: one for each law.

crate::codes! {
    /// A brace in the text of a path.
    pub BRACE = "C001", "brace of a path without its partner",
        "Each `{name}` in a path stands for a parameter with `in: path` of that name. A brace alone, and braces around \
         nothing, stand for none.";
    /// A path parameter that the path does not name.
    pub UNUSED_PATH_PARAM = "C002", "path parameter is not in the path",
        "Each parameter with `in: path` has to appear in braces in the path template.";
    /// A path parameter that may be absent.
    pub OPTIONAL_PATH_PARAM = "C003", "path parameter may be absent",
        "A URL without its path parameter is another URL.";
    /// An operation id that is used twice.
    pub DUPLICATE_OPERATION = "C004", "operation id is used twice",
        "Everything about an operation is named by its id. An operation without one is named by its method and path, and another \
         one has been given that name.";
    /// An index that leads out of its list.
    pub INDEX = "C005", "the model is broken",
        "This is a mistake of problemgen, not of the document. Please report it with the document.";
    /// A code that a family has twice.
    pub DUPLICATE_CODE = "C010", "code is defined twice",
        "Each code of a family is defined once.";
    /// A code with a status that is no error.
    pub STATUS_RANGE = "C011", "status of a code is no error status",
        "Problems are sent with statuses from 400 to 599.";
    /// A code without a status.
    pub NO_STATUS = "C012", "code has no status",
        "Neither the schema of the code nor an exact status of a response says with which status it is sent.";
    /// A code that does not say whether a retry can help.
    pub RETRYABLE = "C013", "code does not say whether a retry can help",
        "When every problem carries a member that says whether the identical request can succeed later, every code should say \
         what it is.";
    /// Two codes with one `type`.
    pub DUPLICATE_TYPE = "C014", "two codes have the same `type`",
        "`type` identifies the kind of problem (RFC 9457, section 3.1.1), so that each code needs its own.";
    /// A `type` that is no URI reference.
    pub TYPE_SYNTAX = "C015", "`type` is not a URI reference",
        "`type` is a URI reference (RFC 9457, section 3.1.1; RFC 3986, section 4.1).";
    /// A `type` whose fragment is not the code.
    pub TYPE_ANCHOR = "C016", "`type` does not lead to the code on the documentation page",
        "When the family names a documentation page, the `type` of a code is that page with the code as its fragment; the \
         documentation has an anchor of that name.";
    /// A member of a code that hides a common one.
    pub SHADOW = "C017", "code has a member of its own with the name of a common member",
        "A common member has one type in all problems. A code can say what its value is, but cannot give it another type.";
    /// A section that the family does not list.
    pub UNKNOWN_SECTION = "C018", "section is not listed",
        "When the base lists the sections, every section of a code is one of them.";
    /// A code that no operation raises.
    pub NOT_RAISED = "C019", "no operation raises the code",
        "A code that no response names can reach no caller, as far as the document tells.";
    /// A code without an example.
    pub NO_EXAMPLE = "C020", "code has no example",
        "An example shows readers a whole body, and lets tests play the code.";
    /// An example that contradicts its code.
    pub EXAMPLE_CLASH = "C021", "example contradicts its code",
        "An example of a code carries that code and one of its statuses.";
    /// An example without a required member.
    pub EXAMPLE_LACKS = "C022", "example lacks a required member",
        "An example is a whole body: it carries every member that the common schema and the code require.";
    /// A way out that names a member which the code does not have.
    pub RECOVERY_FIELD = "C023", "way out names a member that the error does not have",
        "`recovery.field` names a member of the code, of all problems, or of the body around them; a dot leads into an object. A client reads from it what it needs to get out of the error.";
    /// A way out that names a member of a type that does not serve.
    pub RECOVERY_TYPE = "C024", "way out names a member of a type that does not serve",
        "`wait` needs seconds or a `date-time`, `choose` a list, `upgrade` a text that holds a URL, `re-read` what the resource is at now (a text, a number or an object), and `fix` what says what is wrong (a text, a list or an object).";
    /// A way out whose URL is none.
    pub RECOVERY_URL = "C025", "way out with a URL that is none",
        "`recovery.url` is a page for people: an absolute URL with `https` or `http` (RFC 9110, section 4.2).";
    /// A way out that contradicts what is said of retries.
    pub RECOVERY_CLASH = "C026", "way out contradicts what is said of retries",
        "`retryable` says whether the identical request can succeed later. With `retry` and `wait` it can; with `re-read`, `choose`, `fix` and `give-up` it cannot. The others leave it open.";
    /// An example with a member of another type.
    pub EXAMPLE_TYPE = "C027", "example has a member of another type",
        "Readers copy examples, tests play them, and a client that reads one finds that the contract is broken.";
    /// A default that is of another type.
    pub DEFAULT_TYPE = "C028", "`default` is of another type",
        "What holds where a parameter or a member is absent is a value of its schema (OpenAPI, Schema Object, `default`). Readers are told the \
         default as it stands.";
    /// Pages by a parameter that does not serve.
    pub PAGINATION_PARAM = "C030", "pages by a parameter that is not there or does not serve",
        "`x-pagination.param` names a parameter in the query of its operation: a number for pages and offsets, a text or a number for cursors.";
    /// Pages by a member that is not there.
    pub PAGINATION_MEMBER = "C031", "pages by a member that is not there",
        "`items`, `next`, `last` and `more` of `x-pagination` name members of what the operation gives, `last` one of an item, and `body` \
         one of the request body; a dot leads into an object.";
    /// Pages by a member of a type that does not serve.
    pub PAGINATION_TYPE = "C032", "pages by a member of a type that does not serve",
        "Items are a list, a cursor is a text or a number, the link to the next page is a text, and `more` is true or false. Without `items` \
         the success is the list itself. A cursor goes into the request body as it came, so that both are texts or both are numbers.";
    /// Pages of an operation that does not give one thing.
    pub PAGINATION_SUCCESS = "C033", "pages of an operation without one success that is JSON",
        "A page is what the operation gives when it succeeds. Operations that give one of several things, or something that is not JSON, \
         have no pages.";
    /// Pages by a body that is no JSON.
    pub PAGINATION_BODY = "C034", "pages by the body of an operation without one body that is JSON",
        "`x-pagination.body` names a member of the request body, which is JSON in a single media type.";
    /// Pages by a header that is not there.
    pub PAGINATION_HEADER = "C035", "pages by a header that the success does not have",
        "`x-pagination.header` names a header that the document declares for the success of the operation.";
}
