import { expect, it } from "vitest";

import type { Found } from "./documents";
import { grouped, isGlobalId, KINDS, kindOfType, placeOf } from "./places";

const hit = (kind: Found["kind"], more: Partial<Found> = {}): Found => ({
  id: "Thing_x",
  kind,
  name: "2017-01",
  at: null,
  cycle: null,
  partner: null,
  ...more,
});
const northwind = { id: "Partner_n", slug: "northwind", name: "Northwind", hue: 80 };

it("leads to the page of each thing", () => {
  expect(placeOf(hit("STATEMENT", { cycle: "2017-01", partner: northwind }), true)).toBe("/statements/2017-01/northwind");
  expect(placeOf(hit("STATEMENT", { cycle: "2017-01", partner: northwind }), false)).toBe("/statements/2017-01");
  expect(placeOf(hit("CONTRACT", { name: "3", partner: northwind }), true)).toBe("/partners/northwind/contracts?version=3");
  expect(placeOf(hit("PURCHASE", { id: "Purchase_a-b" }), false)).toBe("/search/purchase/Purchase_a-b");
  expect(placeOf(hit("PERSON"), true)).toBe("/partners/house/people");
});

it("tells hits by kinds in one order, whatever order they came in", () => {
  const hits = [hit("CLIENT"), hit("PARTNER"), hit("CYCLE"), hit("PARTNER", { id: "Thing_y" })];
  expect(grouped(hits).map(([kind, found]) => [kind, found.length])).toEqual([
    ["PARTNER", 2],
    ["CYCLE", 1],
    ["CLIENT", 1],
  ]);
});

it("knows an id from a name", () => {
  expect(isGlobalId("Purchase_rIqywKAabMQx15K_7pkZwGXTO0RX")).toBe(true);
  expect(isGlobalId("Northwind_Foods")).toBe(false);
  expect(kindOfType("SettlementPayment")).toBe("PAYMENT");
  expect(kindOfType("Survey")).toBeNull();
  for (const kind of KINDS) expect(placeOf(hit(kind, { cycle: "2017-01" }), true)).not.toBe("");
});
