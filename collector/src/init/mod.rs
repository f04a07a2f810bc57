//! `collector init`: a folder becomes one from which the site is published every day.
//!
//! ```text
//! names     which projects: asked for, checked by grammar          pure, apart from the terminal
//! index     whether PyPI has them
//! action    which address the workflows use                        pure
//! content   the files as they should be                            pure
//! written   whether a workflow was changed since it was written     pure
//! present   the configuration and the repository that are there
//! files     what is there, and writing what is missing
//! ```

mod action;
mod content;
mod files;
mod index;
mod names;
mod present;
mod written;

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::Context as _;

pub use action::{Action, NoAction};
pub use action_address::{Address, BadAddress};
pub use content::{BadTitle, Title};
pub use index::{BadIndex, Index};
pub use names::NoProjects;
pub use present::AlreadyConfigured;

use files::Over;
use present::Repository;

use crate::cli::Init;

/// The address of the action that this program was built with, if it was.
const BUILT_IN: Option<&str> = option_env!("DOWNLOAD_ANALYTICS_ACTION");

/// Runs the command, and says what was written and what remains to be done.
///
/// # Errors
///
/// If there is nothing to begin with, if a project does not exist, or if a file is in the way. Then
/// nothing is written.
pub fn run(args: &Init) -> anyhow::Result<String> {
    let folder = args.folder.as_path();
    // What can be known to be wrong comes before questions.
    let action = action::choose(folder, args.action.as_ref(), BUILT_IN)?;
    let repository = Repository::of(folder);
    let config = match present::config(folder)? {
        Some(config) => {
            present::check(&config, &args.projects, args.title.as_ref())?;
            None
        }
        None => Some(new_config(args)?),
    };
    let is_kept = config.is_none();
    let wanted = content::files(config, &action);
    let over = if args.update { Over::Untouched } else { Over::Nothing };
    let mut done = files::write(folder, &wanted, over, &|path| repository.tracks(path))
        .with_context(|| format!("cannot set up `{}`", folder.display()))?;
    if is_kept {
        done.there.insert(0, "config.yaml".into());
    }
    if let Some(outer) = repository.outer() {
        note(&format!(
            "`{}` is inside the repository `{}`, and GitHub runs the workflows of the uppermost folder only: make \
             it a repository of its own, or run this in the uppermost one",
            folder.display(),
            outer.display()
        ));
    }
    Ok(crate::run::escape(&told(folder, &done, over, &action, &repository)))
}

/// The configuration that somebody wants.
fn new_config(args: &Init) -> anyhow::Result<String> {
    let projects = if !args.projects.is_empty() {
        names::distinct(args.projects.clone())
    } else if io::stdin().is_terminal() {
        names::ask(&mut io::stdin().lock(), &mut io::stderr().lock())?
    } else {
        return Err(NoProjects.into());
    };
    if !args.offline
        && let Some(unknown) = index::check(&args.index, &projects)?
    {
        note(&unknown);
    }
    content::config(&projects, args.title.as_ref())
}

fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {}", crate::run::escape(text));
}

fn told(
    folder: &Path,
    done: &files::Done,
    over: Over,
    action: &Action,
    repository: &Repository,
) -> String {
    let mut text = String::new();
    for (what, paths) in
        [("written", &done.written), ("renewed", &done.updated), ("there already", &done.there)]
    {
        if !paths.is_empty() {
            let _ = writeln!(text, "{what} in `{}`:", folder.display());
            for path in paths {
                let _ = writeln!(text, "  {path}");
            }
        }
    }
    if !done.tracked.is_empty() {
        let _ = writeln!(
            text,
            "not added to .gitignore, since git has files there: {}; see that `store` in config.yaml, and the \
             folder of the site, are others",
            done.tracked.join(" ")
        );
    }
    if over == Over::Untouched {
        return text;
    }
    let setup = action.document("docs/SETUP.md");
    let mut steps = Vec::new();
    if !repository.is_top() {
        let go = match folder == Path::new(".") {
            true => String::new(),
            false => "in the folder, ".to_owned(),
        };
        steps.push(format!(
            "Make it a repository on GitHub: {go}`git init --initial-branch=main`, `git add --all`,\n   \
             `git commit --message start`, and `gh repo create --public --source=. --push`, or by hand."
        ));
    }
    steps.push(format!(
        "Credentials for BigQuery, free and without a key: {setup}\n   \
         tells how; the workflows read the variables GCP_PROJECT and GCP_WORKLOAD_IDENTITY_PROVIDER, or the\n   \
         secret BIGQUERY_CREDENTIALS."
    ));
    steps
        .push("On GitHub, in Settings, Pages: choose \"GitHub Actions\" as the source.".to_owned());
    let push = if repository.is_top() { "Commit and push these files, and run" } else { "Run" };
    steps.push(format!(
        "{push} the workflow \"Daily\" once by hand (in Actions, or\n   \
         `gh workflow run daily.yaml`). From then on it runs every day by itself."
    ));
    let count = if steps.len() == 3 { "Three" } else { "Four" };
    let _ = writeln!(text, "\n{count} steps remain:");
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {step}", at + 1);
    }
    text
}
