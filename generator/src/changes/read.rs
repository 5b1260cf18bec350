//! The catalogue as it is read back.
//!
//! Comes in: the text of an `errors.json`. Goes out: what changes are looked for in. Deliberately absent: prose,
//! examples, and everything else that a client does not rely on.

use serde::Deserialize;

use crate::docs::text::line;

use super::quoted;

/// A catalogue, as far as changes are looked for. What is missing is empty: an older form of it still compares.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Catalogue {
    pub(super) catalogue: String,
    pub(super) api: Api,
    pub(super) families: Vec<Family>,
    pub(super) operations: Vec<Operation>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Api {
    pub(super) title: String,
    pub(super) version: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) optional: bool,
    pub(super) envelope: Vec<Field>,
    pub(super) members: Vec<Field>,
    pub(super) codes: Vec<Code>,
}

impl Family {
    /// The same without a code or a member.
    pub(super) fn emptied(&self) -> Self {
        Family {
            name: self.name.clone(),
            place: self.place.clone(),
            optional: self.optional,
            ..Family::default()
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) statuses: Vec<u16>,
    pub(super) ranges: Vec<String>,
    pub(super) retryable: Option<bool>,
    pub(super) title: Option<String>,
    pub(super) r#type: Option<String>,
    pub(super) section: Option<String>,
    pub(super) recovery: Option<Recovery>,
    pub(super) fields: Vec<Field>,
    pub(super) operations: Vec<Raising>,
}

/// An operation that raises a code.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Raising {
    pub(super) id: String,
}

#[derive(Deserialize, Default, PartialEq, Eq)]
#[serde(default)]
pub(super) struct Recovery {
    pub(super) action: String,
    pub(super) field: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) r#type: String,
    pub(super) required: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Option<Body>,
    pub(super) successes: Vec<Success>,
    pub(super) errors: Vec<Failure>,
    pub(super) pagination: Option<Pagination>,
}

#[derive(Deserialize, Default, PartialEq, Eq)]
#[serde(default)]
pub(super) struct Pagination {
    pub(super) style: String,
    pub(super) param: Option<String>,
    pub(super) body: Option<String>,
    pub(super) items: Option<String>,
    pub(super) next: Option<String>,
    pub(super) last: Option<String>,
    pub(super) header: Option<String>,
    pub(super) more: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) media: Vec<Media>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Success {
    pub(super) status: String,
    pub(super) media: Vec<Media>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Media {
    pub(super) media_type: String,
    pub(super) r#type: String,
    pub(super) items: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) status: String,
    pub(super) media_type: Option<String>,
    pub(super) codes: Vec<String>,
    pub(super) open: bool,
    pub(super) r#type: Option<String>,
}

/// Reads a catalogue of the version that is printed today.
pub(super) fn read(text: &str) -> Result<Catalogue, String> {
    let catalogue: Catalogue = serde_json::from_str(text).map_err(|error| line(&error.to_string()))?;
    if catalogue.catalogue == crate::catalogue::VERSION {
        Ok(catalogue)
    } else {
        Err(format!("its version is {}, not {}", quoted(&catalogue.catalogue), crate::catalogue::VERSION))
    }
}
