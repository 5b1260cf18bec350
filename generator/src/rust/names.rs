//! From the names of a document to the names of Rust.
//!
//! Comes in: names on the wire, hostile and in any script. Goes out: [`RustName`]s that compile, that differ where the
//! wire names differ, and that do not depend on the order of the document. Deliberately absent: what is named.
//!
//! The rules, in the order in which they apply:
//!
//! 1. Signs separate words, but for these, which are words themselves: `-` and `+` at either end and before a digit (`-created`
//!    is `minus_created`, `A+` is `a_plus`, `votes--1` is `votes_minus_1`), and `<`, `>`, `=`, `!` and `~` at the beginning
//!    (`>=5` is `greater_equal_5`). A name of signs alone is spelled (`*` is `star`).
//! 2. Letters beyond ASCII lose their accents where they have a plain form (`größe` is `grosse`); any other character
//!    is its code point, `u4e2d`. So no two spellings of one character make two names, and no lint of rustc's applies.
//! 3. Words go where case or signs change, as [`heck`] does it, and are joined in the case of the place. Digits that would
//!    run together stay apart: `1.0` and `10` are `N1_0` and `N10`.
//! 4. A name that begins with a digit gets an `n`, and a name without words is `empty`.
//! 5. A name of more than 160 letters is cut behind a word and ends in four digits of the hash of all of it, because files are
//!    named after names and systems allow 255.
//! 6. A keyword is a raw identifier (`r#type`); those that cannot be raw, and keywords in PascalCase (`Self`), get `_`.
//! 7. A name that the place reserves for its own use (in `types`, what the prelude calls `Option`, `String`, …) gets the
//!    place's ending: `OptionModel`.
//! 8. Of names that are the same by now, one stays as it is: the one that is spelled like the wire name, else one of which no
//!    sign was left out, else the first by octets. The others get all of their signs as words, if that tells them apart (`c` and `c#` are `c` and `c_hash`), but not
//!    those that join or enclose words (`-`, `_`, `.`, `/`, `:`, brackets). If it does not, they end in four digits of the hash of their wire name:
//!    `created_at_x3f2a`. So what is added can rename what wants the same name, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span};

use crate::contract::mark;

/// A name in Rust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RustName(String);

impl RustName {
    /// A name that is known to be one: the printers' own.
    pub(crate) fn own(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name as source text, `r#type` included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without `r#`: for files and for names made of it.
    pub fn bare(&self) -> &str {
        self.0.strip_prefix("r#").unwrap_or(&self.0)
    }

    /// The token.
    pub fn ident(&self) -> Ident {
        match self.0.strip_prefix("r#") {
            Some(bare) => Ident::new_raw(bare, Span::call_site()),
            None => Ident::new(&self.0, Span::call_site()),
        }
    }
}

impl fmt::Display for RustName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the words of a name are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// `snake_case`: fields, functions.
    Snake,
    /// `snake_case` without raw identifiers, fit for a file: modules.
    Module,
    /// `PascalCase`: types, variants.
    Pascal,
    /// `SCREAMING_SNAKE_CASE`: constants.
    Constant,
}

/// A name that something would like to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The words to make it of.
    pub(crate) words: &'a str,
    /// What tells it from others of the same words: mostly the same text.
    pub(crate) key: &'a str,
}

impl<'a> Wish<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        Self { words: name, key: name }
    }
}

/// A place in which names differ.
#[derive(Debug)]
pub(crate) struct Scope {
    case: Case,
    reserved: &'static [&'static str],
    ending: &'static str,
    taken: BTreeSet<String>,
}

