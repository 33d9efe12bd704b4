/** Conditions drawn by lot, the same for the same seed, to hold the sentences and the expressions to each other. */

import { type Clause, GOODS, type Group, HOW, type Part, SUMMED } from "./clauses";

const TEXTS = ["WINE", "SOFT DRINKS", "8\" pans", "back\\slash", "Ķīpsalas piens", "a && b", "tab\tnew\nline"];

class Lot {
  constructor(private state: number) {}

  upTo(most: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * (most + 1));
  }

  of = <T>(choices: readonly T[]): T => choices[this.upTo(choices.length - 1)] as T;
  yes = () => this.upTo(1) === 1;
  some = <T>(choices: readonly T[]): T[] => choices.slice(0, 1 + this.upTo(choices.length - 1));
}

const KINDS: readonly ((lot: Lot) => Clause)[] = [
  (lot) => ({ kind: lot.of(["amount", "quantity", "lines", "memberDays"] as const), how: lot.of(HOW), number: String(lot.upTo(9999)) }),
  (lot) => ({ kind: "goods", field: lot.of(GOODS), values: lot.some(TEXTS), not: lot.yes() }),
  (lot) => ({ kind: "goodsOnly", field: lot.of(GOODS), values: lot.some(TEXTS) }),
  (lot) => ({
    kind: "goodsSum", field: lot.of(GOODS), values: lot.some(TEXTS), summed: lot.of(SUMMED), how: lot.of(HOW), number: String(lot.upTo(9999)),
  }),
  (lot) => ({ kind: "ownBrand", not: lot.yes() }),
  (lot) => ({ kind: "tender", value: lot.of(TEXTS), not: lot.yes() }),
  (lot) => ({ kind: lot.of(["channel", "tier"] as const), values: lot.some(TEXTS), not: lot.yes() }),
  (lot) => ({ kind: lot.of(["weekday", "monthDay", "month"] as const), numbers: lot.some([1, 3, 6, 7]), not: lot.yes() }),
  (lot) => ({ kind: "hours", from: lot.upTo(23), until: lot.upTo(23) }),
  () => ({ kind: "joinedThisMonth" }),
  () => ({ kind: "anniversary" }),
];

function part(lot: Lot, deep: number): Part {
  return deep > 0 && lot.upTo(3) === 0 ? group(lot, deep - 1) : lot.of(KINDS)(lot);
}

function group(lot: Lot, deep: number): Group {
  const of = Array.from({ length: 2 + lot.upTo(2) }, () => part(lot, deep));
  return { kind: "group", how: lot.of(["all", "any", "none"] as const), of };
}

/** So many conditions, one of each kind of sentence among them. */
export function drawn(count: number, seed = 7): Group[] {
  const lot = new Lot(seed);
  const single = KINDS.map((kind): Group => ({ kind: "group", how: "all", of: [kind(lot)] }));
  return [...single, ...Array.from({ length: count - single.length }, () => group(lot, 2))];
}
