//! The diagnostics of this stage.

crate::codes! {
    /// A reference that leads to nothing, or to another reference where there may be none.
    pub DANGLING = "P001", "reference leads to nothing",
        "A `$ref` names a component that the document does not define, or one of another kind. Define it, or correct \
         the reference.";
    /// `allOf` nests too deep.
    pub TOO_DEEP = "P002", "`allOf` nests too deep",
        "Schemas that extend each other over more than a hundred levels are refused, so that a document cannot exhaust \
         the stack, and so are schemas whose members, each declared by several parts, would be merged without end. Merge \
         some of the levels.";
    /// A component that is only another name for itself.
    pub ALIAS_CYCLE = "P003", "schema is only another name for itself",
        "A chain of schemas that are nothing but references to each other comes back to its start, so that no schema in it \
         says what it is. Give one of them a type.";
    /// An `enum` whose values are of several types.
    pub MIXED_ENUM = "P004", "`enum` with values of several types",
        "An enum becomes a type when all its values are strings or all are integers. Others are read as any value; \
         nothing is lost, but nothing is typed either.";
    /// Branches of an `allOf` that no value satisfies.
    pub CONTRADICTION = "P005", "`allOf` of different types",
        "A value cannot be, say, an object and a string at once. The schema is read as any value. `anyOf` may be what was \
         meant.";
    /// Several `oneOf`/`anyOf` in one schema.
    pub SEVERAL_GROUPS = "P006", "several groups of alternatives in one schema",
        "A schema that combines two or more `oneOf`/`anyOf` stands for all their combinations. Only the common members are \
         typed; the others are kept as they arrive. Of a member that several parts of an `allOf` declare with such groups, the group \
         that is declared last is typed.";
    /// A discriminator that does not discriminate.
    pub NO_TAGS = "P007", "discriminator does not tell the alternatives apart",
        "Each alternative needs a value of the discriminator's member that no other one has: by `mapping`, by a `const`, or \
         by the name of its schema. Otherwise the alternatives are tried in order.";
    /// A `type` that JSON Schema does not know.
    pub UNKNOWN_TYPE = "P008", "unknown `type`",
        "JSON Schema has the types `string`, `integer`, `number`, `boolean`, `array` and `object`. A schema of any other type \
         is read as any value.";
    /// A header parameter that OpenAPI says to ignore.
    pub IGNORED_HEADER = "P009", "header parameter is ignored",
        "OpenAPI describes `Accept`, `Content-Type` and `Authorization` by media types and security schemes, and says that \
         parameters of these names shall be ignored.";
    /// Schemas that nothing uses.
    pub UNUSED_SCHEMA = "P010", "schema is not used",
        "Only what an operation or a problem uses becomes a type.";
    /// A parameter with `content` that is not JSON.
    pub PARAM_CONTENT = "P011", "parameter with content other than JSON",
        "A parameter with `content` is written as one text of that media type. Only JSON is written for you, and forms where the parameter \
         is all of the query; other types are parameters that hold text.";
    /// What the contract has no place for.
    pub UNSAID = "P012", "part of the document that gets no code",
        "Callbacks and servers of single operations are read, but nothing is generated for them.";
    /// Several credentials at once.
    pub JOINT_CREDENTIALS = "P013", "several credentials at once",
        "A security requirement that names several schemes asks for all of them together. The model lists them as \
         choices.";
    /// A security scheme that no client can send.
    pub UNKNOWN_CREDENTIAL = "P014", "security scheme that is not defined or cannot be sent",
        "`security` names schemes by their keys under `components.securitySchemes`. `mutualTLS` is a matter of the connection, \
         so that the generated client has nothing to send for it.";
    /// A path parameter that may be absent.
    pub OPTIONAL_PATH = "P015", "path parameter without `required: true`",
        "A URL without its path parameter is another URL. OpenAPI asks for `required: true` on every path parameter \
         (Parameter Object, `required`).";
    /// A keyword from which no type follows.
    pub UNTYPED_KEYWORD = "P016", "keyword that gets no type",
        "`patternProperties`, `if` and `dependentSchemas` describe members that depend on names or values, `prefixItems` without `items` \
         or `maxItems` leaves open what else stands in the list, and `contentSchema` what is inside of a text. They are read as any value, \
         or as the text, and kept.";
    /// A discriminator on a parent.
    pub PARENT = "P017", "discriminator without alternatives",
        "A `discriminator` chooses among the alternatives beside it, or among the schemas that name its schema in their `allOf`. \
         Here are none of either: the members of the schema are typed, and all others are kept.";
    /// A response of coded problems and others.
    pub MIXED_PROBLEMS = "P020", "coded problems mixed with other bodies",
        "The codes of one response have to refine one base schema; only then can a body of an unknown code be read. This \
         response is read as plain JSON.";
    /// A code under a status that its schema forbids.
    pub STATUS_CLASH = "P021", "code stands under the wrong status",
        "The schema of a code says by `status` with which statuses it is sent. A response of another status cannot carry \
         it. Where only an extension says the statuses of a code, the response is believed.";
    /// A mapping that contradicts the schema.
    pub MAPPING_CLASH = "P022", "mapping contradicts the schema of a code",
        "`discriminator.mapping` sends a code to the schema of another code.";
    /// A code that only the mapping names.
    pub MAPPING_ALONE = "P023", "mapping names a schema that is no alternative",
        "`discriminator.mapping` can only choose among the alternatives beside it (OpenAPI, Discriminator Object).";
    /// A code that is described in two ways.
    pub FACTS_CLASH = "P024", "code is described in two ways",
        "Two schemas describe the same code and disagree. Their answers are told apart by nothing, so that a member which only some of the \
         schemas require is optional, and one that is of several types is any value. What a client acts on, `retryable`, `type` and the \
         way out, has to be the same. Describe each code once.";
    /// A common member that a code narrows.
    pub NARROWED = "P025", "code narrows a common member",
        "A member of the base has the same type in every problem. What the schema of a code adds to it is not in the \
         model.";
    /// A key of `x-problem` with a value of the wrong type.
    pub EXTENSION_TYPE = "P026", "value of the wrong type in `x-problem`",
        "Of a code, `title`, `type`, `section`, `meaning`, `remedy` and `source` are texts, `order` is a whole number, `status` one status or \
         a list, `retryable` true or false, and `recovery` an action or an object with one. On the base, `docs` is a URL, `sections` a list of texts and `codes` an object \
         with these facts for each code.";
    /// An unknown key of `x-problem`.
    pub EXTENSION_KEY = "P027", "unknown key in `x-problem`",
        "Nothing reads this key; a typing mistake would lose a fact without a word.";
    /// An example with a code that nothing declares.
    pub EXAMPLE_CODE = "P028", "example of a code that is not declared",
        "The example of an error carries a code that no schema describes.";
    /// A status that is none.
    pub STATUS_VALUE = "P029", "`status` of a code is no status",
        "`status` in the schema of a code is limited to one or a few HTTP statuses, which are whole numbers.";
    /// `x-problem` where nothing reads it.
    pub EXTENSION_PLACE = "P030", "`x-problem` stands where nothing reads it",
        "`x-problem` belongs on the schema of a code (one whose code has a single value), on the base of these, on the schema of the body \
         around either, or at the root of the document. With `codes` it says the facts of each code by its name.";
    /// A code of an extension that no error can have.
    pub UNKNOWN_CODE = "P031", "code that no error can have",
        "An extension describes a code, but the schemas of errors list others and leave no room for it, or no error has a code.";
    /// A common member that a code gives another type.
    pub WIDENED = "P032", "code gives a common member another type",
        "A common member has one type in all problems. A code can say what its value is; where it says another type, the member can \
         only be read as any value.";
    /// A code of an extension that is nearly one of a schema.
    pub MISSPELT_CODE = "P033", "code of an extension that is nearly one of a schema",
        "An extension describes a code that no schema lists. There is room for it, since an error leaves its code open, so it becomes a \
         code of its own; a slip of the pen in the name of another code would look the same.";
    /// A way out that is none.
    pub UNKNOWN_ACTION = "P034", "unknown action in `recovery`",
        "The ways out of an error are `retry`, `wait`, `re-authenticate`, `step-up`, `re-read`, `choose`, `fix`, `upgrade` and `give-up`:          as a text, or as the `action` of an object.";
    /// A way out without what it takes, or with what it does not take.
    pub RECOVERY_SHAPE = "P035", "way out without what it takes",
        "`choose` takes the `field` to choose from, and `upgrade` a `field`, a `url` or both. `wait`, `re-read` and `fix` may have a          `field`. The others take nothing.";
    /// An `x-pagination` that says nothing.
    pub PAGINATION = "P050", "`x-pagination` cannot be read",
        "`x-pagination` on an operation has a `style`: `cursor` with one of `next`, `last` and `header`, `page`, `offset`, or `link`. All but \
         `link` have a `param` or a `body`. `items` and `more` name members of a page: docs/pagination.md.";
    /// A key of `x-pagination` that nothing reads.
    pub PAGINATION_KEY = "P051", "unknown key in `x-pagination`",
        "Nothing reads this key in this style; a typing mistake would lose a fact without a word.";
    /// A code that the schema which is extended does not list.
    pub UNLISTED_CODE = "P036", "code that the extended schema does not list",
        "All branches of an `allOf` hold at once. Where one lists the codes and another one gives a code that is not among them, no \
         value satisfies both. It is read as one more code, since a list is easily forgotten.";
    /// A required member that is nearly a declared one.
    pub MISSPELT_REQUIRED = "P048", "required member that is nearly a declared one",
        "`required` may name members that nothing declares: they have to be there, and can be any value. One whose name is nearly that \
         of a declared member may be a slip of the pen, which makes the declared one optional. Names of two or three letters are compared \
         if nothing else in `required` is undeclared and one member alone is near.";
    /// An error schema that looks like one of a code, but names none.
    pub NAMELESS = "P052", "schema like those of codes that names no code",
        "The schemas of codes extend a base and give its code one value. This one extends the same base and adds members, but leaves the          code open: its problems become a family of their own, told apart by status and not by code. It is silent where the schema adds no member.";
    /// A schema of a body that is read as octets.
    pub UNREAD_SCHEMA = "P049", "schema of a body that is read as octets",
        "A schema describes values: JSON, forms, and parts of multipart bodies. A body of any other media type is read as the octets \
         that it is, or as text, so that its schema gets no type. JSON is `application/json`, or ends in `+json`.";
    /// A key of `content` that is no media type.
    pub MEDIA_TYPE = "P040", "media type is not one",
        "A media type is `type/subtype`, both made of the characters that RFC 9110 allows in a token. A key of `content` that is \
         something else says no more than `*/*`: a body with a schema is then JSON, and any other is octets.";
    /// A variable of a path that no parameter declares.
    pub UNDECLARED_VARIABLE = "P041", "variable of a path is not declared",
        "Each `{name}` in a path stands for a parameter with `in: path` of that name, which the path item or the operation \
         has to declare. One that is not declared is a required text.";
    /// A path parameter that the path does not name.
    pub UNUSED_PATH_PARAM = "P042", "path parameter is not in the path",
        "Each parameter with `in: path` has to appear in braces in the path template. One that does not has no place in the \
         request.";
    /// A path with a fragment.
    pub FRAGMENT = "P043", "path with a fragment",
        "Some documents tell paths apart by what stands behind `#`. A fragment is never sent (RFC 9110, section 7.1), so that \
         the server sees the same path.";
    /// Items of what is no sequence.
    pub ITEM_SCHEMA = "P045", "`itemSchema` of content that is no sequence",
        "`itemSchema` describes each item of a sequence: of JSON lines, JSON text sequences, server-sent events and multipart bodies (OpenAPI \
         3.2, Media Type Object). Content of other media types is described by `schema`, and so is what errors answer with.";
    /// Two parameters for all of the query.
    pub QUERY_STRING = "P046", "other parameters beside the one that is all of the query",
        "A parameter with `in: querystring` is the whole query of the URL, so that there can be one, and none with `in: query` beside it \
         (OpenAPI 3.2, Parameter Object). They are written one after the other.";
    /// A default that is no alternative.
    pub DEFAULT_MAPPING = "P047", "`defaultMapping` names no alternative",
        "`defaultMapping` chooses among the alternatives beside it, or among the schemas that name its schema in their `allOf`, for bodies in \
         which the discriminator has no value that chooses another (OpenAPI 3.2, Discriminator Object).";
    /// What is said of a member that is not there.
    pub ENCODING = "P057", "`encoding` of a member that is not there",
        "`encoding` says of members of a form, or of parts of a multipart body, how they are written. Each of its keys is the name of a \
         member of the schema beside it (OpenAPI, Media Type Object); what it says of any other name is lost.";
    /// A variable of a server's URL whose default is none of its values.
    pub SERVER_DEFAULT = "P053", "default of a server variable that is none of its values",
        "Where a variable of a server's URL lists its values by `enum`, its `default` is one of them (OpenAPI, Server Variable Object). The \
         default is what the URL of a client has.";
    /// A value that an enum lists twice.
    pub REPEATED_VALUE = "P054", "`enum` lists a value twice",
        "The values of an `enum` are unique (JSON Schema Validation, section 6.1.2). The second is read as the first; another value may \
         have been meant.";
    /// A tag that is nearly a declared one.
    pub MISSPELT_TAG = "P055", "tag that is nearly a declared one",
        "An operation may have a tag that the document does not declare. One whose name is nearly that of a declared tag becomes a module \
         of its own, apart from the operations that it belongs to.";
    /// A format that is nearly a known one.
    pub MISSPELT_FORMAT = "P056", "`format` that is nearly a known one",
        "Formats are written as the registry of OpenAPI has them, in lower case: `date-time`, `uuid`, `int64`. A format of any other name \
         gets no type, so that the value stays a text or a number. A type can be set for it in `problemgen.toml`.";
    /// An operation id that is given twice.
    pub SAME_ID = "P044", "operation id is given twice",
        "Operation ids are unique in a document (OpenAPI, Operation Object). The first operation of the document keeps the name; the \
         others are named by method and path, as operations without an id are, so that they keep their names when the first goes.";
}
