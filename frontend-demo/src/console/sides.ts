/** A line as one partner sees it: what it receives is positive, what it pays negative. */

import { isZero, negated } from "../shared/exact";
import type { Line } from "./documents";

export type Side = "pays" | "receives" | "both";

export function sideOf(line: Line, slug: string): Side {
  const pays = line.debtor?.slug === slug;
  const receives = line.creditor?.slug === slug;
  if (pays && receives) return "both";
  return receives ? "receives" : "pays";
}

/** An amount of a line with the sign it has for the partner; nothing, where both sides are its own. */
export function seenBy(side: Side, amount: string): string {
  if (side === "both") return "0";
  return side === "receives" ? amount : negated(amount);
}

export interface Counterparty {
  role: Line["debtorRole"];
  partner: Line["debtor"];
}

export function counterparty(line: Line, slug: string): Counterparty {
  return sideOf(line, slug) === "receives"
    ? { role: line.debtorRole, partner: line.debtor }
    : { role: line.creditorRole, partner: line.creditor };
}

/** What is looked at under a line: movements of points, benefits in money, or the lines it was figured from. */
export type Below = "transfers" | "benefits" | "lines" | "nothing";

export function below(line: Line): Below {
  switch (line.source) {
    case "BENEFIT":
    case "BENEFIT_BACK":
      return "benefits";
    case "FEE_SHARE":
    case "FEE_MINIMUM":
    case "TAX_OF_SUPPLY":
    case "TAX_OF_CREDIT":
    case "ROUNDING":
      return "lines";
    case "FEE_FIXED":
      return "nothing";
    default:
      return "transfers";
  }
}

export type Direction = "pay" | "receive" | "even";

export const directionOf = (amount: string): Direction => {
  if (isZero(amount)) return "even";
  return amount.startsWith("-") ? "pay" : "receive";
};

export const magnitude = (amount: string): string => amount.replace(/^-/, "");
