import { expect, it } from "vitest";

import type { Reach } from "./documents";
import { cheapest, covered, earlyUntil, hasMore, hindering, nearness } from "./reach";

const NOW = "2026-03-02T10:00:00.000Z";

function reach(told: Partial<Reach>, reward: Partial<Reach["reward"]> = {}): Reach {
  const steps = [{ points: "300", money: { amount: "0", currency: "EUR" } }];
  return {
    now: false,
    hindrances: [],
    pointsMissing: "0",
    tiersMissing: [],
    opensAt: "2026-01-01T00:00:00.000Z",
    ...told,
    reward: { steps, pay: null, early: [], limits: [], partners: [], ...reward },
  } as unknown as Reach;
}

it("what only points keep away is near, and what else keeps away is not", () => {
  expect(nearness({ now: true, hindrances: [] })).toBe("now");
  expect(nearness({ now: false, hindrances: ["POINTS"] })).toBe("near");
  expect(nearness({ now: false, hindrances: ["POINTS", "TIER"] })).toBe("later");
  expect(nearness({ now: false, hindrances: ["OUT_OF_STOCK"] })).toBe("later");
});

it("what cannot be helped is told before the points that are missing", () => {
  const told = reach({ hindrances: ["POINTS", "TIER", "OUT_OF_STOCK"], pointsMissing: "120", tiersMissing: ["Gold"] });
  expect(hindering(told)).toEqual([
    { why: "OUT_OF_STOCK" },
    { why: "TIER", tiers: ["Gold"] },
    { why: "POINTS", points: "120" },
  ]);
});

it("a time is named with a limit only where there is one limit alone", () => {
  expect(hindering(reach({ hindrances: ["LIMIT"] }, { limits: [{ period: "MONTH" }] }))).toEqual([{ why: "LIMIT", period: "MONTH" }]);
  expect(hindering(reach({ hindrances: ["LIMIT"] }, { limits: [{ period: null }] }))).toEqual([{ why: "LIMIT", period: "EVER" }]);
  expect(hindering(reach({ hindrances: ["LIMIT"] }, { limits: [{ period: "DAY" }, { period: "YEAR" }] }))).toEqual([
    { why: "LIMIT", period: "EVER" },
  ]);
});

it("the fewest points count, and of what is paid with points whole steps", () => {
  const money = { amount: "0", currency: "EUR" };
  const steps = [
    { points: "600", money },
    { points: "250", money },
  ];
  expect(cheapest({ steps, pay: null })).toBe(250n);
  expect(hasMore({ steps, pay: null })).toBe(true);
  expect(cheapest({ steps: [], pay: { least: "201", inStepsOf: "100" } })).toBe(300n);
  expect(cheapest({ steps: [], pay: { least: "200", inStepsOf: "100" } })).toBe(200n);
});

it("who is let in before others is told until when", () => {
  const early = [{ until: "2026-03-05T00:00:00.000Z", tiers: ["Gold"] }];
  expect(earlyUntil(reach({ opensAt: "2026-03-01T00:00:00.000Z" }, { early }), NOW)).toBe("2026-03-05T00:00:00.000Z");
  expect(earlyUntil(reach({ opensAt: "2026-03-05T00:00:00.000Z", hindrances: ["NOT_YET"] }, { early }), NOW)).toBeNull();
  expect(earlyUntil(reach({}, { early: [{ until: "2026-03-01T00:00:00.000Z", tiers: ["Gold"] }] }), NOW)).toBeNull();
});

it("a bar is never fuller than full, and what is free is covered by nothing", () => {
  expect(covered("410", 600n)).toBeCloseTo(0.683, 3);
  expect(covered("900", 600n)).toBe(1);
  expect(covered("0", 0n)).toBe(1);
});
