/** Where among the statements somebody is: /statements/<cycle>/<partner>?line=<number>&movement=<id>, below the console's address. */

import { useMemo } from "react";
import { useLocation, useSearchParams } from "wouter";

export interface Place {
  cycle: string | null;
  partner: string | null;
  line: number | null;
  /** A movement under the line, by its id. */
  movement?: string | null;
}

const ROOT = "/statements";

export function placeAt(path: string, search: URLSearchParams): Place {
  const [cycle, partner] = path.startsWith(ROOT)
    ? path.slice(ROOT.length).split("/").filter(Boolean).map(decodeURIComponent)
    : [];
  const said = Number(search.get("line"));
  const line = Number.isInteger(said) && said > 0 ? said : null;
  return { cycle: cycle ?? null, partner: partner ?? null, line, movement: line === null ? null : search.get("movement") };
}

export function addressOf({ cycle, partner, line, movement }: Place): string {
  const path = [ROOT, cycle, partner].filter((part) => part !== null).map((part, n) => (n ? encodeURIComponent(part) : part));
  const search = line === null ? {} : { line: String(line), ...(movement && { movement }) };
  const said = new URLSearchParams(search).toString();
  return path.join("/") + (said && `?${said}`);
}

export function usePlace(): Place {
  const [path] = useLocation();
  const [search] = useSearchParams();
  return useMemo(() => placeAt(path, search), [path, search]);
}
