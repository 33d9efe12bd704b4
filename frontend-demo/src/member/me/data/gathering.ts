/** Gathers what is one's own, page by page, by the same API that every page here uses. */

import type { Client } from "urql";

import { documentOf, type PartName, PARTS } from "./parts";

export interface Gathered {
  /** By the names of parts; a list in full, or what the server said. */
  parts: Partial<Record<PartName, unknown>>;
}

export interface Progress {
  part: PartName;
  /** How many parts are through, of how many. */
  done: number;
  of: number;
  /** How many rows there are so far, of all parts. */
  rows: number;
}

/** It was stopped, or the server could not be reached. */
export class Unfinished extends Error {
  constructor(readonly why: "stopped" | "unreachable") {
    super(why);
  }
}

interface Wish {
  language: string;
  signal: AbortSignal;
  told: (progress: Progress) => void;
}

export async function gather(client: Client, { language, signal, told }: Wish): Promise<Gathered> {
  const parts: Gathered["parts"] = {};
  let rows = 0;
  for (const [done, part] of PARTS.entries()) {
    const tell = (more: number) => told({ part, done, of: PARTS.length, rows: (rows += more) });
    tell(0);
    parts[part] = await read(client, part, language, signal, tell);
  }
  return { parts };
}

async function read(client: Client, part: PartName, language: string, signal: AbortSignal, tell: (more: number) => void) {
  const rows: unknown[] = [];
  for (let after: string | null = null; ; ) {
    if (signal.aborted) throw new Unfinished("stopped");
    const asked = client.query(documentOf(part), { after, language }, { requestPolicy: "network-only" });
    const { data, error } = await asked.toPromise();
    if (error || !data) throw new Unfinished("unreachable");
    const found = partOf(data);
    if (!isPage(found)) {
      tell(Array.isArray(found) ? found.length : 1);
      return bare(found);
    }
    rows.push(...found.nodes);
    tell(found.nodes.length);
    if (!found.pageInfo.hasNextPage) return bare(rows);
    after = found.pageInfo.endCursor;
  }
}

/** Each document calls what it is about `part`, however deep it lies. */
function partOf(data: unknown): unknown {
  for (let at = data; typeof at === "object" && at !== null; ) {
    if ("part" in at) return at.part;
    at = Object.entries(at).find(([name]) => name !== "__typename")?.[1];
  }
  return null;
}

interface Page {
  nodes: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const isPage = (found: unknown): found is Page =>
  typeof found === "object" && found !== null && "nodes" in found && "pageInfo" in found;

/** Without the names of types, which only the cache of answers needs. */
export function bare(told: unknown): unknown {
  if (Array.isArray(told)) return told.map(bare);
  if (typeof told !== "object" || told === null) return told;
  return Object.fromEntries(
    Object.entries(told)
      .filter(([name]) => name !== "__typename")
      .map(([name, value]) => [name, bare(value)]),
  );
}
