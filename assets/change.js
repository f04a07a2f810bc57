// Makes what stands in a region what the module wrote, and leaves alone what is the same: elements that stay keep their
// style, their place in the layout, and the focus. Lists of hundreds of rows differ in a few figures after a click.

// What only the page's scripts set: links lead somewhere, and what was unfolded stays so.
const OURS = /^(href|open)$/;

// What is opened or typed into is itself, wherever it stands; all else stands for what has its place.
const ITSELF = new Set(["DETAILS", "INPUT", "SECTION"]);

// Most of these are as they were, and nothing in them is typed into: the browser compares all of one at once.
const WHOLE = new Set(["path", "svg", "text", "THEAD"]);

function isSame(one, other) {
  const name = one.nodeName;
  if (name !== other.nodeName) return false;
  if (!ITSELF.has(name)) return true;
  const own = (it) => it.getAttribute("data-key") ?? it.getAttribute("aria-labelledby");
  return own(one) === own(other);
}

function become(place, wanted) {
  let old = place.firstChild;
  for (let next = wanted.firstChild; next; ) {
    const following = next.nextSibling;
    if (old && isSame(old, next)) {
      const following = old.nextSibling;
      const name = old.nodeName;
      if (!WHOLE.has(name) || !old.isEqualNode(next)) {
        // What is to be drawn has been read by the parser: to set the attribute would read it again.
        if (name === "path") old.replaceWith(next);
        else update(old, next);
      }
      old = following;
    } else {
      place.insertBefore(next, old);
    }
    next = following;
  }
  while (old) {
    const gone = old;
    old = old.nextSibling;
    gone.remove();
  }
}

function update(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  // Not its attributes, each of which would become an object.
  const wanted = next.getAttributeNames();
  for (const name of wanted) {
    const value = next.getAttribute(name);
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.attributes.length > wanted.length) {
    for (const name of old.getAttributeNames()) {
      if (!next.hasAttribute(name) && !OURS.test(name)) old.removeAttribute(name);
    }
  }
  // Its words are of the place that is pointed at.
  if (old.hasAttribute("data-readout")) return;
  // What was moved or typed is no longer what the attribute says.
  if (old.nodeName === "INPUT" && next.hasAttribute("value") && old.value !== next.value) old.value = next.value;
  become(old, next);
}

const parsed = document.createElement("template");

function renew(region, html) {
  parsed.innerHTML = policy.createHTML(html);
  become(region, parsed.content);
}
