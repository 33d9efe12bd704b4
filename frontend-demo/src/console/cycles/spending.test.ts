import { expect, it } from "vitest";

import type { Line } from "../documents";
import { spendingOf } from "./spending";

const partner = (slug: string) => ({ slug, name: slug, hue: 1 });
const line = (id: string, debtor: string | null, creditor: string | null, points: string, more: Partial<Line> = {}): Line => ({
  id, number: 1, kind: "REDEMPTION", source: "REDEEM", points, base: null, price: "0.01", share: "0.6", exact: "0", rounding: "0", amount: "0",
  debtorRole: debtor ? "PARTNER" : "OPERATOR", debtor: debtor === null ? null : partner(debtor),
  creditorRole: creditor ? "PARTNER" : "OPERATOR", creditor: creditor === null ? null : partner(creditor),
  ...more,
});
const told = (lines: readonly Line[]) => spendingOf(lines).map(({ from, to, points }) => [from.slug, to.slug, points]);

it("a line that both its sides' statements have counts once", () => {
  expect(told([line("1", "a", "b", "40"), line("1", "a", "b", "40"), line("2", "a", "b", "2")])).toEqual([["a", "b", "42"]]);
});

it("what was given back is not spent, and lines without a funder or without points tell nothing", () => {
  const back = { kind: "REVERSAL", source: "UNREDEEM" } as const;
  expect(
    told([
      line("1", "a", "b", "40"), line("2", "b", "a", "15", back), line("3", null, "b", "40"),
      line("4", "c", "b", "9"), line("5", "b", "c", "9", back), line("6", "a", "b", "7", { kind: "MARGIN" }),
    ]),
  ).toEqual([["a", "b", "25"]]);
});
