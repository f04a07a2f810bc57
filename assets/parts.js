// What the pages that count in the browser share: fetching with a digest, and the one way for HTML to get in.

const page = document.documentElement;

// All HTML that is parsed is the module's and passes here, and the page's policy lets no other in.
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

const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer());

// How many bytes deflate makes at most of one.
const MOST = 1032;

// The bytes in a gzipped file. They are written to their place as they come out: a `Response` would gather them once
// more.
async function inflated(bytes) {
  // A server that sends the file as gzip-encoded has it inflated already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  // The last four bytes tell how many come out. What cannot be is no reason to ask for so much memory.
  const size = bytes.length < 18 ? Infinity : new DataView(bytes.buffer).getUint32(bytes.length - 4, true);
  if (size > bytes.length * MOST) throw new Error("the days are damaged");
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  // Who reads what comes out hears of damage.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const all = new Uint8Array(size);
  let end = 0;
  for (const reader = readable.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return all;
    all.set(value, end);
    end += value.length;
  }
}
