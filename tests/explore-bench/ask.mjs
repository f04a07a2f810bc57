// What all engines have in common: the dimensions, and how figures are written down to be compared.

export const DIMENSIONS = ["version", "python", "country", "installer", "system", "type", "audience", "cpu"];

/** How many versions have a line of their own. */
export const LINES = 8;

/** The places of the largest totals, largest first. */
export function largest(totals) {
  const order = [...totals.keys()].sort((a, b) => totals[b] - totals[a] || a - b);
  return order.slice(0, LINES);
}

/** Figures as lines of a name, a value or a day, and downloads, sorted; without those that are 0. */
export class Text {
  #lines = [];

  add(name, what, downloads) {
    if (Number(downloads) > 0) this.#lines.push(`${name}\t${what}\t${downloads}`);
  }

  toString() {
    return this.#lines.sort().join("\n");
  }
}

/** The bytes of a file. */
export async function bytes(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The bytes in gzipped ones, inflated by the browser. */
export async function inflate(compressed) {
  // In one piece it takes three quarters of the time that the body takes as a stream, and less if what comes out is
  // written to its place at once.
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.write(compressed).catch(() => {});
  writer.close().catch(() => {});
  const all = new Uint8Array(new DataView(compressed.buffer).getUint32(compressed.length - 4, true));
  let end = 0;
  for (const reader = readable.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return all;
    all.set(value, end);
    end += value.length;
  }
}

/** The bytes in a gzipped file. */
export const inflated = async (path) => inflate(await bytes(path));
