//! What to paste into a README to show a badge.

use downloads::ProjectName;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::{Choice, Period, Style};

/// What would end an address in Markdown, HTML or reStructuredText, or is not allowed in one.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\'')
    .add(b'&')
    .add(b'(')
    .add(b')')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b']')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// One badge that links to the page of its project, in the languages of READMEs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippets {
    /// Markdown.
    pub markdown: String,
    /// HTML.
    pub html: String,
    /// reStructuredText; ends without a line break.
    pub rst: String,
}

/// The snippets of a badge. Without a style its address is the shorter one.
///
/// `base` is the absolute address of the root of the site, with or without a slash at its end.
pub fn snippets(
    base: &str,
    project: &ProjectName,
    choice: Choice,
    style: Option<Style>,
) -> Snippets {
    let base = utf8_percent_encode(base.trim_end_matches('/'), UNSAFE).to_string();
    let image = format!("{base}/{}", choice.svg_path(project, style));
    let page = format!("{base}/projects/{project}/");
    // Nothing in it needs to be escaped in any of the three: labels are ours, and names are plain.
    let alt = match choice.period {
        Period::Total => format!("{} of {project}", choice.label()),
        Period::Day | Period::Week | Period::Month => {
            format!("{} of {project} per {}", choice.label(), choice.period.key())
        }
    };
    Snippets {
        markdown: format!("[![{alt}]({image})]({page})"),
        html: format!(r#"<a href="{page}"><img src="{image}" alt="{alt}"></a>"#),
        rst: format!(".. image:: {image}\n   :target: {page}\n   :alt: {alt}"),
    }
}
