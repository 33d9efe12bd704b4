/** Where in the console somebody is: /console/statements/<cycle>/<partner>?line=<number>. */

export interface Place {
  cycle: string | null;
  partner: string | null;
  line: number | null;
}

const ROOT = "/console/statements";

export function placeAt(address: URL): Place {
  const [cycle, partner] = address.pathname.startsWith(ROOT)
    ? address.pathname.slice(ROOT.length).split("/").filter(Boolean).map(decodeURIComponent)
    : [];
  const line = Number(address.searchParams.get("line"));
  return { cycle: cycle ?? null, partner: partner ?? null, line: Number.isInteger(line) && line > 0 ? line : null };
}

export function addressOf({ cycle, partner, line }: Place): string {
  const path = [ROOT, cycle, partner].filter((part) => part !== null).map((part, n) => (n ? encodeURIComponent(part) : part));
  return path.join("/") + (line === null ? "" : `?line=${line}`);
}
