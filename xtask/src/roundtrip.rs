//! `roundtrip`: in comes a folder of documents, out goes a table of what the generated types keep of random values. Deliberately
//! absent: any instance, validator or reading of its own. The instances are hypothesis-jsonschema's, the validator is the
//! crate `jsonschema`, and what reads and writes is generated.

mod compare;
mod dialect;
mod errors;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jsonschema::{Draft, Registry, Resource};
use problemgen::config::Config;
use problemgen::load::Part;
use problemgen::report::Report;
use problemgen::rust::{self, Runtime};
use problemgen::{Options, Output, bundle, load};
use serde_json::{Value, json};

use self::compare::Kind;
use crate::Ended;
use crate::judges::{Absent, Judge};
use crate::repository::{self, cargo, shown};
use crate::terminal::{BAD, FAINT, complain, count, say, styled, visible};

/// Measure what generated types keep: random values are read, written again and compared. And what generated clients make of errors:
/// random bodies of declared errors are decoded as answers to the operations that declare them.
///
/// Takes every k-th document of a folder, in the order of their names, so that `--documents` of them are taken; a document
/// that cannot be generated, or has fewer than ten types that travel in bodies, gives its place to the next one. For each, the
/// crate is generated and compiled together with a program that reads and writes its types. hypothesis-jsonschema (from PyPI, pinned,
/// fetched into `target/judges`) makes random instances of the schemas; those that the crate `jsonschema` finds valid are read,
/// written, validated again and compared. Schemas of OpenAPI 3.0 are first translated to JSON Schema: `nullable` is
/// `anyOf` with null wherever it stands, `format` of an integer its range, members beside `$ref` count, `mapping` of a `discriminator`
/// limits its member in each alternative, read-only and write-only members travel both ways. Equal is what JSON Schema deems equal: order of members and `1.0` for `1` are no
/// difference.
///
/// The columns: types that travel in bodies (their own schemas, not those within), for how many of them there were instances,
/// valid instances, kept: equal after the way there and back, refused: not read, lost: something is missing or came new,
/// changed: something is another value, instants: date-times that are the same instant in another notation (counted as kept), wide:
/// instances with integers beyond 64 bits or that no float holds (counted apart, whatever became of them), errors: valid bodies of
/// declared errors, astray: those that the client did not decode as what was declared. What was found of each document is written into
/// `target/roundtrip`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  nothing was refused, lost or changed, and no error went astray
  1  something was
  2  the judges or the documents cannot be used")]
pub(crate) struct Args {
    /// The folder with the documents, or one document
    #[arg(value_name = "DIR")]
    documents_in: PathBuf,
    /// How many documents
    #[arg(long, value_name = "N", default_value_t = 20)]
    documents: usize,
    /// How many instances are asked for each type
    #[arg(long, value_name = "N", default_value_t = 30)]
    instances: usize,
    /// How many types of a document, evenly taken
    #[arg(long, value_name = "N", default_value_t = 60)]
    types: usize,
    /// How many seconds the instances of one type may take
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: usize,
    /// What the random instances follow from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// How few types make a document not worth its while.
const FEW: usize = 10;

/// What became of the instances of a document.
#[derive(Debug, Default)]
struct Row {
    name: String,
    types: usize,
    covered: usize,
    valid: usize,
    kept: usize,
    refused: usize,
    lost: usize,
    changed: usize,
    instants: usize,
    wide: usize,
    errors: usize,
    astray: usize,
    /// Why there were no instances of a type, and of how many.
    skipped: BTreeMap<String, usize>,
    /// What to look at.
    findings: Vec<String>,
}

/// A document with its crate.
struct Subject {
    name: String,
    folder: PathBuf,
    /// The components, in JSON Schema.
    schemas: Value,
    /// Words for each type or error, how the program reads it, its schema. Errors come last.
    types: Vec<(String, String, Value)>,
    /// How many of them are types.
    own: usize,
    /// How many types there are, also those that were not taken.
    all: usize,
}

/// An instance on its way.
struct Instance {
    /// The place of its type in the subject's list.
    of: usize,
    text: String,
    value: Value,
    wide: bool,
}

pub(crate) fn run(args: &Args) -> Ended {
    match measure(args) {
        Ok(true) => Ended::Well,
        Ok(false) => Ended::Drift,
        Err(why) => {
            complain(format!("{}: {why}", styled(BAD, "error")));
            Ended::Unusable
        }
    }
}

fn measure(args: &Args) -> Result<bool, String> {
    let python = Judge::Instances.fetch().map_err(|absent| match absent {
        Absent::NoRuntime(runtime) => format!("{runtime} is not installed"),
        Absent::NotFetched(why) => why,
    })?;
    let documents = documents(&args.documents_in)?;
    let target = repository::target().join("roundtrip");
    let mut rows = Vec::new();
    let step = (documents.len() / args.documents.max(1)).max(1);
    let mut next = 0;
    while rows.len() < args.documents && next < documents.len() {
        // A document that is passed over gives its place to the next one; the one after that stands where it would have.
        let start = next;
        while next < documents.len() {
            let path = &documents[next];
            next += 1;
            if let Some(subject) = subject(path, &target, args.types)? {
                complain(styled(FAINT, format!("{}: {}", subject.name, count(subject.own, "type"))));
                rows.push(judged(&subject, &python, args)?);
                break;
            }
        }
        next = next.max(start + step);
    }
    if rows.is_empty() {
        return Err(format!(
            "{}: no document with {FEW} types or more can be generated",
            shown(&args.documents_in)
        ));
    }
    say(table(&rows));
    Ok(rows.iter().all(|row| row.refused + row.lost + row.changed + row.astray == 0))
}

/// The documents of a folder, in the order of their names.
fn documents(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", shown(path));
    let entries = fs::read_dir(path).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let known = |path: &Path| {
        path.extension()
            .is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known))
    };
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| known(path)).collect();
    paths.sort();
    Ok(paths)
}

