//! `collector init`: a folder becomes one from which the site is published every day.
//!
//! ```text
//! names     which projects: asked for, checked by grammar          pure, apart from the terminal
//! index     whether PyPI has them
//! action    which address the workflows use                        pure
//! content   the files as they should be                            pure
//! files     what is there, and writing what is missing
//! ```

mod action;
mod content;
mod files;
mod index;
mod names;

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::Context as _;

pub use action::{Action, BadAction, NoAction};
pub use content::{BadTitle, Title};
pub use index::{BadIndex, Index};
pub use names::NoProjects;

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
    let projects = if !args.projects.is_empty() {
        names::distinct(args.projects.clone())
    } else if io::stdin().is_terminal() {
        names::ask(&mut io::stdin().lock(), &mut io::stderr().lock())?
    } else {
        return Err(NoProjects.into());
    };
    if !args.offline {
        let note = index::check(&args.index, &projects)?;
        if let Some(note) = note {
            let _ = writeln!(io::stderr(), "note: {}", crate::run::escape(&note));
        }
    }
    let wanted = content::files(&projects, args.title.as_ref(), &action)?;
    let done = files::write(folder, &wanted)
        .with_context(|| format!("cannot set up `{}`", folder.display()))?;
    Ok(crate::run::escape(&told(folder, &done, &action)))
}

fn told(folder: &Path, done: &files::Done, action: &Action) -> String {
    let mut text = String::new();
    for (what, paths) in [("written", &done.written), ("there already", &done.there)] {
        if !paths.is_empty() {
            let _ = writeln!(text, "{what} in `{}`:", folder.display());
            for path in paths {
                let _ = writeln!(text, "  {path}");
            }
        }
    }
    let setup = action.document("docs/SETUP.md");
    let _ = write!(
        text,
        "\nThree steps remain:\n\
         1. Credentials for BigQuery, free and without a key: {setup}\n   \
         tells how; the workflows read the variables GCP_PROJECT and GCP_WORKLOAD_IDENTITY_PROVIDER, or the\n   \
         secret BIGQUERY_CREDENTIALS.\n\
         2. On GitHub, in Settings, Pages: choose \"GitHub Actions\" as the source.\n\
         3. Commit and push these files, and run the workflow \"Daily\" once by hand (in Actions, or\n   \
         `gh workflow run daily.yaml`). From then on it runs every day by itself.\n"
    );
    text
}
