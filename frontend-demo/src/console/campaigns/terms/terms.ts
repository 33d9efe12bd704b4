/** A campaign's terms as an editor holds them: every figure as it is typed. */

import type { TermsInput } from "../documents";
import type { Group } from "./clauses";

export type RuleKind = Rule["kind"];
export type Period = "DAY" | "WEEK" | "MONTH" | "QUARTER" | "YEAR";
export type Counted = "TIMES" | "ITEMS" | "AMOUNT";
export type TokenKind = "COUPON" | "BADGE" | "TICKET";

export interface Token {
  kind: TokenKind;
  name: string;
  days: string;
  coupon: string | null;
}
export interface Slot {
  weight: string;
  points: string;
  token: Token | null;
}
export interface Prize {
  points: string;
  token: Token | null;
  wheel: Slot[];
}
export interface Band {
  start: string;
  gives: string;
}

export type Rule =
  | { kind: "RATE_PER_UNIT"; points: string; tenders: string[] }
  | { kind: "PER_ITEM"; points: string }
  | { kind: "FLAT"; points: string; minimum: string }
  | { kind: "BANDS"; bands: Band[] }
  | { kind: "PER_FIELD"; field: string; points: string; per: string; least: string; most: string }
  | { kind: "MULTIPLIER"; factor: string; base: BaseKind[] }
  | { kind: "COUPON_REFUND"; cap: string }
  | { kind: "CASHBACK"; share: string; cap: string }
  | { kind: "DISCOUNT"; by: "share" | "off" | "price"; value: string; minimum: string; cap: string }
  | { kind: "GIFT"; prize: Prize; minimum: string }
  | { kind: "CARD"; every: string; prize: Prize; counted: Counted; bands: Band[]; atFirst: boolean; days: string; period: Period | null }
  | { kind: "MILESTONES"; marks: { at: string; prize: Prize }[]; counted: Counted; bands: Band[]; period: Period | null };
export type RuleOf<K extends RuleKind> = Extract<Rule, { kind: K }>;

export const BASES = ["RATE_PER_UNIT", "PER_ITEM", "FLAT", "BANDS"] as const;
export type BaseKind = (typeof BASES)[number];

export interface Goods {
  privateLabel: boolean | null;
  categories: string[];
  departments: string[];
  brands: string[];
  skus: string[];
  gtins: string[];
  makers: string[];
  suppliers: string[];
  outlets: string[];
}

export interface Cap {
  most: string;
  of: "POINTS" | "TIMES";
  per: "MEMBER" | "HOUSEHOLD";
  period: Period | null;
  hours: string;
  shared: string;
}

export interface Terms {
  name: string;
  rule: Rule;
  goods: Goods;
  excluding: Goods[];
  triggers: string[];
  weekdays: number[];
  hours: { start: string; end: string }[];
  timeZone: string | null;
  channels: string[];
  segments: string[];
  notSegments: string[];
  /** Sentences, or an expression where sentences cannot say it. */
  condition: Group | string;
  control: string;
  daysBefore: string;
  daysAfter: string;
  partners: string[];
  outlets: string[];
  tiers: string[];
  sponsors: { partner: string; share: string }[];
  startsAt: string;
  endsAt: string | null;
  returnDays: string;
  expiry: { kind: "NEVER" | "MONTHS" | "END_OF_MONTH" | "FIXED" | "INACTIVITY"; months: string; month: string; day: string };
  rounding: "DOWN" | "HALF_EVEN" | "UP";
  release: { at: string; weekday: string; days: string };
  priority: string;
  stacking: { mode: "ADD" | "BEST" | "FIRST" | "EXCLUSIVE" | "ALWAYS"; group: string };
  caps: Cap[];
  budget: { unit: "points" | "money"; amount: string; alert: string; pacing: "AT_ONCE" | "EVEN" } | null;
}

export const anyGoods: Goods = {
  privateLabel: null, categories: [], departments: [], brands: [], skus: [], gtins: [], makers: [], suppliers: [], outlets: [],
};
export const points = (count: string): Prize => ({ points: count, token: null, wheel: [] });

/** What a new rule of a kind begins with. */
export const NEW_RULE: { [K in RuleKind]: RuleOf<K> } = {
  RATE_PER_UNIT: { kind: "RATE_PER_UNIT", points: "1", tenders: [] },
  PER_ITEM: { kind: "PER_ITEM", points: "5" },
  FLAT: { kind: "FLAT", points: "50", minimum: "" },
  BANDS: { kind: "BANDS", bands: [{ start: "20", gives: "20" }, { start: "50", gives: "75" }] },
  PER_FIELD: { kind: "PER_FIELD", field: "", points: "10", per: "1", least: "1", most: "" },
  MULTIPLIER: { kind: "MULTIPLIER", factor: "2", base: ["RATE_PER_UNIT"] },
  COUPON_REFUND: { kind: "COUPON_REFUND", cap: "" },
  CASHBACK: { kind: "CASHBACK", share: "0.05", cap: "" },
  DISCOUNT: { kind: "DISCOUNT", by: "share", value: "0.1", minimum: "", cap: "" },
  GIFT: { kind: "GIFT", prize: points("50"), minimum: "" },
  CARD: { kind: "CARD", every: "10", prize: points("100"), counted: "TIMES", bands: [], atFirst: false, days: "", period: null },
  MILESTONES: {
    kind: "MILESTONES", marks: [{ at: "5", prize: points("50") }, { at: "10", prize: points("150") }], counted: "TIMES", bands: [], period: null,
  },
};

/** What a new campaign of a partner begins with. */
export const blank = (partner: string, startsAt: string): Terms => ({
  name: "",
  rule: NEW_RULE.RATE_PER_UNIT,
  goods: anyGoods,
  excluding: [],
  triggers: ["PURCHASE"],
  weekdays: [],
  hours: [],
  timeZone: null,
  channels: [],
  segments: [],
  notSegments: [],
  condition: { kind: "group", how: "all", of: [] },
  control: "0",
  daysBefore: "",
  daysAfter: "",
  partners: [partner],
  outlets: [],
  tiers: [],
  sponsors: [{ partner, share: "1" }],
  startsAt,
  endsAt: null,
  returnDays: "",
  expiry: { kind: "END_OF_MONTH", months: "12", month: "0", day: "0" },
  rounding: "DOWN",
  release: { at: "", weekday: "0", days: "" },
  priority: "0",
  stacking: { mode: "ADD", group: "" },
  caps: [],
  budget: null,
});

export const onPurchases = (terms: Terms): boolean => terms.triggers.includes("PURCHASE");
export type Input = TermsInput;
