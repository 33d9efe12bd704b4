import { expect, it } from "vitest";

import { toneOf } from "./partner";

const depth = (hue: number) => (toneOf(hue) as Record<string, number>)["--depth"];

it("neighbouring hues differ in depth, so that colour alone need not tell them apart", () => {
  expect(depth(20)).not.toBe(depth(44));
  expect(depth(200)).not.toBe(depth(224));
});

it("a partner looks the same everywhere", () => {
  expect(toneOf(140)).toEqual(toneOf(140));
});
