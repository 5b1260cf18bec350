//! The verb as a command again: for what is generated, and to cure what a check found. Deliberately absent: running it.

use std::path::Path;

use problemgen::rust::Layout;

use super::Args;
use crate::terminal::visible;
use crate::{layout, repository};

/// The command that what is generated names; the folder remembers the rest. To be run in the repository where the folder lies
/// in it, and otherwise in the package that it is, or is a part of: whoever reads it there knows no `cargo xtask`.
pub(super) fn command(out: &Path, layout: &Layout) -> String {
    let (root, out) = (repository::settled(&repository::root()), repository::settled(out));
    if repository::same(&out, &repository::generated()) {
        return "cargo xtask codegen".to_owned();
    }
    if out.starts_with(&root) {
        let way = repository::from_to(&root, &out);
        return format!("cargo xtask codegen --out {}", visible(&quoted(&way)));
    }
    let manifest = match layout {
        Layout::Package { .. } => None,
        Layout::Module { .. } => layout::manifest_above(&out),
    };
    let package = manifest.as_deref().and_then(Path::parent).unwrap_or(&out);
    let words = [repository::from_to(package, &root.join("Cargo.toml")), repository::from_to(package, &out)];
    let [ours, way] = words.map(|word| quoted(if word.is_empty() { "." } else { &word }));
    visible(&format!("cargo run --manifest-path {ours} -p xtask -- codegen --out {way}")).into_owned()
}

/// The flags without paths that decide what is generated.
fn flags(args: &Args) -> Vec<String> {
    let name = args.crate_name.iter().map(|name| format!("--crate-name {name}"));
    let given =
        [("--module", args.module), ("--allow-remote", args.allow_remote), ("--keep-going", args.keep_going)];
    name.chain(given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.to_owned())).collect()
}

/// The command that checks what the folder remembers.
pub(super) fn again(args: &Args) -> String {
    let out = args.out.as_ref().map(|out| format!(" --out {}", quoted(&out.display().to_string())));
    visible(&format!("cargo xtask codegen{} --check", out.unwrap_or_default())).into_owned()
}

/// The command that writes what this one checked.
pub(super) fn cure(args: &Args) -> String {
    let mut command = vec!["cargo xtask codegen".to_owned()];
    let overlays = args.overlay.iter().map(|path| ("--overlay", Some(path)));
    let spec = std::iter::once(("--spec", args.spec.as_ref())).chain(overlays);
    let paths = spec.chain([("--config", args.config.as_ref()), ("--out", args.out.as_ref())]);
    for (flag, path) in paths.filter_map(|(flag, path)| Some((flag, path?))) {
        command.push(format!("{flag} {}", quoted(&path.display().to_string())));
    }
    command.extend(flags(args));
    if !args.only.is_empty() {
        let only: Vec<_> = args.only.iter().map(|only| format!("{only:?}").to_lowercase()).collect();
        command.push(format!("--only {}", only.join(",")));
    }
    visible(&command.join(" ")).into_owned()
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@\\".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::super::Only;
    use super::*;

    #[test]
    fn the_cure_is_the_command_without_check() {
        let args = Args {
            check: true,
            spec: Some("their's.yaml".into()),
            overlay: vec!["a.yaml".into(), "b.yaml".into()],
            config: Some("theirs.toml".into()),
            out: Some("out".into()),
            crate_name: Some("theirs".into()),
            only: vec![Only::Docs, Only::Listing],
            ..Args::default()
        };
        assert_eq!(
            cure(&args),
            r"cargo xtask codegen --spec 'their'\''s.yaml' --overlay a.yaml --overlay b.yaml --config theirs.toml --out out --crate-name theirs --only docs,listing"
        );
        assert_eq!(cure(&Args { check: true, ..Args::default() }), "cargo xtask codegen");
    }

    #[test]
    fn what_is_generated_names_the_command_that_generates_it() {
        let root = repository::root();
        let package = |out: &Path| command(out, &Layout::Package { workspace: false });
        assert_eq!(package(&repository::generated()), "cargo xtask codegen");
        assert_eq!(package(&root.join("xtask/../generated")), "cargo xtask codegen");
        assert_eq!(package(&root.join("my shop/api")), "cargo xtask codegen --out 'my shop/api'");
        let folder = tempfile::tempdir().expect("a folder");
        let way = repository::from_to(folder.path(), &root);
        let (api, module) = (folder.path().join("api"), folder.path().join("src/my shop"));
        let expected = format!("cargo run --manifest-path ../{way}/Cargo.toml -p xtask -- codegen --out .");
        assert_eq!(package(&api), expected);
        std::fs::write(folder.path().join("Cargo.toml"), "").expect("written");
        assert_eq!(
            command(&module, &Layout::Module { name: "shop".to_owned() }),
            format!("cargo run --manifest-path {way}/Cargo.toml -p xtask -- codegen --out 'src/my shop'")
        );
    }
}