/// Generates the crate of a document and the program beside it. `None` when there is too little to measure.
fn subject(path: &Path, target: &Path, most: usize) -> Result<Option<Subject>, String> {
    let mut report = Report::new();
    let bundled = load::load(path, &mut report).and_then(|sources| bundle::bundle(sources, &mut report));
    let Some(bundled) = bundled else { return Ok(None) };
    let Some(read) = problemgen::read(path, &Config::default(), &mut report) else { return Ok(None) };
    let rust = rust::Options {
        package: Some("subject".to_owned()),
        runtime: Runtime::Path(repository::runtime().to_string_lossy().into_owned()),
        ..rust::Options::default()
    };
    let locate = |at: &_| read.sources.place(at, Part::Value);
    let Some(plan) = rust::plan(&read.contract, &rust, &locate, &mut report) else { return Ok(None) };
    let travels = read.contract.types.iter().zip(&plan.types).filter_map(|(def, plan)| {
        let travels = plan.used.in_request || plan.used.in_response;
        let schema = bundled.value.pointer(&def.at.0).filter(|_| travels && stands_alone(&def.at.0))?;
        Some((def.name.clone(), program::echo(plan.name.as_str()), dialect::schema(schema)))
    });
    let mut types: Vec<_> = travels.collect();
    let all = types.len();
    if all < FEW {
        return Ok(None);
    }
    let step = all.div_ceil(most.max(1));
    types = types.into_iter().step_by(step).collect();
    let own = types.len();
    let errors = errors::declared(&bundled.value, &read.contract, &plan);
    let step = errors.len().div_ceil(most.max(1)).max(1);
    types.extend(errors.into_iter().step_by(step).map(|error| {
        let read = program::raised(&error.operation, error.status, &error.media);
        (error.words, read, error.schema)
    }));
    let empty = json!({});
    let schemas = bundled.value.pointer("/components/schemas").unwrap_or(&empty);
    let schemas = schemas.as_object().into_iter().flatten();
    let schemas = schemas
        .map(|(name, value)| (name.clone(), dialect::schema(value)))
        .collect::<serde_json::Map<_, _>>();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = target
        .join(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>());
    let options = Options { outputs: [Output::Rust].into(), rust };
    let Some(artifacts) = problemgen::generate(&read, &options, &mut report) else { return Ok(None) };
    let readers: Vec<&str> = types.iter().map(|(_, reader, _)| reader.as_str()).collect();
    let krate =
        artifacts.iter().map(|artifact| (format!("crate/{}", artifact.path), artifact.contents.clone()));
    // The crate of a large document has its types behind features.
    let features: &[&str] = if plan.features.is_some() { &["full"] } else { &[] };
    let program = [
        (
            "echo/Cargo.toml".to_owned(),
            program::manifest("echo", "subject", features, &repository::runtime()).into_bytes(),
        ),
        ("echo/src/main.rs".to_owned(), program::main("subject", &readers).into_bytes()),
    ];
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", shown(&folder)))?;
    }
    for (file, contents) in krate.chain(program) {
        write(&folder.join(file), &contents)?;
    }
    let lock = repository::root().join("Cargo.lock");
    fs::copy(&lock, folder.join("echo/Cargo.lock")).map_err(|error| format!("{}: {error}", shown(&lock)))?;
    Ok(Some(Subject { name, folder, schemas: schemas.into(), types, own, all }))
}

