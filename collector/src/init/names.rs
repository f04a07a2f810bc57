//! Which projects.

use std::io::{self, BufRead, Write};

use anyhow::Context as _;
use downloads::{BadProjectName, ProjectName};

/// Nobody said which projects, and there is nobody to ask.
#[derive(Debug, thiserror::Error)]
#[error(
    "it is not known which projects to collect: name them with `--projects NAME...`, or run this in a \
     terminal to be asked"
)]
pub struct NoProjects;

/// The longest answer that is read, in bytes.
const MOST_BYTES: u64 = 64 << 10;

/// Without those that were named before, in the order in which they were named.
pub(super) fn distinct(names: Vec<ProjectName>) -> Vec<ProjectName> {
    let mut distinct: Vec<ProjectName> = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

/// Asks until there is an answer that names projects.
pub(super) fn ask(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> anyhow::Result<Vec<ProjectName>> {
    let mut answers = io::Read::take(input, MOST_BYTES);
    loop {
        write!(output, "Projects on PyPI, with blanks or commas between them: ")
            .and_then(|()| output.flush())
            .context("cannot ask which projects to collect")?;
        let mut answer = String::new();
        let read = answers.read_line(&mut answer);
        if read.context("cannot read which projects to collect")? == 0 {
            return Err(NoProjects.into());
        }
        match parse(&answer) {
            Ok(names) if !names.is_empty() => return Ok(names),
            Ok(_) => {}
            Err(bad) => writeln!(output, "{bad}").context("cannot say what is wrong")?,
        }
    }
}

fn parse(answer: &str) -> Result<Vec<ProjectName>, BadProjectName> {
    let names = answer.split(|it: char| it == ',' || it.is_whitespace());
    let names = names.filter(|name| !name.is_empty()).map(ProjectName::new);
    names.collect::<Result<_, _>>().map(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(input: &str) -> (Vec<String>, String) {
        let mut output = Vec::new();
        let names = ask(&mut input.as_bytes(), &mut output);
        let names = names.unwrap_or_default().iter().map(ToString::to_string).collect();
        (names, String::from_utf8(output).unwrap())
    }

    #[test]
    fn names_are_read_however_they_are_divided() {
        assert_eq!(answered("sdv, Foo_Bar\tsdv,,SDV\n").0, ["sdv", "foo-bar"]);
        assert_eq!(answered("sdv").0, ["sdv"], "without an end of the line");
    }

    #[test]
    fn it_asks_again_until_there_is_an_answer() {
        let (names, output) = answered("\n../etc\n\u{1b}[2J\nsdv\n");
        assert_eq!(names, ["sdv"]);
        assert_eq!(output.matches("Projects on PyPI").count(), 4);
        assert!(output.contains("`../etc` is not a project name"), "{output}");
        assert!(output.contains("`\\u{1b}[2J` is not") && !output.contains('\u{1b}'), "{output}");
    }

    #[test]
    fn an_end_is_no_answer() {
        assert_eq!(answered("").0, [""; 0]);
        assert_eq!(answered("\n\n").0, [""; 0]);
        assert_eq!(answered(&"\n".repeat(MOST_BYTES as usize + 1)).0, [""; 0]);
    }
}