impl Scope {
    /// A place that keeps the `reserved` names for itself; a wish for one of them gets the `ending`.
    pub(crate) fn new(case: Case, reserved: &'static [&'static str], ending: &'static str) -> Self {
        Self { case, reserved, ending, taken: reserved.iter().map(|&name| name.to_owned()).collect() }
    }

    /// A name for each wish, in their order. Wishes of later calls yield to those of earlier ones.
    pub(crate) fn assign(&mut self, wishes: &[Wish<'_>]) -> Vec<RustName> {
        let wished: Vec<String> = wishes.iter().map(|wish| self.wished(wish.words)).collect();
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, name) in wished.iter().enumerate() {
            groups.entry(name).or_default().push(at);
        }
        let mut names = wished.clone();
        let mut losers: Vec<usize> = Vec::new();
        for (name, mut group) in groups {
            let says_more = |at: usize| self.cased(&plain(wishes[at].words, true)) != name;
            if group.len() > 1 {
                group.sort_by_cached_key(|&at| (wishes[at].key != name, says_more(at), wishes[at].key, at));
            }
            let free = self.taken.insert(name.to_owned());
            losers.extend(group.into_iter().skip(usize::from(free)));
        }
        let spelled: Vec<String> =
            losers.iter().map(|&at| self.cased(&plain(wishes[at].words, true))).collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        spelled.iter().for_each(|name| *times.entry(name).or_default() += 1);
        // Whether a spelled name is free may not depend on the hashes of others.
        let free: Vec<bool> =
            spelled.iter().map(|name| times.get(&**name) == Some(&1) && !self.taken.contains(name)).collect();
        self.taken.extend(spelled.iter().zip(&free).filter(|(_, free)| **free).map(|(name, _)| name.clone()));
        for ((at, spelled), free) in losers.into_iter().zip(spelled).zip(free) {
            names[at] = if free { spelled } else { self.hashed(&wished[at], wishes[at].key) };
        }
        names.into_iter().map(|name| RustName(self.guarded(name))).collect()
    }

    /// A name for one wish.
    pub(crate) fn one(&mut self, words: &str, key: &str) -> RustName {
        let name = self.wished(words);
        let name = if self.taken.insert(name.clone()) { name } else { self.hashed(&name, key) };
        RustName(self.guarded(name))
    }

    fn wished(&self, words: &str) -> String {
        self.cased(&plain(words, false))
    }

    /// The name of words that are plain, if nobody else wants it.
    fn cased(&self, plain: &str) -> String {
        let name = match self.case {
            Case::Snake | Case::Module => snake_of(plain),
            Case::Pascal => pascal_of(plain),
            Case::Constant => snake_of(plain).to_ascii_uppercase(),
        };
        let reserved = self.reserved.contains(&name.as_str())
            || (self.case == Case::Module && (is_keyword(&name) || WINDOWS_DEVICES.contains(&name.as_str())));
        if reserved { name + self.ending } else { name }
    }

    fn hashed(&mut self, name: &str, key: &str) -> String {
        let mut salted = key.to_owned();
        loop {
            let hash = mark(&salted);
            let candidate = match self.case {
                Case::Snake | Case::Module => format!("{name}_x{hash:04x}"),
                Case::Pascal => format!("{name}X{hash:04x}"),
                Case::Constant => format!("{name}_X{hash:04X}"),
            };
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            salted.push('#');
        }
    }

    /// Keywords become raw identifiers. Comes last, so that `type` and `r#type` are one name until here.
    fn guarded(&self, name: String) -> String {
        match name.as_str() {
            "self" | "super" | "crate" | "Self" | "_" => name + "_",
            _ if is_keyword(&name) => format!("r#{name}"),
            _ => name,
        }
    }
}

/// The words of a name in snake_case.
pub(crate) fn snake(text: &str) -> String {
    snake_of(&plain(text, false))
}

/// The words of a name in PascalCase.
pub(crate) fn pascal(text: &str) -> String {
    pascal_of(&plain(text, false))
}

fn snake_of(plain: &str) -> String {
    let name = plain.to_snake_case();
    shortened(match name.chars().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) => name,
    })
}

/// How long a name becomes. What is made of it, and the ending of a file, come to it.
const LONGEST: usize = 160;

