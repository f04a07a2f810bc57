//! Commands in Markdown: fenced blocks of shell, and what the comment before each says of running it.

/// What the tests do with a block of shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Run it; it ends with this exit code.
    Run(i32),
    /// Start it, and let it run until the end of the document.
    Background,
    /// Leave it alone, for this reason.
    Leave(String),
}

/// A fenced block of shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence, counted from 1.
    pub line: usize,
    /// What is done with it.
    pub plan: Plan,
    /// Its lines, without the indentation of the fence.
    pub code: String,
}

/// Other names of shells: the blocks of the documents are all `sh`, so that none is overlooked.
const OTHER_SHELLS: [&str; 6] = ["bash", "console", "shell", "shell-session", "terminal", "zsh"];

/// The blocks of shell of a document, or what is wrong with its fences and their comments.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut plan = Plan::Run(0);
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((line, text)) = lines.next() {
        let content = text.trim_start();
        if let Some(language) = content.strip_prefix("```") {
            let indentation = text.len() - content.len();
            let mut code = String::new();
            loop {
                let (_, text) = lines.next().ok_or(format!("line {line}: the block has no end"))?;
                if text.trim() == "```" {
                    break;
                }
                let (margin, rest) = text.split_at_checked(indentation).unwrap_or(("", text));
                code.push_str(if margin.trim().is_empty() { rest } else { text });
                code.push('\n');
            }
            match language {
                "sh" => blocks.push(Block { line, plan, code }),
                "" => return Err(format!("line {line}: the block does not say what it is in")),
                _ if OTHER_SHELLS.contains(&language) => {
                    return Err(format!("line {line}: blocks of shell begin with `sh`"));
                }
                _ => {}
            }
            plan = Plan::Run(0);
        } else if !content.is_empty() {
            plan = comment(content).map_err(|what| format!("line {line}: {what}"))?;
        }
    }
    Ok(blocks)
}

/// What a line says of the block that follows it.
fn comment(line: &str) -> Result<Plan, String> {
    let comment = line.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    let Some(comment) = comment.map(str::trim) else { return Ok(Plan::Run(0)) };
    if comment == "run in the background by the tests" {
        Ok(Plan::Background)
    } else if let Some(reason) = comment.strip_prefix("not run by the tests:") {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err("the comment does not say why the block is not run".into());
        }
        Ok(Plan::Leave(reason.into()))
    } else if let Some(code) = comment.strip_prefix("exit code") {
        code.trim().parse().map(Plan::Run).map_err(|_| format!("`{comment}` has no number"))
    } else {
        Err(format!("what is `{comment}`?"))
    }
}

/// What stands between single backticks outside of blocks, with its line.
pub fn inline_code(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (at, line) in text.lines().enumerate() {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        if !in_block && !is_fence {
            found.extend(line.split('`').skip(1).step_by(2).map(|code| (at + 1, code)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(line: usize, plan: Plan, code: &str) -> Block {
        Block { line, plan, code: code.into() }
    }

    #[test]
    fn a_block_is_run_unless_a_comment_right_before_it_says_why_not() {
        let text = "```sh\na\n```\n\n<!-- not run by the tests: needs an account -->\n\n```sh\nb\n```\n\
            <!-- not run by the tests: x -->\nProse.\n```sh\nc\n```\n<!-- exit code 3 -->\n```sh\nd\n```\n\
            <!-- run in the background by the tests -->\n```sh\ne\n```\n";
        let expected = [
            block(1, Plan::Run(0), "a\n"),
            block(7, Plan::Leave("needs an account".into()), "b\n"),
            block(12, Plan::Run(0), "c\n"),
            block(16, Plan::Run(3), "d\n"),
            block(20, Plan::Background, "e\n"),
        ];
        assert_eq!(blocks(text).unwrap(), expected);
    }

    #[test]
    fn blocks_in_lists_lose_their_indentation_and_no_more() {
        let text = "1. First\n\n   ```sh\n   a \\\n     b\n\n   c\n   ```\n";
        assert_eq!(blocks(text).unwrap(), [block(3, Plan::Run(0), "a \\\n  b\n\nc\n")]);
    }

    #[test]
    fn other_languages_are_left_alone_and_none_hides_a_shell() {
        assert_eq!(blocks("```yaml\n- a\n```\n"), Ok(vec![]));
        for bad in ["```\na\n```", "```bash\na\n```", "```sh\na", "<!-- not run by the tests: -->"]
        {
            assert!(blocks(bad).is_err(), "{bad}");
        }
        assert!(blocks("<!-- not run by tests: a -->\n```sh\na\n```").is_err());
    }

    #[test]
    fn inline_code_is_found_with_its_line() {
        let text = "a `b c` d `e`\n```sh\n`f`\n```\n`g`";
        assert_eq!(inline_code(text), [(1, "b c"), (1, "e"), (5, "g")]);
    }
}