/// Is the schema at this place one that a value follows as a whole? Of the others, a part says only a part.
fn stands_alone(pointer: &str) -> bool {
    let component = pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'));
    component || (pointer.contains("/content/") && pointer.ends_with("/schema"))
}

/// Makes instances, sends them there and back, and compares.
fn judged(subject: &Subject, python: &Path, args: &Args) -> Result<Row, String> {
    let mut row = Row { name: subject.name.clone(), types: subject.all, ..Row::default() };
    let skip = |row: &mut Row, at: usize, why: String| {
        row.findings.push(format!("{}: skipped: {why}", subject.types[at].0));
        *row.skipped.entry(why).or_default() += 1;
    };
    if subject.all > subject.own {
        row.skipped.insert("not among those taken".to_owned(), subject.all - subject.own);
    }
    let registry = registry(&subject.schemas)?;
    let mut validators = Vec::new();
    for (at, (_, _, schema)) in subject.types.iter().enumerate() {
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry);
        // The base makes references lead into the registry.
        let mut rooted = json!({"$id": format!("{BASE}/type")});
        rooted["allOf"] = json!([redirected(schema)]);
        match options.should_validate_formats(true).build(&rooted) {
            Ok(validator) => validators.push(Some(validator)),
            Err(_) => {
                validators.push(None);
                skip(&mut row, at, "the validator refuses its schema".to_owned());
            }
        }
    }
    let mut instances = Vec::new();
    for made in made(subject, python, args)? {
        let Some(at) = made["name"].as_str().and_then(|name| name.parse::<usize>().ok()) else { continue };
        let Some(validator) = validators.get(at).and_then(Option::as_ref) else { continue };
        if let Some(why) = made["skipped"].as_str() {
            skip(&mut row, at, why.to_owned());
            continue;
        }
        let text = made["json"].as_str().unwrap_or_default().to_owned();
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        // Whether a value may be null is said where it is used, by an `Option` around its type.
        if !value.is_null() && validator.is_valid(&value) {
            instances.push(Instance { of: at, text, value, wide: made["wide"] == true });
        }
    }
    let answers = echoed(subject, &instances)?;
    let mut covered: Vec<usize> = instances.iter().map(|instance| instance.of).collect();
    covered.dedup();
    row.covered = covered.iter().filter(|&&at| at < subject.own).count();
    for (at, validator) in validators.iter().enumerate() {
        if validator.is_some()
            && !covered.contains(&at)
            && !row.findings.iter().any(|f| f.starts_with(&format!("{}: skipped", subject.types[at].0)))
        {
            skip(&mut row, at, "no instance was valid".to_owned());
        }
    }
    for (instance, answer) in instances.iter().zip(&answers) {
        let valid = |value: &Value| {
            validators[instance.of].as_ref().is_some_and(|validator| validator.is_valid(value))
        };
        let words = &subject.types[instance.of].0;
        if instance.of < subject.own {
            row.judge(words, instance, answer, &valid);
        } else {
            row.judge_error(words, instance, answer);
        }
    }
    let findings = subject.folder.join("findings.txt");
    write(&findings, (row.findings.join("\n") + "\n").as_bytes())?;
    Ok(row)
}

impl Row {
    fn judge_error(&mut self, of: &str, instance: &Instance, answer: &str) {
        // What numbers without bounds become is not counted here either.
        if instance.wide {
            return;
        }
        self.errors += 1;
        if let Some(why) = answer.strip_prefix('!') {
            self.astray += 1;
            self.findings.push(format!("{of}: astray: {why}: {}", instance.text));
        }
    }