/// A name in `snake_case`, cut if nobody could read it or write a file of that name.
fn shortened(name: String) -> String {
    const MARK: usize = "_x0000".len();
    if name.len() <= LONGEST {
        return name;
    }
    let start = name.get(..LONGEST - MARK).unwrap_or_default();
    let start = start.rfind('_').filter(|&at| at > 0).and_then(|at| start.get(..at)).unwrap_or(start);
    format!("{start}_x{:04x}", mark(&name))
}

fn pascal_of(plain: &str) -> String {
    let mut name = String::new();
    for word in snake_of(plain).split('_') {
        let mut letters = word.chars();
        let Some(first) = letters.next() else { continue };
        if first.is_ascii_digit() && name.ends_with(|last: char| last.is_ascii_digit()) {
            name.push('_');
        }
        name.push(first.to_ascii_uppercase());
        name.push_str(letters.as_str());
    }
    name
}

/// The name in ASCII letters, digits and spaces; with `all`, with a word for every sign that does not join or enclose words.
fn plain(text: &str, all: bool) -> String {
    let signs_alone = !text.chars().any(|c| c.is_alphanumeric());
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut begun = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c),
            // An apostrophe does not end a word.
            '\'' | '’' if !signs_alone => {}
            c if c.is_ascii() => {
                let is_word = match c {
                    _ if signs_alone => true,
                    '+' => all || is_signed(before, rest.as_str()),
                    '-' => is_signed(before, rest.as_str()),
                    '<' | '>' | '=' | '!' | '~' => all || !begun,
                    '_' | '.' | '/' | ':' | ' ' | '(' | ')' | '[' | ']' | '{' | '}' => false,
                    _ => all,
                };
                out.push(' ');
                if is_word {
                    out.push_str(sign(c));
                    out.push(' ');
                }
            }
            c => match unaccented(c) {
                Some(letters) => out.push_str(letters),
                None if c.is_alphanumeric() || signs_alone => out.push_str(&format!(" u{:x} ", u32::from(c))),
                None => out.push(' '),
            },
        }
        begun |= c.is_alphanumeric();
        before = Some(c);
    }
    out
}

/// Is a `+` or `-` after this character and before the rest a sign of its own? It is at either end, and before a digit
/// unless it joins that to a word.
fn is_signed(before: Option<char>, rest: &str) -> bool {
    let digit = rest.starts_with(|c: char| c.is_ascii_digit());
    before.is_none_or(|before| digit && !before.is_alphanumeric()) || !rest.contains(char::is_alphanumeric)
}

fn sign(c: char) -> &'static str {
    match c {
        '!' => "not",
        '"' => "quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '(' => "open",
        ')' => "close",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '-' => "minus",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "less",
        '=' => "equal",
        '>' => "greater",
        '?' => "question",
        '@' => "at",
        '[' => "left",
        '\\' => "backslash",
        ']' => "right",
        '^' => "caret",
        '_' => "underscore",
        '`' => "backtick",
        '{' => "begin",
        '|' => "or",
        '}' => "end",
        '~' => "tilde",
        ' ' => "space",
        _ => "control",
    }
}

