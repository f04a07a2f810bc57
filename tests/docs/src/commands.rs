//! `docs/COMMANDS.md`: the long help of every command, as the programs print it.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _, builder::Resettable};

/// Where the document is in the repository.
pub const PATH: &str = "docs/COMMANDS.md";

/// What brings it up to date.
pub const REMEDY: &str = "cargo xtask docs";

/// Columns of the text, whatever the terminal has.
const WIDTH: usize = 100;

const HEAD: &str = "\
# Command lines

All commands with all options, as `--help` prints them.
This page is written by `cargo xtask docs` from the programs themselves, and a test fails if it is not current: change the programs, not the page.
";

/// The command lines of the three programs, under the names that their users type.
pub fn programs() -> [Command; 3] {
    // What site-gen says at its end is how it was built.
    let site_gen = site_gen::Cli::command().after_long_help(Resettable::Reset);
    let programs = [collector::cli::Cli::command(), site_gen, xtask::cli::command()];
    programs.map(|program| program.term_width(WIDTH))
}

/// The whole document.
pub fn document() -> String {
    let mut text = String::from(HEAD);
    let mut contents = String::new();
    let mut sections = String::new();
    for mut program in programs() {
        program.build();
        add(&mut sections, &mut contents, &mut program, 0);
    }
    let _ = write!(text, "\n{contents}{sections}");
    text
}

/// Adds a command and those below it. `depth` is 0 for a program.
fn add(sections: &mut String, contents: &mut String, command: &mut Command, depth: usize) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let (indent, link) = ("  ".repeat(depth), name.replace(' ', "-"));
    let _ = writeln!(contents, "{indent}- [`{name}`](#{link})");
    let _ = write!(sections, "\n{} {name}\n\n```text\n", "#".repeat(depth + 2));
    for line in help.trim_end().lines() {
        let _ = writeln!(sections, "{}", line.trim_end());
    }
    sections.push_str("```\n");
    for below in command.get_subcommands_mut() {
        if !below.is_hide_set() && below.get_name() != "help" {
            add(sections, contents, below, depth + 1);
        }
    }
}
