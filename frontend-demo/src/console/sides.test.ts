import { expect, it } from "vitest";

import { sum } from "../shared/exact";
import type { Line } from "./documents";
import { below, counterparty, directionOf, seenBy, sideOf } from "./sides";

const partner = (slug: string) => ({ slug, name: slug, hue: 0 });
const line = (debtor: string | null, creditor: string | null, changes: Partial<Line> = {}) =>
  ({
    debtorRole: debtor ? "PARTNER" : "OPERATOR",
    creditorRole: creditor ? "PARTNER" : "OPERATOR",
    debtor: debtor && partner(debtor),
    creditor: creditor && partner(creditor),
    ...changes,
  }) as Line;

it("the same line is paid by one side and received by the other", () => {
  const owed = line("olla", "tilia");
  expect(seenBy(sideOf(owed, "olla"), "2.21")).toBe("-2.21");
  expect(seenBy(sideOf(owed, "tilia"), "2.21")).toBe("2.21");
  expect(sum([seenBy(sideOf(owed, "olla"), "2.21"), seenBy(sideOf(owed, "tilia"), "2.21")])).toBe("0.00");
});

it("between a partner and itself nothing changes hands", () => {
  expect(seenBy(sideOf(line("olla", "olla"), "olla"), "10.21")).toBe("0");
});

it("the counterparty is the other side, or an account of the house", () => {
  expect(counterparty(line("olla", "tilia"), "olla").partner?.slug).toBe("tilia");
  expect(counterparty(line(null, "olla"), "olla")).toEqual({ role: "OPERATOR", partner: null });
});

it("negative is paid, positive is received", () => {
  expect(directionOf("-0.01")).toBe("pay");
  expect(directionOf("0.00")).toBe("even");
  expect(directionOf("3")).toBe("receive");
});

it("each line opens what it was counted from", () => {
  expect(below(line("olla", null, { source: "ACCRUE" }))).toBe("transfers");
  expect(below(line("olla", null, { source: "TAX_OF_SUPPLY" }))).toBe("lines");
  expect(below(line("olla", null, { source: "FEE_FIXED" }))).toBe("nothing");
});
