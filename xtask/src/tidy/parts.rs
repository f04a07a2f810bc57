//! The HTML of the parts of pages, which `assets/change.js` reads without a parser: it has to be as simple as that
//! script takes it to be.

/// The only element without an end that the script knows.
const INPUT: &str = "input";

/// Those that it would put everything else into.
const ENDLESS: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Those that do something by themselves.
const ACTIVE: [&str; 4] = ["iframe", "object", "script", "style"];

/// What is escaped by name. What is escaped by number is understood too.
const NAMED: [&str; 4] = ["amp", "gt", "lt", "quot"];

/// What the script would take for something else, with the lines.
pub(super) fn problems(text: &str) -> Vec<(usize, String)> {
    let html = without_askama(text);
    let mut problems = Vec::new();
    for (at, _) in html.match_indices('&') {
        let name = html[at + 1..].split_once(';').map_or("", |it| it.0);
        let number = name.strip_prefix('#').unwrap_or_default();
        let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        if !is_number && !NAMED.contains(&name) {
            let what = "write `&#38;` for an ampersand, and other characters as they are";
            problems.push((at, what.to_owned()));
        }
    }
    let mut open: Vec<&str> = Vec::new();
    for (at, _) in html.match_indices('<') {
        let Some((tag, _)) = html[at + 1..].split_once('>') else {
            problems.push((at, "the tag has no end".into()));
            continue;
        };
        if let Err(what) = read_tag(tag, &mut open) {
            problems.push((at, format!("`<{tag}>`: {what}, which change.js does not read")));
        }
    }
    if let Some(name) = open.last() {
        problems.push((html.len(), format!("`<{name}>` does not end")));
    }
    problems.into_iter().map(|(at, what)| (html[..at].split('\n').count(), what)).collect()
}

/// The text with an `x` for each value that askama puts in, and without its statements and comments, on the same lines.
fn without_askama(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|it| rest.find(it)).min() {
        html += &rest[..start];
        let end = match rest.as_bytes()[start + 1] {
            b'{' => "}}",
            b'%' => "%}",
            _ => "#}",
        };
        if end == "}}" {
            html.push('x');
        }
        let length = rest[start..].find(end).map_or(rest.len() - start, |it| it + end.len());
        html.extend(rest[start..start + length].chars().filter(|it| *it == '\n'));
        rest = &rest[start + length..];
    }
    html + rest
}

/// Reads what stands between `<` and `>`. `open` are the elements around it.
fn read_tag<'a>(tag: &'a str, open: &mut Vec<&'a str>) -> Result<(), &'static str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if let Some(name) = tag.strip_prefix('/') {
        return match open.pop() == Some(name) {
            true => Ok(()),
            false => Err("an end of nothing that is open"),
        };
    }
    let name = tag.split(|it| !is_name(it)).next().unwrap_or_default();
    let is_small = name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    if name.is_empty() || !is_small {
        return Err("no name in small letters");
    }
    if ENDLESS.contains(&name) {
        return Err("an element without an end");
    }
    if ACTIVE.contains(&name) {
        return Err("an element that does something by itself");
    }
    let attributes = tag[name.len()..].strip_suffix('/');
    if attributes.is_some() && !open.contains(&"svg") {
        return Err("an end within the tag outside of a drawing");
    }
    if attributes.is_none() && name != INPUT {
        open.push(name);
    }
    read_attributes(attributes.unwrap_or(&tag[name.len()..]), is_name)
}

fn read_attributes(mut rest: &str, is_name: impl Fn(char) -> bool) -> Result<(), &'static str> {
    while !rest.is_empty() {
        let attribute = rest.strip_prefix([' ', '\n']).ok_or("no space before an attribute")?;
        let attribute = attribute.trim_start();
        let end = attribute.find(|it| !is_name(it)).unwrap_or(attribute.len());
        if end == 0 && !attribute.is_empty() {
            return Err("an attribute without a name");
        }
        if attribute.starts_with("on") {
            return Err("an attribute that does something by itself");
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
        let text = "{# a < b & c #}{% if a > b %}\n<p{% if c %} class=\"{{ c }}\"{% endif %} hidden>{{ text }} &#38; \
                    &amp;</p>\n<input type=\"range\"><svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>\n{% endif %}";
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
            ("<tBody></tBody>", 1),
            ("a < b", 1),
            ("<p", 1),
            ("a&nbsp;b", 1),
            ("\nR&D", 2),
            ("&#+5;", 1),
            ("<ul>\n<li>a\n<li>b</ul>", 3),
            ("<p>a\n", 2),
            ("</p>", 1),
            ("<div/>", 1),
            ("<p>\n<script></script></p>", 2),
            ("<a onclick=\"b\"></a>", 1),
        ] {
            assert_eq!(problems(text).first().map(|it| it.0), Some(line), "{text:?}");
        }
    }
}
