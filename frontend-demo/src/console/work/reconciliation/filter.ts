/**
 * What of the worklist is looked at, as text that can be pasted: `partner:olla kind:missing > 100`. What the server can
 * narrow down it is asked for; the rest is held against the rows.
 */

export const OUTCOMES = ["MATCHED", "MISSING_IN_LEDGER", "MISSING_IN_FILE", "AMOUNT_DIFFERS", "DUPLICATE", "LATE", "REJECTED"] as const;
export const KINDS = ["PURCHASE", "RETURN", "REDEMPTION", "REVERSAL"] as const;
export const STATES = ["OPEN", "PROPOSED", "RESOLVED"] as const;
export const SEVERITIES = ["ERROR", "WARNING", "NOTE"] as const;

type Outcome = (typeof OUTCOMES)[number];
type Kind = (typeof KINDS)[number];
type State = (typeof STATES)[number];
type Severity = (typeof SEVERITIES)[number];
type Comparison = "<" | "<=" | "=" | ">=" | ">";

export interface Filter {
  states: readonly State[];
  outcomes: readonly Outcome[];
  severities: readonly Severity[];
  kinds: readonly Kind[];
  mine: boolean;
  partners: readonly string[];
  /** Numbers of files. */
  files: readonly string[];
  words: readonly string[];
  points: readonly { comparison: Comparison; than: bigint }[];
  /** What could not be understood. */
  unknown: readonly string[];
}

export interface Row {
  reference: string | null;
  kind: string | null;
  points: string | null;
  because: string;
  file: { sequence: number; partner: { slug: string } | null };
}

const STANDING: readonly State[] = ["OPEN", "PROPOSED"];

/** Words apart from each other; quotes keep several together, and a comparison takes the figure after it. */
const TOKENS = /(?:[a-z]+:)?"[^"]*"|(?:<=|>=|<|>|=)\s*\S*|\S+/gi;

export function parse(text: string): Filter {
  const found = { states: [] as State[], outcomes: [] as Outcome[], severities: [] as Severity[], kinds: [] as Kind[] };
  const told = { partners: [] as string[], files: [] as string[], words: [] as string[], unknown: [] as string[] };
  const points: { comparison: Comparison; than: bigint }[] = [];
  let mine = false;
  for (const token of text.match(TOKENS) ?? []) {
    const compared = /^(<=|>=|<|>|=)\s*([\d\s.,'’]+)$/.exec(token);
    if (compared) {
      points.push({ comparison: compared[1] as Comparison, than: BigInt((compared[2] ?? "").replace(/\D/g, "") || "0") });
      continue;
    }
    const [, key, raw = ""] = /^([a-z]+):(.*)$/i.exec(token) ?? [];
    const value = raw.replaceAll('"', "");
    if (key === undefined) /^[<>=]/.test(token) ? told.unknown.push(token) : told.words.push(token.replaceAll('"', ""));
    else if (key === "is" && value === "mine") mine = true;
    else if (key === "partner" && value) told.partners.push(value.toLowerCase());
    else if (key === "file" && value) told.files.push(value.replace(/^#/, ""));
    else if (!named(key, value, found)) told.unknown.push(token);
  }
  return { ...found, states: found.states.length ? found.states : STANDING, mine, points, ...told };
}

interface Named {
  states: State[];
  outcomes: Outcome[];
  severities: Severity[];
  kinds: Kind[];
}

/** Puts what the value begins or contains into its list; false where it names nothing. */
function named(key: string, value: string, found: Named): boolean {
  const wanted = value.toUpperCase().replace(/[\s-]+/g, "_");
  if (!wanted) return false;
  const among = <T extends string>(names: readonly T[]) => names.filter((name) => name.includes(wanted));
  const before = counted(found);
  if (key === "state") found.states.push(...(wanted === "ALL" ? STATES : among(STATES)));
  if (key === "kind") found.kinds.push(...among(KINDS));
  if (key === "kind" || key === "outcome") found.outcomes.push(...among(OUTCOMES));
  if (key === "severity") found.severities.push(...among(SEVERITIES));
  return counted(found) > before;
}

const counted = (found: Named) => found.states.length + found.outcomes.length + found.severities.length + found.kinds.length;

/** What the server is asked for. */
export const asked = ({ states, outcomes, severities, mine }: Filter) => ({ states: [...states], outcomes: [...outcomes], severities: [...severities], mine });

/** Whether rows have to be looked at one by one, so that all of them have to be read. */
export const isLocal = ({ kinds, partners, files, words, points }: Filter): boolean =>
  kinds.length + partners.length + files.length + words.length + points.length > 0;

/** Whether a row that the server gave is one that was meant. */
export function fits({ kinds, partners, files, words, points }: Filter, row: Row): boolean {
  const slug = row.file.partner?.slug ?? "";
  const text = `${row.reference ?? ""} ${row.because}`.toLowerCase();
  return (
    (kinds.length === 0 || kinds.some((kind) => kind === row.kind)) &&
    (partners.length === 0 || partners.some((partner) => slug.startsWith(partner))) &&
    (files.length === 0 || files.includes(String(row.file.sequence))) &&
    words.every((word) => text.includes(word.toLowerCase())) &&
    points.every(({ comparison, than }) => row.points !== null && compared(magnitude(BigInt(row.points)), comparison, than))
  );
}

const magnitude = (points: bigint) => (points < 0n ? -points : points);

function compared(points: bigint, comparison: Comparison, than: bigint): boolean {
  if (points === than) return comparison.includes("=");
  return points < than ? comparison.startsWith("<") : comparison.startsWith(">");
}
