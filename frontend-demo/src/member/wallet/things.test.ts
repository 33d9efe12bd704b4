import { expect, it } from "vitest";

import { type Facts, SHOWN, thingsToDo } from "./things";

type Reach = Facts["answer"]["myRewards"][number];
type Standing = Facts["answer"]["myTiers"][number];

const NOW = "2026-03-02T10:00:00Z";

const reach = (id: string, missing = "0", hindrances: Reach["hindrances"] = missing === "0" ? [] : ["POINTS"]): Reach => ({
  now: hindrances.length === 0,
  pointsMissing: missing,
  hindrances,
  reward: { id, name: id, owner: { slug: "olla", name: "Olla", hue: 30 } },
});

const tier = { programme: { id: "1", name: "Town", owner: null }, tier: null, progress: { measure: "POINTS", missingCount: "40", missingMoney: null, next: { name: "Gold" } } } as Standing;

const facts = (myRewards: Reach[], myTiers: Standing[] = [], expiries: Facts["wallet"]["expiries"] = []): Facts => ({
  answer: { myRewards, myTiers },
  wallet: { expiries } as unknown as Facts["wallet"],
  now: NOW,
});

const kinds = (some: Facts) => thingsToDo(some).map((thing) => thing.kind);

it("there are always three, also for somebody new", () => {
  expect(kinds(facts([]))).toEqual(["catalogue", "shops", "history"]);
  expect(kinds(facts([reach("a")]))).toEqual(["reward", "catalogue", "shops"]);
  expect(thingsToDo(facts(Array.from({ length: 9 }, (_, place) => reach(String(place)))))).toHaveLength(SHOWN);
});

it("one of each kind comes before a second of any", () => {
  expect(kinds(facts([reach("a"), reach("b"), reach("c", "90")], [tier]))).toEqual(["reward", "tier", "nearly"]);
});

it("points that expire soon come first, others are not spoken of", () => {
  const soon = { at: "2026-03-31T21:00:00Z", points: "120" };
  expect(kinds(facts([reach("a")], [], [soon]))[0]).toBe("expiring");
  expect(kinds(facts([reach("a")], [], [{ ...soon, at: "2026-12-31T21:00:00Z" }]))[0]).toBe("reward");
});

it("a reward that more points would not bring is not nearly in reach", () => {
  expect(kinds(facts([reach("a", "10", ["POINTS", "TIER"]), reach("b", "0", ["NOT_YET"])]))).toEqual(["catalogue", "shops", "history"]);
});

it("who is at the top of a programme is not told of more", () => {
  const top = { ...tier, progress: { ...tier.progress, missingCount: null, next: null } } as Standing;
  expect(kinds(facts([], [top]))).not.toContain("tier");
});
