//! A program that reads values with the types of a generated crate and writes them again, as a package. In come the Rust
//! names of the types; out go its files. Deliberately absent: which values.

use std::fmt::Write as _;
use std::path::Path;

/// Its manifest. It is a workspace of its own, whatever folder it lies in.
pub(super) fn manifest(package: &str, krate: &str, runtime: &Path) -> String {
    // What JSON escapes in a string, TOML reads the same.
    let runtime = serde_json::Value::from(runtime.to_string_lossy());
    format!(
        "[package]\n\
         name = \"{package}\"\n\
         version = \"0.0.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\
         \n\
         [dependencies]\n\
         {krate} = {{ path = \"../crate\", default-features = false }}\n\
         problemgen-runtime = {{ path = {runtime}, default-features = false, features = [\"serde\"] }}\n\
         serde_json = \"1\"\n\
         \n\
         [workspace]\n"
    )
}

/// Its `main.rs`: reads lines of a type's number and JSON, with a tab between them; answers each with `=` and the JSON that
/// is written of what was read, or with `!` and why it cannot be read.
pub(super) fn main(krate: &str, types: &[String]) -> String {
    let mut text = FRAME.replace("KRATE", &krate.replace('-', "_"));
    for name in types {
        writeln!(text, "    echo::<types::{name}>,").expect("a string takes everything");
    }
    text + "];\n"
}

const FRAME: &str = r#"//! Reads values and writes them again.
#![allow(deprecated)]

use std::io::{self, BufRead as _, Write as _};

use KRATE::types;
use problemgen_runtime::{Node, decode, encode};

fn echo<T: Node>(json: &str) -> Result<Vec<u8>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value: T = decode::deserialize(&mut reader)?;
    reader.end()?;
    let mut out = Vec::new();
    encode::serialize(&value, &mut serde_json::Serializer::new(&mut out))?;
    Ok(out)
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (number, json) = line.split_once('\t').expect("a number, a tab, JSON");
        let echo = ECHOES[number.parse::<usize>().expect("a number")];
        match echo(json) {
            Ok(json) => {
                out.write_all(b"=")?;
                out.write_all(&json)?;
            }
            Err(error) => write!(out, "!{}", error.to_string().replace('\n', " "))?,
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

const ECHOES: &[fn(&str) -> Result<Vec<u8>, serde_json::Error>] = &[
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_lists_the_types() {
        let text = main("a-b", &["One".to_owned(), "r#Two".to_owned()]);
        assert!(text.contains("use a_b::types;"));
        assert!(text.ends_with("    echo::<types::One>,\n    echo::<types::r#Two>,\n];\n"));
    }
}
