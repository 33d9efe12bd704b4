/** Whether what is shown is live, for the pages to say so. */

import { useSyncExternalStore } from "react";

import type { Line } from "./following";

let current: Line = "connecting";
const listeners = new Set<() => void>();

export function setLine(line: Line): void {
  current = line;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLine = (): Line => useSyncExternalStore(listen, () => current);
