//! What every page must hold to, whatever stands in the data: checked on the files of a whole site.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html, Selector};

/// The policy that the browser enforces, as it must stand in each page.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
    style-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; \
    object-src 'none'; require-trusted-types-for 'script'; trusted-types explorer";

/// Attributes that make a browser load what they name.
const LOADING: [(&str, &str); 6] = [
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("script", "data-cube"),
    ("script", "data-wasm"),
    ("use", "href"),
];

/// Everything that is wrong with the pages of a site, as `path: what`. `base` is the path below which
/// the site is served, such as `/` or `/repository/`.
pub(crate) fn problems(files: &BTreeMap<String, Vec<u8>>, base: &str) -> Vec<String> {
    let pages: BTreeMap<&str, Page> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| (path.as_str(), Page::parse(std::str::from_utf8(bytes).unwrap())))
        .collect();
    let mut found = Vec::new();
    for (path, page) in &pages {
        let mut problem = |what: String| found.push(format!("{path}: {what}"));
        page.check_head(&mut problem);
        page.check_elements(&mut problem);
        for target in &page.targets {
            if let Err(what) = resolve(&format!("{base}{path}"), target, base, files, &pages) {
                problem(format!("{target}: {what}"));
            }
        }
    }
    found
}

struct Page {
    html: Html,
    ids: BTreeSet<String>,
    /// Addresses of this site that the page names, loaded or linked.
    targets: Vec<String>,
}

impl Page {
    fn parse(text: &str) -> Self {
        let html = Html::parse_document(text);
        let all = Selector::parse("*").unwrap();
        let mut ids = BTreeSet::new();
        let mut targets = Vec::new();
        for element in html.select(&all) {
            ids.extend(element.attr("id").map(str::to_owned));
            let name = element.value().name();
            for (tag, attribute) in LOADING.into_iter().chain([("a", "href")]) {
                // Names the page itself, and loads nothing.
                let is_canonical = element.attr("rel") == Some("canonical");
                if let Some(target) = element.attr(attribute).filter(|_| name == tag)
                    && !is_canonical
                    && !(tag == "a"
                        && (target.starts_with("https://") || target.starts_with("http://")))
                {
                    targets.push(target.to_owned());
                }
            }
        }
        Self { html, ids, targets }
    }

    fn elements(&self) -> Vec<ElementRef<'_>> {
        self.html.select(&Selector::parse("*").unwrap()).collect()
    }

    fn check_head(&self, problem: &mut dyn FnMut(String)) {
        let head = Selector::parse("head > *").unwrap();
        let head: Vec<_> = self.html.select(&head).collect();
        if head.first().and_then(|first| first.attr("charset")) != Some("utf-8") {
            problem("the head does not start with the charset".into());
        }
        let policy =
            head.get(1).filter(|it| it.attr("http-equiv") == Some("Content-Security-Policy"));
        if policy.and_then(|it| it.attr("content")) != Some(POLICY) {
            problem("the second element is not the policy".into());
        }
        let html = self.html.root_element();
        if html.attr("lang") != Some("en") {
            problem("no language".into());
        }
        if !self.html.errors.is_empty() {
            problem(format!("not well-formed: {:?}", self.html.errors));
        }
        let headings = Selector::parse("h1, h2, h3, h4, h5, h6").unwrap();
        let levels: Vec<u8> =
            self.html.select(&headings).map(|it| it.value().name().as_bytes()[1] - b'0').collect();
        if levels.iter().filter(|&&level| level == 1).count() != 1 || levels.first() != Some(&1) {
            problem(format!("not one h1 in front: {levels:?}"));
        }
        if levels.windows(2).any(|pair| pair[1] > pair[0] + 1) {
            problem(format!("a heading is left out: {levels:?}"));
        }
    }

    fn check_elements(&self, problem: &mut dyn FnMut(String)) {
        let mut ids = BTreeSet::new();
        for element in self.elements() {
            let name = element.value().name();
            if ["style", "iframe", "object", "embed", "base", "foreignobject"].contains(&name) {
                problem(format!("an element `{name}`"));
            }
            if name == "script" {
                if element.attr("src").is_none() || !element.inner_html().is_empty() {
                    problem("a script inside the page".into());
                }
                if element.attr("integrity").is_none() {
                    problem("a script without integrity".into());
                }
            }
            if name == "link"
                && matches!(element.attr("rel"), Some("stylesheet" | "modulepreload"))
                && element.attr("integrity").is_none()
            {
                problem("a style sheet or module without integrity".into());
            }
            for (attribute, value) in element.value().attrs() {
                if attribute == "style" || attribute.starts_with("on") {
                    problem(format!("an attribute `{attribute}`"));
                }
                let scheme = value.trim().to_ascii_lowercase();
                if ["href", "src", "action", "formaction", "data-view"].contains(&attribute)
                    && ["javascript:", "data:", "vbscript:", "//"]
                        .iter()
                        .any(|it| scheme.starts_with(it))
                {
                    problem(format!("{attribute}=\"{value}\""));
                }
                if attribute == "id" && !ids.insert(value.to_owned()) {
                    problem(format!("two elements with the id `{value}`"));
                }
                if ["aria-labelledby", "aria-describedby", "aria-controls", "for"]
                    .contains(&attribute)
                {
                    for id in value.split_whitespace().filter(|id| !self.ids.contains(*id)) {
                        problem(format!("{attribute} names `{id}`, which is not there"));
                    }
                }
            }
        }
    }
}