/// Latin letters by their plain form.
fn unaccented(c: char) -> Option<&'static str> {
    const TABLE: &[(&str, &str)] = &[
        ("ÀÁÂÃÄÅĀĂĄ", "A"),
        ("àáâãäåāăą", "a"),
        ("ÇĆĈĊČ", "C"),
        ("çćĉċč", "c"),
        ("ĎĐÐ", "D"),
        ("ďđð", "d"),
        ("ÈÉÊËĒĔĖĘĚ", "E"),
        ("èéêëēĕėęě", "e"),
        ("ĜĞĠĢ", "G"),
        ("ĝğġģ", "g"),
        ("ĤĦ", "H"),
        ("ĥħ", "h"),
        ("ÌÍÎÏĨĪĬĮİ", "I"),
        ("ìíîïĩīĭįı", "i"),
        ("Ĵ", "J"),
        ("ĵ", "j"),
        ("Ķ", "K"),
        ("ķ", "k"),
        ("ĹĻĽĿŁ", "L"),
        ("ĺļľŀł", "l"),
        ("ÑŃŅŇ", "N"),
        ("ñńņň", "n"),
        ("ÒÓÔÕÖØŌŎŐ", "O"),
        ("òóôõöøōŏő", "o"),
        ("ŔŖŘ", "R"),
        ("ŕŗř", "r"),
        ("ŚŜŞŠ", "S"),
        ("śŝşš", "s"),
        ("ŢŤŦ", "T"),
        ("ţťŧ", "t"),
        ("ÙÚÛÜŨŪŬŮŰŲ", "U"),
        ("ùúûüũūŭůűų", "u"),
        ("Ŵ", "W"),
        ("ŵ", "w"),
        ("ÝŶŸ", "Y"),
        ("ýÿŷ", "y"),
        ("ŹŻŽ", "Z"),
        ("źżž", "z"),
        ("Æ", "Ae"),
        ("æ", "ae"),
        ("Œ", "Oe"),
        ("œ", "oe"),
        ("ß", "ss"),
        ("Þ", "Th"),
        ("þ", "th"),
    ];
    TABLE.iter().find(|(letters, _)| letters.contains(c)).map(|(_, plain)| *plain)
}

