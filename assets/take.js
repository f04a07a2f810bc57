// Taking the view along: as a file, or by way of the clipboard.

const TYPES = { csv: "text/csv", svg: "image/svg+xml" };

function taken(kind) {
  const it = explorer.take(shown, kind, location.origin + address(shown));
  try {
    return { name: it.name, text: it.text };
  } finally {
    it.free();
  }
}

function save(blob, name) {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  // The browser reads the file after this.
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
}

// A picture of the drawing, twice as fine as its CSS pixels.
async function drawn(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: TYPES.svg }));
  try {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * image.naturalWidth, 2 * image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("this browser does not make a PNG of it");
    return blob;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

async function take(kind) {
  try {
    const { name, text } = taken(kind === "png" ? "svg" : kind);
    const blob = kind === "png" ? await drawn(text) : new Blob([text], { type: TYPES[name.split(".").at(-1)] });
    const file = kind === "png" ? name.replace(/svg$/, "png") : name;
    save(blob, file);
    announce(`Saved as ${file}.`);
  } catch (error) {
    announce(`This could not be saved: ${error.message}.`);
  }
}

// What is copied is put in its place before the page's own script, which copies for all pages, looks there.
function fill(event) {
  const kind = event.target.closest?.("button[data-take-text]")?.dataset.takeText;
  const place = kind && document.getElementById(`take-${kind}`);
  if (place) attempt(() => {
    place.textContent = kind === "address" ? location.origin + address(shown) : taken(kind).text;
  });
}

function listenToTaking(options) {
  document.addEventListener("click", fill, { ...options, capture: true });
  document.addEventListener(
    "click",
    (event) => {
      const kind = event.target.closest?.("button[data-take]")?.dataset.take;
      if (kind) take(kind);
    },
    options,
  );
}
