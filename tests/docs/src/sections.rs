//! Sections of Markdown, and links to them.

/// The names by which links reach the sections of a document, as GitHub makes them of headings.
pub fn sections(text: &str) -> Vec<String> {
    let heading = |(_, line): (usize, &str)| {
        let title = line.trim_start_matches('#').strip_prefix(' ')?;
        line.starts_with('#').then(|| name_of(title))
    };
    outside_of_blocks(text).filter_map(heading).collect()
}

fn name_of(title: &str) -> String {
    let kept = title.trim().to_lowercase();
    let kept = kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

/// The targets of links within this repository that name a section, with their lines from 1.
pub fn links_to_sections(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, line) in outside_of_blocks(text) {
        let targets = line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
        found.extend(
            targets.filter(|it| it.contains('#') && !it.contains("://")).map(|it| (at + 1, it)),
        );
    }
    found
}

fn outside_of_blocks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        !in_block && !is_fence
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_the_names_that_links_use() {
        let text = "# A\n```sh\n# no\n```\n## `CSV` and Parquet: \"x\"\n#no\n### /api/v1/p.json\n";
        assert_eq!(sections(text), ["a", "csv-and-parquet-x", "apiv1pjson"]);
    }

    #[test]
    fn links_within_the_repository_are_found() {
        let text = "[a](#b) [c](d.md) [e](d.md#f)\n\n[g](https://example.org/#h)\n[i](../j.md#k)";
        assert_eq!(links_to_sections(text), [(1, "#b"), (1, "d.md#f"), (4, "../j.md#k")]);
    }
}
