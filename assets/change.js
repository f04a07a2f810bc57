// Makes what stands in a region what the module wrote, and leaves alone what is the same: elements that stay keep their
// style, their place in the layout, and the focus. Lists of hundreds of rows differ in a few figures after a click.
//
// The text is read along the elements that are there. A parser would make all of them anew before they could be compared,
// which takes more than twice as long. What is read is what our templates write: names in small letters, values in
// double quotes, each element closed, and no comments.

// What only the page's scripts set: links lead somewhere, and what was unfolded stays so.
const OURS = /^(href|open)$/;

// What is opened or typed into is itself, wherever it stands; all else stands for what has its place.
const ITSELF = new Set(["details", "input", "section"]);

// No script of the page sets anything else in these: what was written last is what they have.
const WRITTEN = new Set(["a", "line", "path", "svg", "td", "th", "tr"]);

const EMPTY = new Set(["input"]);

const SVG = "http://www.w3.org/2000/svg";

const ATTRIBUTE = /\s([^\s="/]+)(?:="([^"]*)")?/g;
const ESCAPED = /&(?:#(\d+)|(amp|gt|lt|quot));/g;
const NAMED = { amp: "&", gt: ">", lt: "<", quot: '"' };

function plain(text) {
  if (!text.includes("&")) return text;
  return text.replace(ESCAPED, (_, code, name) => (code ? String.fromCodePoint(code) : NAMED[name]));
}

// What tells elements apart that are themselves, in a tag as it is written.
const ownIn = (tag) => (/ data-key="([^"]*)"/.exec(tag) ?? / aria-labelledby="([^"]*)"/.exec(tag))?.[1];

function isSame(old, name, tag) {
  if (old.localName !== name) return false;
  const own = () => old.getAttribute("data-key") ?? old.getAttribute("aria-labelledby") ?? undefined;
  return !ITSELF.has(name) || own() === ownIn(tag);
}

function setAttributes(element, tag) {
  let [count, typed] = [0];
  ATTRIBUTE.lastIndex = 0;
  for (let found; (found = ATTRIBUTE.exec(tag)); count++) {
    const [, name, written = ""] = found;
    const value = plain(written);
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    if (name === "value") typed = value;
  }
  // What was moved or typed is no longer what the attribute says.
  if (typed !== undefined && element.value !== typed) element.value = typed;
  if (element.attributes.length === count) return;
  const names = new Set(Array.from(tag.matchAll(ATTRIBUTE), ([, name]) => name));
  for (const name of element.getAttributeNames()) {
    if (!names.has(name) && !OURS.test(name)) element.removeAttribute(name);
  }
}

// The first from `old` on that can be what a tag says, without passing over what is itself.
function sameFrom(old, name, tag) {
  for (let it = old; it; it = it.nextSibling) {
    if (isSame(it, name, tag)) return it;
    if (ITSELF.has(it.localName)) break;
  }
  return undefined;
}

// Makes the next element what a tag says: `old`, one that follows, before which all is removed, or a new one.
function become(old, place, tag) {
  if (old?.written === tag) return old;
  const name = /^[^\s/]+/.exec(tag)[0];
  const same = sameFrom(old, name, tag);
  const element = same ?? document.createElementNS(name === "svg" ? SVG : place.namespaceURI, name);
  setAttributes(element, tag);
  if (WRITTEN.has(name)) element.written = tag;
  if (same) remove(old, same);
  else place.insertBefore(element, old);
  return element;
}

function setText(old, place, text) {
  if (old?.nodeType !== Node.TEXT_NODE) return place.insertBefore(document.createTextNode(text), old);
  if (old.data !== text) old.data = text;
  return old;
}

function remove(from, end) {
  for (let node = from; node !== end; ) {
    const gone = node;
    node = node.nextSibling;
    gone.remove();
  }
}

function renew(region, html) {
  // Where the text is, as it is on the page: before `old` in `place`.
  let [place, old, at] = [region, region.firstChild, 0];
  for (;;) {
    const start = html.indexOf("<", at);
    const text = start < 0 ? html.slice(at) : html.slice(at, start);
    if (text) old = setText(old, place, plain(text)).nextSibling;
    if (start < 0) break;
    const end = html.indexOf(">", start);
    at = end + 1;
    if (html[start + 1] === "/") {
      remove(old, null);
      old = place.nextSibling;
      place = place.parentNode;
      continue;
    }
    const element = become(old, place, html.slice(start + 1, end));
    // The words of a readout are of the place that is pointed at.
    if (element.hasAttribute("data-readout")) at = html.indexOf(">", html.indexOf("</", at)) + 1;
    else if (html[end - 1] !== "/" && !EMPTY.has(element.localName)) {
      place = element;
      old = place.firstChild;
      continue;
    }
    old = element.nextSibling;
  }
  remove(old, null);
}
