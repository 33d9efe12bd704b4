import { expect, it } from "vitest";

import type { Progress, Standing, Tier } from "./tierDocuments";
import { inOrder, rungs, wayOf } from "./tiers";

const tier = (name: string, count: string | null, byInvitation = false): Tier => ({ name, count, byInvitation, money: null, benefits: "" });
const LADDER = [tier("Deckhand", "0"), tier("Mate", "250"), tier("Captain", "1000"), tier("Admiral", null, true)];

const progress = (told: Partial<Progress>): Progress =>
  ({ measure: "POINTS", count: null, missingCount: null, money: null, missingMoney: null, next: null, ...told }) as Progress;

it("what lies below was had, what comes next is next, and what is given by hand stays above", () => {
  expect(rungs(LADDER, "Mate", "Captain").map(({ rung }) => rung)).toEqual(["had", "here", "next", "above"]);
  expect(rungs(LADDER, null, "Deckhand").map(({ rung }) => rung)).toEqual(["next", "above", "above", "above"]);
});

it("the way to the next tier is told by its own counter, exactly", () => {
  const next = { name: "Captain", count: "1000", money: null };
  expect(wayOf(progress({ count: "410", missingCount: "590", next }))).toEqual({
    have: "410",
    need: "1000",
    missing: "590",
    currency: null,
    part: 0.41,
  });
});

it("where what was spent counts, the way is told in money", () => {
  const next = { name: "Gold", count: null, money: { amount: "350.00", currency: "EUR" } };
  const spent = { money: { amount: "123.45", currency: "EUR" }, missingMoney: { amount: "226.55", currency: "EUR" } };
  const way = wayOf(progress({ measure: "SPEND", ...spent, next }));
  expect(way).toMatchObject({ have: "123.45", need: "350.00", missing: "226.55", currency: "EUR" });
});

it("at the top there is no way on", () => {
  expect(wayOf(progress({ count: "2000" }))).toBeNull();
  expect(wayOf(null)).toBeNull();
});

it("returns may take more back than was counted, and no bar runs backwards", () => {
  const next = { name: "Mate", count: "250", money: null };
  expect(wayOf(progress({ count: "-40", missingCount: "290", next }))?.part).toBe(0);
});

it("the coalition's programme stands before those of one partner", () => {
  const own = { programme: { owner: { name: "Olla", hue: 20 } } } as Standing;
  const shared = { programme: { owner: null } } as Standing;
  expect(inOrder([own, shared])).toEqual([shared, own]);
});
