/** Merkle trees as in RFC 6962: whether one leaf, or several, are under a root. */

import { joined, sha256, toHex } from "./hashes";

type Bytes = Uint8Array<ArrayBuffer>;

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** The prefix keeps leaves and nodes apart. */
export const leafHash = (data: Bytes): Promise<Bytes> => sha256(joined(LEAF, data));
export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(joined(NODE, left, right));

const same = (one: Bytes, other: Bytes): boolean => toHex(one) === toHex(other);

/** Whether the leaf stands at its place under the root (RFC 9162, section 2.1.3.2). */
export async function isUnder(leaf: Bytes, index: number, size: number, path: readonly Bytes[], root: Bytes): Promise<boolean> {
  if (!(Number.isInteger(index) && index >= 0 && index < size)) return false;
  let [place, last, node] = [index, size - 1, await leafHash(leaf)];
  for (const sibling of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      node = await nodeHash(sibling, node);
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else {
      node = await nodeHash(node, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(node, root);
}

const half = (number: number) => Math.floor(number / 2);

/** The root that some known leaves and the subtrees without any of them lead to; null where they do not fit each other. */
export async function rootWith(size: number, nodes: readonly Bytes[], known: ReadonlyMap<number, Bytes>): Promise<Bytes | null> {
  const places = [...known.keys()].sort((one, other) => one - other);
  if (size <= 0 || places.some((place) => !Number.isInteger(place) || place < 0 || place >= size)) return null;
  const left = [...nodes];
  const found = await rebuilt(left, places, known, 0, size);
  return left.length === 0 ? found : null;
}

async function rebuilt(
  nodes: Bytes[],
  places: readonly number[],
  known: ReadonlyMap<number, Bytes>,
  start: number,
  end: number,
): Promise<Bytes | null> {
  if (!places.some((place) => place >= start && place < end)) return nodes.shift() ?? null;
  if (end - start === 1) {
    const leaf = known.get(start);
    return leaf ? leafHash(leaf) : null;
  }
  const middle = start + split(end - start);
  const left = await rebuilt(nodes, places, known, start, middle);
  const right = await rebuilt(nodes, places, known, middle, end);
  return left && right ? nodeHash(left, right) : null;
}

/** How many leaves stand on the left: the largest power of two below the size (RFC 6962, section 2.1). */
function split(size: number): number {
  let most = 1;
  while (most * 2 < size) most *= 2;
  return most;
}
