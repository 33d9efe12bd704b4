/** The keys of the worklist: one letter each, none while somebody writes. */

export const KEYS = {
  j: "next",
  arrowdown: "next",
  k: "previous",
  arrowup: "previous",
  x: "mark",
  a: "assign",
  n: "note",
  r: "resolve",
  p: "propose",
  c: "confirm",
  d: "decline",
  "/": "filter",
  "?": "help",
} as const;

export type Command = (typeof KEYS)[keyof typeof KEYS];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  target: EventTarget | null;
}

/** What a key asks for; null while a text is written, a dialog is open or a shortcut of the browser is meant. */
export function commandOf({ key, ctrlKey, metaKey, altKey, target }: Pressed): Command | null {
  if (ctrlKey || metaKey || altKey || isWriting(target)) return null;
  return KEYS[key.toLowerCase() as keyof typeof KEYS] ?? null;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

export interface Standing {
  state: "OPEN" | "PROPOSED" | "RESOLVED";
  /** Whether the viewer proposed it. */
  byMe: boolean;
}

/** What can be done about an exception as it stands. */
export function possible({ state, byMe }: Standing): ReadonlySet<Command> {
  if (state === "OPEN") return new Set(["assign", "note", "resolve", "propose"]);
  if (state === "PROPOSED") return new Set<Command>(byMe ? ["assign", "note", "decline"] : ["assign", "note", "confirm", "decline"]);
  return new Set(["note"]);
}
