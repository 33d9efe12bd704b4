/** What happened, newest first: pages of the past, and what arrives meanwhile. */

import type { ActivityPage, Entry } from "../documents";

export interface Timeline {
  entries: readonly Entry[];
  /** The cursor of what is older; null when all is here. */
  next: string | null;
}

/** The newest page is laid over what is known; if it does not reach that far back, what is known begins anew. */
export function withNewest(known: Timeline | null, page: ActivityPage): Timeline {
  const fresh = { entries: page.nodes, next: nextOf(page) };
  const latest = known?.entries[0]?.version;
  const oldest = page.nodes.at(-1)?.version;
  if (!known || latest === undefined || oldest === undefined || latest < oldest - 1) return fresh;
  return { entries: [...page.nodes, ...known.entries.filter((entry) => entry.version < oldest)], next: known.next };
}

export function withOlder(known: Timeline, page: ActivityPage): Timeline {
  const last = known.entries.at(-1)?.version ?? Infinity;
  return { entries: [...known.entries, ...page.nodes.filter((entry) => entry.version < last)], next: nextOf(page) };
}

const nextOf = (page: ActivityPage) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null);

export interface Day {
  key: string;
  entries: Entry[];
}

/** By the day it happened on; a till that reports late puts an entry among those of its own day. */
export function byDay(entries: readonly Entry[], dayKey: (at: string) => string): Day[] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = dayKey(entry.occurredAt);
    days.set(key, [...(days.get(key) ?? []), entry]);
  }
  return [...days]
    .map(([key, those]) => ({ key, entries: those }))
    .sort((one, other) => other.key.localeCompare(one.key));
}
