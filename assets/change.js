// Makes what stands in a region what the module wrote, and leaves alone what is the same: elements that stay keep their
// style, their place in the layout, and the focus. Lists of hundreds of rows differ in a few figures after a click.
//
// The text is read along the elements that are there. A parser would make all of them anew before they could be compared,
// which takes more than twice as long. What is read is what our templates write: names of elements in small letters,
// values in double quotes, each element closed, and no comments.

// What only the page's scripts set: links lead somewhere, and what was unfolded stays so.
const OURS = /^(href|open)$/;

// What is opened or typed into is told apart by its key, and never passed over. All else is taken for what has its place,
// or further on for the next of its name and class.
const ITSELF = new Set(["details", "input", "section"]);

// No script changes any attribute of these, so a tag that was written before needs no second look.
const WRITTEN = new Set(["svg", "td", "th", "tr"]);

const SVG = "http://www.w3.org/2000/svg";

const ATTRIBUTE = /\s([^\s="/]+)(?:="([^"]*)")?/g;
const ESCAPED = /&(?:#(\d+)|(amp|gt|lt|quot));/g;
const NAMED = { amp: "&", gt: ">", lt: "<", quot: '"' };

const unescaped = (_, code, name) => (code ? String.fromCodePoint(code) : NAMED[name]);

function plain(text) {
  if (!text.includes("&")) return text;
  // Most are those of addresses.
  return text.split("&#38;").map((it) => it.replace(ESCAPED, unescaped)).join("&");
}

// The value of an attribute in a tag as it is written.
function valueIn(tag, attribute) {
  const found = tag.match(`\\s${attribute}="([^"]*)"`);
  return found ? plain(found[1]) : null;
}

function isSame(old, name, tag) {
  if (old.localName !== name) return false;
  if (!ITSELF.has(name)) return true;
  const [key, label] = ["data-key", "aria-labelledby"];
  return (old.getAttribute(key) ?? old.getAttribute(label)) === (valueIn(tag, key) ?? valueIn(tag, label));
}

function setAttributes(element, tag) {
  const names = [];
  let typed;
  ATTRIBUTE.lastIndex = 0;
  for (let found; (found = ATTRIBUTE.exec(tag)); ) {
    const [, name, written = ""] = found;
    const value = plain(written);
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    if (name === "value") typed = value;
    names.push(name);
  }
  // What was moved or typed is no longer what the attribute says.
  if (typed !== undefined && element.value !== typed) element.value = typed;
  if (element.attributes.length === names.length) return;
  for (const name of element.getAttributeNames()) {
    if (!names.includes(name) && !OURS.test(name)) element.removeAttribute(name);
  }
}

// The element that a tag stands for: `old`, or one of those that follow, of the same class, if nothing of its own is
// passed over.
function sameFrom(old, name, tag) {
  if (old && isSame(old, name, tag)) return old;
  for (let it = old; it && !ITSELF.has(it.localName) && !it.querySelector?.("details, input"); ) {
    it = it.nextSibling;
    if (it && isSame(it, name, tag) && it.getAttribute("class") === valueIn(tag, "class")) return it;
  }
  return undefined;
}

// Makes the next element of `place` what a tag says: `old`, one that follows, before which all is removed, or a new one.
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
  // The text that is left stands for what is before `old` in `place`, and after it.
  let [place, old, at] = [region, region.firstChild, 0];
  for (;;) {
    const start = html.indexOf("<", at);
    const text = start < 0 ? html.slice(at) : html.slice(at, start);
    if (text) old = setText(old, place, plain(text)).nextSibling;
    if (start < 0) break;
    const end = html.indexOf(">", start);
    if (end < 0) throw new Error("a tag does not end");
    at = end + 1;
    const tag = html.slice(start + 1, end);
    if (tag[0] === "/") {
      // Nothing outside the region is touched, whatever was written.
      if (place === region || place.localName !== tag.slice(1)) throw new Error(`<${tag}> ends nothing`);
      remove(old, null);
      old = place.nextSibling;
      place = place.parentNode;
      continue;
    }
    const element = become(old, place, tag);
    if (tag.endsWith("/") || tag.startsWith("input")) {
      old = element.nextSibling;
    } else if (tag.includes(" data-readout") && element.hasAttribute("data-readout")) {
      // Its words are of the place that is pointed at.
      at = html.indexOf(">", html.indexOf("</", at)) + 1;
      old = element.nextSibling;
    } else {
      place = element;
      old = element.firstChild;
    }
  }
  if (place !== region) throw new Error(`<${place.localName}> does not end`);
  remove(old, null);
}
