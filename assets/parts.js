// What the pages that count in the browser share: fetching with a digest, and the one way for HTML to get in.

const page = document.documentElement;

// All HTML of the module passes here, and the page's policy lets no other in.
const policy = window.trustedTypes?.createPolicy("explorer", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

async function get(url, integrity, priority = "auto") {
  const name = url.split("/").at(-1);
  // Browsers do not say which file it was, nor whether it was the digest that did not fit.
  const response = await fetch(url, { integrity, priority }).catch((error) => {
    throw new Error(`${name} could not be loaded, or is not what it should be (${error.message})`);
  });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response;
}

async function inflated(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A server that sends the file as gzip-encoded has it inflated already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  // Who reads what comes out hears of damage.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return new Uint8Array(await new Response(readable).arrayBuffer());
}
