//! Names by which the parts of a file can be referred to, other than by their place.

use std::collections::HashMap;

use serde_json::Value;

use crate::load::escape;

/// The names in a file, each with the pointer to what it names; the first of a name counts.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// `$anchor` and `$dynamicAnchor`.
    pub(super) named: HashMap<String, String>,
    /// `$id`, without its fragment.
    pub(super) ids: HashMap<String, String>,
}

impl Anchors {
    /// Those of a file.
    pub(super) fn of(value: &Value) -> Self {
        let mut anchors = Self::default();
        anchors.find(value, &mut String::new());
        anchors
    }

    fn find(&mut self, value: &Value, pointer: &mut String) {
        let length = pointer.len();
        match value {
            Value::Object(map) => {
                for keyword in ["$anchor", "$dynamicAnchor"] {
                    if let Some(Value::String(name)) = map.get(keyword) {
                        self.named.entry(name.clone()).or_insert_with(|| pointer.clone());
                    }
                }
                if let Some(Value::String(id)) = map.get("$id") {
                    let id = id.trim_end_matches('#');
                    self.ids.entry(id.to_owned()).or_insert_with(|| pointer.clone());
                }
                for (name, child) in map {
                    pointer.push('/');
                    pointer.push_str(&escape(name));
                    self.find(child, pointer);
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (place, child) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{place}"));
                    self.find(child, pointer);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}
