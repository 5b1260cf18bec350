//! The diagnostics of this stage, and of those that a setting turns out not to fit.

crate::codes! {
    /// The file cannot be read.
    pub UNREADABLE = "F001", "the configuration cannot be read",
        "The file that `--config` names, or `problemgen.toml` beside the document, is missing, may not be read, or is not text in \
         UTF-8.";
    /// The text is not TOML.
    pub SYNTAX = "F002", "the configuration is not valid TOML",
        "The configuration is written in TOML (https://toml.io).";
    /// A setting that does not exist, or with a value of the wrong type.
    pub SETTING = "F003", "no such setting, or a value of the wrong type",
        "The settings, all optional. `[problems]`: `code`, where the code of a problem stands (`code`, `error.code` or \
         `errors[].code`); `retryable`, `suggestion` and `request-id`, the names of the members with that meaning. `[formats]`: the \
         Rust type for a `format`, by its name. `[dependencies]`: the crates that these come from, as in Cargo.toml. `[features]`: `tags`, \
         whether there is a cargo feature for each tag (`auto`, `on` or `off`).";
    /// A place of the code that no error has.
    pub UNMET = "F004", "no error has a code where the configuration puts it",
        "`code` under `[problems]` says where the code of a problem stands. When it is set, no other place is looked at, so that \
         a mistake would leave every error without a code.";
    /// Codes at other places than the one that is set.
    pub PASSED_OVER = "F008", "errors have their codes at other places than the configuration says",
        "`code` under `[problems]` says where the code of a problem stands. When it is set, no other place is looked at: errors whose \
         code stands elsewhere are told apart by status and type, as errors without a code are.";
    /// A type in `[formats]` that is none.
    pub TYPE_PATH = "F005", "the setting is no path to a type",
        "`[formats]` sets a Rust type by its path, which begins with the crate: `std::net::Ipv4Addr`, `chrono::DateTime<chrono::Utc>`. Only \
         `String` and the primitive types need no crate.";
    /// A type in `[formats]` from a crate that is no dependency.
    pub TYPE_CRATE = "F006", "the crate of a type is no dependency",
        "The generated crate depends on what `[dependencies]` lists; a type in `[formats]` has to come from there or from the \
         standard library.";
    /// A dependency that Cargo would not read.
    pub DEPENDENCY = "F007", "not a dependency",
        "`[dependencies]` is written as in Cargo.toml and copied to the generated manifest: the name of a package, and a version \
         or a table with `version`, `path` or `git`.";
}
