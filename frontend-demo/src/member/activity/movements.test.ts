import { expect, it } from "vitest";

import type { Movement } from "../documents";
import { direction, together } from "./movements";

const movement = (slug: string, points: string, change: Partial<Movement> = {}) =>
  ({
    kind: "REDEEM",
    debit: "AVAILABLE",
    credit: "REDEEMED",
    points,
    availableAt: null,
    expiresAt: null,
    sponsor: { slug, name: slug, hue: 1 },
    ...change,
  }) as Movement;

const told = (movements: readonly Movement[]) => movements.map(({ sponsor, points }) => [sponsor.slug, points]);

it("points of many lots that one sponsor funded are spent in one line", () => {
  const lots = [movement("olla", "2"), movement("kvass", "5"), movement("olla", "9007199254740993", { expiresAt: "2026-12-31" })];
  expect(told(together(lots))).toEqual([
    ["olla", "9007199254740995"],
    ["kvass", "5"],
  ]);
});

it("points that arrive are told apart by when they expire", () => {
  const arriving = { kind: "ACCRUE", debit: "ISSUED", credit: "AVAILABLE" } as const;
  const lots = ["2026-06-30", "2026-12-31"].map((expiresAt) => movement("olla", "2", { ...arriving, expiresAt } as Partial<Movement>));
  expect(lots.map(direction)).toEqual([1, 1]);
  expect(told(together(lots))).toEqual([
    ["olla", "2"],
    ["olla", "2"],
  ]);
});
