//! A program that reads values with the types of a generated crate and writes them again, as a package. In come the Rust
//! names of the types; out go its files. Deliberately absent: which values.

use std::fmt::Write as _;
use std::path::Path;

/// Its manifest. It is a workspace of its own, whatever folder it lies in. Of the crate it takes these features.
pub(super) fn manifest(package: &str, krate: &str, features: &[&str], runtime: &Path) -> String {
    // What JSON escapes in a string, TOML reads the same.
    let runtime = serde_json::Value::from(runtime.to_string_lossy());
    let features = serde_json::Value::from(features);
    format!(
        "[package]\n\
         name = \"{package}\"\n\
         version = \"0.0.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\
         \n\
         [dependencies]\n\
         {krate} = {{ path = \"../crate\", default-features = false, features = {features} }}\n\
         problemgen-runtime = {{ path = {runtime}, default-features = false, features = [\"serde\"] }}\n\
         serde_json = \"1\"\n\
         \n\
         [workspace]\n"
    )
}

/// What reads values of a type and writes them again.
pub(super) fn echo(of: &str) -> String {
    format!("echo::<types::{of}>")
}

/// What reads answers to an operation, and writes the body again if it is of a declared kind.
pub(super) fn raised(operation: &str, status: u16, media: &str) -> String {
    format!("|json| raised::<operations::{operation}>({status}, {media:?}, json)")
}

/// Its `main.rs`: reads lines of a reader's number and JSON, with a tab between them; answers each with `=` and the JSON that
/// is written of what was read, or with `!` and why it cannot be read.
pub(super) fn main(krate: &str, readers: &[&str]) -> String {
    let mut text = FRAME.replace("KRATE", &krate.replace('-', "_"));
    for reader in readers {
        writeln!(text, "    {reader},").expect("a string takes everything");
    }
    text + "];\n"
}

const FRAME: &str = r#"//! Reads values and writes them again.
#![allow(deprecated)]

use std::io::{self, BufRead as _, Write as _};

#[allow(unused_imports)]
use KRATE::{operations, types};
use problemgen_runtime::{Bytes, Node, Operation, decode, encode, http};

fn echo<T: Node>(json: &str) -> Result<Vec<u8>, String> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value: T = decode::deserialize(&mut reader).map_err(|error| error.to_string())?;
    reader.end().map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    encode::serialize(&value, &mut serde_json::Serializer::new(&mut out)).map_err(|error| error.to_string())?;
    Ok(out)
}

#[allow(dead_code)]
fn raised<O: Operation>(status: u16, media: &str, json: &str) -> Result<Vec<u8>, String> {
    let answer = http::Response::builder().status(status).header("content-type", media);
    let answer = answer.body(Bytes::copy_from_slice(json.as_bytes())).map_err(|error| error.to_string())?;
    let Err(error) = O::decode(answer) else { return Err("a success".to_owned()) };
    if let Some(violation) = error.violations().first() {
        return Err(format!("{violation:?}"));
    }
    match error.kind() {
        Some(_) => Ok(json.as_bytes().to_owned()),
        None => Err(format!("of no kind: {error}")),
    }
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
            Err(error) => write!(out, "!{}", error.replace('\n', " "))?,
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

const ECHOES: &[fn(&str) -> Result<Vec<u8>, String>] = &[
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_lists_the_types() {
        let readers = [echo("One"), raised("Get", 404, "application/json")];
        let text = main("a-b", &readers.each_ref().map(String::as_str));
        assert!(text.contains("use a_b::{operations, types};"));
        let error = "    |json| raised::<operations::Get>(404, \"application/json\", json),\n];\n";
        assert!(text.ends_with(&format!("    echo::<types::One>,\n{error}")));
    }
}
