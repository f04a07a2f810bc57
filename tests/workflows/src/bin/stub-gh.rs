//! The `gh` of the tests: a repository's issues are a file, `--jq` filters as jq does, every call is written down.
//!
//! The folder of `STUB_GH` has `issues.json`, a list as GitHub's API tells it, and `has-issues` if there may be any.

use std::{env, fs, io::Write as _, path::PathBuf};

use anyhow::{Context, bail};
use jaq_core::{
    Compiler, Ctx, Vars, data,
    load::{Arena, File, Loader},
    unwrap_valr,
};
use jaq_json::{Val, read};
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(env::var_os("STUB_GH").context("`STUB_GH` names no folder")?);
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut list = fs::OpenOptions::new().create(true).append(true).open(folder.join("calls"))?;
    writeln!(list, "{}", serde_json::to_string(&arguments)?)?;
    if env::var("GH_TOKEN").unwrap_or_default().is_empty() {
        bail!("there is no token");
    }
    let issues_file = folder.join("issues.json");
    let mut issues: Vec<Value> = serde_json::from_str(&fs::read_to_string(&issues_file)?)?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let option = |name: &str| {
        let at = words.iter().position(|word| *word == name);
        at.and_then(|at| words.get(at + 1).copied()).with_context(|| format!("`{name}` is missing"))
    };
    let is_repository = |found: &str| found == "owner/name";
    match words.as_slice() {
        ["api", "repos/owner/name", "--jq", filter] => {
            let has_issues = folder.join("has-issues").exists();
            print_all(filter, &json!({ "has_issues": has_issues }))
        }
        [
            "api",
            "--paginate",
            "repos/owner/name/issues?state=open&per_page=100",
            "--jq",
            filter,
        ] => {
            let open: Vec<_> = issues.iter().filter(|it| it["state"] == "open").cloned().collect();
            // By two on a page, the filter is for each page.
            open.chunks(2).try_for_each(|page| print_all(filter, &json!(page)))
        }
        ["issue", "create", ..] if is_repository(option("--repo")?) => {
            let body = fs::read_to_string(option("--body-file")?)?;
            let number = issues.len() + 1;
            issues.push(json!({
                "number": number, "state": "open", "title": option("--title")?, "body": body,
                "user": {"login": "github-actions[bot]"}, "comments": [],
            }));
            Ok(fs::write(issues_file, serde_json::to_string(&issues)?)?)
        }
        ["issue", what @ ("comment" | "close"), number, ..] if is_repository(option("--repo")?) => {
            let issue = issues.iter_mut().find(|it| it["number"].as_u64() == number.parse().ok());
            let issue = issue.with_context(|| format!("there is no issue {number}"))?;
            let comment = match *what {
                "comment" => fs::read_to_string(option("--body-file")?)?,
                _ => option("--comment")?.to_owned(),
            };
            issue["comments"].as_array_mut().context("no comments")?.push(comment.into());
            if *what == "close" {
                issue["state"] = "closed".into();
            }
            Ok(fs::write(issues_file, serde_json::to_string(&issues)?)?)
        }
        _ => bail!("this gh does not know how to `{}`", words.join(" ")),
    }
}

#[expect(clippy::print_stdout, reason = "it is a program")]
fn print_all(filter: &str, input: &Value) -> anyhow::Result<()> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let Ok(modules) = Loader::new(defs).load(&arena, File { code: filter, path: () }) else {
        bail!("the filter `{filter}` cannot be read");
    };
    let Ok(filter) = Compiler::default().with_funs(funs).compile(modules) else {
        bail!("the filter `{filter}` uses what there is not");
    };
    let Ok(input) = read::parse_single(input.to_string().as_bytes()) else {
        bail!("the input is not JSON");
    };
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    for value in filter.id.run((context, input)).map(unwrap_valr) {
        match value {
            Ok(value) => println!("{value}"),
            Err(error) => bail!("the filter fails: {error}"),
        }
    }
    Ok(())
}