    fn judge(&mut self, of: &str, instance: &Instance, answer: &str, valid: &dyn Fn(&Value) -> bool) {
        self.valid += 1;
        let after = answer.strip_prefix('=').and_then(|json| serde_json::from_str::<Value>(json).ok());
        let differences = after.as_ref().map(|after| compare::differences(&instance.value, after));
        let rounded = |kind: &Kind| *kind == Kind::Rounded;
        if instance.wide || differences.iter().flatten().any(|difference| rounded(&difference.kind)) {
            self.wide += 1;
            return;
        }
        let (Some(after), Some(differences)) = (after, differences) else {
            self.refused += 1;
            self.findings.push(format!(
                "{of}: refused: {}: {}",
                answer.trim_start_matches('!'),
                instance.text
            ));
            return;
        };
        let real: Vec<_> = differences.iter().filter(|difference| difference.kind != Kind::Instant).collect();
        if real.is_empty() && valid(&after) {
            self.kept += 1;
            self.instants += usize::from(!differences.is_empty());
            return;
        }
        let came_or_went = |kind: &Kind| matches!(kind, Kind::Lost(_) | Kind::Added(_));
        if !real.is_empty() && real.iter().all(|difference| came_or_went(&difference.kind)) {
            self.lost += 1;
        } else {
            self.changed += 1;
        }
        let all: Vec<String> = real.iter().map(ToString::to_string).collect();
        self.findings.push(format!("{of}: {}: {}", all.join(", "), instance.text));
    }
}

/// Where the validator finds the components.
const BASE: &str = "https://roundtrip.test";

fn registry(schemas: &Value) -> Result<Registry<'static>, String> {
    let components = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": schemas});
    let resource = Resource::from_contents(components);
    let registry = Registry::new().add(format!("{BASE}/components"), resource);
    registry
        .and_then(|registry| registry.prepare())
        .map_err(|error| format!("the components are no schemas: {error}"))
}

/// The schema with references that lead from anywhere to the components.
fn redirected(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let redirect = |(name, value): (&String, &Value)| {
                let value = match value {
                    Value::String(target) if name == "$ref" && target.starts_with('#') => {
                        format!("{BASE}/components{target}").into()
                    }
                    value => redirected(value),
                };
                (name.clone(), value)
            };
            members.iter().map(redirect).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(redirected).collect(),
        other => other.clone(),
    }
}

/// What the library of instances says: instances and what it skipped.
fn made(subject: &Subject, python: &Path, args: &Args) -> Result<Vec<Value>, String> {
    let subjects: serde_json::Map<String, Value> = subject
        .types
        .iter()
        .enumerate()
        .map(|(at, (_, _, schema))| (at.to_string(), schema.clone()))
        .collect();
    let task = json!({
        "defs": subject.schemas, "subjects": subjects, "count": args.instances, "seconds": args.seconds, "seed": args.seed,
    });
    let mut command = Command::new(python);
    command.args(["-c", include_str!("roundtrip/instances.py")]).env("PYTHONHASHSEED", "0");
    // The library keeps what it found out about Unicode.
    command.env("HYPOTHESIS_STORAGE_DIRECTORY", subject.folder.with_file_name("hypothesis"));
    let answer = answered(&mut command, &subject.folder.join("task.json"), task.to_string().as_bytes())?;
    answer
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")))
        .collect()
}

/// What the program writes of each instance.
fn echoed(subject: &Subject, instances: &[Instance]) -> Result<Vec<String>, String> {
    let target = repository::target().join("roundtrip").join("build");
    let mut build = cargo(&["build", "--quiet", "--manifest-path"]);
    build.arg(subject.folder.join("echo/Cargo.toml")).arg("--target-dir").arg(&target);
    build.envs([("CARGO_PROFILE_DEV_DEBUG", "0"), ("CARGO_INCREMENTAL", "0")]);
    let status = build.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("the crate of {} does not compile", visible(&subject.name)));
    }
    let mut lines = String::new();
    for instance in instances {
        lines.push_str(&format!("{}\t{}\n", instance.of, instance.text));
    }
    let mut program = Command::new(target.join("debug").join("echo"));
    let answers = answered(&mut program, &subject.folder.join("instances.txt"), lines.as_bytes())?;
    let answers: Vec<String> = answers.lines().map(str::to_owned).collect();
    if answers.len() != instances.len() {
        return Err(format!("{} answers to {} instances", answers.len(), instances.len()));
    }
    Ok(answers)
}

