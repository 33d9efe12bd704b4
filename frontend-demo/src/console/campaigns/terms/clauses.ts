/** What a condition can say in sentences, and the expression that says the same to the tills. */

import { quoted } from "./cel";

export const HOW = [">=", "<=", "==", ">", "<"] as const;
export type How = (typeof HOW)[number];

/** What of a line is asked for; each is a text of the catalogue. */
export const GOODS = ["category", "department", "brand", "sku", "gtin"] as const;
export type GoodsField = (typeof GOODS)[number];

/** What is added up of the lines with such goods. */
export const SUMMED = ["amount", "units"] as const;
export type Summed = (typeof SUMMED)[number];

export type Clause =
  | { kind: "amount" | "quantity" | "lines" | "memberDays"; how: How; number: string }
  | { kind: "goods"; field: GoodsField; values: string[]; not: boolean }
  | { kind: "goodsOnly"; field: GoodsField; values: string[] }
  | { kind: "goodsSum"; field: GoodsField; values: string[]; summed: Summed; how: How; number: string }
  | { kind: "ownBrand"; not: boolean }
  | { kind: "tender"; value: string; not: boolean }
  | { kind: "channel" | "tier"; values: string[]; not: boolean }
  | { kind: "weekday" | "monthDay" | "month"; numbers: number[]; not: boolean }
  | { kind: "hours"; from: number; until: number }
  | { kind: "joinedThisMonth" }
  | { kind: "anniversary" }
  | { kind: "actionNumber"; field: string; how: How; number: string }
  | { kind: "actionText"; field: string; values: string[]; not: boolean }
  | { kind: "actionTruth"; field: string; not: boolean };
export type ClauseKind = Clause["kind"];
export type ClauseOf<K extends ClauseKind> = Extract<Clause, { kind: K }>;

export interface Group {
  kind: "group";
  how: "all" | "any" | "none";
  of: Part[];
}
export type Part = Clause | Group;

export const everything: Group = { kind: "group", how: "all", of: [] };

export const isGroup = (part: Part): part is Group => part.kind === "group";

const SAYS = { amount: "purchase.amount", quantity: "purchase.quantity", lines: "size(lines)", memberDays: "daysBetween(member.joined, at)" };
const PARTS = { weekday: "weekday(at)", monthDay: "day(at)", month: "month(at)" };
const NAMES = { channel: "purchase.channel", tier: "member.tier" };
export const ANNIVERSARY = "month(member.joined) == month(at) && day(member.joined) == day(at)";
const DAY = 24;

/** The hours of the day from one until before another, past midnight where it ends no later than it begins. */
export const hoursIn = ({ from, until }: { from: number; until: number }): number[] =>
  Array.from({ length: (until - from + DAY) % DAY || DAY }, (_, hour) => (from + hour) % DAY);

const not = (says: string, no: boolean) => (no ? `!${says}` : says);
const among = (says: string, values: readonly string[], no: boolean): string =>
  values.length === 1
    ? `${says} ${no ? "!=" : "=="} ${values[0]}`
    : not(no ? `(${says} in [${values.join(", ")}])` : `${says} in [${values.join(", ")}]`, no);
const goodsAre = (field: GoodsField, values: readonly string[]) => among(`l.${field}`, values.map(quoted), false);

/** A condition's expression; null for one that asks nothing. */
export function expressionOf(group: Group): string | null {
  if (group.of.length === 0) return null;
  return group.how === "none" ? grouped(group) : join(group);
}

const join = ({ how, of }: Group) => of.map(said).join(how === "all" ? " && " : " || ");

const grouped = (group: Group) => (group.how === "none" ? `!(${join(group)})` : `(${join(group)})`);

function said(part: Part): string {
  switch (part.kind) {
    case "group":
      return grouped(part);
    case "amount":
    case "quantity":
    case "lines":
    case "memberDays":
      return `${SAYS[part.kind]} ${part.how} ${part.number}`;
    case "goods":
      return not(`lines.exists(l, ${goodsAre(part.field, part.values)})`, part.not);
    case "goodsOnly":
      return `lines.all(l, ${goodsAre(part.field, part.values)})`;
    case "goodsSum":
      return `lines.filter(l, ${goodsAre(part.field, part.values)}).sum(l, l.${part.summed}) ${part.how} ${part.number}`;
    case "ownBrand":
      return not("lines.exists(l, l.private_label)", part.not);
    case "tender":
      return not(part.not ? `(${quoted(part.value)} in purchase.tenders)` : `${quoted(part.value)} in purchase.tenders`, part.not);
    case "channel":
    case "tier":
      return among(NAMES[part.kind], part.values.map(quoted), part.not);
    case "weekday":
    case "monthDay":
    case "month":
      return among(PARTS[part.kind], part.numbers.map(String), part.not);
    case "hours":
      return `hour(at) in [${hoursIn(part).join(", ")}]`;
    case "joinedThisMonth":
      return "month(member.joined) == month(at)";
    case "anniversary":
      return `(${ANNIVERSARY})`;
    case "actionNumber":
      return `action.${part.field} ${part.how} ${part.number}`;
    case "actionText":
      return among(`action.${part.field}`, part.values.map(quoted), part.not);
    case "actionTruth":
      return not(`action.${part.field}`, part.not);
  }
}

/** Whether a sentence says all that it needs; an unfinished one is in no expression. */
export function isWhole(part: Part): boolean {
  if (isGroup(part)) return part.of.length > 0 && part.of.every(isWhole);
  if ("values" in part && part.values.length === 0) return false;
  if ("numbers" in part && part.numbers.length === 0) return false;
  if ("value" in part && part.value === "") return false;
  if ("field" in part && part.field as string === "") return false;
  return !("number" in part) || /^\d{1,15}$/.test(part.number);
}

/** The same without what is unfinished. */
export function finished(group: Group): Group {
  const of = group.of.map((part) => (isGroup(part) ? finished(part) : part)).filter(isWhole);
  return { ...group, of };
}
