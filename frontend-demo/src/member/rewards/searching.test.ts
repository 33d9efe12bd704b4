import { expect, it } from "vitest";

import type { Reach } from "./documents";
import { ALL, bounds, type Filter, filterOf, meets, searchOf } from "./searching";

const NOW = "2026-03-02T10:00:00.000Z";

const reach = (points: string, reward: Partial<Reach["reward"]> = {}, now = false): Reach =>
  ({
    now,
    reward: {
      kind: "GIFT",
      startsAt: "2025-01-01T00:00:00.000Z",
      endsAt: null,
      pay: null,
      steps: [{ points, money: { amount: "0", currency: "EUR" } }],
      partners: [{ slug: "olla", name: "Olla", hue: 20 }],
      ...reward,
    },
  }) as unknown as Reach;

it("an address and what it looks for are the same, there and back", () => {
  const filter: Filter = { now: true, kind: "SWEEPSTAKE", partner: "olla", points: "500", show: "ending" };
  expect(filterOf(searchOf(filter))).toEqual(filter);
  expect(searchOf(filter).toString()).toBe("now=&kind=SWEEPSTAKE&partner=olla&points=500&show=ending");
  expect(searchOf(ALL).toString()).toBe("");
});

it("what an address says that means nothing asks nothing", () => {
  expect(filterOf(new URLSearchParams("kind=DRAGON&points=1e9&show=old&partner="))).toEqual(ALL);
});

it("each part of a search narrows it", () => {
  const one = reach("300", { startsAt: "2026-02-20T00:00:00.000Z", endsAt: "2026-03-10T00:00:00.000Z" });
  const asks = (part: Partial<Filter>) => meets({ ...ALL, ...part }, one, NOW);
  expect(asks({})).toBe(true);
  expect([asks({ now: true }), meets({ ...ALL, now: true }, reach("1", {}, true), NOW)]).toEqual([false, true]);
  expect([asks({ kind: "GIFT" }), asks({ kind: "PRODUCT" })]).toEqual([true, false]);
  expect([asks({ partner: "olla" }), asks({ partner: "tilia" })]).toEqual([true, false]);
  expect([asks({ points: "300" }), asks({ points: "299" })]).toEqual([true, false]);
  expect([asks({ show: "new" }), asks({ show: "ending" })]).toEqual([true, true]);
});

it("what has not begun is not new, and what ends in a month does not end soon", () => {
  const later = reach("1", { startsAt: "2026-03-03T00:00:00.000Z", endsAt: "2026-04-02T00:00:00.000Z" });
  expect(meets({ ...ALL, show: "new" }, later, NOW)).toBe(false);
  expect(meets({ ...ALL, show: "ending" }, later, NOW)).toBe(false);
});

it("only numbers of points that divide what there is are offered", () => {
  expect(bounds([reach("60"), reach("300"), reach("600")])).toEqual(["100", "250", "500"]);
  expect(bounds([reach("60")])).toEqual([]);
});
