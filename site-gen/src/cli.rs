//! The command line.

use std::path::PathBuf;

use downloads::{Day, parse_day};

/// What this program can do by itself.
const MODULE: &str = if cfg!(feature = "embedded") {
    "This program holds the module of the browser: it makes the whole site by itself."
} else {
    "This program was built without the module of the browser (`--features embedded`): the pages cannot be \
     explored unless --explorer names its folder."
};

/// Turn the store into a site: one page for each project, and one for all of them.
///
/// Makes only what changed, removes what an earlier run wrote and the site no longer has, and leaves
/// everything else in the output folder alone. The same store, configuration and program give the same
/// bytes. Files that are as the last run left them, by size and time, are not read again.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 some projects failed and kept their
/// old pages, 5 another run is writing to the output folder.
#[derive(Debug, clap::Parser)]
#[command(version, after_long_help = MODULE)]
pub struct Cli {
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
}
