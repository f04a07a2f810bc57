//! What the checks found: a line for each page and check as they come, and what it comes to at the end.

use std::{
    collections::BTreeMap,
    fmt,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::terminal;

/// All findings so far.
#[derive(Default)]
pub(super) struct Findings {
    /// By the name of the check without what comes after a comma: how often it passed and failed.
    checks: BTreeMap<String, (u64, u64)>,
    left_out: Vec<String>,
    missed: Vec<String>,
    broken: Vec<String>,
}

impl Findings {
    /// Runs a program that tells its findings on the site line by line.
    pub(super) fn of(&mut self, site: &str, command: &mut Command) {
        if let Err(error) = self.read(site, command) {
            terminal::say(format_args!("BROKE   {error:#}"));
            self.broken.push(format!("{error:#}"));
        }
    }

    fn read(&mut self, site: &str, command: &mut Command) -> anyhow::Result<()> {
        let name = command.get_args().map(|it| it.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run `{name}`"))?;
        let output = child.stdout.take().context("the program has no output")?;
        let mut told = 0;
        for line in BufReader::new(output).lines() {
            let line = line?;
            match self.line(site, &line) {
                Some(()) => told += 1,
                None => terminal::say(line),
            }
        }
        let status = child.wait()?;
        if !status.success() || told == 0 {
            bail!("`{name}` ended with {status} after {told} checks");
        }
        Ok(())
    }

    /// `None` if the line tells no finding.
    fn line(&mut self, site: &str, line: &str) -> Option<()> {
        let line: Value = serde_json::from_str(line).ok()?;
        let check = line["check"].as_str()?;
        if let Some(why) = line["why"].as_str() {
            self.leave_out(check, why);
            return Some(());
        }
        let findings = line["findings"].as_array()?;
        let page = line["page"].as_str()?;
        self.add(&format!("{site}{page}"), check, findings.iter().filter_map(Value::as_str));
        Some(())
    }

    /// Tells and counts what a check found on a page. Nothing found: it passed.
    pub(super) fn add(
        &mut self,
        page: &str,
        check: &str,
        findings: impl IntoIterator<Item = impl fmt::Display>,
    ) {
        let mut findings = findings.into_iter().peekable();
        let failed = findings.peek().is_some();
        let word = if failed { "FAILED" } else { "passed" };
        terminal::say(format_args!("{word}  {page}  {check}"));
        for finding in findings {
            terminal::say(format_args!("          {finding}"));
        }
        let kind = check.split(',').next().unwrap_or(check).to_owned();
        let (passes, fails) = self.checks.entry(kind).or_default();
        *(if failed { fails } else { passes }) += 1;
    }

    /// A check that nobody wanted.
    pub(super) fn leave_out(&mut self, check: &str, why: &str) {
        self.left_out.push(format!("{check}: {why}"));
    }

    /// A check that could not be made.
    pub(super) fn miss(&mut self, check: &str, error: &anyhow::Error) {
        self.missed.push(format!("{check}: {error:#}"));
    }

    /// Whether every check was made, but for those that nobody wanted, and found nothing.
    pub(super) fn is_ok(&self) -> bool {
        let failed = self.checks.values().any(|(_, fails)| *fails > 0);
        !failed && self.broken.is_empty() && self.missed.is_empty()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.checks.keys().map(String::len).max().unwrap_or(0);
        for (check, (passes, fails)) in &self.checks {
            writeln!(f, "{check:width$}  {passes:>4} passed  {fails:>4} failed")?;
        }
        let lists =
            [("left out", &self.left_out), ("NOT CHECKED", &self.missed), ("BROKE", &self.broken)];
        for (word, list) in lists {
            for what in list {
                writeln!(f, "{word}: {what}")?;
            }
        }
        f.write_str(if self.is_ok() { "audit: passed" } else { "audit: FAILED" })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    /// The findings of lines as programs print them.
    fn of(lines: &[&str]) -> Findings {
        let mut findings = Findings::default();
        let read = lines.iter().filter(|line| findings.line("mini", line).is_some()).count();
        assert_eq!(read, lines.len());
        findings
    }

    #[test]
    fn one_finding_fails_the_audit() {
        let passed = r#"{"page":"/","check":"axe, dark, 320 px","findings":[]}"#;
        let failed = r#"{"page":"/","check":"axe, light, 320 px","findings":["no name"]}"#;
        assert!(of(&[passed]).is_ok());
        let findings = of(&[passed, failed]);
        assert!(!findings.is_ok());
        assert_eq!(findings.to_string(), "axe     1 passed     1 failed\naudit: FAILED");
    }

    #[test]
    fn what_was_not_checked_fails_the_audit_and_what_nobody_wanted_does_not() {
        let mut findings = of(&[r#"{"check":"Nu","why":"there is no Java"}"#]);
        assert!(findings.is_ok());
        assert!(findings.to_string().starts_with("left out: Nu: there is no Java\n"));
        findings.miss("axe-core", &anyhow!("there is no node"));
        assert!(!findings.is_ok());
    }

    #[test]
    fn other_output_is_no_finding() {
        let mut findings = Findings::default();
        for line in ["", "warning: x", "{}", r#"{"check":"axe"}"#] {
            assert_eq!(findings.line("mini", line), None, "{line}");
        }
    }

    #[test]
    fn a_program_that_fails_or_says_nothing_fails_the_audit() {
        for script in ["exit 1", "true", r#"echo '{"page":"/","check":"a","findings":[]}'; exit 3"#]
        {
            let mut findings = Findings::default();
            findings.of("mini", Command::new("sh").args(["-c", script]));
            assert!(!findings.is_ok(), "{script}");
        }
    }
}
