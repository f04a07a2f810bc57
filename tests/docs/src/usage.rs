//! Whether commands in documents, also those that are not run, are ones that our programs understand.

use clap::{Command, error::ErrorKind};

use crate::{
    commands::programs,
    markdown::{blocks, inline_code},
};

/// The commands of a document that the programs would refuse: line and reason.
pub fn refused(text: &str) -> Result<Vec<(usize, String)>, String> {
    let mut refused = Vec::new();
    for block in blocks(text)? {
        for (at, command) in commands(&block.code) {
            refused.extend(refusal(&words(&command)).map(|(_, why)| (block.line + at, why)));
        }
    }
    for (line, code) in inline_code(text) {
        // In prose, `collector import` is not without its file by mistake, and `N` is a number.
        let matters =
            |kind| matches!(kind, ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand);
        refused.extend(
            refusal(&words(code)).filter(|(kind, _)| matters(*kind)).map(|(_, why)| (line, why)),
        );
    }
    Ok(refused)
}

/// The lines of a script, continued ones in one, each with its number from 1.
fn commands(code: &str) -> Vec<(usize, String)> {
    let mut commands: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (at, line) in code.lines().enumerate() {
        let part = line.strip_suffix('\\').unwrap_or(line);
        match commands.last_mut() {
            Some((_, command)) if goes_on => command.push_str(part),
            _ => commands.push((at + 1, part.into())),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

/// The words of the first command of a line, without assignments before it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut is_word) = (None, false);
    for character in line.chars().chain([' ']) {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => (quote, is_word) = (Some(character), true),
            (None, ' ') => {
                if is_word {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            (None, '#') if !is_word => break,
            (None, '|' | '&' | ';' | '<' | '>' | ')') => {
                if is_word {
                    words.push(word);
                }
                break;
            }
            _ => {
                word.push(character);
                is_word = true;
            }
        }
    }
    let assignments = words.iter().take_while(|word| is_assignment(word)).count();
    words.split_off(assignments)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b))
    })
}

/// Why the program that the words begin with would refuse them. `None` if it would not, or is not ours.
fn refusal(words: &[String]) -> Option<(ErrorKind, String)> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, arguments) = match words.as_slice() {
        ["cargo", "xtask", rest @ ..] => ("cargo xtask", rest),
        ["cargo", "run", rest @ ..] => {
            let package = rest.iter().position(|word| matches!(*word, "-p" | "--package"))? + 1;
            let arguments = rest.iter().position(|word| *word == "--")? + 1;
            (*rest.get(package)?, &rest[arguments..])
        }
        [name, rest @ ..] => (*name, rest),
        [] => return None,
    };
    let program = program(name)?;
    // A program alone is a name in prose; a command alone is looked at.
    if arguments.is_empty() {
        return None;
    }
    let error = program.try_get_matches_from([&[name], arguments].concat()).err()?;
    let is_open = arguments.iter().any(|word| word.contains('$'));
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if is_open => None,
        kind => {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default();
            Some((kind, format!("`{}`: {why}", words.join(" "))))
        }
    }
}

fn program(name: &str) -> Option<Command> {
    programs()
        .into_iter()
        .find(|program| program.get_bin_name().unwrap_or(program.get_name()) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_first_command() {
        assert_eq!(words("A=1 b --c='d e'  \"f\" # g"), ["b", "--c=d e", "f"]);
        assert_eq!(words("a b#c | d"), ["a", "b#c"]);
        assert_eq!(words("a>b"), ["a"]);
    }

    #[test]
    fn commands_that_a_program_does_not_know_are_refused() {
        let text = "```sh\ncollector pypi --nothing\n\ncargo run -p collector -- \\\n  status --json\n\
            cargo xtask nothing\n```\n`collector import`, `collector imports`, `collector status -x`\n";
        let lines: Vec<usize> = refused(text).unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 6, 8, 8]);
    }

    #[test]
    fn what_is_not_run_is_looked_at_all_the_same() {
        let text = "<!-- not run by the tests: a -->\n```sh\nsite-gen --nothing\n```\n";
        assert_eq!(refused(text).unwrap().len(), 1);
    }
}
