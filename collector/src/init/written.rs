//! Workflows that know whether somebody has changed them since they were written, so that a later version
//! of the program can write them anew without taking anybody's work away.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// What the last line begins with.
const MARK: &str =
    "# Written by `collector init`; `collector init --update` renews it unless it was changed: ";

/// The text with a last line that tells whether it was changed.
pub(super) fn mark(text: &str) -> String {
    format!("{text}{MARK}{}\n", digest(text))
}

/// Whether a text is as it was written, whatever version wrote it. The versions of actions may be others,
/// for robots raise them, and lines may end as on Windows.
pub(super) fn is_untouched(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let Some((body, last)) = text.trim_end().rsplit_once('\n') else { return false };
    last.strip_prefix(MARK).is_some_and(|known| known == digest(&format!("{body}\n")))
}

/// The digest of a text without what stands behind `@` in lines that use actions.
fn digest(text: &str) -> String {
    let mut hasher = Sha256::new();
    for line in text.lines() {
        let step = line.trim_start().trim_start_matches("- ");
        let kept = match (step.starts_with("uses: "), line.split_once('@')) {
            (true, Some((kept, _))) => kept,
            _ => line,
        };
        hasher.update(kept);
        hasher.update("\n");
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "jobs:\n  a:\n    steps:\n      - uses: a/b@0123 # v1\n      - run: echo me@here\n";

    #[test]
    fn only_the_versions_of_actions_may_be_others() {
        let marked = mark(TEXT);
        for good in [
            marked.clone(),
            marked.replace('\n', "\r\n"),
            marked.replace("0123 # v1", "4567 # v2"),
            marked.trim_end().to_owned(),
        ] {
            assert!(is_untouched(&good), "{good}");
        }
        for bad in [
            String::new(),
            TEXT.to_owned(),
            marked.replace("me@here", "me@there"),
            marked.replace("a/b@", "a/c@"),
            marked.replace("  a:", "  b:"),
            format!("{marked}more: 1\n"),
            format!("# mine\n{marked}"),
        ] {
            assert!(!is_untouched(&bad), "{bad}");
        }
    }
}
