//! The files as they should be.

use std::{fmt::Write as _, io, str::FromStr};

use anyhow::{Context as _, ensure};
use config::Config;
use downloads::ProjectName;

use super::{Action, written};

/// The workflows of this project: what it runs for itself is what others get.
const WORKFLOWS: [(&str, &str); 3] = [
    (
        ".github/workflows/daily.yaml",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows/daily.yaml")),
    ),
    (
        ".github/workflows/manual.yaml",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows/manual.yaml")),
    ),
    (
        ".github/workflows/dry-run.yaml",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows/dry-run.yaml")),
    ),
];

/// What git is not to take: what is made anew, and secrets.
const IGNORED: [&str; 5] = ["/data", "/site", "/workbooks", "key.json", "gha-creds-*.json"];

/// The longest title, in characters.
const MOST_OF_TITLE: usize = 200;

/// The title of a site: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// A text cannot be a title.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected one line of text without control characters, {} characters at most",
    MOST_OF_TITLE
)]
pub struct BadTitle;

impl Title {
    /// The title.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Title {
    type Err = BadTitle;

    fn from_str(text: &str) -> Result<Self, BadTitle> {
        let text = text.trim();
        let is_bad =
            |it: char| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}' | '\u{feff}');
        let length = text.chars().count();
        if (1..=MOST_OF_TITLE).contains(&length) && !text.contains(is_bad) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadTitle)
    }
}

/// What a folder should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Files by their path, that must be so or not be there.
    pub(super) files: Vec<(&'static str, String)>,
    /// Lines of `.gitignore`.
    pub(super) ignored: &'static [&'static str],
}

/// The files of a folder whose configuration is this; `None` if it has one.
pub(super) fn files(config: Option<String>, action: &Action) -> Wanted {
    let config = config.map(|text| ("config.yaml", text));
    let workflows = WORKFLOWS.map(|(path, text)| {
        let text = workflow(text, action);
        // In a fork they are files of this project, and change with it.
        let text = if *action == Action::Here { text } else { written::mark(&text) };
        (path, text)
    });
    Wanted { files: config.into_iter().chain(workflows).collect(), ignored: &IGNORED }
}

/// A workflow that uses the action at this address.
fn workflow(text: &str, action: &Action) -> String {
    let mut workflow = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_suffix("uses: ./") {
            Some(start) => {
                let _ = writeln!(workflow, "{start}uses: {action}");
            }
            None => {
                let _ = writeln!(workflow, "{line}");
            }
        }
    }
    workflow
}

/// A configuration of these projects.
pub(super) fn config(projects: &[ProjectName], title: Option<&Title>) -> anyhow::Result<String> {
    let title = match (title, projects) {
        (Some(Title(title)), _) => title.clone(),
        (None, [one]) => format!("Downloads of {one}"),
        (None, _) => "Package downloads".into(),
    };
    let mut text = format!(
        "# Download Analytics: which projects, and how the site is named.
# A mistake here is reported with its line and column.

site:
  # The name of the site, on every page.
  title: {}
  # Where the site will be found, for example https://OWNER.github.io/NAME/. Until it is said, social cards
  # and snippets that need whole addresses are left out.
  base-url:

# The folder of the data, seen from this file. In the workflows it comes from the branch `data`.
store: data

# How many days back the history of a project starts, unless it was collected from an earlier day on. The
# first run reads yesterday alone, so that you see what a day costs. For more, run the workflow \"Manual\"
# with another number or `all`; its dry run tells the cost before.
max-days: 1

# What BigQuery may cost: the first 1 TiB of each month is free. What would cost more is not started.
budget:
  query: 1 TiB
  month: 1 TiB

# The projects on PyPI: a name each, or a mapping with `name` and any of
#   description: ...                          one line on what it is
#   repository: https://github.com/...        where its source code is
#   since: 2021-03-01                         its first day: nothing before is asked for
projects:
",
        quoted(&title)?
    );
    for project in projects {
        let _ = writeln!(text, "  - {}", scalar(project)?);
    }
    // What was written must be what is read.
    let mut nothing = |_: &str| -> io::Result<String> { Err(io::ErrorKind::NotFound.into()) };
    let read = Config::parse(&text, "config.yaml", &mut nothing);
    let read = read.context("the configuration that was made is not one")?;
    let same = read.site.title == title
        && read.projects.iter().map(|project| &project.name).eq(projects.iter());
    ensure!(same, "the configuration that was made says something else");
    Ok(text)
}

/// A name as YAML: plain, unless it would be read as something else.
fn scalar(name: &ProjectName) -> anyhow::Result<String> {
    const OTHERS: [&str; 11] =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let name = name.as_str();
    let is_plain =
        name.starts_with(|first: char| first.is_ascii_lowercase()) && !OTHERS.contains(&name);
    if is_plain { Ok(name.to_owned()) } else { quoted(name) }
}

/// A text in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> anyhow::Result<String> {
    Ok(serde_json::to_string(text)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> ProjectName {
        text.parse().unwrap()
    }

    #[test]
    fn the_configuration_reads_like_this() {
        let text = config(&[name("sdv"), name("1-2-3"), name("null")], None).unwrap();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn every_step_of_the_workflows_uses_the_action_and_all_is_pinned() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let pinned = Action::Pinned(format!("owner/name@{sha} # v1.2.3").parse().unwrap());
        for (path, text) in WORKFLOWS {
            assert_eq!(workflow(text, &Action::Here), text, "{path}");
            let text = workflow(text, &pinned);
            let uses = text.lines().filter_map(|line| line.split_once("uses: ")).map(|it| it.1);
            let uses: Vec<_> = uses.collect();
            assert!(uses.contains(&format!("owner/name@{sha} # v1.2.3").as_str()), "{path}");
            for address in uses {
                let (_, pin) = address.split_once('@').unwrap();
                let (commit, version) = pin.split_once(" # v").unwrap();
                assert!(commit.len() == 40 && !version.is_empty(), "{path}: {address}");
            }
        }
    }

    #[test]
    fn titles_are_one_line() {
        for bad in ["", " ", "a\nb", "a\u{1b}b", "a\u{2028}b", &"a".repeat(201)] {
            assert_eq!(bad.parse::<Title>(), Err(BadTitle), "{bad:?}");
        }
    }

    proptest! {
        /// The function itself compares what is read with what was meant.
        #[test]
        fn any_title_and_name_is_read_as_it_was_meant(title in "\\PC{0,30}", names in proptest::collection::vec("[a-zA-Z0-9]([a-zA-Z0-9._-]{0,8}[a-zA-Z0-9])?", 1..5)) {
            let names = super::super::names::distinct(names.iter().map(|it| name(it)).collect());
            let title = title.parse::<Title>().ok();
            prop_assert!(config(&names, title.as_ref()).is_ok());
        }
    }

    #[test]
    fn words_of_yaml_are_names_too() {
        let words = [
            "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "e1", "1e5",
            "0x1f", "0o7", "12",
        ];
        let names: Vec<_> = words.iter().map(|word| name(word)).collect();
        for title in [
            "a: b", "# a", "\"", "'", "- a", "null", "1", "{{ x }}", "*a", "&a", "!a", "%a", "@a",
            "`a",
        ] {
            let title: Title = title.parse().unwrap();
            config(&names, Some(&title)).unwrap();
        }
    }
}
