// Searching in a list of many values. What is found is rendered by the module, as the list is.

function find(field, said = () => {}) {
  const place = field.closest("section").querySelector("[data-found]");
  const text = field.value.trim();
  if (!text) {
    place.replaceChildren();
    return;
  }
  const found = explorer.found(shown, field.dataset.find, text);
  try {
    place.innerHTML = policy.createHTML(found.html);
    link(place);
    said(found.announcement);
  } finally {
    found.free();
  }
}

// What is typed stays when the lists are rendered anew.
function typed() {
  const texts = new Map();
  for (const it of document.querySelectorAll("input[data-find]")) texts.set(it.dataset.find, it.value);
  return () => {
    for (const it of document.querySelectorAll("input[data-find]")) {
      const text = texts.get(it.dataset.find);
      if (!text) continue;
      if (it.value !== text) it.value = text;
      find(it);
    }
  };
}

function listenToSearch(options) {
  const field = (event) => event.target.closest?.("input[data-find]");
  const look = (event) => field(event) && attempt(() => find(field(event), announce));
  document.addEventListener("input", look, options);
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !field(event)?.value) return;
      event.preventDefault();
      field(event).value = "";
      find(field(event));
      announce("All values are listed.");
    },
    options,
  );
}
