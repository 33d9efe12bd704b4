import { expect, it } from "vitest";

import { depthOf, largestOf, partOf } from "./scale";

it("the largest counts whatever its sign", () => {
  expect(largestOf(["-12.50", "3", "0"])).toBe(12.5);
});

it("where all is nothing, nothing has a length", () => {
  const largest = largestOf(["0", "0.00"]);
  expect(partOf("0.00", largest)).toBe(0);
  expect(largestOf([])).toBeGreaterThan(0);
});

it("both signs of a figure are as long", () => {
  expect(partOf("-5", 10)).toBe(partOf("5", 10));
  expect(partOf("10", 10)).toBe(1);
});

it("more is deeper, the least is still seen, and nothing is bare", () => {
  const depths = ["0", "0.01", "4", "8", "10"].map((value) => depthOf(value, 10));
  expect(depths[0]).toBe(0);
  expect(depths[1]).toBeGreaterThan(0);
  expect(depths.every((depth, place) => place === 0 || depth > (depths[place - 1] ?? -1))).toBe(true);
});
