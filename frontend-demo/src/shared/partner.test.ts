import { expect, it } from "vitest";

import { partnersInOrder, toneOf } from "./partner";

const depth = (hue: number) => (toneOf(hue) as Record<string, number>)["--depth"];

it("neighbouring hues differ in depth, so that colour alone need not tell them apart", () => {
  expect(depth(20)).not.toBe(depth(44));
  expect(depth(200)).not.toBe(depth(224));
});

it("a partner looks the same everywhere", () => {
  expect(toneOf(140)).toEqual(toneOf(140));
});

it("partners have one order, whichever way they came, and the house's accounts come last", () => {
  const order = ["Amber", "Maker 2", "Maker 10", "Zander"];
  const came = ["Maker 10", null, "Zander", "Amber", "Maker 2"].map((name) => name && { name });
  expect(partnersInOrder(came, (one) => one || null).map((one) => one && one.name)).toEqual([...order, null]);
});
