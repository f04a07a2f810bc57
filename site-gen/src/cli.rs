//! The command line.

use std::path::PathBuf;

use downloads::{Day, ProjectName, parse_day};

/// What this program can do by itself.
const MODULE: &str = if cfg!(feature = "embedded") {
    "This program holds the module of the browser: it makes the whole site by itself."
} else {
    "This program was built without the module of the browser (`--features embedded`): the pages cannot be \
     explored unless --explorer names its folder."
};

/// Turn the store into a site: one page for each project, and one for all of them, with their workbooks and the summary
/// of all ecosystems.
///
/// Makes only what changed, removes what an earlier run wrote and the site no longer has, and leaves
/// everything else in the output folder alone. The same store, configuration and program give the same
/// bytes. Files that are as the last run left them, by size and time, are not read again.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 some projects failed and kept their
/// old pages, 5 another run is writing to the output folder.
#[derive(Debug, clap::Parser)]
#[command(version, after_long_help = MODULE, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to make instead of the site.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The projects, and what the site says of itself.
    #[arg(long, value_name = "FILE", default_value = "config.yaml")]
    pub config: PathBuf,

    /// The folder with the collected data, instead of the one that the configuration names.
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// Where the site is written to.
    #[arg(long, value_name = "DIR", default_value = "site")]
    pub output: PathBuf,

    /// The folder with the module of the browser, `web.js`, `web_bg.wasm` and those of `web_compare`, instead of the one within
    /// the program. Without any the pages are complete, but cannot be explored.
    #[arg(long, value_name = "DIR")]
    pub explorer: Option<PathBuf>,

    /// The day on which the site is made, in UTC: data that ends long before it is marked as late.
    /// The default is today.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<Day>,

    /// Leave out the social cards, the pictures that other sites show for a link.
    #[arg(long)]
    pub no_cards: bool,

    /// Print only errors and notes.
    #[arg(long)]
    pub quiet: bool,

    /// Print how large the cube of each project is.
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// What else the program can make.
#[derive(Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "the text of each stands at its arguments, and is the help")]
pub enum Command {
    Workbooks(WorkbooksArgs),
    Summary(SummaryArgs),
}

/// Where workbooks are made from, and where they go.
#[derive(Clone, Debug, clap::Args)]
pub struct BooksPlace {
    /// The projects and ecosystems.
    #[arg(
        long,
        short,
        value_name = "FILE",
        visible_alias = "config-file",
        default_value = "config.yaml"
    )]
    pub config: PathBuf,

    /// The folder with the collected data, instead of the one that the configuration names.
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// The folder that they are written to.
    #[arg(
        long,
        short,
        value_name = "DIR",
        visible_alias = "output-folder",
        default_value = "workbooks"
    )]
    pub output: PathBuf,

    /// Print only errors and notes.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Write the workbook of each project, `<project>.xlsx`: its downloads by month, version, country and so on.
///
/// The sheets are those of the predecessor, and count all downloads in the store. `docs/COLLECTED_DATA.md` tells
/// what each says. A file is whole or not there, and one that would not change is left alone; so is that of a project
/// that is in the configuration no more.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 some projects failed.
#[derive(Debug, clap::Args)]
pub struct WorkbooksArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: BooksPlace,

    /// Only these projects, which may be in the store alone [default: those of the configuration].
    #[arg(long, short, value_name = "NAME", num_args = 1..)]
    pub projects: Vec<ProjectName>,

    /// Also write the summary of all ecosystems, as `site-gen summary` does, without reading the projects again.
    #[arg(long)]
    pub summary: bool,

    /// The day that the summary is as of, in UTC. The default is the day on which the newest data was collected.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "summary")]
    pub today: Option<Day>,
}

/// Write the summary of all ecosystems, `Downloads_Summary.xlsx`: their downloads without double counting, in all and
/// by year.
///
/// The ecosystems are those of the configuration, which may also be a `summarize_config.yaml` of the predecessor.
/// `docs/COLLECTED_DATA.md` tells what each sheet says.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
#[derive(Debug, clap::Args)]
pub struct SummaryArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: BooksPlace,

    /// The day that the summary is as of, in UTC; its year is the last one. The default is the day on which
    /// the newest data was collected.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<Day>,
}

fn day(text: &str) -> Result<Day, &'static str> {
    parse_day(text).ok_or("expected a day such as 2026-11-23")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn help() {
        Cli::command().debug_assert();
        // What differs between programs is not in the snapshot.
        let command = Cli::command().after_long_help("");
        insta::assert_snapshot!(command.term_width(100).render_long_help());
    }

    #[test]
    fn help_of_what_else_can_be_made() {
        let mut command = Cli::command().term_width(100);
        command.build();
        let texts = ["workbooks", "summary"].map(|name| {
            let command = command.find_subcommand_mut(name).expect("it is one of ours");
            command.render_long_help().to_string()
        });
        insta::assert_snapshot!(texts.join("\n\n"));
    }
}
