//! The HTML of the parts of pages, which `assets/change.js` reads without a parser: it has to be as simple as that
//! script takes it to be.

/// Elements that have no end. The script knows the first of them.
const EMPTY: [&str; 6] = ["input", "br", "hr", "img", "source", "wbr"];

/// What is escaped by name. What is escaped by number is understood too.
const NAMED: [&str; 4] = ["amp", "gt", "lt", "quot"];

/// What the script would take for something else, with the lines.
pub(super) fn problems(text: &str) -> Vec<(usize, String)> {
    let html = without_askama(text);
    let mut problems = Vec::new();
    for (at, _) in html.match_indices('&') {
        let name = html[at + 1..].split_once(';').map_or("", |it| it.0);
        let is_number = name.strip_prefix('#').is_some_and(|it| it.parse::<u32>().is_ok());
        if !is_number && !NAMED.contains(&name) {
            problems.push((at, "write the character itself, or its number".into()));
        }
    }
    for (at, _) in html.match_indices('<') {
        let Some((tag, _)) = html[at + 1..].split_once('>') else {
            problems.push((at, "the tag has no end".into()));
            continue;
        };
        if let Err(what) = tag_is_simple(tag) {
            problems.push((at, format!("`<{tag}>`: {what}, which change.js does not read")));
        }
    }
    problems.into_iter().map(|(at, what)| (html[..at].split('\n').count(), what)).collect()
}

/// The text with what askama puts in, or leaves out, as an `x` each, on the same lines. Conditions within a tag are
/// left out, so that attributes stay apart.
fn without_askama(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        html += &rest[..start];
        let end = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
        if end == "}}" {
            html.push('x');
        }
        let length = rest[start..].find(end).map_or(rest.len() - start, |it| it + end.len());
        html.extend(rest[start..start + length].chars().filter(|it| *it == '\n'));
        rest = &rest[start + length..];
    }
    html + rest
}

/// Checks what stands between `<` and `>`.
fn tag_is_simple(tag: &str) -> Result<(), &'static str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
    let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
    let name = tag.split(|it| !is_name(it)).next().unwrap_or_default();
    if !name.starts_with(|it: char| it.is_ascii_lowercase()) {
        return Err("neither a tag nor its end");
    }
    let mut rest = &tag[name.len()..];
    if is_end {
        return if rest.is_empty() { Ok(()) } else { Err("an end with more than a name") };
    }
    let closes_itself = rest.ends_with('/');
    if EMPTY[1..].contains(&name) && !closes_itself {
        return Err("an element without an end");
    }
    rest = rest.strip_suffix('/').unwrap_or(rest);
    while !rest.is_empty() {
        let attribute = rest.strip_prefix([' ', '\n']).ok_or("no space before an attribute")?;
        let attribute = attribute.trim_start();
        let end = attribute.find(|it| !is_name(it)).unwrap_or(attribute.len());
        if end == 0 && !attribute.is_empty() {
            return Err("an attribute without a name");
        }
        rest = &attribute[end..];
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.strip_prefix('"').ok_or("a value that is not in double quotes")?;
            rest = value.split_once('"').ok_or("a value without an end")?.1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_reads_is_tidy() {
        let text = "{% if a > b %}\n<p{% if c %} class=\"{{ c }}\"{% endif %} hidden>{{ text }} &#38; &amp;</p>\n\
                    <input type=\"range\"><svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>\n{% endif %}";
        assert_eq!(problems(text), []);
    }

    #[test]
    fn what_it_does_not_read_is_told_with_its_line() {
        for (text, line) in [
            ("<p>\n<br></p>", 2),
            ("<!-- a -->", 1),
            ("{%\nif a\n%}<p class='a'></p>", 3),
            ("<p class=a></p>", 1),
            ("<p\nclass=\"a\"id=\"b\"></p>", 1),
            ("<P></P>", 1),
            ("a < b", 1),
            ("<p", 1),
            ("a&nbsp;b", 1),
            ("\nR&D", 2),
        ] {
            assert_eq!(problems(text).first().map(|it| it.0), Some(line), "{text:?}");
        }
    }
}
