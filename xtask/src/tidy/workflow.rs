//! Workflows of GitHub Actions: nothing runs that can change behind our back, and nothing from
//! outside becomes part of a script.

use super::numbered;

/// Actions without the SHA of a commit and its version, expressions in scripts, clones that leave the token
/// behind; and of a workflow, rights for all and jobs without limits.
pub(super) fn problems(text: &str) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    // The indentation of the key `run`, while its block lasts.
    let mut script: Option<usize> = None;
    for (number, line) in numbered(text) {
        let content = line.trim_start();
        let item = content.strip_prefix("- ").unwrap_or(content);
        let indentation = line.len() - item.len();
        if !content.is_empty() && script.is_some_and(|run| indentation <= run) {
            script = None;
        }
        if item.starts_with("run:") {
            script = Some(indentation);
        }
        if script.is_some() && content.contains("${{") {
            let what = "an expression in a script; pass it by an environment variable";
            problems.push((number, what.into()));
        }
        if script.is_some() {
            continue;
        }
        if let Some(action) = item.strip_prefix("uses:") {
            if !is_pinned(action.trim()) {
                let what =
                    format!("`{}` is not pinned as `name@<SHA> # v<version>`", action.trim());
                problems.push((number, what));
            }
            let rest = text.lines().skip(number);
            if action.trim().starts_with("actions/checkout@") && !forgets(rest, indentation) {
                let what = "the clone keeps the token; add `persist-credentials: false`";
                problems.push((number, what.into()));
            }
        }
    }
    if let Some(at) = text.lines().position(|line| line == "jobs:") {
        if !text.lines().any(|line| line == "permissions: {}") {
            let what = "the workflow gives rights to all jobs; begin with `permissions: {}`";
            problems.push((1, what.into()));
        }
        problems.extend(jobs(text, at + 1));
    }
    problems
}

/// Whether what follows a checkout in the same step says that no credentials stay.
fn forgets<'a>(mut rest: impl Iterator<Item = &'a str>, indentation: usize) -> bool {
    let is_of_step = |line: &&str| {
        let content = line.trim_start();
        content.is_empty()
            || (line.len() - content.len() >= indentation && !content.starts_with("- "))
    };
    rest.by_ref().take_while(is_of_step).any(|line| line.trim() == "persist-credentials: false")
}

/// Jobs, from the line after `jobs:` on, that do not say how long they may take and what they may do.
fn jobs(text: &str, first: usize) -> Vec<(usize, String)> {
    const WANTED: [&str; 2] = ["timeout-minutes:", "permissions:"];
    let mut problems = Vec::new();
    let mut job: Option<(usize, &str)> = None;
    let mut missing = WANTED.to_vec();
    let mut end = |job: Option<(usize, &str)>, missing: &[&str]| {
        if let Some((number, name)) = job {
            let lacks = |key| (number, format!("the job `{name}` has no `{key}`"));
            problems.extend(missing.iter().map(|key| lacks(key.trim_end_matches(':'))));
        }
    };
    for (number, line) in numbered(text).skip(first) {
        let content = line.trim_start();
        match line.len() - content.len() {
            _ if content.is_empty() || content.starts_with('#') => {}
            0 => break,
            2 => {
                end(job, &missing);
                job = Some((number, content.trim_end_matches(':')));
                missing = WANTED.to_vec();
            }
            4 => missing.retain(|key| !content.starts_with(key)),
            _ => {}
        }
    }
    end(job, &missing);
    problems
}

/// Whether an action is one of this repository or names a commit and, in a comment, its version.
fn is_pinned(action: &str) -> bool {
    if action.starts_with("./") {
        return true;
    }
    let Some((_, version)) = action.split_once('@') else { return false };
    let Some((sha, comment)) = version.split_once(" # v") else { return false };
    let is_sha =
        sha.len() == 40 && sha.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    is_sha && comment.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_pinned_by_its_commit() {
        let sha = "8e8c483db84b4bee98b60c0593521ed34d9990e8";
        let ok = format!("      - uses: actions/cache@{sha} # v6.0.1\n      - uses: ./local\n");
        assert_eq!(problems(&ok), []);
        for bad in ["actions/cache@v6", "actions/cache", &format!("actions/cache@{sha}")] {
            assert_eq!(problems(&format!("- uses: {bad}")).len(), 1, "{bad}");
        }
    }

    #[test]
    fn nothing_is_pasted_into_a_script() {
        let direct = "      - run: echo ${{ github.ref }}";
        let block =
            "      - name: x\n        run: |\n          echo a\n\n          echo ${{ a }}\n";
        let by_environment =
            "      - run: echo \"$REF\"\n        env:\n          REF: ${{ github.ref }}\n";
        assert_eq!(problems(direct)[0].0, 1);
        assert_eq!(problems(block)[0].0, 5);
        assert_eq!(problems(by_environment), []);
    }
    #[test]
    fn a_clone_does_not_keep_the_token() {
        let sha = "8e8c483db84b4bee98b60c0593521ed34d9990e8";
        let checkout = format!("      - name: x\n        uses: actions/checkout@{sha} # v6.0.1\n");
        let forgets = "        with:\n          persist-credentials: false\n";
        let next = "      - name: y\n        with:\n          persist-credentials: false\n";
        assert_eq!(problems(&format!("{checkout}{forgets}{next}")), []);
        assert_eq!(problems(&format!("{checkout}{next}"))[0].0, 2);
        assert_eq!(problems(&checkout).len(), 1);
    }

    #[test]
    fn a_workflow_gives_no_rights_and_each_job_says_its_own_and_its_time() {
        let job = "  b:\n    timeout-minutes: 5\n    permissions: {}\n";
        assert_eq!(problems(&format!("permissions: {{}}\njobs:\n  # x\n{job}{job}")), []);
        assert_eq!(problems(&format!("jobs:\n{job}")).len(), 1);
        let without = "permissions: {}\njobs:\n  a:\n    permissions: {}\n  b:\n    steps: []\n";
        let lines: Vec<_> = problems(without).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 5, 5]);
        assert_eq!(problems("runs:\n  using: composite\n"), [], "an action has neither");
    }
}
