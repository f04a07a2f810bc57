//! Workflows of GitHub Actions: nothing runs that can change behind our back, and nothing from
//! outside becomes part of a script.

use super::numbered;

/// Actions without the SHA of a commit and its version, and expressions in scripts.
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
        if let Some(action) = item.strip_prefix("uses:")
            && !is_pinned(action.trim())
        {
            let what = format!("`{}` is not pinned as `name@<SHA> # v<version>`", action.trim());
            problems.push((number, what));
        }
    }
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
        let ok = format!("      - uses: actions/checkout@{sha} # v6.0.1\n      - uses: ./local\n");
        assert_eq!(problems(&ok), []);
        for bad in ["actions/checkout@v6", "actions/checkout", &format!("actions/checkout@{sha}")] {
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
}