/// File names that Windows keeps for devices.
const WINDOWS_DEVICES: &[&str] = &[
    "aux", "con", "nul", "prn", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The strict and the reserved keywords of the 2024 edition (Rust Reference, "Keywords").
fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "as" | "break"
            | "const"
            | "continue"
            | "crate"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "pub"
            | "ref"
            | "return"
            | "self"
            | "Self"
            | "static"
            | "struct"
            | "super"
            | "trait"
            | "true"
            | "type"
            | "unsafe"
            | "use"
            | "where"
            | "while"
            | "async"
            | "await"
            | "dyn"
            | "abstract"
            | "become"
            | "box"
            | "do"
            | "final"
            | "gen"
            | "macro"
            | "override"
            | "priv"
            | "try"
            | "typeof"
            | "unsized"
            | "virtual"
            | "yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(case: Case, wires: &[&str]) -> Vec<String> {
        let wishes: Vec<_> = wires.iter().map(|wire| Wish::new(wire)).collect();
        let names = Scope::new(case, &["Option"], "Model").assign(&wishes);
        names.into_iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn every_text_has_a_name() {
        let hostile =
            ["", "*", "+1", "-1", "2fa", "größe", "中", "type", "self", "a b\"; fn x() {}", "__", "\u{202e}"];
        assert_eq!(
            assigned(Case::Snake, &hostile),
            [
                "empty",
                "star",
                "plus_1",
                "minus_1",
                "n2fa",
                "grosse",
                "u4e2d",
                "r#type",
                "self_",
                "a_b_fn_x",
                "underscore_underscore",
                "u202e"
            ]
        );
        assert_eq!(
            assigned(Case::Pascal, &["1.0", "10", "self", "v1.1", "option"]),
            ["N1_0", "N10", "Self_", "V1_1", "OptionModel"]
        );
        assert_eq!(
            assigned(Case::Module, &["type", "aux", "Two Words"]),
            ["typeModel", "auxModel", "two_words"]
        );
    }

    #[test]
    fn names_that_meet_differ_whatever_their_order() {
        let one = assigned(Case::Snake, &["created-at", "created_at", "createdAt"]);
        let mut other = assigned(Case::Snake, &["createdAt", "created_at", "created-at"]);
        other.reverse();
        assert_eq!(one, other);
        assert_eq!(one[1], "created_at");
        assert!(
            one[0].starts_with("created_at_x") && one[2].starts_with("created_at_x") && one[0] != one[2],
            "{one:?}"
        );
    }

    #[test]
    fn signs_that_say_something_are_words() {
        let votes = ["+1", "-1", "votes-+1", "votes--1", "A+", "A-", "AB+", "x-1", "c++", "2024-01-31"];
        assert_eq!(
            assigned(Case::Snake, &votes),
            [
                "plus_1",
                "minus_1",
                "votes_plus_1",
                "votes_minus_1",
                "a_plus",
                "a_minus",
                "ab_plus",
                "x_1",
                "c_plus_plus",
                "n2024_01_31"
            ]
        );
        assert_eq!(
            assigned(Case::Pascal, &[">=", "<", ">=5", "!=5", "~5", "a>=5", "5", "*", "$ref", "@id"]),
            ["GreaterEqual", "Less", "GreaterEqual5", "NotEqual5", "Tilde5", "A5", "N5", "Star", "Ref", "Id"]
        );
    }

    #[test]
    fn signs_are_spelled_where_nothing_else_differs() {
        assert_eq!(
            assigned(Case::Pascal, &["C", "c#", "c*", "$id", "id", "@id"]),
            ["C", "CHash", "CStar", "DollarId", "Id", "AtId"]
        );
        // What joins words says nothing.
        assert!(assigned(Case::Snake, &["a_b", "a-b"])[1].starts_with("a_b_x"));
        // Two that would be spelled alike stay as they are, whatever their order.
        let names = assigned(Case::Snake, &["a", "a#", "A#", "a hash"]);
        assert!(names[1].starts_with("a_x") && names[2].starts_with("a_x"), "{names:?}");
    }

    #[test]
    fn what_is_added_renames_nothing_else() {
        let before =
            ["created-at", "created_at", "createdAt", "c", "c#", "type", "+1", "-1", "a_b", "a-b", "a.b"];
        let names = assigned(Case::Snake, &before);
        for added in
            ["aaa", "created", "Created-At", "c-", "c++", "c&", "1", "a/b", "zzz", "created_at_", "_a_b"]
        {
            for at in [0, before.len()] {
                let mut wires = before.to_vec();
                wires.insert(at, added);
                let mut after = assigned(Case::Snake, &wires);
                after.remove(at);
                assert_eq!(after, names, "with {added}");
            }
        }
    }

    #[test]
    fn long_names_are_cut_and_still_differ() {
        let (long, other) = ("very long ".repeat(20_000), "very long ".repeat(20_001));
        let word = "x".repeat(1_000);
        for case in [Case::Snake, Case::Module, Case::Pascal, Case::Constant] {
            let names = assigned(case, &[&long, &other, &word, "very long"]);
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 4, "{names:?}");
            assert!(names.iter().all(|name| name.len() <= LONGEST), "{names:?}");
            // A name that was cut is one that stays.
            assert_eq!(assigned(case, &[&names[0]]), names[..1]);
        }
        assert!(snake(&long).starts_with("very_long_very_") && pascal(&long).starts_with("VeryLongVery"));
        assert_eq!(snake(&"a".repeat(LONGEST)), "a".repeat(LONGEST));
    }

    #[test]
    fn equal_wishes_differ_too() {
        let names = assigned(Case::Pascal, &["a", "a", "A"]);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 3, "{names:?}");
    }

    #[test]
    fn names_compile() {
        for wire in ["", "type", "self", "Self", "_", "r#type", "1", "-", "é", "日本", "a\0b", "crate", "gen"]
        {
            for case in [Case::Snake, Case::Module, Case::Pascal, Case::Constant] {
                let names = Scope::new(case, &[], "_").assign(&[Wish::new(wire)]);
                assert!(
                    syn::parse_str::<syn::Ident>(names[0].bare()).is_ok()
                        || names[0].as_str().starts_with("r#")
                );
                names[0].ident();
            }
        }
    }
}
