/** The trail's filter as text that can be pasted: `action:contract_signed partner:northwind since:2017-01-01`. */

export interface Wanted {
  actions: readonly string[];
  partner: string | null;
  actor: string | null;
  subject: string | null;
  since: string | null;
  until: string | null;
  /** Words that say nothing here. */
  strange: readonly string[];
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function read(text: string): Wanted {
  const wanted = { actions: [] as string[], partner: null, actor: null, subject: null, since: null, until: null } as {
    -readonly [Key in keyof Wanted]: Wanted[Key];
  } & { actions: string[] };
  const strange: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [, key, value] = /^(\w+):(.+)$/.exec(word) ?? [];
    if (key === "action" && value) wanted.actions.push(...value.toUpperCase().replaceAll("-", "_").split(","));
    else if ((key === "since" || key === "until") && value && DAY.test(value)) wanted[key] = value;
    else if ((key === "partner" || key === "actor" || key === "subject") && value) wanted[key] = value;
    else strange.push(word);
  }
  return { ...wanted, strange };
}

/** The same text with one more or another word. */
export function having(text: string, key: string, value: string): string {
  const words = text.split(/\s+/).filter((word) => word && !word.startsWith(`${key}:`));
  return [...words, ...(value ? [`${key}:${value}`] : [])].join(" ");
}