/// Runs a command with input from a file, which stays for whoever wants to look, and gives what it says.
fn answered(command: &mut Command, input: &Path, contents: &[u8]) -> Result<String, String> {
    write(input, contents)?;
    let file = fs::File::open(input).map_err(|error| format!("{}: {error}", shown(input)))?;
    let output = command.stdin(file).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?} cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", command.get_program().to_string_lossy(), output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

fn write(path: &Path, contents: &[u8]) -> Result<(), String> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::File::create(path));
    written.and_then(|mut file| file.write_all(contents)).map_err(|error| format!("{}: {error}", shown(path)))
}

/// The table, in Markdown, and why types were skipped.
fn table(rows: &[Row]) -> String {
    let heads = [
        "types",
        "made",
        "instances",
        "kept",
        "refused",
        "lost",
        "changed",
        "instants",
        "wide",
        "errors",
        "astray",
    ];
    let numbers = |row: &Row| {
        [
            row.types,
            row.covered,
            row.valid,
            row.kept,
            row.refused,
            row.lost,
            row.changed,
            row.instants,
            row.wide,
            row.errors,
            row.astray,
        ]
    };
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(8);
    let mut lines = vec![format!("| {:width$} | {} |", "document", heads.join(" | "))];
    lines.push(format!(
        "|-{:-<width$}-|{}|",
        "",
        heads.map(|head| format!("-{:->1$}:", "", head.len())).join("|")
    ));
    let line = |name: &str, numbers: [usize; 11]| {
        let cells: Vec<String> =
            numbers.iter().zip(heads).map(|(n, head)| format!("{n:>width$}", width = head.len())).collect();
        format!("| {name:width$} | {} |", cells.join(" | "))
    };
    let mut sum = [0; 11];
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let numbers = numbers(row);
        sum.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        row.skipped.iter().for_each(|(why, n)| *skipped.entry(why).or_default() += n);
        lines.push(line(&visible(&row.name), numbers));
    }
    lines.push(line(&format!("all {}", rows.len()), sum));
    if !skipped.is_empty() {
        lines.push("\nTypes without instances:".to_owned());
        lines.extend(skipped.iter().map(|(why, n)| format!("* {n}: {why}")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(text: &str) -> Instance {
        Instance {
            of: 0,
            text: text.to_owned(),
            value: serde_json::from_str(text).expect("JSON"),
            wide: false,
        }
    }

    #[test]
    fn every_instance_is_counted_once() {
        let mut row = Row::default();
        let answers = [
            ("{\"a\": 1}", "={\"a\": 1.0}"),
            ("{\"a\": 1}", "={}"),
            ("{\"a\": 1}", "={\"a\": 2}"),
            ("{\"a\": 1}", "!/a: no"),
            ("[9007199254740993]", "=[9007199254740992.0]"),
            ("\"2020-01-01T00:00:00+00:00\"", "=\"2020-01-01T00:00:00Z\""),
        ];
        for (text, answer) in answers {
            row.judge("A", &instance(text), answer, &|_| true);
        }
        let counts = [row.valid, row.kept, row.lost, row.changed, row.refused, row.wide, row.instants];
        assert_eq!(counts, [6, 2, 1, 1, 1, 1, 1]);
        row.judge("A", &instance("1"), "=1", &|_| false);
        assert_eq!((row.changed, row.findings.len()), (2, 4), "what is no longer valid is not kept");
        row.judge_error("get 404", &instance("{}"), "={}");
        row.judge_error("get 404", &instance("{}"), "!unexpected");
        assert_eq!((row.errors, row.astray, row.findings.len()), (2, 1, 5));
    }

    #[test]
    fn only_whole_schemas_are_measured() {
        assert!(stands_alone("/components/schemas/A~1b"));
        assert!(stands_alone("/paths/~1a/post/requestBody/content/application~1json/schema"));
        assert!(!stands_alone("/components/schemas/A/properties/b"));
        assert!(!stands_alone("/paths/~1a/get/parameters/0/schema"));
    }

    #[test]
    fn references_lead_to_the_components() {
        let schemas = json!({"A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}}, "B": {"type": "string"}});
        let registry = registry(&schemas).expect("a registry");
        let schema = redirected(&json!({"$ref": "#/$defs/A"}));
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry);
        let validator = options.build(&schema).expect("a validator");
        assert!(validator.is_valid(&json!({"b": "c"})));
        assert!(!validator.is_valid(&json!({"b": 1})));
    }
}
