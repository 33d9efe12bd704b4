/** The terms of contracts as people read them: a value of the contract, by what kind of term it is. */

import type { Formats } from "../../../shared/formats";

export type TermKind = "share" | "price" | "money" | "points" | "days" | "yesNo" | "word" | "instant" | "bands" | "list";

const KINDS: Readonly<Record<string, TermKind>> = {
  valid_from: "instant",
  issues: "yesNo",
  redeems: "yesNo",
  price: "price",
  bands: "bands",
  price_redeem: "price",
  share_at_issuance: "share",
  fee_per_point: "price",
  fee_share: "share",
  fee_fixed: "money",
  fee_minimum: "money",
  breakage_issuer: "share",
  breakage_redeemers: "share",
  breakage_charity: "share",
  tax_rule: "word",
  tax_supply: "share",
  tax_credit: "share",
  self_billing: "yesNo",
  billing: "word",
  pack_points: "points",
  pack_alert: "points",
  pack_limit: "yesNo",
  credit_limit: "money",
  value_days: "days",
  return_policy: "word",
  return_days: "days",
  dispute_days: "days",
  disputed_lines: "word",
  exclusive_categories: "list",
  territories: "list",
  notice_days: "days",
  tail_days: "days",
};

export interface TermWords {
  yes: string;
  no: string;
  none: string;
  days: (count: number) => string;
  word: (name: string) => string;
  band: (price: string, points: string) => string;
}

/** `value` is written for programs: numbers in full, lists with commas, empty where there is none. */
export function said(term: string, value: string, { money, decimal, points, percent, day }: Formats, words: TermWords, currency: string): string {
  if (value === "") return words.none;
  switch (KINDS[term]) {
    case "share":
      return percent(value);
    case "price":
      return decimal(value, 2);
    case "money":
      return money({ amount: value, currency });
    case "points":
      return points(value);
    case "days":
      return words.days(Number(value));
    case "yesNo":
      return value === "true" ? words.yes : words.no;
    case "word":
      return words.word(value);
    case "instant":
      return day(value);
    case "bands":
      return value.split(",").map((band) => banded(band, { points, decimal }, words)).join("; ");
    default:
      return value.split(",").join(", ");
  }
}

function banded(band: string, { points, decimal }: Pick<Formats, "points" | "decimal">, words: TermWords): string {
  const [from = "0", price = "0"] = band.split(":");
  return words.band(decimal(price, 2), points(from));
}

export type Direction = "more" | "less" | null;

/** Which way a figure moved; null for what is no figure. */
export function direction(term: string, before: string, after: string): Direction {
  const kind = KINDS[term];
  if (!kind || !["share", "price", "money", "points", "days"].includes(kind) || before === "" || after === "") return null;
  const [was, is] = [before, after].map(scaled);
  return was === undefined || is === undefined || was === is ? null : is > was ? "more" : "less";
}

const PLACES = 12;

function scaled(value: string): bigint {
  const [whole = "0", part = ""] = value.split(".");
  return BigInt(whole + part.padEnd(PLACES, "0"));
}
