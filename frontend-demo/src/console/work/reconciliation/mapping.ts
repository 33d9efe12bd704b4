/** How a partner writes its files: guessed from the first lines, then put right by hand. */

export const FIELDS = ["REFERENCE", "KIND", "OUTLET", "OCCURRED_AT", "TIME_OF_DAY", "POINTS", "AMOUNT", "CURRENCY", "MEMBER"] as const;
export type Field = (typeof FIELDS)[number];
export type Kind = "PURCHASE" | "RETURN" | "REDEMPTION" | "REVERSAL";

export interface Mapping {
  format: "CSV" | "JSON_LINES";
  delimiter: string;
  columns: Partial<Record<Field, string>>;
  timeZone: string;
  timeFormat: string;
  decimalSign: string;
  kind: Kind | null;
  kinds: Readonly<Record<string, Kind>>;
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** What columns are often called, in the languages of the coalition's partners. */
const CALLED: Readonly<Record<Field, RegExp>> = {
  REFERENCE: /receipt|reference|ref\b|number|bon|kvīts|numurs|номер|бележка|kuitti|numero|nyugta|szám/i,
  KIND: /kind|type|typ|veids|вид|тип|laji|tyyppi|típus/i,
  OUTLET: /outlet|shop|store|branch|veikals|магазин|обект|myymälä|üzlet|bolt/i,
  TIME_OF_DAY: /^(time|laiks|час|aika|klo|idő)$/i,
  OCCURRED_AT: /occurred|date|time|when|datums|дата|päivä|pvm|dátum|időpont/i,
  POINTS: /points|punkti|точки|pisteet|pont/i,
  AMOUNT: /amount|total|sum|summa|сума|summe|összeg/i,
  CURRENCY: /currency|valūta|валута|valuutta|pénznem/i,
  MEMBER: /member|customer|card|biedrs|карта|член|jäsen|kártya|tag/i,
};

const NO_SIGN = /\d,\d{1,2}(\D|$)/;

export function guessed(sample: string, timeZone: string): Mapping {
  const [first = ""] = sample.split(/\r?\n/);
  const json = first.trimStart().startsWith("{");
  const delimiter = json ? "," : mostOf(first);
  const names = namesOf(sample, json ? "JSON_LINES" : "CSV", delimiter);
  const taken = new Set<string>();
  const columns: Partial<Record<Field, string>> = {};
  for (const field of FIELDS) {
    const found = names.find((name) => !taken.has(name) && CALLED[field].test(name) && !(field === "OCCURRED_AT" && CALLED.TIME_OF_DAY.test(name) && names.length > 1 && names.some((other) => /date|datums|дата|päivä|pvm|dátum/i.test(other))));
    if (found === undefined) continue;
    columns[field] = found;
    taken.add(found);
  }
  const decimalSign = delimiter !== "," && NO_SIGN.test(sample) ? "," : ".";
  return { format: json ? "JSON_LINES" : "CSV", delimiter, columns, timeZone, timeFormat: "ISO", decimalSign, kind: null, kinds: {} };
}

const mostOf = (line: string) => [...DELIMITERS].sort((one, other) => line.split(other).length - line.split(one).length)[0] ?? ",";

/** What the columns are called: by the first line, or the keys of the first object. */
export function namesOf(sample: string, format: Mapping["format"], delimiter: string): string[] {
  const [first = ""] = sample.split(/\r?\n/);
  if (format === "CSV") return cells(first, delimiter);
  try {
    return Object.keys(JSON.parse(first) as Record<string, unknown>);
  } catch {
    return [];
  }
}

/** The different words in one column of the sample, as many as one would translate by hand. */
export function wordsIn(sample: string, mapping: Mapping, column: string): string[] {
  const lines = sample.split(/\r?\n/).slice(mapping.format === "CSV" ? 1 : 0, -1);
  const place = namesOf(sample, mapping.format, mapping.delimiter).indexOf(column);
  const words = lines.map((line) => (mapping.format === "CSV" ? cells(line, mapping.delimiter)[place] : valueIn(line, column)));
  return [...new Set(words.filter((word): word is string => !!word))].slice(0, MOST_WORDS);
}

const MOST_WORDS = 12;

function valueIn(line: string, key: string): string | undefined {
  try {
    const value = (JSON.parse(line) as Record<string, unknown>)[key];
    return value === undefined || value === null ? undefined : String(value);
  } catch {
    return undefined;
  }
}

/** The cells of a line (RFC 4180), whose quotes may hold the delimiter. */
export function cells(line: string, delimiter: string): string[] {
  const found = [""];
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === '"' && quoted && line[at + 1] === '"') found.push((found.pop() ?? "") + line[++at]);
    else if (letter === '"') quoted = !quoted;
    else if (letter === delimiter && !quoted) found.push("");
    else found.push((found.pop() ?? "") + letter);
  }
  return found.map((cell) => cell.trim());
}

/** What still has to be said before it can be read. */
export function missing({ columns, kind, kinds }: Mapping): ("when" | "figure" | "which" | "kind")[] {
  return [
    ...(columns.OCCURRED_AT ? [] : (["when"] as const)),
    ...(columns.POINTS || columns.AMOUNT ? [] : (["figure"] as const)),
    ...(columns.REFERENCE || columns.OUTLET ? [] : (["which"] as const)),
    ...(kind !== null || (columns.KIND && Object.keys(kinds).length > 0) ? [] : (["kind"] as const)),
  ];
}

/** As the contract takes it. */
export function contentOf({ columns, kinds, kind, ...plain }: Mapping) {
  return {
    ...plain,
    columns: FIELDS.flatMap((field) => (columns[field] ? [{ field, column: columns[field] }] : [])),
    kinds: columns.KIND ? Object.entries(kinds).map(([word, means]) => ({ word, kind: means })) : [],
    kind: columns.KIND && Object.keys(kinds).length > 0 ? null : kind,
  };
}
