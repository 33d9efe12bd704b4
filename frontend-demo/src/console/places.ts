/** Where among the statements somebody is: /statements/<cycle>/<partner>?line=<number>, below the console's address. */

import { useMemo } from "react";
import { useLocation, useSearchParams } from "wouter";

export interface Place {
  cycle: string | null;
  partner: string | null;
  line: number | null;
}

const ROOT = "/statements";

export function placeAt(path: string, search: URLSearchParams): Place {
  const [cycle, partner] = path.startsWith(ROOT)
    ? path.slice(ROOT.length).split("/").filter(Boolean).map(decodeURIComponent)
    : [];
  const line = Number(search.get("line"));
  return { cycle: cycle ?? null, partner: partner ?? null, line: Number.isInteger(line) && line > 0 ? line : null };
}

export function addressOf({ cycle, partner, line }: Place): string {
  const path = [ROOT, cycle, partner].filter((part) => part !== null).map((part, n) => (n ? encodeURIComponent(part) : part));
  return path.join("/") + (line === null ? "" : `?line=${line}`);
}

export function usePlace(): Place {
  const [path] = useLocation();
  const [search] = useSearchParams();
  return useMemo(() => placeAt(path, search), [path, search]);
}