/// Whether the address `target` on the page at `from` leads to a file of the site, and to a place in it.
fn resolve(
    from: &str,
    target: &str,
    base: &str,
    files: &BTreeMap<String, Vec<u8>>,
    pages: &BTreeMap<&str, Page>,
) -> Result<(), String> {
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    // A query chooses a view of the file.
    let path = path.split('?').next().unwrap_or_default();
    if path.contains(':') {
        return Err("loads from elsewhere".into());
    }
    let mut parts: Vec<&str> =
        if path.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    if !path.is_empty() {
        parts.pop();
        for part in path.split('/') {
            match part {
                "." => {}
                ".." => _ = parts.pop().filter(|it| !it.is_empty()).ok_or("above the root")?,
                part => parts.push(part),
            }
        }
    }
    let full = parts.join("/");
    let inside =
        full.strip_prefix(base).ok_or_else(|| format!("leads to `{full}`, outside of `{base}`"))?;
    let file = if inside.is_empty() || inside.ends_with('/') {
        format!("{inside}index.html")
    } else {
        inside.into()
    };
    if !files.contains_key(&file) {
        return Err(format!("there is no `{file}`"));
    }
    match pages.get(file.as_str()) {
        Some(page) if !fragment.is_empty() && !page.ids.contains(fragment) => {
            Err(format!("`{file}` has no `#{fragment}`"))
        }
        _ => Ok(()),
    }
}

#[test]
fn a_bad_page_has_its_problems_named() {
    let good = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta http-equiv=Content-Security-Policy content=\"{POLICY}\"><title>t</title></head>\
         <body><h1>t</h1><a href=\"b/#x\">b</a>"
    );
    let site = |tail: &str| {
        let page = format!("{good}{tail}");
        BTreeMap::from([
            ("a.html".to_owned(), page.into_bytes()),
            (
                "b/index.html".to_owned(),
                format!("{good}<p id=x>").replace("b/#x", "../a.html").into_bytes(),
            ),
        ])
    };
    assert_eq!(problems(&site(""), "/"), Vec::<String>::new());
    assert_eq!(problems(&site(""), "/repository/"), Vec::<String>::new());
    let found = problems(&site("<a href=\"b/?p=x#x\">"), "/");
    assert!(!found.iter().any(|it| it.contains("b/?p=x")), "a query chooses a view: {found:?}");
    for (tail, problem) in [
        ("<p style=\"color:red\">", "a.html: an attribute `style`"),
        ("<p onclick=x>", "a.html: an attribute `onclick`"),
        ("<script>1</script>", "a.html: a script inside the page"),
        ("<a href=\" JavaScript:1\">", "a.html: href=\" JavaScript:1\""),
        ("<i id=y></i><i id=y></i>", "a.html: two elements with the id `y`"),
        ("<a href=\"b/#y\">", "a.html: b/#y: `b/index.html` has no `#y`"),
        ("<a href=\"c/\">", "a.html: c/: there is no `c/index.html`"),
        ("<a href=\"c/?p=x\">", "a.html: c/?p=x: there is no `c/index.html`"),
        ("<a href=\"/a.html\">", "a.html: /a.html: leads to `/a.html`, outside of `/repository/`"),
        (
            "<img src=\"https://example.org/x\">",
            "a.html: https://example.org/x: loads from elsewhere",
        ),
        ("<h3>3</h3>", "a.html: a heading is left out: [1, 3]"),
    ] {
        let found = problems(&site(tail), "/repository/");
        assert!(found.iter().any(|it| it == problem), "{tail}: {found:?}");
    }
}
