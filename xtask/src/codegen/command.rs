//! The verb as a command again: for what is generated, and to cure what a check found. Deliberately absent: running it.

use std::path::Path;

use super::Args;
use crate::repository;
use crate::terminal::visible;

/// The command that what is generated names, with a flag for what is not the repository's own. Their paths are left
/// out, so that the output is the same wherever it is made.
pub(super) fn command(args: &Args, spec: &Path, out: &Path) -> String {
    let mut command = vec!["cargo xtask codegen".to_owned()];
    let given = [
        ("--spec …", !repository::same(spec, &repository::spec())),
        ("--overlay …", !args.overlay.is_empty()),
        ("--config …", args.config.is_some()),
        ("--out …", !repository::same(out, &repository::generated())),
    ];
    command.extend(given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.to_owned()));
    command.extend(flags(args));
    command.join(" ")
}

/// The flags without paths that decide what is generated.
fn flags(args: &Args) -> Vec<String> {
    let name = args.crate_name.iter().map(|name| format!("--crate-name {name}"));
    let given =
        [("--module", args.module), ("--allow-remote", args.allow_remote), ("--keep-going", args.keep_going)];
    name.chain(given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.to_owned())).collect()
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
        let (spec, out) = (repository::spec(), repository::generated());
        let root = repository::root();
        let plain = |spec: &Path, out: &Path| command(&Args::default(), spec, out);
        assert_eq!(plain(&spec, &out), "cargo xtask codegen");
        assert_eq!(plain(&root.join("xtask/../spec/openapi.yaml"), &out), "cargo xtask codegen");
        assert_eq!(plain(&spec, &root.join("other")), "cargo xtask codegen --out …");
        assert_eq!(plain(&root.join("o.yaml"), &root.join("other")), "cargo xtask codegen --spec … --out …");
        let module = Args { config: Some("x.toml".into()), module: true, ..Args::default() };
        assert_eq!(
            command(&module, &spec, &root.join("shop")),
            "cargo xtask codegen --config … --out … --module"
        );
    }
}
